"""The door to pycomm3: its packets and its paths frame what we ask.

The only module that imports the library; its errors and its types stop here. None of its drivers,
sockets, loggers or parsers is used: its client blocks, turns errors into falsy values, and spins
when a peer closes in mid-reply. Its packets were held against captures of FactoryTalk Linx, byte by
byte. What comes back is taken apart in frames.
"""

import logging
import os
import struct
from collections.abc import Callable, Sequence
from typing import TypeVar

from pycomm3.cip import PADDED_EPATH, DataSegment, LogicalSegment, PortSegment
from pycomm3.cip.data_types import CIPSegment
from pycomm3.exceptions import DataError
from pycomm3.packets.base import RequestPacket
from pycomm3.packets.ethernetip import (
    RegisterSessionRequestPacket,
    SendRRDataRequestPacket,
    SendUnitDataRequestPacket,
)
from pycomm3.packets.util import wrap_unconnected_send

from ccontrol.drivers.api import Pace
from ccontrol.drivers.enip import connection, frames
from ccontrol.drivers.enip.frames import Frame, Reply
from ccontrol.drivers.enip.request import (
    CONNECTION_MANAGER,
    FORWARD_CLOSE,
    FORWARD_OPEN,
    LARGE_FORWARD_OPEN,
    MESSAGE_ROUTER,
    SEVERAL,
    UNCONNECTED_SEND,
    Request,
    Route,
)
from ccontrol.drivers.enip.status import MORE, SUCCESS, encapsulation_words
from ccontrol.drivers.enip.transport import Line
from ccontrol.errors import GarbledError, NoSpareConnectionError, RefusedError

logging.getLogger("pycomm3").setLevel(logging.ERROR)
"""Below that the library prints whole packets."""

T = TypeVar("T")
UNCONNECTED_BYTES = 504
"""Longest message that every controller takes outside a connection, and longest answer."""
_VERSION = b"\x01\x00"
_NO_CONTEXT = bytes(8)
"""Some adapters register no session under a context."""
_NO_MEMORY = 0x02
_SIXTEEN_BITS = 0xFFFF
_MANAGER = (CONNECTION_MANAGER, 1)


class Client:
    """Asks one controller, one request at a time, each in its turn.

    `route` leads from the adapter to the controller. Methods append each answer to `heard`, as the
    controller's message router gave it. They raise GarbledError for an answer that is not the
    protocol, and whatever `Line` raises.
    """

    def __init__(self, line: Line, pace: Pace, route: Route) -> None:
        self._line, self._pace, self._route = line, pace, route
        self._session = 0
        self._count = 0
        self._ours: connection.Originator | None = None
        self._to_them = 0
        self.message_bytes = UNCONNECTED_BYTES
        """Longest message, either way, as things stand."""

    async def connect(self) -> None:
        """Open TCP and register a session: one request. Raises NoSpareConnectionError if full."""
        await self._pace.turn()
        await self._line.connect()
        packet = RegisterSessionRequestPacket(_VERSION)
        answer = await self._line.exchange(_built(packet, 0, _NO_CONTEXT))
        if answer.command != frames.REGISTER:
            raise self._wrong(f"command {answer.command:#06x} for a session")
        if answer.status == _NO_MEMORY:
            raise NoSpareConnectionError(f"no session: {encapsulation_words(answer.status)}")
        if answer.status:
            raise RefusedError(f"no session: {encapsulation_words(answer.status)}")
        if not answer.session:
            raise self._wrong("a session without a number")
        self._session = answer.session

    async def ask(
        self, request: Request, heard: list[bytes], *, route: Route | None = None
    ) -> Reply:
        """Ask an object of the controller, over the connection where one is open.

        `route` leads elsewhere, to a module beside it: that is always asked without a connection.
        """
        message = _message(request)
        if route is None and self._ours is not None:
            return self._reply(
                await self._over_connection(message, self._ours), request.service, heard
            )
        way = self._route if route is None else route
        if way:
            message = bytes(wrap_unconnected_send(message, _path(_ports(way), pad=True)))
        return self._reply(await self._unconnected(message), request.service, heard)

    async def ask_several(self, requests: Sequence[Request], heard: list[bytes]) -> Reply:
        """Ask several objects in one Multiple Service Packet."""
        messages = [_message(one) for one in requests]
        begin = 2 + 2 * len(messages)
        offsets = [begin + sum(map(len, messages[:at])) for at in range(len(messages))]
        head = struct.pack(f"<{len(offsets) + 1}H", len(messages), *offsets)
        data = head + b"".join(messages)
        return await self.ask(Request(SEVERAL, ((MESSAGE_ROUTER, 1),), data), heard)

    async def open(self, heard: list[bytes], *, large: bool) -> Reply:
        """Open a connection to the controller's message router; it serves until it is closed."""
        size = connection.LARGE_BYTES if large else connection.SMALL_BYTES
        serial, number, towards_us = (int.from_bytes(os.urandom(n), "little") for n in (4, 2, 4))
        ours = connection.Originator(serial, number, towards_us)
        service = LARGE_FORWARD_OPEN if large else FORWARD_OPEN
        path = _path([*_ports(self._route), *_logical((MESSAGE_ROUTER, 1))])
        asked = Request(service, (_MANAGER,), connection.to_open(ours, size, path))
        reply = self._reply(await self._unconnected(_message(asked)), service, heard)
        if not reply.status:
            self._to_them, self._ours = connection.opened(reply.data), ours
            self.message_bytes = size
        return reply

    @property
    def connected(self) -> bool:
        """Whether a connection is open."""
        return self._ours is not None

    async def close(self, heard: list[bytes]) -> Reply | None:
        """Close the connection, so that it does not burden the controller until it times out."""
        if self._ours is None:
            return None
        ours, self._ours, self.message_bytes = self._ours, None, UNCONNECTED_BYTES
        path = _path([*_ports(self._route), *_logical((MESSAGE_ROUTER, 1))], pad=True)
        asked = Request(FORWARD_CLOSE, (_MANAGER,), connection.to_close(ours, path))
        return self._reply(await self._unconnected(_message(asked)), FORWARD_CLOSE, heard)

    async def _unconnected(self, message: bytes) -> bytes:
        # the library's constructor is without types
        packet: RequestPacket = SendRRDataRequestPacket()  # type: ignore[no-untyped-call]  # pycomm3
        packet.add(message)
        context = self._next()
        answer = await self._say(_built(packet, self._session, context))
        self._require(answer, frames.SEND_RR)
        if answer.context != context:
            raise self._wrong("an answer to another question")
        return self._understood(frames.unconnected, answer.data)

    async def _over_connection(self, message: bytes, ours: connection.Originator) -> bytes:
        context = self._next()
        count = self._count & 0xFFFF
        # it declares a cycle and takes a number
        packet = SendUnitDataRequestPacket(count).add(message)  # type: ignore[arg-type]  # pycomm3
        target = self._to_them.to_bytes(4, "little")
        answer = await self._say(_built(packet, self._session, context, target))
        self._require(answer, frames.SEND_UNIT)
        towards_us, counted, reply = self._understood(frames.connected, answer.data)
        if (towards_us, counted) != (ours.towards_us, count):
            raise self._wrong("an answer to another question")
        return reply

    async def _say(self, frame: bytes) -> Frame:
        await self._pace.turn()
        return await self._line.ask(frame)

    def _next(self) -> bytes:
        """Number the next message, so that its answer is known from any other."""
        self._count += 1
        return self._count.to_bytes(8, "little")

    def _require(self, answer: Frame, command: int) -> None:
        if answer.command != command or answer.session != self._session:
            raise self._wrong(f"command {answer.command:#06x} of session {answer.session:#x}")
        if answer.status:
            raise GarbledError(f"the adapter refuses: {encapsulation_words(answer.status)}")

    def _reply(self, message: bytes, service: int, heard: list[bytes]) -> Reply:
        """Take an answer apart; it is to the service, or a refusal of whoever should pass it on."""
        heard.append(message)
        reply = frames.reply(message)
        on_the_way = reply.service == UNCONNECTED_SEND and reply.status not in (SUCCESS, MORE)
        if reply.service != service and not on_the_way:
            raise self._wrong(f"an answer to service {reply.service:02X}, not {service:02X}")
        return reply

    def _understood(self, parse: Callable[[bytes], T], data: bytes) -> T:
        try:
            return parse(data)
        except GarbledError as error:
            self._line.fail(error)
            raise

    def _wrong(self, what: str) -> GarbledError:
        """Give up a line whose questions and answers do not belong together any more."""
        error = GarbledError(f"the controller sent {what}")
        self._line.fail(error)
        return error


def _built(packet: RequestPacket, session: int, context: bytes, target: bytes = b"") -> bytes:
    return packet.build_request(target, session, context, 0)


def _message(request: Request) -> bytes:
    """Put a request into bytes. Raises GarbledError for a name that no path can hold."""
    try:
        return bytes((request.service,)) + _path(_segments(request)) + request.data
    except DataError as error:
        raise GarbledError(f"no path can hold {request.symbol!r:.60}") from error


def _segments(request: Request) -> list[CIPSegment | bytes]:
    segments: list[CIPSegment | bytes] = [DataSegment(one) for one in _names(request.symbol)]
    for one in request.objects:
        segments += _logical(one)
    return segments


def _names(symbol: str) -> list[str]:
    return symbol.split(".") if symbol else []


def _logical(one: tuple[int, int]) -> list[CIPSegment | bytes]:
    """Name class and instance. The library marks 32 bits with a format that CIP reserves (0x27)."""
    number, instance = one
    if instance <= _SIXTEEN_BITS:
        return [LogicalSegment(number, "class_id"), LogicalSegment(instance, "instance_id")]
    wide = b"\x26\x00" + instance.to_bytes(4, "little")
    return [LogicalSegment(number, "class_id"), wide]


def _ports(route: Route) -> list[CIPSegment | bytes]:
    return [PortSegment(port, link) for port, link in route]


def _path(segments: Sequence[CIPSegment | bytes], *, pad: bool = False) -> bytes:
    return bytes(PADDED_EPATH.encode(segments, length=True, pad_length=pad))
