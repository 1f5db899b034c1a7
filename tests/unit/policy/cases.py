"""Rules from text, and changes of one press to ask them about."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ccontrol.config.lines import Lines
from ccontrol.config.place import Place
from ccontrol.config.policies import PolicyReader
from ccontrol.config.secrets import withheld
from ccontrol.config.tables import Desk
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Change, ChangeSet, Difference, Kind
from ccontrol.model.controller import Controller, Criticality
from ccontrol.model.engineering import Actor, Claim, Role
from ccontrol.model.judgement import (
    Attribution,
    Confidence,
    Coverage,
    Origin,
    Verdict,
    Watching,
)
from ccontrol.model.policy import Circumstances, Policy
from ccontrol.model.unit import UnitId, Value
from ccontrol.policy.judge import NOTHING_KNOWN, judge

BERLIN = ZoneInfo("Europe/Berlin")
PRESS = Controller(
    "press-3",
    "north",
    "hall-2",
    "s7",
    "192.0.2.10",
    102,
    criticality=Criticality.MEDIUM,
    owner="Ada",
    tags=("line-1", "sis"),
)
ENGINEER = Actor(
    "192.0.2.77",
    mac="00:1b:1b:00:00:01",
    role=Role.ENGINEERING,
    claims=(Claim("umas-host", "ENG-04"),),
)
STRANGER = Actor("198.51.100.5", role=Role.UNKNOWN)
UNKNOWN = Attribution(Origin.UNKNOWN, "")
SEEN = Attribution(
    Origin.NETWORK,
    "",
    confidence=Confidence.CONFIRMED,
    actors=(ENGINEER,),
    coverage=Coverage(Watching.MIRRORED),
)
MONDAY_NOON = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
AT_WORK = Circumstances(MONDAY_NOON, MONDAY_NOON)
HOURS = {"days": ["mon", "tue", "wed", "thu", "fri"], "hours": "06:00-18:00"}


def change(
    kind: Kind = Kind.CHANGED,
    aspect: Aspect = Aspect.PROGRAM,
    unit: UnitId | None = None,
    title: str = "OB1",
    *,
    logic: tuple[str, ...] = (),
    **moved: tuple[Value | None, Value | None],
) -> Change:
    differences = tuple(Difference(name, old, new) for name, (old, new) in moved.items())
    return Change(kind, aspect, unit or UnitId("OB", "OB1"), title, differences, logic=logic)


def read(raw: dict[str, Any]) -> tuple[Policy | None, tuple[str, ...]]:
    """The policy that a [site.policy] table means, and every fault of it."""
    desk = Desk(Path("/nowhere"), withheld)
    found = PolicyReader(desk, BERLIN).policy(raw, Place())
    return found, desk.faults.told(Lines(""))


def policy(text: str, **more: object) -> Policy:
    """These rules alone."""
    found, faults = read({"extends": "none", **tomllib.loads(text), **more})
    assert not faults
    assert found is not None
    return found


def one(when: str) -> Policy:
    """A policy of one rule that asks this."""
    return policy(f'[[rule]]\nid = "it"\nseverity = "high"\nreason = "so"\nwhen = {{ {when} }}')


def verdict(
    rules: Policy,
    *changes: Change,
    attribution: Attribution = UNKNOWN,
    controller: Controller = PRESS,
    at: Circumstances = NOTHING_KNOWN,
) -> Verdict:
    return judge(ChangeSet(controller.id, changes), attribution, controller, rules, at)
