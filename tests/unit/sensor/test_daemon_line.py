"""The line to the daemon, over a real Unix socket: greetings, broken lines, hints, nonsense."""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ccontrol.canonical.witness import Act, Hello, Kept, Whom, render_line
from ccontrol.model.engineering import Effect
from ccontrol.model.witness import Watch
from ccontrol.sensor.daemon_line import DaemonLine
from tests.unit.sensor.overheard import SetClock
from tests.unit.sensor.witness_server import WitnessServer, serving

NOW = datetime(2026, 3, 1, tzinfo=UTC)
WATCH = Watch("span-a", NOW, NOW, 1, 0)
HELLO = Hello("span-a", "eth1", "0.1.0")
HINT = Act(NOW, "192.0.2.20", "192.0.2.10", 50_001, Effect.MODIFY)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def line(tmp_path: Path, clock: SetClock) -> Iterator[DaemonLine]:
    line = DaemonLine(tmp_path / "w", HELLO, clock)
    yield line
    line.close()


def turned_until(line: DaemonLine, true: Callable[[], object]) -> Whom | None:
    """Turn the line until something holds; return whom it learnt of meanwhile."""
    whom = None
    for _ in range(500):
        whom = line.turn() or whom
        if true():
            return whom
        time.sleep(0.01)
    raise AssertionError("it did not come to that within five seconds")


def test_it_says_hello_and_hands_over_once_it_knows_whom_to_watch(
    line: DaemonLine, tmp_path: Path
) -> None:
    line.put(WATCH)
    with serving(WitnessServer(tmp_path / "w")) as server:
        whom = turned_until(line, lambda: line.is_done)
    assert whom == server.whom
    assert server.heard[0] == HELLO
    assert [(each.number, each.said) for each in server.handed()] == [(1, WATCH)]


def test_without_a_daemon_it_waits_longer_each_time_and_forgets_nothing(
    line: DaemonLine, clock: SetClock, tmp_path: Path
) -> None:
    line.put(WATCH)
    tries = []
    for second in range(64):
        before = line._next_try_s
        line.turn()
        if line._next_try_s != before:
            tries.append(second)
        clock.go(1)
    assert tries == [0, 1, 3, 7, 15, 31, 61]
    with serving(WitnessServer(tmp_path / "w")) as server:
        clock.go(30)
        turned_until(line, lambda: line.is_done)
    assert server.handed()[0].said == WATCH


def test_what_was_not_kept_is_sent_again_with_its_number(
    line: DaemonLine, clock: SetClock, tmp_path: Path
) -> None:
    with serving(WitnessServer(tmp_path / "w", keeps=False)) as server:
        for _ in range(2):
            line.put(WATCH)
        turned_until(line, lambda: len(server.handed()) == 2)
        server.keeps = True
        server.hang_up()
        turned_until(line, lambda: line.fileno() is None)
        clock.go(2)
        turned_until(line, lambda: line.is_done)
    assert [each.number for each in server.handed()] == [1, 2, 1, 2]


def test_hints_go_out_at_once_and_are_not_kept_for_later(line: DaemonLine, tmp_path: Path) -> None:
    line.hint(HINT)
    with serving(WitnessServer(tmp_path / "w")) as server:
        turned_until(line, lambda: server.heard)
        line.turn()
        turned_until(line, lambda: line._is_greeted)
        assert server.hints() == []
        line.hint(HINT)
        turned_until(line, server.hints)
    assert server.hints() == [HINT]


@pytest.mark.parametrize(
    "nonsense",
    [
        b"{}\n",
        b"\xff\xfe\n",
        b"[" * 5_000 + b"\n",
        render_line(Kept(5)),
        render_line(HELLO),
        b"x" * ((1 << 20) + 65_537),
    ],
)
def test_a_daemon_that_talks_nonsense_is_hung_up_on(
    line: DaemonLine, tmp_path: Path, nonsense: bytes
) -> None:
    line.put(WATCH)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as entrance:
        entrance.bind(str(tmp_path / "w"))
        entrance.listen()
        line.turn()
        far, _ = entrance.accept()
        with far:
            far.settimeout(0.05)
            rest = nonsense
            for _ in range(500):
                with contextlib.suppress(OSError):  # it takes no more, or it has hung up
                    rest = rest[far.send(rest) :] if rest else rest
                line.turn()
                if line.fileno() is None:
                    break
    assert line.fileno() is None
    assert not line.is_done


def test_a_daemon_that_does_not_read_holds_up_nobody(line: DaemonLine, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as entrance:
        entrance.bind(str(tmp_path / "w"))
        entrance.listen()
        line.turn()
        far, _ = entrance.accept()
        with far:
            far.sendall(render_line(Whom(())))
            for _ in range(20_000):
                line.put(WATCH)
            begun = time.monotonic()
            for _ in range(50):
                line.turn()
                line.hint(HINT)
            assert time.monotonic() - begun < 2
            assert line.wants_to_send
            assert len(line._out) < 1 << 18
