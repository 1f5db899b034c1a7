"""What engineering stations really sent, held against the guards: of it, reads alone may leave.

The frames are judged a second time here, by a list of reads that is written by hand and by events
that others found in the recordings; neither knows the guard.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccontrol.drivers.enip.transport import Guard
from ccontrol.drivers.logix.guard import guard_for
from ccontrol.drivers.pccc.guard import Guard as PcccGuard
from ccontrol.errors import ReadOnlyViolationError
from tests.unit.drivers.enip.real_captures import PORT, captures, frames
from tests.unit.drivers.s7.real_captures import corpus, packets

GUARDS: dict[str, Guard] = {
    "logix": guard_for(routines=False),
    "logix with routines": guard_for(routines=True),
    "pccc": PcccGuard(),
}
READS = {
    ("01",): {0x01},
    ("02",): {0x01},
    ("64",): {0x03},
    ("68",): {0x03, 0x4B},
    ("68", "6d"): {0x03, 0x4B, 0x4C, 0x52},
    ("6b",): {0x55},
    ("6c",): {0x03, 0x4C},
    ("8b",): {0x03},
    ("8e",): {0x03},
    ("ac",): {0x03},
    ("f4",): {0x01},
    ("f5",): {0x01},
    ("f6",): {0x01},
}
HARMLESS = {"program_upload.routine"}
"""Of the events that others found: what reads."""


def passes(guard: Guard, frame: bytes) -> bool:
    """Whether a guard would let a frame leave."""
    try:
        guard.check(frame)
    except ReadOnlyViolationError:
        return False
    return True


def asked(message: bytes) -> Iterator[tuple[tuple[str, ...], int]]:
    """Class path and service of a request and of all that it carries; 8 and 16 bits, no names."""
    words, at, classes = message[1], 2, list[str]()
    data = message[2 + 2 * words :]
    while at < 2 + 2 * words:
        size = 2 if message[at] & 1 == 0 else 4
        if message[at] & 0xFC == 0x20:
            classes.append(f"{message[at + size // 2]:02x}")
        at += size
    carried = {(0x52, "06"): _routed, (0x0A, "02"): _packed}.get((message[0], "/".join(classes)))
    if carried is None:
        yield tuple(classes), message[0]
        return
    for one in carried(data):
        yield from asked(one)


def _routed(data: bytes) -> list[bytes]:
    return [data[4 : 4 + int.from_bytes(data[2:4], "little")]]


def _packed(data: bytes) -> list[bytes]:
    count = int.from_bytes(data[:2], "little")
    at = [int.from_bytes(data[2 * n : 2 * n + 2], "little") for n in range(1, count + 1)]
    return [data[begin:end] for begin, end in zip(at, [*at[1:], len(data)], strict=True)]


def sent() -> list[bytes]:
    """Every frame that went to a controller."""
    return [frame for path in captures() for towards, frame in frames(path) if towards]


def events() -> Iterator[tuple[str, bytes]]:
    """What others found in the recordings: the event, and the frame, where one packet holds it."""
    folder = corpus("pcap")
    found: dict[Path, dict[int, str]] = {}
    for line in (folder / "expected_events.jsonl").read_text().splitlines():
        event = json.loads(line)
        if event["proto"] == "cip":
            found.setdefault(folder / event["file"], {})[event["frame"]] = event["action"]
    for path, actions in found.items():
        for number, packet in enumerate(packets(path.read_bytes()), 1):
            if number in actions and packet[:1] == b"\x45":
                yield actions[number], _payload(packet)


def _payload(packet: bytes) -> bytes:
    segment = packet[20 : int.from_bytes(packet[2:4], "big")]
    assert int.from_bytes(segment[2:4], "big") == PORT
    return segment[(segment[12] >> 4) * 4 :]


@pytest.mark.parametrize("name", GUARDS)
def test_of_all_that_stations_sent_only_reads_would_leave(name: str) -> None:
    left = [frame for frame in sent() if passes(GUARDS[name], frame)]
    assert left
    for frame in left:
        if frame[0] == 0x65:
            continue
        assert frame[0] in (0x6F, 0x70)
        message = frame[40:] if frame[0] == 0x6F else frame[46:]
        for classes, service in asked(message):
            assert service in READS[classes], frame.hex()


@pytest.mark.parametrize("name", GUARDS)
def test_each_download_edit_lock_and_change_of_mode_is_refused(name: str) -> None:
    refused = 0
    for action, frame in events():
        whole = frame[:1] in (b"\x6f", b"\x70") and len(frame) == 24 + frame[2] + 256 * frame[3]
        if whole and action not in HARMLESS:
            assert not passes(GUARDS[name], frame), (action, frame.hex())
            refused += 1
    assert refused > 200


def test_what_a_station_opens_and_closes_is_not_ours_to_open_or_close() -> None:
    managed = [frame for frame in sent() if frame[40:46] in _MANAGED]
    assert managed
    for frame in managed:
        assert not any(passes(guard, frame) for guard in GUARDS.values()), frame.hex()


_MANAGED = (bytes.fromhex("540220062401"), bytes.fromhex("4e0220062401"))
