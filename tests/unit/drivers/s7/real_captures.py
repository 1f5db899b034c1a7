"""Questions and answers of real CPUs, taken out of public packet captures beside the repository.

Reads pcap and pcapng, puts TCP streams together, and pairs S7 answers with their requests. Only for
tests: no capture is part of the product.
"""

import os
import struct
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccontrol.model.aspect import Depth
from ccontrol.model.capture import Capture, Exchange
from tests.unit.drivers.s7.heard import AT

ROOT = Path(__file__).parents[4]
CORPUS = Path(os.environ.get("CCONTROL_CORPUS", ROOT.parent / "shared" / "corpus"))
PORT = 102
_Stream = tuple[bytes, int, bytes, int]


def corpus(*parts: str) -> Path:
    """Return a file or folder of the corpus, or skip the test when it is not there."""
    path = CORPUS.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"no real data: {CORPUS} lacks {'/'.join(parts)}")
    return path


def real_capture(name: str, depth: Depth = Depth.FULL) -> Capture:
    """Return what the CPU in a packet capture was asked and answered, as if we had asked."""
    path = corpus("pcap", "ITI__ICS-Security-Tools", f"pcaps__s7__{name}")
    asked: Counter[str] = Counter()
    found = []
    for question, answers in exchanges(path):
        asked[question] += 1
        again = f" #{asked[question]}" if asked[question] > 1 else ""
        found.append(Exchange(question + again, answers))
    count = len(found)
    return Capture("real", "s7", depth, AT, AT, tuple(found), count, 1, 1)


def exchanges(path: Path) -> Iterator[tuple[str, tuple[bytes, ...]]]:
    found: list[tuple[str, list[bytes]]] = []
    waiting: dict[object, list[bytes]] = {}
    for stream, pdu in _messages(path):
        source, port, target, other = stream
        if port == PORT:
            line = waiting.get((target, other, pdu[4:6]))
            if line is not None:
                line.append(pdu)
            continue
        key = (source, port, pdu[4:6])
        question, group = _question(pdu)
        if question:
            found.append((question, []))
            waiting[key] = waiting[source, port, group] = found[-1][1]
        elif group:  # the next fragment of what was asked last
            waiting[key] = waiting.get((source, port, group), [])
    yield from ((question, tuple(answers)) for question, answers in found if answers)


def _question(pdu: bytes) -> tuple[str, bytes]:
    """Return a request in our words ("" for a follow-up) and its group and subfunction."""
    length = int.from_bytes(pdu[6:8], "big")
    parameter, data = pdu[10 : 10 + length], pdu[10 + length :]
    if pdu[1] != 7 or length not in (8, 12):
        return "", b""
    group = bytes((parameter[5] & 0x0F, parameter[6]))
    if length == 12:
        return "", group
    words = {
        b"\4\1": f"szl {data[4:6].hex()} {data[6:8].hex()}".upper().replace("SZL", "szl"),
        b"\3\1": "counts",
        b"\7\1": "clock",
        b"\3\2": f"list {data[5:6].hex()}",
        b"\3\3": f"info {data[5:6].hex()} {data[6:11].decode('latin-1')}",
    }
    return words.get(group, ""), group if group in words else b""


def _messages(path: Path) -> Iterator[tuple[_Stream, bytes]]:
    """Yield each whole S7 message with the addresses and ports that it went between."""
    rest: dict[_Stream, bytes] = {}
    following: dict[_Stream, int] = {}
    for stream, sequence, data in _segments(path):
        wanted = following.get(stream, sequence)
        if (sequence - wanted) & 0xFFFFFFFF > 1 << 31:
            continue  # sent again
        buffer = (rest.get(stream, b"") if sequence == wanted else b"") + data
        following[stream] = sequence + len(data) & 0xFFFFFFFF
        while len(buffer) >= 4 and (length := int.from_bytes(buffer[2:4], "big")) <= len(buffer):
            unit, buffer = buffer[4:length], buffer[max(length, 4) :]
            if unit[1:2] == b"\xf0" and unit[3:4] == b"\x32" and len(unit) > 12:
                yield stream, unit[3:]
        rest[stream] = buffer


def _segments(path: Path) -> Iterator[tuple[_Stream, int, bytes]]:
    for packet in packets(path.read_bytes()):
        if packet[:1] != b"\x45" or packet[9] != 6:
            continue
        tcp = packet[20 : int.from_bytes(packet[2:4], "big")]
        source, target, sequence = struct.unpack(">HHI", tcp[:8])
        data = tcp[(tcp[12] >> 4) * 4 :]
        if data and PORT in (source, target):
            yield (packet[12:16], source, packet[16:20], target), sequence, data


def packets(data: bytes) -> Iterator[bytes]:
    """Yield what each Ethernet frame of a recording carries; pcap and pcapng."""
    for frame in _frames(data):
        yield frame[14:]


def _frames(data: bytes) -> Iterator[bytes]:
    if data[:4] != b"\x0a\x0d\x0d\x0a":  # pcap, little endian
        at = 24
        while at + 16 <= len(data):
            length = int.from_bytes(data[at + 8 : at + 12], "little")
            yield data[at + 16 : at + 16 + length]
            at += 16 + length
        return
    at = 0
    while at + 12 <= len(data):
        kind, length = struct.unpack("<II", data[at : at + 8])
        if kind == 6:  # enhanced packet
            captured = int.from_bytes(data[at + 20 : at + 24], "little")
            yield data[at + 28 : at + 28 + captured]
        at += max(length, 12)
