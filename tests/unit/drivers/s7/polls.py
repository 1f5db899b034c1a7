"""Polls of simulated CPUs, for the stories about collecting."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import uvloop

from ccontrol.clock import SystemClock
from ccontrol.drivers.api import Ask
from ccontrol.drivers.s7 import S7Driver
from ccontrol.drivers.s7.cotp import ConnectionType
from ccontrol.drivers.s7.options import S7Options
from ccontrol.drivers.s7.pdu import BLOCK_TYPES, info_fingerprint, userdata_payload
from ccontrol.model.aspect import Depth
from ccontrol.model.capture import Capture
from ccontrol.model.controller import Budget, Controller
from ccontrol.model.secret import Secret
from ccontrol.sim.s7.server import Live
from tests.contract.allowance import AMPLE, CountingPace


@dataclass
class Poller:
    """One driver and one controller."""

    live: Live
    budget: Budget = AMPLE
    slot: int = 2
    kind: ConnectionType = ConnectionType.OP
    password: str = ""
    driver: S7Driver = field(default_factory=S7Driver)
    pace: CountingPace = field(default_factory=CountingPace)

    def poll(
        self,
        depth: Depth,
        known: Mapping[str, str] | None = None,
        *,
        password_refused: bool = False,
    ) -> Capture:
        """Poll once."""
        password = Secret(self.password) if self.password else None
        options = S7Options(slot=self.slot, connection_type=self.kind, password=password)
        controller = Controller(
            "press-3", "north", "hall-1", "s7", self.live.host, self.live.port,
            budget=self.budget, options=options,
        )  # fmt: skip
        ask = Ask(depth, known or {}, password_refused=password_refused)
        poll = self.driver.collect(controller, ask, self.pace, SystemClock())
        return uvloop.run(poll) if depth is Depth.FULL else asyncio.run(poll)


def questions(capture: Capture, first_word: str = "") -> list[str]:
    """What was asked, in order."""
    return [one.question for one in capture.exchanges if one.question.startswith(first_word)]


def fingerprints(capture: Capture) -> dict[str, str]:
    """What an engine would know after this poll: the fingerprint of each block."""
    names = {code: name for name, code in BLOCK_TYPES.items()}
    known = {}
    for one in capture.exchanges:
        if one.question.startswith("info "):
            _, code, number = one.question.split()[:3]
            info, name = userdata_payload(one.answers), names[int(code, 16)]
            known[f"{name}/{name}{int(number)}"] = info_fingerprint(info)
    return known


def answers(capture: Capture, question: str) -> tuple[bytes, ...]:
    """What came back for a question."""
    return next(one.answers for one in capture.exchanges if one.question == question)


def last(capture: Capture, question: str) -> bytes:
    """The last message that came back for a question."""
    return answers(capture, question)[-1]


def questions_before(capture: Capture, question: str) -> int:
    """Number of the S7 message that begins a question, as the simulator counts them."""
    before = 0
    for one in capture.exchanges:
        if one.question == question:
            return before + 1
        before += len(one.answers)
    raise KeyError(question)
