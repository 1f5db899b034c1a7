"""Real packet sockets on the loopback: the filter, the ring, the counts of what was dropped."""

import os
import select
import socket
import subprocess  # noqa: TID251 — rights that are given up do not come back: in a process of its own
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from ccontrol.errors import SensorError
from ccontrol.sensor.tap import BLOCK_BYTES, How, Tap, Taps
from ccontrol.sources.wire.recording import Frame
from tests.unit.sensor.live import needs_the_loopback

PORT = 40_102
"""One that nothing else on this machine uses."""


@pytest.fixture
def tap() -> Iterator[Tap]:
    tap = Tap("lo", How(frozenset({PORT}), buffer_bytes=2 * BLOCK_BYTES))
    yield tap
    tap.close()


@pytest.fixture
def sender() -> Iterator[Callable[[bytes, int], None]]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:

        def send(payload: bytes, port: int) -> None:
            door.sendto(payload, ("127.0.0.1", port))

        yield send


def heard(tap: Tap | Taps, enough: int, seconds: float = 2.0) -> list[Frame]:
    """Frames until there are enough of them, or the time is over."""
    frames: list[Frame] = []
    until = time.monotonic() + seconds
    while len(frames) < enough and time.monotonic() < until:
        frames += tap.frames(len(frames)) if isinstance(tap, Tap) else tap.frames()
        poll = select.poll()
        for fileno in tap.filenos() if isinstance(tap, Taps) else (tap.fileno(),):
            poll.register(fileno, select.POLLIN)
        poll.poll(20)
    return frames


@needs_the_loopback
def test_each_packet_of_a_watched_port_comes_once_and_no_other(
    tap: Tap, sender: Callable[[bytes, int], None]
) -> None:
    before_ns = time.clock_gettime_ns(time.CLOCK_REALTIME)
    for number in range(5):
        sender(b"watched %d" % number, PORT)
        sender(b"not watched", PORT + 1)
    frames = heard(tap, 6, 0.5)
    assert [each.data[42:] for each in frames] == [b"watched %d" % number for number in range(5)]
    assert [each.number for each in frames] == [1, 2, 3, 4, 5]
    assert all(0 <= each.time_ns - before_ns < 5 * 10**9 for each in frames)
    assert tap.losses() == 0


@needs_the_loopback
def test_a_flood_is_counted_to_the_last_packet(
    tap: Tap, sender: Callable[[bytes, int], None]
) -> None:
    for _ in range(1_500):
        sender(bytes(1_000), PORT)
    taken = dropped = 0
    for _ in range(50):
        taken += len(heard(tap, 1_500, 0.1))
        dropped += tap.losses()
        if taken + dropped >= 1_500:
            break
    assert dropped > 0
    assert taken + dropped == 1_500
    assert tap.losses() == 0


@needs_the_loopback
def test_after_a_flood_it_hears_again(tap: Tap, sender: Callable[[bytes, int], None]) -> None:
    for turn in range(3):
        for _ in range(600):
            sender(bytes(1_000), PORT)
        heard(tap, 600, 0.3)
        sender(b"after flood %d" % turn, PORT)
        assert heard(tap, 1)[-1].data[42:] == b"after flood %d" % turn


@needs_the_loopback
def test_several_interfaces_are_one_wire_with_one_count(
    sender: Callable[[bytes, int], None],
) -> None:
    how = How(frozenset({PORT}), buffer_bytes=2 * BLOCK_BYTES)
    taps = Taps([Tap("lo", how), Tap("lo", how)])
    try:
        sender(b"once", PORT)
        frames = heard(taps, 2)
    finally:
        taps.close()
    assert [each.number for each in frames] == [1, 2]


@needs_the_loopback
def test_an_interface_that_is_not_there_is_told_with_its_name() -> None:
    with pytest.raises(SensorError, match="cannot listen on no-such0: there is no such interface"):
        Tap("no-such0", How(frozenset({PORT})))


GIVES_UP = """
import os, socket
from ccontrol.sensor.confine import bound, confine
from ccontrol.sensor.tap import How, Tap
tap = Tap("lo", How(frozenset({40102})))
confine()
bound()
told = ("CapEff", "CapPrm", "CapAmb", "NoNewP")
print([line.split()[1] for line in open("/proc/self/status") if line[:6] in told])
try:
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
except PermissionError:
    print("no other socket")
try:
    bytearray(2 << 30)
except MemoryError:
    print("no more memory")
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 40102))
import time; time.sleep(0.2)
print([frame.data[42:] for frame in tap.frames(0)])
"""


@needs_the_loopback
def test_rights_are_given_up_for_good_and_it_hears_all_the_same() -> None:
    done = subprocess.run(
        [sys.executable, "-c", GIVES_UP], capture_output=True, text=True, check=True, timeout=60
    )
    none = "0" * 16
    assert done.stdout.splitlines() == [
        str([none, none, none, "1"]),
        "no other socket",
        "no more memory",
        "[b'x']",
    ]


def test_without_the_right_it_says_which_is_missing() -> None:
    program = (
        "from ccontrol.sensor.confine import confine\n"
        "from ccontrol.sensor.tap import How, Tap\n"
        "confine()\n"
        "Tap('lo', How(frozenset({102})))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, "PYTHONNOUSERSITE": "1"},
    )  # fmt: skip
    assert "SensorError: cannot listen on lo: this needs the right CAP_NET_RAW" in done.stderr
