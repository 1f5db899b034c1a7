"""Frames made by hand: Ethernet, IP, TCP and UDP around a protocol's message, and files of them.

Knows nothing of the decoders. Checksums are left 0: a recorder hands frames up before the card
fills them in, and no witness may care.
"""

import ipaddress
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

from ccontrol.sources.wire.recording import Frame

STATION, CONTROLLER = "192.0.2.10", "192.0.2.20"
STATION_MAC, CONTROLLER_MAC = bytes.fromhex("020000000010"), bytes.fromhex("020000000020")
BEGIN_NS = 1_700_000_000_000_000_000
STEP_NS = 1_000_000
SYN, ACK, PSH, RST = 2, 16, 8, 4


def ethernet(source: bytes, target: bytes, kind: int, payload: bytes) -> bytes:
    return target + source + kind.to_bytes(2, "big") + payload


def ip(source: str, target: str, protocol: int, payload: bytes, ident: int = 0) -> bytes:
    one, two = ipaddress.ip_address(source), ipaddress.ip_address(target)
    if one.version == 6:
        head = struct.pack(">IHBB", 6 << 28, len(payload), protocol, 64)
        return head + one.packed + two.packed + payload
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), ident, 0, 64, protocol, 0)
    return head + one.packed + two.packed + payload


def tcp(ports: tuple[int, int], seq: int, ack: int, flags: int, payload: bytes = b"") -> bytes:
    return struct.pack(">HHIIBBHHH", *ports, seq, ack, 5 << 4, flags, 8192, 0, 0) + payload


def udp(ports: tuple[int, int], payload: bytes) -> bytes:
    return struct.pack(">HHHH", *ports, 8 + len(payload), 0) + payload


@dataclass
class Line:
    """Frames as they pass, one a millisecond."""

    frames: list[Frame] = field(default_factory=list)

    def put(self, data: bytes, link: int = 1, length: int = 0) -> None:
        number = len(self.frames) + 1
        time_ns = BEGIN_NS + number * STEP_NS
        self.frames.append(Frame(number, time_ns, link, data, length or len(data)))

    def sends(self, payload: bytes, ports: tuple[int, int], *, ident: int = 0) -> None:
        """A datagram from the station, or from the controller when its port comes first."""
        self.put(
            ethernet(
                STATION_MAC,
                CONTROLLER_MAC,
                0x0800,
                ip(STATION, CONTROLLER, 17, udp(ports, payload), ident),
            )
        )


@dataclass
class Talk:
    """A TCP connection, with handshake unless it is joined midway."""

    line: Line
    port: int = 102
    client_port: int = 50_001
    station: str = STATION
    controller: str = CONTROLLER
    handshake: bool = True
    first: int = 1_000
    """First sequence number of both sides; near 2**32 it wraps."""
    _next: dict[bool, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._next = {False: self.first, True: (self.first + 7_000) & 0xFFFFFFFF}
        if self.handshake:
            self._put(False, SYN, b"")
            self._put(True, SYN | ACK, b"")
            self._put(False, ACK, b"")

    def asks(self, message: bytes) -> None:
        """The client sends a message."""
        self._put(False, PSH | ACK, message)

    def answers(self, message: bytes) -> None:
        """The controller sends a message."""
        self._put(True, PSH | ACK, message)

    def loses(self, size: int, *, by_server: bool = False) -> None:
        """So many bytes pass, and no recorder sees them."""
        self._next[by_server] = (self._next[by_server] + size) & 0xFFFFFFFF

    def _put(self, by_server: bool, flags: int, payload: bytes) -> None:
        seq, ack = self._next[by_server], self._next[not by_server]
        ports = (self.port, self.client_port) if by_server else (self.client_port, self.port)
        ends = (self.controller, self.station) if by_server else (self.station, self.controller)
        macs = (CONTROLLER_MAC, STATION_MAC) if by_server else (STATION_MAC, CONTROLLER_MAC)
        packet = ip(*ends, 6, tcp(ports, seq, ack if flags & ACK else 0, flags, payload))
        kind = 0x86DD if ":" in self.station else 0x0800
        self.line.put(ethernet(*macs, kind, packet))
        size = len(payload) + (1 if flags & SYN else 0)
        self._next[by_server] = (seq + size) & 0xFFFFFFFF


def pcap(frames: Iterable[Frame], *, order: str = "<", nanoseconds: bool = False) -> bytes:
    """A pcap file of frames."""
    magic = 0xA1B23C4D if nanoseconds else 0xA1B2C3D4
    file = bytearray(struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 262_144, 1))
    for frame in frames:
        seconds, rest = divmod(frame.time_ns, 10**9)
        fraction = rest if nanoseconds else rest // 1000
        file += struct.pack(f"{order}IIII", seconds, fraction, len(frame.data), frame.length)
        file += frame.data
    return bytes(file)


def _block(order: str, kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    size = struct.pack(f"{order}I", 12 + len(body))
    return struct.pack(f"{order}I", kind) + size + body + size


def pcapng(frames: Iterable[Frame], *, order: str = "<", dropped: int = 0) -> bytes:
    """A pcapng file of frames, in nanoseconds, and the recorder's own count of losses."""
    section = struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1)
    resolution = struct.pack(f"{order}HHB3xHH", 9, 1, 9, 0, 0)
    interface = struct.pack(f"{order}HHI", 1, 0, 262_144) + resolution
    file = _block(order, 0x0A0D0D0A, section) + _block(order, 1, interface)
    for frame in frames:
        high, low = frame.time_ns >> 32, frame.time_ns & 0xFFFFFFFF
        head = struct.pack(f"{order}IIIII", 0, high, low, len(frame.data), frame.length)
        file += _block(order, 6, head + frame.data)
    if dropped:
        options = struct.pack(f"{order}HHQHH", 5, 8, dropped, 0, 0)
        file += _block(order, 5, struct.pack(f"{order}III", 0, 0, 0) + options)
    return file
