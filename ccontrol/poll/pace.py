"""How fast requests may leave: one turnstile per bridge, shared by everything behind it.

Counts what passed, so that a poll that ended badly still says what it cost. Knows no controller.
"""

import asyncio

from ccontrol.clock import Clock


class Turnstile:
    """Lets requests pass one by one, evenly spaced, first come first served."""

    def __init__(self, clock: Clock, requests_per_s: float) -> None:
        self._clock = clock
        self._next_at = 0.0
        self.spacing_s = 1.0 / requests_per_s

    def adjust(self, requests_per_s: float) -> None:
        """Change the pace for every request from now on."""
        self.spacing_s = 1.0 / requests_per_s

    async def turn(self) -> None:
        """Return when the next request may be sent."""
        now = self._clock.monotonic()
        slot = max(now, self._next_at)
        self._next_at = slot + self.spacing_s
        if slot > now:
            await asyncio.sleep(slot - now)


class Gate:
    """One poll's own door to the turnstile of its bridge. Implements drivers.api.Pace."""

    def __init__(self, turnstile: Turnstile) -> None:
        self._turnstile = turnstile
        self.passed = 0

    async def turn(self) -> None:
        """Return when the next request may be sent."""
        await self._turnstile.turn()
        self.passed += 1


class Turnstiles:
    """The turnstiles of all bridges."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_key: dict[str, Turnstile] = {}

    def of(self, pace_key: str, requests_per_s: float) -> Turnstile:
        """Return the turnstile of a bridge, set to this pace."""
        turnstile = self._by_key.get(pace_key)
        if turnstile is None:
            turnstile = self._by_key[pace_key] = Turnstile(self._clock, requests_per_s)
        turnstile.adjust(requests_per_s)
        return turnstile
