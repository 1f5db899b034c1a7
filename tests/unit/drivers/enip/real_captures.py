"""Questions and answers of real controllers over EtherNet/IP, out of public packet captures.

Pairs each CIP request with its answer by session context or sequence count. Only for tests: no
capture is part of the product.
"""

import struct
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from tests.unit.drivers.s7.real_captures import corpus, packets

PORT = 44818


class Pair(NamedTuple):
    """One CIP request, without its way, and the answer to it."""

    asked: bytes
    answered: bytes


def captures() -> Iterator[Path]:
    """Every capture of EtherNet/IP that there is."""
    for folder, pattern in (
        ("ITI__ICS-Security-Tools", "*openics__EIP*.pcap"),
        ("ITI__ICS-Security-Tools", "*EthernetIP*.pcap"),
        ("cisagov__icsnpp-enip", "*.pcap*"),
    ):
        yield from sorted(corpus("pcap", folder).glob(pattern))


def frames(path: Path) -> Iterator[tuple[bool, bytes]]:
    """Every whole frame, and whether it went to the controller."""
    rest: dict[tuple[object, ...], bytes] = {}
    following: dict[tuple[object, ...], int] = {}
    for packet in packets(path.read_bytes()):
        if packet[:1] != b"\x45" or packet[9] != 6:
            continue
        segment = packet[20 : int.from_bytes(packet[2:4], "big")]
        source, target, sequence = struct.unpack(">HHI", segment[:8])
        data = segment[(segment[12] >> 4) * 4 :]
        if PORT not in (source, target) or not data:
            continue
        stream = (packet[12:20], source, target)
        if following.get(stream, sequence) != sequence:
            rest.pop(stream, None)
        following[stream] = (sequence + len(data)) & 0xFFFFFFFF
        buffer = rest.get(stream, b"") + data
        while len(buffer) >= 24 and len(buffer) >= (size := 24 + buffer[2] + 256 * buffer[3]):
            yield target == PORT, buffer[:size]
            buffer = buffer[size:]
        rest[stream] = buffer


def pairs(path: Path) -> Iterator[Pair]:
    """Every request whose answer was recorded; what a packet or a route carries, too."""
    waiting: dict[bytes, bytes] = {}
    for to_controller, frame in frames(path):
        found = _message(frame)
        if found is None:
            continue
        key, message = found
        if to_controller:
            waiting[key] = message
        elif key in waiting:
            yield from _opened(waiting.pop(key), message)


def requests(path: Path) -> Iterator[bytes]:
    """Every CIP request, answered or not."""
    for to_controller, frame in frames(path):
        found = _message(frame) if to_controller else None
        if found is not None:
            yield found[1]


def _message(frame: bytes) -> tuple[bytes, bytes] | None:
    if frame[0] == 0x6F and len(frame) > 42:
        return b"u" + frame[4:8] + frame[12:20], frame[40:]
    if frame[0] == 0x70 and len(frame) > 48:
        return b"c" + frame[4:8] + frame[44:46], frame[46:]
    return None


def _opened(asked: bytes, answered: bytes) -> Iterator[Pair]:
    yield Pair(asked, answered)
    data_at = 2 + 2 * asked[1]
    data = asked[data_at:]
    if asked[:data_at] == bytes.fromhex("520220062401"):
        size = int.from_bytes(data[2:4], "little")
        yield from _opened(data[4 : 4 + size], answered)
    if asked[:data_at] == bytes.fromhex("0a0220022401") and answered[2] == 0:
        yield from map(Pair, _several(data), _several(answered[4:]))


def _several(data: bytes) -> list[bytes]:
    count = int.from_bytes(data[:2], "little")
    at = [*struct.unpack_from(f"<{count}H", data, 2), len(data)]
    return [data[begin:end] for begin, end in pairwise(at)]
