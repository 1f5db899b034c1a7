"""The clock: phases, ticks, gaps and steps."""

import threading
import time
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from ccontrol.clock import SystemClock
from ccontrol.model.aspect import Depth
from ccontrol.poll.schedule import Tick, Timetable, Turn, next_phase, phase_s
from ccontrol.poll.waiting import Key

KEY = Key("north", "press-3")


class StandingClock:
    """A clock that moves when a test moves it."""

    def __init__(self) -> None:
        self.wall = datetime(2024, 5, 1, 12, tzinfo=UTC)
        self.passed = 1000.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.passed


@given(some.text(max_size=8), some.floats(1, 1e6))
def test_a_phase_lies_within_its_interval_and_stays(name: str, interval_s: float) -> None:
    key = Key("north", name)
    phase = phase_s(key, Depth.GLANCE, interval_s)
    assert 0 <= phase < interval_s
    assert phase == phase_s(key, Depth.GLANCE, interval_s)


def test_phases_spread_over_the_interval() -> None:
    phases = [phase_s(Key("north", str(number)), Depth.GLANCE, 300.0) for number in range(2000)]
    in_a_second = [sum(int(phase) == second for phase in phases) for second in range(300)]
    assert max(in_a_second) < 25


@given(some.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1)), some.floats(1, 1e5))  # noqa: DTZ001 — made aware below
def test_the_next_phase_is_within_one_interval(naive: datetime, interval_s: float) -> None:
    now = naive.replace(tzinfo=UTC)
    due = next_phase(Turn(KEY, Depth.FULL, interval_s), now)
    assert now < due + timedelta(milliseconds=1)
    assert due <= now + timedelta(seconds=interval_s, milliseconds=1)


def ticking(*turns: Turn, until: int) -> list[Tick]:
    told: list[Tick] = []
    enough = threading.Event()

    def tell(tick: Tick) -> None:
        told.append(tick)
        if len(told) >= until:
            enough.set()

    timetable = Timetable(tell, SystemClock())
    timetable.start()
    timetable.lay(turns)
    try:
        assert enough.wait(10)
        assert timetable.is_alive
    finally:
        timetable.stop()
    return told


def test_turns_are_told_again_and_again() -> None:
    told = ticking(Turn(KEY, Depth.GLANCE, 0.1), until=5)
    assert {tick.key for tick in told} == {KEY}
    assert sum(tick.missed for tick in told) <= 1


def test_what_is_overdue_after_a_restart_is_told_soon_but_not_at_once() -> None:
    yesterday = SystemClock().now() - timedelta(days=1)
    begun = time.monotonic()
    ticking(Turn(KEY, Depth.FULL, 86_400.0, yesterday, late_by_s=0.3), until=1)
    assert 0.25 < time.monotonic() - begun < 5


def test_turns_that_a_starved_host_could_not_tell_are_counted() -> None:
    told: list[Tick] = []
    clock = StandingClock()
    timetable = Timetable(told.append, clock)
    turn = Turn(KEY, Depth.GLANCE, 300.0)
    timetable._tell(turn)
    clock.passed += 300
    timetable._tell(turn)
    clock.passed += 1500
    timetable._tell(turn)
    assert [tick.missed for tick in told] == [0, 0, 4]


def test_a_step_of_the_wall_clock_is_noticed_once() -> None:
    clock = StandingClock()
    timetable = Timetable(lambda _tick: None, clock)
    clock.wall += timedelta(seconds=10)
    clock.passed += 10
    assert timetable.clock_step_s() == 0
    clock.wall -= timedelta(hours=1)
    assert round(timetable.clock_step_s()) == -3600
    assert timetable.clock_step_s() == 0
