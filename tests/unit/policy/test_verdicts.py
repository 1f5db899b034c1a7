"""What changes mean, rule by rule."""

import re
from pathlib import Path

import pytest

from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Change, ChangeSet, Difference, Kind
from ccontrol.model.controller import Controller, Criticality
from ccontrol.model.judgement import Attribution, Origin, Severity
from ccontrol.model.unit import UnitId, Value
from ccontrol.policy.judge import judge
from tests.unit.policy.defaults import BUILT_IN, RULES, STEPS, TABLE, weight

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "rules.md"
UNKNOWN = Attribution(Origin.UNKNOWN, "")


def controller(criticality: Criticality = Criticality.MEDIUM) -> Controller:
    return Controller(
        "press-3",
        "north",
        "hall",
        "s7",
        "192.0.2.1",
        102,
        criticality=criticality,
    )


def change(
    kind: Kind,
    aspect: Aspect,
    code: str = "block",
    **moved: tuple[Value | None, Value | None],
) -> Change:
    differences = tuple(Difference(name, old, new) for name, (old, new) in moved.items())
    return Change(kind, aspect, UnitId(code, "x"), "x", differences)


def verdict(*changes: Change, first: bool = False) -> tuple[str, Severity]:
    found = judge(ChangeSet("press-3", changes, first), UNKNOWN, controller(), BUILT_IN)
    return found.rule, found.severity


@pytest.mark.parametrize(
    ("found", "rule", "severity"),
    [
        (change(Kind.CHANGED, Aspect.PROGRAM), "program-changed", Severity.HIGH),
        (change(Kind.RECOMPILED, Aspect.PROGRAM), "program-recompiled", Severity.LOW),
        (change(Kind.FOUND, Aspect.PROGRAM), "program-found", Severity.INFO),
        (change(Kind.CHANGED, Aspect.FIRMWARE), "firmware-changed", Severity.HIGH),
        (change(Kind.CHANGED, Aspect.VALUES), "values-changed", Severity.LOW),
        (change(Kind.ADDED, Aspect.SIGHT), "sight-added", Severity.HIGH),
        (change(Kind.LOST_SIGHT, Aspect.SIGHT), "sight-lost-sight", Severity.MEDIUM),
        (
            change(Kind.CHANGED, Aspect.MODE, mode=("RUN", "STOP")),
            "mode-stopped",
            Severity.MEDIUM,
        ),
        (change(Kind.CHANGED, Aspect.MODE, mode=("STOP", "RUN")), "mode-changed", Severity.LOW),
        (
            change(Kind.CHANGED, Aspect.PROTECTION, valid_level=(3, 1)),
            "protection-lowered",
            Severity.HIGH,
        ),
        (
            change(Kind.CHANGED, Aspect.PROTECTION, valid_level=(3, None)),
            "protection-lowered",
            Severity.HIGH,
        ),
        (
            change(Kind.CHANGED, Aspect.PROTECTION, valid_level=(1, 3)),
            "protection-changed",
            Severity.MEDIUM,
        ),
        (
            change(Kind.CHANGED, Aspect.PROGRAM, edit_mark=("11", "12")),
            "program-edited",
            Severity.HIGH,
        ),
        (
            change(Kind.RAISED, Aspect.PROTECTION, "audit-mask-reduced"),
            "audit-mask-reduced",
            Severity.HIGH,
        ),
        (
            change(Kind.RAISED, Aspect.PROGRAM, "checksum-mismatch"),
            "checksum-mismatch",
            Severity.HIGH,
        ),
        (change(Kind.RAISED, Aspect.PROGRAM, "hidden-block"), "hidden-block", Severity.HIGH),
        (change(Kind.RAISED, Aspect.SIGHT, "cannot-verify"), "cannot-verify", Severity.MEDIUM),
        (change(Kind.RAISED, Aspect.SIGHT, "stale"), "stale", Severity.MEDIUM),
        (change(Kind.RAISED, Aspect.MODE, "new-code"), "other-finding", Severity.MEDIUM),
        (change(Kind.CLEARED, Aspect.PROGRAM, "hidden-block"), "finding-over", Severity.INFO),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_change_is_judged_by_its_rule(found: Change, rule: str, severity: Severity) -> None:
    assert verdict(found) == (rule, severity)


def test_hiding_does_not_pay() -> None:
    worst = {Aspect.PROTECTION: RULES["protection-lowered"], Aspect.MODE: RULES["mode-stopped"]}
    for aspect in Aspect:
        lost, changed = (TABLE[aspect, kind] for kind in (Kind.LOST_SIGHT, Kind.CHANGED))
        assert weight(lost) >= weight(worst.get(aspect, changed))


def test_a_first_sight_is_no_alarm_but_its_findings_are() -> None:
    found = change(Kind.FOUND, Aspect.PROGRAM)
    assert verdict(found, first=True) == ("first-sight", Severity.INFO)
    hidden = change(Kind.RAISED, Aspect.PROGRAM, "hidden-block")
    assert verdict(found, hidden, first=True) == ("hidden-block", Severity.HIGH)


def test_which_routine_was_edited_is_not_called_unknown_where_one_is_named() -> None:
    mark = change(Kind.CHANGED, Aspect.PROGRAM, edit_mark=("11", "12"))
    assert verdict(mark, change(Kind.CHANGED, Aspect.CONFIGURATION))[0] == "program-edited"
    assert verdict(mark, change(Kind.CHANGED, Aspect.PROGRAM))[0] == "program-changed"


def test_the_heaviest_rule_decides_and_all_techniques_are_named() -> None:
    changes = (change(Kind.CHANGED, Aspect.MODE), change(Kind.CHANGED, Aspect.FIRMWARE))
    found = judge(ChangeSet("press-3", changes), UNKNOWN, controller(), BUILT_IN)
    assert found.rule == "firmware-changed"
    assert found.techniques == ("T0839", "T0857", "T0858")


@pytest.mark.parametrize("criticality", Criticality)
def test_criticality_raises_what_matters_and_leaves_noise_alone(criticality: Criticality) -> None:
    def severity(kind: Kind) -> Severity:
        changes = ChangeSet("press-3", (change(kind, Aspect.PROGRAM),))
        return judge(changes, UNKNOWN, controller(criticality), BUILT_IN).severity

    assert severity(Kind.CHANGED) == Severity.HIGH + STEPS[criticality]
    assert severity(Kind.RECOMPILED) == Severity.LOW


def test_every_rule_stands_in_the_reference_with_its_severity() -> None:
    text = REFERENCE.read_text()
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| ([a-z]+) \|", text, flags=re.MULTILINE))
    assert rows == {rule.id: weight(rule).word for rule in RULES.values()}


def test_no_rule_is_silent_about_techniques() -> None:
    for rule in RULES.values():
        assert bool(rule.techniques) != bool(rule.no_technique), rule.id
        assert len(set(rule.techniques)) == len(rule.techniques)


def test_every_loss_of_sight_and_every_change_of_a_fact_names_a_technique() -> None:
    signs = Kind.ADDED, Kind.REMOVED, Kind.CHANGED, Kind.LOST_SIGHT
    assert all(TABLE[aspect, kind].techniques for aspect in Aspect for kind in signs)


def test_every_rule_stands_in_the_reference_with_its_techniques_or_why_there_is_none() -> None:
    row = re.compile(r"^\| `([a-z-]+)` \| [a-z]+ \| .* \| (.+) \|$", re.MULTILINE)
    told = {
        rule.id: ", ".join(rule.techniques) or f"none: {rule.no_technique}"
        for rule in RULES.values()
    }
    assert dict(row.findall(REFERENCE.read_text())) == told


def test_the_reference_names_every_technique_and_no_other() -> None:
    named = re.findall(r"^\| (T\d{4}) \| \S", REFERENCE.read_text(), re.MULTILINE)
    assert named == sorted({one for rule in RULES.values() for one in rule.techniques})
