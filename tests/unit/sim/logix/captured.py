"""What a real 1756-L61 (behind a 1756-ENBT) was asked and answered, from public captures.

The captures lie beside the repository; a test that needs them is skipped without them.
"""

import os
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
CORPUS = Path(os.environ.get("CCONTROL_CORPUS", ROOT.parent / "shared" / "corpus"))
PORT = 44818
_Line = tuple[bytes, int, bytes, int]


def corpus(*parts: str) -> Path:
    """A file or folder of the corpus; skips the test when it is not there."""
    path = CORPUS.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"no real data at {path}: set CCONTROL_CORPUS")
    return path


def exchanges(path: Path) -> Iterator[tuple[bytes, bytes]]:
    """CIP requests with their answers, unconnected ones with their Unconnected Send."""
    waiting: dict[tuple[int, bytes], bytes] = {}
    for (_, source, _, target), frame in frames(path):
        if frame[:2] == b"\x6f\0":
            key, cip = frame[12:20], frame[40 : 40 + int.from_bytes(frame[38:40], "little")]
        elif frame[:2] == b"\x70\0":
            key, cip = frame[36:40][:0] + frame[44:46], frame[46:]
        else:
            continue
        if target == PORT:
            waiting[source, key] = cip
        elif (target, key) in waiting:
            yield waiting.pop((target, key)), cip


def frames(path: Path) -> Iterator[tuple[_Line, bytes]]:
    """Encapsulation frames in the order of the capture; none of these spans two packets."""
    data, at = path.read_bytes(), 24
    assert data[:4] == b"\xd4\xc3\xb2\xa1", "little endian pcap"
    while at + 16 <= len(data):
        length = int.from_bytes(data[at + 8 : at + 12], "little")
        packet, at = data[at + 30 : at + 16 + length], at + 16 + length
        if packet[:1] != b"\x45" or packet[9] != 6:
            continue
        tcp = packet[20 : int.from_bytes(packet[2:4], "big")]
        source, target = struct.unpack(">HH", tcp[:4])
        payload = tcp[(tcp[12] >> 4) * 4 :]
        while len(payload) >= 24 and PORT in (source, target):
            end = 24 + int.from_bytes(payload[2:4], "little")
            if end <= len(payload):
                yield (packet[12:16], source, packet[16:20], target), payload[:end]
            payload = payload[end:]
