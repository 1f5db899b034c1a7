"""The contract between the engine and a family of controllers.

A driver collects (talks, gently, read-only) and interprets (pure). It knows nothing of git, of
other families or of what a change means.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import BaseModel

from ccontrol.clock import Clock
from ccontrol.model.aspect import Aspect, Depth, Strength
from ccontrol.model.capture import Capture
from ccontrol.model.controller import Controller
from ccontrol.model.secret import Seal
from ccontrol.model.snapshot import Snapshot

SEATED = frozenset({"module", "module-firmware"})
"""Kinds of units that a controller has as long as something sits in a rack."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What one poll is to find out.

    `known` maps "<kind>/<key>" to the fingerprint of the last known unit: at INVENTORY depth the
    driver reads the content of those units only whose fingerprint differs.
    """

    depth: Depth
    known: Mapping[str, str] = field(default_factory=dict)
    seated: frozenset[str] | None = frozenset()
    """Units of `SEATED` ("<kind>/<key>") that are known, so that a driver takes no module away at
    the first silence; None: nobody can tell. Set where modules are read: DIAGNOSTICS and FULL."""
    password_refused: bool = False
    """The controller refused the configured password before: it must not be tried again. A driver
    that would have tried it says so in its capture, with the note "password"."""


class Pace(Protocol):
    """The turnstile that each request of a controller, and of its bridge's others, passes."""

    async def turn(self) -> None:
        """Return when the next request may be sent. Raises PausedError when there will be none."""
        ...


@dataclass(frozen=True, slots=True)
class Load:
    """What a poll of some depth costs the controller, for `enroll` to print. Rounded up."""

    requests: str
    """E.g. "7", or "blocks + 15"."""
    bytes_each_way: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a driver says of itself; held against its documentation and its exam by tests."""

    family: str
    title: str
    models: tuple[str, ...]
    default_port: int
    strengths: Mapping[Aspect, Strength]
    """The best that this family can do; a snapshot states what a given controller allowed."""
    services: tuple[str, ...]
    """Every service that it may send, in the protocol's own words; the guard allows no other."""
    proof: Mapping[Aspect, str]
    """"simulator", "capture" or "hardware"."""
    loads: Mapping[Depth, Load]
    findings: tuple[str, ...] = ()
    """Codes of the findings it can raise."""
    counts_connections: bool = False
    """It asks how many connections are free, and lets go where they are fewer than
    `Budget.spare_connections`."""
    takes_longer: bool = False
    """Its deep reads go on until `Budget.longest_s` where there is so much to read."""
    wire_bytes: float = 0.0
    """Bytes received for each byte of a program, where a deep read takes in the program as it is;
    0 where what it takes in says nothing of the program's size."""


class Driver(Protocol):
    """One family of controllers."""

    manifest: Manifest
    options: type[BaseModel]
    """Schema (strict, extra keys forbidden) of `[controller.<family>]` in the configuration."""

    def freeze(self, options: BaseModel) -> object:
        """Turn checked settings into the frozen dataclass that `Controller.options` carries."""
        ...

    async def collect(self, controller: Controller, ask: Ask, pace: Pace, clock: Clock) -> Capture:
        """Ask the controller and return what it said; a poll that ends early is a Capture too.

        Raises only ReadOnlyViolationError and asyncio.CancelledError: every fault of the line or of
        the controller is a fact in the capture.
        """
        ...

    def interpret(self, capture: Capture, seal: Seal) -> Snapshot:
        """Turn raw answers into facts. Asks the controller nothing; pure and total."""
        ...
