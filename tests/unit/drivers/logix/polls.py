"""Polls of simulated chassis, and what they show, for the stories about Logix controllers."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from ccontrol.clock import SystemClock
from ccontrol.diff.compare import compare
from ccontrol.diff.merge import merge
from ccontrol.drivers.api import Ask
from ccontrol.drivers.logix import LogixDriver
from ccontrol.drivers.logix.options import LogixOptions
from ccontrol.model.aspect import Depth
from ccontrol.model.capture import Capture
from ccontrol.model.change import Change
from ccontrol.model.controller import Budget, Controller
from ccontrol.model.secret import Seal
from ccontrol.model.snapshot import Read, Snapshot, Unread
from ccontrol.model.state import State
from ccontrol.model.unit import Unit, UnitId
from ccontrol.sim.logix.server import Live
from tests.contract.allowance import AMPLE, CountingPace

SEAL = Seal(b"logix" * 7)


@dataclass
class Poller:
    """One driver and one controller."""

    live: Live
    options: LogixOptions = field(default_factory=lambda: LogixOptions(slots=tuple(range(6))))
    budget: Budget = AMPLE
    driver: LogixDriver = field(default_factory=LogixDriver)

    def poll(self, depth: Depth) -> Capture:
        """Poll once."""
        controller = Controller(
            "press-3", "north", "hall-1", "logix", self.live.host, self.live.port,
            budget=self.budget, options=self.options,
        )  # fmt: skip
        poll = self.driver.collect(controller, Ask(depth), CountingPace(), SystemClock())
        return asyncio.run(poll)

    def look(self, depth: Depth = Depth.FULL) -> Snapshot:
        """Poll once, and understand it."""
        return self.driver.interpret(self.poll(depth), SEAL)

    def state(self, depth: Depth = Depth.FULL, before: State | None = None) -> State:
        """What is known after a poll."""
        return merge(before, self.look(depth))

    def changes(self, before: State, depth: Depth = Depth.FULL) -> tuple[Change, ...]:
        """What a poll shows to be different."""
        return compare(before, self.state(depth, before)).changes


def told(changes: tuple[Change, ...]) -> set[tuple[str, str]]:
    """Kind of change and unit of each."""
    return {(one.kind.value, str(one.unit)) for one in changes}


def unit(snapshot: Snapshot, name: str) -> Unit:
    """A unit that was read."""
    kind, _, key = name.partition("/")
    seen = snapshot.sightings[UnitId(kind, key)]
    assert isinstance(seen, Read), seen
    return seen.unit


def unread(snapshot: Snapshot, name: str) -> Unread:
    """Why a unit was not read."""
    kind, _, key = name.partition("/")
    seen = snapshot.sightings[UnitId(kind, key)]
    assert isinstance(seen, Unread), seen
    return seen


def facts(snapshot: Snapshot, name: str) -> Mapping[str, object]:
    """The fields of a unit that was read."""
    return dict(unit(snapshot, name).fields)


def questions(capture: Capture, first_word: str = "") -> list[str]:
    """What was asked, in order."""
    return [one.question for one in capture.exchanges if one.question.startswith(first_word)]
