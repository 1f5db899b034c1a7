"""Packets from standard input: as they come, until they end, and not from a file."""

import os
import select
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ccontrol.errors import SensorError
from ccontrol.sensor.stream import Stream

HEAD = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1)


def packet(data: bytes) -> bytes:
    return struct.pack("<IIII", 1, 2, len(data), len(data)) + data


@contextmanager
def piped() -> Iterator[tuple[Stream, int]]:
    """A stream, and where to write what it hears."""
    near, far = os.pipe()
    try:
        yield Stream(near), far
    finally:
        os.close(near)
        os.close(far)


def heard(stream: Stream, count: int) -> list[bytes]:
    found: list[bytes] = []
    poll = select.poll()
    poll.register(stream.filenos()[0], select.POLLIN)
    while len(found) < count:
        assert poll.poll(10_000), f"{len(found)} of {count} came"
        found += [frame.data for frame in stream.frames()]
    return found


def wait_for_the_end(stream: Stream) -> str:
    for _ in range(1_000):
        try:
            stream.losses()
        except SensorError as error:
            return str(error)
        time.sleep(0.01)
    raise AssertionError("it did not end")


def test_a_packet_is_heard_before_the_next_one_is_written() -> None:
    with piped() as (stream, far):
        assert stream.frames() == []
        os.write(far, HEAD)
        for data in (b"one", b"two"):
            os.write(far, packet(data))
            assert heard(stream, 1) == [data]
        assert stream.losses() == 0


def test_more_than_wait_at_a_time_come_in_order() -> None:
    with piped() as (stream, far):
        os.write(far, HEAD)
        several = [b"%d" % number for number in range(900)]
        os.write(far, b"".join(map(packet, several)))
        assert heard(stream, len(several)) == several


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (HEAD + packet(b"one"), "it was closed"),
        (HEAD + packet(b"one") + packet(b"two")[:-1], "in the midst of packet 2"),
        (b"what is no recording", "not a recording of packets"),
        (b"", "not a recording of packets"),
    ],
)
def test_its_end_is_an_error_with_the_reason_once_all_was_heard(written: bytes, told: str) -> None:
    near, far = os.pipe()
    stream = Stream(near)
    os.write(far, written)
    os.close(far)
    if written.startswith(HEAD):
        assert heard(stream, 1) == [b"one"]
    assert told in wait_for_the_end(stream)
    os.close(near)


def test_it_has_not_ended_while_something_waits_to_be_heard() -> None:
    near, far = os.pipe()
    stream = Stream(near)
    os.write(far, HEAD + packet(b"one"))
    os.close(far)
    time.sleep(0.2)
    assert stream.losses() == 0
    assert heard(stream, 1) == [b"one"]
    assert "ended" in wait_for_the_end(stream)
    os.close(near)


def test_what_the_other_program_lost_is_told_once() -> None:
    section = struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)
    interface = struct.pack("<IIHHII", 1, 20, 1, 0, 65_535, 20)
    counts = struct.pack("<IIIIIHHQI", 5, 36, 0, 0, 0, 5, 8, 7, 36)
    simple = struct.pack("<IIIB3xI", 3, 20, 1, 88, 20)
    with piped() as (stream, far):
        os.write(far, section + interface + counts + simple)
        assert heard(stream, 1) == [b"X"]
        assert stream.losses() == 7
        assert stream.losses() == 0


def test_a_file_is_not_listened_to(tmp_path: Path) -> None:
    (tmp_path / "old.pcap").write_bytes(HEAD)
    with (tmp_path / "old.pcap").open("rb") as file, pytest.raises(SensorError, match="no pipe"):
        Stream(file.fileno())
