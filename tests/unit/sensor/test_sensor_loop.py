"""The sensor's loop, with frames from a source of ours and a daemon that follows the protocol."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from ccontrol.canonical.witness import Hello, Whom
from ccontrol.clock import SystemClock
from ccontrol.errors import SensorError
from ccontrol.model.engineering import EngineeringEvent
from ccontrol.model.witness import Watch
from ccontrol.sensor import daemon_line
from ccontrol.sensor import sensor as sensor_module
from ccontrol.sensor.daemon_line import DaemonLine
from ccontrol.sensor.ear import Orders
from ccontrol.sensor.outbox import Outbox
from ccontrol.sensor.sensor import Sensor
from ccontrol.sources.wire.recording import Frame
from ccontrol.sources.wire.table import Watchlist
from tests.unit.sensor.witness_server import WitnessServer, serving
from tests.unit.sources.wire import messages as m
from tests.unit.sources.wire.packets import Line, Talk


class Pipe:
    """A source: frames that a test puts in, and losses that it claims."""

    def __init__(self) -> None:
        self.near, self.far = os.pipe()
        os.set_blocking(self.near, False)
        self.waiting: list[Frame] = []
        self.lost = 0
        self.is_down = False

    def put(self, frames: list[Frame]) -> None:
        now_ns = time.clock_gettime_ns(time.CLOCK_REALTIME)
        self.waiting += [each._replace(time_ns=now_ns) for each in frames]
        os.write(self.far, b"x")

    def filenos(self) -> tuple[int, ...]:
        return (self.near,)

    def frames(self) -> list[Frame]:
        try:
            os.read(self.near, 100)
        except BlockingIOError:
            return []
        found, self.waiting = self.waiting, []
        return found

    def losses(self) -> int:
        if self.is_down:
            raise SensorError("eth1 is not heard any more: Network is down")
        lost, self.lost = self.lost, 0
        return lost

    def close(self) -> None:
        os.close(self.near)
        os.close(self.far)


class Manager:
    """The service manager's side."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def say(self, *words: str) -> None:
        self.words += words


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sensor_module, "TURN_S", 0.02)
    monkeypatch.setattr(sensor_module, "WATCH_S", 0.1)
    monkeypatch.setattr(sensor_module, "STOP_S", 1.0)
    monkeypatch.setattr(daemon_line, "_LONGEST_PAUSE_S", 0.1)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    pipe.close()


def made(path: Path, outbox: Outbox | None = None, quiet_s: float = 0.05) -> Sensor:
    clock = SystemClock()
    line = DaemonLine(path, Hello("span-a", "eth1", "0.1.0"), clock, outbox)
    return Sensor(Orders("span-a", Watchlist(), quiet_s), line, clock)


@contextmanager
def running(sensor: Sensor, pipe: Pipe, manager: Manager) -> Iterator[None]:
    thread = threading.Thread(target=sensor.run, args=(pipe, manager))
    thread.start()
    try:
        yield
    finally:
        sensor.stop()
        thread.join()


def wait_until(true: Callable[[], object]) -> None:
    for _ in range(500):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come to that within five seconds")


def loss(said: EngineeringEvent | Watch) -> int:
    return said.dropped if isinstance(said, Watch) else 0


def a_load() -> list[Frame]:
    line = Line()
    m.load_block(Talk(line), 7)
    return line.frames


def said(server: WitnessServer, kind: type) -> list[EngineeringEvent | Watch]:
    return [each.said for each in server.handed() if isinstance(each.said, kind)]


def test_a_load_reaches_the_daemon_as_hint_event_and_counted_packets(
    tmp_path: Path, pipe: Pipe
) -> None:
    manager = Manager()
    with serving(WitnessServer(tmp_path / "w")) as server:
        with running(made(tmp_path / "w"), pipe, manager):
            wait_until(lambda: said(server, Watch))
            pipe.put(a_load())
            wait_until(server.hints)
            wait_until(lambda: said(server, EngineeringEvent))
        watches = [each for each in said(server, Watch) if isinstance(each, Watch)]
    assert sum(watch.packets for watch in watches) == len(a_load())
    assert [each for watch in watches for each in watch.heard] == [("192.0.2.20", len(a_load()))]
    assert all(one.until == two.since for one, two in pairwise(watches))
    assert manager.words[0] == "READY=1"
    assert "WATCHDOG=1" in manager.words
    assert manager.words[-1] == "STOPPING=1"


def test_a_sensor_that_is_stopped_hands_over_what_it_had_open(tmp_path: Path, pipe: Pipe) -> None:
    with serving(WitnessServer(tmp_path / "w")) as server:
        with running(made(tmp_path / "w", quiet_s=600), pipe, Manager()):
            wait_until(server.handed)
            pipe.put(a_load())
            wait_until(server.hints)
            assert said(server, EngineeringEvent) == []
        assert len(said(server, EngineeringEvent)) == 2


def test_dropped_packets_are_told_once(
    tmp_path: Path, pipe: Pipe, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(WitnessServer(tmp_path / "w")) as server:
        with running(made(tmp_path / "w"), pipe, Manager()):
            pipe.lost = 41
            wait_until(lambda: len(said(server, Watch)) > 2)
        drops = [loss(each) for each in said(server, Watch)]
    assert sum(drops) == 41
    assert "not everything was heard dropped=41" in caplog.text


def test_what_had_no_room_is_told_as_lost_when_there_is_room_again(
    tmp_path: Path, pipe: Pipe
) -> None:
    small = Outbox(bytes_limit=400)
    sensor = made(tmp_path / "w", small)
    with running(sensor, pipe, Manager()):
        wait_until(lambda: len(small))
        pipe.put(a_load())
        wait_until(lambda: sensor._unsaid >= 3)  # two events and a watch
        with serving(WitnessServer(tmp_path / "w")) as server:
            wait_until(lambda: any(loss(each) >= 3 for each in said(server, Watch)))


def test_an_interface_that_went_down_ends_the_sensor_with_what_it_knew(
    tmp_path: Path, pipe: Pipe
) -> None:
    with serving(WitnessServer(tmp_path / "w")) as server:
        ended: list[SensorError] = []

        def run() -> None:
            try:
                made(tmp_path / "w", quiet_s=600).run(pipe, Manager())
            except SensorError as error:
                ended.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        wait_until(server.handed)
        pipe.put(a_load())
        wait_until(server.hints)
        pipe.is_down = True
        thread.join()
        assert str(ended[0]) == "eth1 is not heard any more: Network is down"
        assert len(said(server, EngineeringEvent)) == 2


def test_a_controller_whose_port_is_not_listened_to_is_told(
    tmp_path: Path, pipe: Pipe, caplog: pytest.LogCaptureFixture
) -> None:
    whom = Whom((("192.0.2.20", 10_102), ("plc.example", 102)))
    with (
        serving(WitnessServer(tmp_path / "w", whom)) as server,
        running(made(tmp_path / "w"), pipe, Manager()),
    ):
        wait_until(lambda: said(server, Watch))
    assert "nothing is heard of 192.0.2.20: --port 10102=PROTOCOL is missing" in caplog.text
    assert "without an IP address" in caplog.text
