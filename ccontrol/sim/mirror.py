"""A mirror port of simulated controllers: what passes at them, as a pcap that grows.

For hosts where nobody may listen on the loopback. The bytes, their ends and their times are real;
the heads of Ethernet, IP and TCP around them are made here, for a socket does not show them. As at
a real mirror port packets are lost when nobody takes them fast enough.
"""

import ipaddress
import itertools
import os
import struct
import threading
from dataclasses import dataclass, field
from typing import Final

from ccontrol.clock import Clock

SYN, FIN, PSH, ACK = 2, 1, 8, 16
_ETHERNET: Final = 1
_LONGEST: Final = 1 << 18
_PIECE: Final = 1400
"""Bytes of one segment. What is written at once stays below PIPE_BUF, so that it passes whole."""
_LIMIT: Final = 1 << 32
End = tuple[str, int]


class Mirror:
    """One stream for all that is mirrored to it. Controllers may live in threads of their own."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._door: int | None = None
        self.dropped = 0
        """Packets that nobody took fast enough."""

    def begin(self, door: int) -> None:
        """Begin a recording at an open pipe, which must take its head at once."""
        os.write(door, struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, _LONGEST, _ETHERNET))
        os.set_blocking(door, False)
        with self._lock:
            self._door = door

    def end(self) -> None:
        """End it: the pipe is not written to any more."""
        with self._lock:
            self._door = None

    def put(self, packet: bytes) -> None:
        """Record a packet, or count it as lost; between recordings nobody is there to lose it."""
        now = self._clock.now()
        size = len(packet)
        head = struct.pack("<IIII", int(now.timestamp()), now.microsecond, size, size)
        with self._lock:
            if self._door is None:
                return
            try:
                os.write(self._door, head + packet)
            except (BlockingIOError, BrokenPipeError):
                self.dropped += 1


@dataclass
class _Side:
    """What one end of a conversation has sent."""

    end: End
    sent: int = 0

    @property
    def address(self) -> bytes:
        """Four bytes."""
        return ipaddress.ip_address(self.end[0]).packed

    @property
    def mac(self) -> bytes:
        """An address of the card: each end has one of its own, administered locally."""
        return b"\x02\x00" + self.address


@dataclass
class Mirrored:
    """One TCP conversation, mirrored from its beginning."""

    mirror: Mirror
    client: End
    server: End
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self._asking = _Side(self.client)
        self._telling = _Side(self.server)
        self._segment(self._asking, self._telling, SYN)
        self._segment(self._telling, self._asking, SYN | ACK)
        self._segment(self._asking, self._telling, ACK)

    def heard(self, data: bytes) -> None:
        """The client said something."""
        self._said(self._asking, self._telling, data)

    def said(self, data: bytes) -> None:
        """The controller said something."""
        self._said(self._telling, self._asking, data)

    def ended(self) -> None:
        """The conversation is over."""
        self._segment(self._telling, self._asking, FIN | ACK)

    def _said(self, sender: _Side, other: _Side, data: bytes) -> None:
        for at in range(0, len(data), _PIECE):
            self._segment(sender, other, PSH | ACK, data[at : at + _PIECE])

    def _segment(self, sender: _Side, other: _Side, flags: int, data: bytes = b"") -> None:
        ports = (sender.end[1], other.end[1])
        numbers = (sender.sent, other.sent if flags & ACK else 0)
        tcp = struct.pack(">HHIIBBHHH", *ports, *numbers, 0x50, flags, 0xFFFF, 0, 0) + data
        sender.sent = (sender.sent + len(data) + bool(flags & (SYN | FIN))) % _LIMIT
        number = next(self._numbers) & 0xFFFF
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), number, 0x4000, 64, 6, 0)
        ip += sender.address + other.address
        self.mirror.put(other.mac + sender.mac + b"\x08\x00" + ip + tcp)
