"""How fast requests leave."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from ccontrol.poll.pace import Gate, Turnstiles
from tests.unit.poll.test_schedule import StandingClock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> StandingClock:
    clock = StandingClock()

    async def sleep(seconds: float) -> None:
        clock.passed += seconds

    monkeypatch.setattr(asyncio, "sleep", sleep)  # the test's clock passes instead of time
    return clock


def took(clock: StandingClock, story: Callable[[], Awaitable[None]]) -> float:
    begun = clock.passed

    async def tell() -> None:
        await story()

    asyncio.run(tell())
    return round(clock.passed - begun, 6)


def test_twenty_requests_take_nearly_a_second(clock: StandingClock) -> None:
    gate = Gate(Turnstiles(clock).of("bridge", 20.0))

    async def story() -> None:
        for _ in range(20):
            await gate.turn()

    assert took(clock, story) == pytest.approx(0.95)
    assert gate.passed == 20


def test_everybody_behind_a_bridge_shares_its_pace(clock: StandingClock) -> None:
    turnstiles = Turnstiles(clock)
    one, two = Gate(turnstiles.of("bridge", 10.0)), Gate(turnstiles.of("bridge", 10.0))

    async def story() -> None:
        for _ in range(5):
            await one.turn()
            await two.turn()

    assert took(clock, story) == pytest.approx(0.9)


def test_bridges_do_not_wait_for_each_other(clock: StandingClock) -> None:
    turnstiles = Turnstiles(clock)

    async def story() -> None:
        for number in range(10):
            await Gate(turnstiles.of(str(number), 1.0)).turn()

    assert took(clock, story) == 0


def test_a_new_pace_holds_from_the_next_request_on(clock: StandingClock) -> None:
    turnstiles = Turnstiles(clock)
    gate = Gate(turnstiles.of("bridge", 1.0))

    async def story() -> None:
        await gate.turn()
        turnstiles.of("bridge", 100.0)
        for _ in range(10):
            await gate.turn()

    assert took(clock, story) == pytest.approx(1.09)
