"""Facts of a small plant, made by hand: for what is counted from them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from ccontrol.evidence.facts import (
    Approval,
    Asset,
    Attested,
    Decided,
    Facts,
    Heads,
    Known,
    ObservedChange,
    Signed,
)
from ccontrol.evidence.framework import Framework
from ccontrol.evidence.monitoring import Blind, monitor
from ccontrol.evidence.period import Period
from ccontrol.model.aspect import Aspect, Depth
from ccontrol.model.attestation import Attestation, Claim
from ccontrol.model.change import Change, ChangeSet, Kind
from ccontrol.model.judgement import Attribution, Origin, Severity, Verdict
from ccontrol.model.record import Record
from ccontrol.model.state import State
from ccontrol.model.unit import UnitId

PERIOD = Period(date(2028, 1, 1), date(2028, 3, 31))
NOON = datetime(2028, 2, 10, 12, tzinfo=UTC)
HEAD = "a" * 40


def change(
    name: str, at: datetime = NOON, tree: str = "t1", *, first: bool = False
) -> ObservedChange:
    """A change of OB1 of press-3."""
    unit = Change(Kind.CHANGED, Aspect.PROGRAM, UnitId("OB", "OB1"), "OB1")
    record = Record(
        change_id=name,
        number=1,
        controller_id="press-3",
        area="hall",
        site="north",
        title="Press 3",
        taken_at=at,
        previous_at=at - timedelta(minutes=5),
        depth=Depth.FULL,
        changes=ChangeSet("press-3", (unit,), first=first),
        attribution=Attribution(Origin.UNKNOWN, "nobody saw it"),
        verdict=Verdict(Severity.HIGH, "program", "a program changed"),
        not_after=at,
    )
    paths = ("plant/hall/press-3/OB/OB1.press-3.toml",)
    return ObservedChange(record, HEAD, at, "b" * 64, tree, paths)


def signed(at: datetime, *, seen: bool = True, fault: str = "") -> Signed:
    return Signed("c" * 40, "alice@plant.example", "SHA256:x", at, at if seen else None, fault)


def approval(tree: str, at: datetime, *, seen: bool = True, fault: str = "") -> Approval:
    return Approval(signed(at, seen=seen, fault=fault), trees={"press-3": tree})


def decided(word: str, name: str, **texts: str) -> Decided:
    return Decided(signed(NOON + timedelta(days=1)), name, word, texts)


def attested(claim: Claim, name: str, **what: object) -> Attested:
    said = Attestation(claim, NOON, "Bob", "fine", change_id=name)
    return Attested(signed(NOON + timedelta(days=1)), replace(said, **what))  # type: ignore[arg-type]  # by name


def facts(framework: Framework, *changes: ObservedChange, **more: object) -> Facts:
    """One press, high impact, which was never read whole."""
    one = monitor("press-3", PERIOD, framework.items, Blind(), 35)
    one.end()
    made = Facts(
        site="north",
        period=PERIOD,
        framework=framework,
        heads=Heads(HEAD, NOON, "b" * 64),
        assets=(Asset("press-3", "press-3", impact="high", asset_class="BCA"),),
        known={
            "press-3": Known(
                "press-3", "s7", "plant/hall/press-3", State("press-3", "s7"), "d" * 64, None, None
            )
        },
        changes=changes,
        approvals=(),
        decisions=(),
        attested=(),
        monitors={"press-3": one},
        events=(),
        unsigned_days=(),
    )
    return replace(made, **more)  # type: ignore[arg-type]  # by name
