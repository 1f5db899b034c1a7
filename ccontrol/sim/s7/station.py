"""An engineering station: connects to a CPU and changes it, with frames of its own.

Blocking, a connection each. Frames: as TIA Portal sends them (tia_s300_downloadOb1).
"""

import contextlib
import socket
import struct
from collections.abc import Iterable, Iterator

from ccontrol.sim.connection import RubbishError
from ccontrol.sim.s7 import wire
from ccontrol.sim.s7.block import Block
from ccontrol.sim.s7.cpu import Key
from ccontrol.sim.s7.engineering import (
    CONTROL,
    DELETE,
    END_LOAD,
    INSERT,
    LOAD,
    PROGRAM,
    START_LOAD,
    STOP,
)

_PATIENCE_S = 30.0
_OWN_TSAP, _OPTION_SIZE = b"\x01\x00", b"\xc0\x01\x0a"
_PDU_LENGTH = 480
_PIECE = 18
"""So many bytes less than a message is long are in a piece of a block."""


class TurnedDownError(Exception):
    """The CPU did not do what it was asked; carries its error word."""

    def __init__(self, error: int) -> None:
        super().__init__(f"the CPU answers with {error:04X}")
        self.error = error


class Station:
    """One connection of an engineering station to a CPU."""

    def __init__(self, line: socket.socket, slot: int) -> None:
        """Knock and agree on a length. Raises RubbishError where it is not let in."""
        self._line = line
        self._units = wire.Reader()
        self._heard: list[bytes] = []
        self._reference = 0
        called = b"\xc1\x02" + _OWN_TSAP + b"\xc2\x02" + bytes((1, slot)) + _OPTION_SIZE
        cotp = bytes((6 + len(called), wire.CONNECT, 0, 0, 0, 1, 0)) + called
        line.sendall(wire.tpkt(cotp))
        if self._unit()[1] != wire.CONFIRM:
            raise RubbishError("the CPU does not let this station in")
        agreed = self._do(struct.pack(">BBHHH", 0xF0, 0, 1, 1, _PDU_LENGTH))
        self._room = int.from_bytes(agreed.parameter[-2:], "big") - _PIECE

    def load(self, *blocks: Block) -> None:
        """Load blocks one after the other, each in force at once. Raises TurnedDownError."""
        for block in blocks:
            self._load(block)
            self._control(INSERT, b"\x01\x00" + _name(block.key, b"P"))

    def delete(self, *keys: Key) -> None:
        """Delete blocks. Raises TurnedDownError."""
        for key in keys:
            self._control(DELETE, b"\x01\x00" + _name(key, b"A"))

    def stop(self) -> None:
        """Stop the CPU. Raises TurnedDownError."""
        self._do(struct.pack(">B5xB", STOP, len(PROGRAM)) + PROGRAM)

    def start(self) -> None:
        """Start the CPU. Raises TurnedDownError."""
        self._control(PROGRAM, b"")

    def _load(self, block: Block) -> None:
        name = b"_" + _name(block.key, b"P")
        sizes = b"1%06d%06d" % (len(block.image), block.body_length)
        start = struct.pack(">BxH4xB", START_LOAD, 0x0100, len(name)) + name
        self._do(start + bytes((len(sizes),)) + sizes)
        sent = 0
        while (job := self._pdu()).parameter[0] == LOAD:
            piece = block.image[sent : sent + self._room]
            sent += len(piece)
            more = sent < len(block.image)
            told = struct.pack(">HH", len(piece), 0xFB) + piece
            self._say(wire.reply(job, bytes((LOAD, more)), told))
        self._say(wire.reply(job, bytes((END_LOAD,))))

    def _control(self, service: bytes, argument: bytes) -> None:
        head = struct.pack(">B6xBH", CONTROL, 0xFD, len(argument))
        self._do(head + argument + bytes((len(service),)) + service)

    def _do(self, parameter: bytes) -> wire.Pdu:
        self._reference += 1
        self._say(wire.job(self._reference, parameter))
        answer = self._pdu()
        if answer.error:
            raise TurnedDownError(answer.error)
        return answer

    def _say(self, pdu: bytes) -> None:
        self._line.sendall(wire.data_frame(pdu))

    def _pdu(self) -> wire.Pdu:
        unit = self._unit()
        return wire.parse_pdu(unit[1 + unit[0] :])

    def _unit(self) -> bytes:
        while not self._heard:
            data = self._line.recv(4096)
            if not data:
                raise RubbishError("the CPU hung up")
            self._heard += self._units.feed(data)
        return self._heard.pop(0)


@contextlib.contextmanager
def at_work(
    host: str, port: int, own_address: str = "127.0.0.1", slot: int = 2
) -> Iterator[Station]:
    """Connect from an address of this host, until the block ends."""
    with socket.create_connection(
        (host, port), timeout=_PATIENCE_S, source_address=(own_address, 0)
    ) as line:
        yield Station(line, slot)


def download(host: str, port: int, own_address: str, blocks: Iterable[Block]) -> None:
    """Stop a CPU, load blocks into it and start it again. Raises TurnedDownError."""
    with at_work(host, port, own_address) as station:
        station.stop()
        station.load(*blocks)
        station.start()


def _name(key: Key, where: bytes) -> bytes:
    kind, number = key
    return b"0%c%05d%s" % (kind.letter, number, where)
