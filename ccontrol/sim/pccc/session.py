"""One client's conversation with a processor: frame in, frame out. Opens nothing, waits never."""

import itertools
import struct

from ccontrol.sim.connection import RubbishError
from ccontrol.sim.pccc import pccc, wire
from ccontrol.sim.pccc.fault import NO_FAULT, Fault
from ccontrol.sim.pccc.processor import Processor
from ccontrol.sim.pccc.request_log import (
    EXECUTE_PCCC,
    PCCC_OBJECT,
    RequestLog,
    bare,
    classify,
    pccc_of,
)

_OK, _UNKNOWN_COMMAND, _NO_MEMORY, _BAD_DATA, _NO_SESSION = 0x00, 0x01, 0x02, 0x03, 0x64
_PATH_UNKNOWN, _NO_SUCH_SERVICE = 0x05, 0x08
_CONNECTION_FAILED, _NO_ROUTE = 0x01, 0x0312
_IDENTITY, _MANAGER = (1, 1), (6, 1)
_ALL, _OPEN, _CLOSE, _SEND = 0x01, 0x54, 0x4E, 0x52
_REGISTRATION = b"\x01\x00\x00\x00"
_handles = itertools.count(0x3F18A609)


class Session:
    """State of one connection: its session, and its way through a Forward Open."""

    def __init__(self, processor: Processor, log: RequestLog, connection: int = 1) -> None:
        self._processor = processor
        self._log = log
        self._connection = connection
        self._handle = 0
        self._towards_client: dict[int, int] = {}

    @property
    def registered(self) -> bool:
        """Whether this client holds one of the processor's sessions."""
        return self._handle != 0

    def answer(self, asked: wire.Frame, fault: Fault = NO_FAULT) -> bytes | None:
        """Return the answer to a frame, spoilt by the fault where it strikes, or None: hang up."""
        if asked.command in (wire.SEND_RR, wire.SEND_UNIT):
            return self._send(asked, fault)
        self._log.note(bare(self._connection, asked))
        match asked.command:
            case wire.LIST_IDENTITY:
                return wire.frame(asked.command, 0, asked.context, listed(self._processor))
            case wire.LIST_SERVICES:
                services = struct.pack("<HHHHH16s", 1, 0x100, 20, 1, 0x120, b"Communications")
                return wire.frame(asked.command, 0, asked.context, services)
            case wire.REGISTER:
                return self._register(asked, fault)
            case wire.UNREGISTER:
                return None
            case _:
                return wire.frame(asked.command, 0, asked.context, b"", _UNKNOWN_COMMAND)

    def leave(self) -> None:
        """The client is gone: its session is free again."""
        if self._handle:
            self._processor.sessions -= 1
            self._handle = 0

    def _register(self, asked: wire.Frame, fault: Fault) -> bytes:
        if asked.data != _REGISTRATION:
            return wire.frame(asked.command, 0, asked.context, asked.data, _BAD_DATA)
        full = self._processor.sessions >= self._processor.most_sessions
        if fault.refuses_sessions or (full and not self._handle):
            self._log.turned_away += 1
            return wire.frame(asked.command, 0, asked.context, asked.data, _NO_MEMORY)
        if not self._handle:
            self._processor.sessions += 1
            self._handle = next(_handles) & 0xFFFFFFFF
        return wire.frame(asked.command, self._handle, asked.context, asked.data)

    def _send(self, asked: wire.Frame, fault: Fault) -> bytes:
        (kind, address), (_, content) = self._two_items(asked)
        connected = asked.command == wire.SEND_UNIT
        message = wire.message(content[2:] if connected else content)
        if not self._handle or asked.session != self._handle:
            self._log.note(classify(self._connection, asked, message))
            return wire.frame(asked.command, asked.session, asked.context, b"", _NO_SESSION)
        told = fault.message(self._object(asked, message, fault))
        if not connected:
            items = wire.packet((wire.NULL_ADDRESS, b""), (wire.UNCONNECTED, told))
            return wire.frame(asked.command, asked.session, asked.context, items)
        to_client = self._towards_client.get(int.from_bytes(address, "little"))
        if kind != wire.CONNECTED_ADDRESS or to_client is None:
            raise RubbishError("a message over a connection that is not open")
        items = wire.packet(
            (wire.CONNECTED_ADDRESS, struct.pack("<I", to_client)),
            (wire.CONNECTED, content[:2] + told),
        )
        return wire.frame(asked.command, asked.session, asked.context, items)

    @staticmethod
    def _two_items(asked: wire.Frame) -> list[tuple[int, bytes]]:
        found = wire.items(asked.data)
        if len(found) != 2:  # noqa: PLR2004 — address and message
            raise RubbishError("a message without an address")
        return found

    def _object(self, asked: wire.Frame, message: wire.Message, fault: Fault) -> bytes:
        if message.target == _MANAGER and message.service == _SEND:
            return self._routed(asked, message, fault)
        self._log.note(classify(self._connection, asked, message))
        return self._local(message, fault)

    def _routed(self, asked: wire.Frame, message: wire.Message, fault: Fault) -> bytes:
        """An Unconnected Send: what it carries is answered where its route leads here."""
        size = int.from_bytes(message.data[2:4], "little")
        inner = wire.message(message.data[4 : 4 + size])
        route = message.data[4 + size + size % 2 :]
        self._log.note(classify(self._connection, asked, inner))
        if route[2:] != self._processor.route or not route[2:]:
            return wire.answer(_SEND, b"", _CONNECTION_FAILED, _NO_ROUTE)
        return self._local(inner, fault)

    def _local(self, message: wire.Message, fault: Fault) -> bytes:
        match message.target, message.service:
            case (0x01, 1), 0x01:
                return wire.answer(_ALL, self._processor.identity())
            case (0x06, 1), 0x54:
                return self._open(message)
            case (0x06, 1), 0x4E:
                return self._close(message)
            case (0x67, 1), 0x4B:
                return self._pccc(message, fault)
        known = message.target in (_IDENTITY, _MANAGER, PCCC_OBJECT)
        return wire.answer(message.service, b"", _NO_SUCH_SERVICE if known else _PATH_UNKNOWN)

    def _pccc(self, message: wire.Message, fault: Fault) -> bytes:
        asked = pccc_of(message.data)
        requestor = message.data[: len(message.data) - len(asked)]
        told = pccc.reply(self._processor, asked, fault.refusal)
        return wire.answer(EXECUTE_PCCC, requestor + told)

    def _open(self, message: wire.Message) -> bytes:
        """A Forward Open of class 3, as RSLogix 500 and pycomm3 do it."""
        if len(message.data) < 36:  # noqa: PLR2004 — up to the length of the path
            return wire.answer(_OPEN, b"", 0x13)
        to_client, serial, vendor, originator = struct.unpack_from("<IHHI", message.data, 6)
        (interval,) = struct.unpack_from("<I", message.data, 22)
        to_us = 0x0A240000 + len(self._towards_client)
        self._towards_client[to_us] = to_client
        told = struct.pack(
            "<IIHHIIIBB", to_us, to_client, serial, vendor, originator, interval, interval, 0, 0
        )
        return wire.answer(_OPEN, told)

    def _close(self, message: wire.Message) -> bytes:
        self._towards_client.clear()
        return wire.answer(_CLOSE, message.data[2:10] + b"\0\0")


def listed(processor: Processor) -> bytes:
    """The answer to ListIdentity: one item with version, socket, identity and state."""
    socket = struct.pack(">HHI8x", 2, 44818, 0x7F000001)
    told = struct.pack("<H", 1) + socket + processor.identity() + b"\x03"
    return struct.pack("<HHH", 1, 0x0C, len(told)) + told
