"""Files and replies of a real 1766-LEC, taken out of a public packet capture beside the repository.

RSLogix 500 stops, starts, forces and uploads it. Only for tests: the capture is no part of the
product.
"""

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from ccontrol.drivers.pccc.directory import FIRST_BYTES, HEAD_WORDS, MICROLOGIX_1400, rest_of
from ccontrol.model.aspect import Depth
from ccontrol.model.capture import Capture, Exchange
from tests.unit.drivers.pccc.heard import SYSTEM, capture, cip, exchange, told

ROOT = Path(__file__).parents[4]
CORPUS = Path(os.environ.get("CCONTROL_CORPUS", ROOT.parent / "shared" / "corpus"))
NAME = ("pcap", "EmreEkin__ICS-Pcaps", "CIP__cip_only.pcap")
PORT = 44818
_EXECUTE = bytes.fromhex("4b02 2067 2401")


class Recorded(NamedTuple):
    """What the processor answered."""

    statuses: tuple[bytes, ...]
    """Whole answers to 06/03, in order."""
    files: dict[tuple[int, int], bytes]
    """Bytes by type and number, as far as they were read from the beginning on."""


def recorded() -> Recorded:
    """Read the capture, or skip the test when it is not there."""
    path = CORPUS.joinpath(*NAME)
    if not path.exists():
        pytest.skip(f"no real data: {CORPUS} lacks {'/'.join(NAME)}")
    statuses, files = [], dict[tuple[int, int], bytearray]()
    asked: dict[bytes, bytes] = {}
    for from_processor, message in _messages(path.read_bytes()):
        command = _pccc(message, from_processor=from_processor)
        if not command:
            continue
        if not from_processor:
            asked[command[2:4]] = command
            continue
        question = asked.get(command[2:4], b"")
        if question[:1] == b"\x06":
            statuses.append(message)
        elif question[:1] + question[4:5] == b"\x0f\xa2":
            size, number, file_type, element, sub = question[5:10]
            whole = files.setdefault((file_type, number), bytearray())
            if element == 0 and 2 * sub == len(whole) and len(command) == 4 + size:
                whole += command[4:]
    return Recorded(tuple(statuses), {name: bytes(data) for name, data in files.items()})


def real_poll(of: Recorded) -> Capture:
    """The same answers to the questions that we ask."""
    directory = of.files[0x03, 0]
    head, tail = directory[: 2 * HEAD_WORDS], directory[2 * MICROLOGIX_1400.after :]
    first = tail[:FIRST_BYTES]
    word, size = rest_of(MICROLOGIX_1400, first)
    listing = [
        exchange(f"read 03 000 00000 {2 * HEAD_WORDS:05d}", told(head)),
        exchange(f"read 03 000 {MICROLOGIX_1400.after:05d} {FIRST_BYTES:05d}", told(first)),
        exchange(f"read 03 000 {word:05d} {size:05d}", told(tail[FIRST_BYTES:])),
    ]
    again = [exchange(f"{one.question} #2", *one.answers) for one in listing]
    return capture(
        [
            exchange("identity", cip(b"", 0x01, 0x05)),
            exchange("status", of.statuses[0]),
            exchange(SYSTEM, told(of.files[0x84, 2][114:130])),
            *listing,
            *_files(of),
            exchange("status #2", of.statuses[0]),
            *again,
        ],
        Depth.FULL,
    )


def _files(of: Recorded) -> Iterator[Exchange]:
    for (file_type, number), data in of.files.items():
        if file_type not in (0x00, 0x03) and data:
            yield exchange(f"read {file_type:02X} {number:03d} 00000 {len(data):05d}", told(data))


def _pccc(message: bytes, *, from_processor: bool) -> bytes:
    if from_processor:
        data = message[4:] if message[:4] == b"\xcb\0\0\0" else b""
    else:
        data = message[6:] if message[:6] == _EXECUTE else b""
    return data[data[0] :] if data else b""


def _messages(data: bytes) -> Iterator[tuple[bool, bytes]]:
    """Yield each CIP message, and whether it came from the processor; frames lie in one segment."""
    at = 24
    while at + 16 <= len(data):
        (length,) = struct.unpack_from("<I", data, at + 8)
        packet = data[at + 16 + 14 : at + 16 + length]
        at += 16 + length
        if packet[:1] == b"\x45" and packet[9] == 6:
            tcp = packet[20 : int.from_bytes(packet[2:4], "big")]
            payload = tcp[(tcp[12] >> 4) * 4 :]
            yield from ((tcp[:2] == PORT.to_bytes(2, "big"), one) for one in _frames(payload))


def _frames(payload: bytes) -> Iterator[bytes]:
    while len(payload) >= 24:
        size = 24 + int.from_bytes(payload[2:4], "little")
        frame, payload = payload[:size], payload[size:]
        if frame[0] == 0x6F and frame[36:38] == b"\xb2\0":
            yield frame[40:]
        elif frame[0] == 0x70 and frame[40:42] == b"\xb1\0":
            yield frame[46:]
