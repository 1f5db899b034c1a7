"""The built-in rules, each by a case, and that they stay quiet where nothing is wrong."""

from dataclasses import replace

import pytest

from ccontrol.model.approval import Authorisation
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Change, ChangeSet, Kind
from ccontrol.model.controller import Criticality
from ccontrol.model.judgement import (
    Attribution,
    Confidence,
    Coverage,
    Origin,
    Severity,
    Watching,
)
from ccontrol.model.policy import Circumstances, Policy, Window
from ccontrol.model.unit import UnitId
from ccontrol.policy.judge import judge, judge_file
from tests.unit.policy.cases import (
    AT_WORK,
    HOURS,
    PRESS,
    SEEN,
    STRANGER,
    UNKNOWN,
    change,
    read,
    verdict,
)
from tests.unit.policy.defaults import BUILT_IN, TABLE

SAFETY = replace(PRESS, criticality=Criticality.SAFETY)
PLAIN = replace(PRESS, tags=())
LOCAL = Attribution(Origin.LOCAL, "a card was swapped", confidence=Confidence.PROBABLE)
UNEXPLAINED = replace(UNKNOWN, coverage=Coverage(Watching.PATH))
INVERTED = change(logic=("inverted contact",))
KEY = change(aspect=Aspect.PROTECTION, key=("PROG", "REMOTE"))
SWITCH = change(aspect=Aspect.PROTECTION, mode_switch=("RUN", "RUN-P"))


def site(**more: object) -> Policy:
    """The built-in rules at a site that named its stations and hours."""
    found, faults = read({"stations": ["192.0.2.77"], "working": HOURS, **more})
    assert not faults
    assert found is not None
    return found


def raised(code: str) -> Change:
    return change(Kind.RAISED, unit=UnitId(code, ""))


@pytest.mark.parametrize(
    ("found", "attribution", "at", "rule", "severity"),
    [
        (change(), LOCAL, AT_WORK, "program-local", Severity.HIGH),
        (change(), UNEXPLAINED, AT_WORK, "program-unexplained", Severity.HIGH),
        (KEY, UNKNOWN, AT_WORK, "key-not-run", Severity.MEDIUM),
        (SWITCH, UNKNOWN, AT_WORK, "key-not-run", Severity.MEDIUM),
        (INVERTED, UNKNOWN, AT_WORK, "safety-weakened", Severity.CRITICAL),
        (
            change(aspect=Aspect.FIRMWARE),
            SEEN,
            Circumstances(window=Window.OUTSIDE),
            "firmware-outside-window",
            Severity.CRITICAL,
        ),
        (
            raised("new-engineering-station"),
            UNKNOWN,
            AT_WORK,
            "new-engineering-station",
            Severity.HIGH,
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_rule_decides_where_it_should(
    found: Change, attribution: Attribution, at: Circumstances, rule: str, severity: Severity
) -> None:
    told = verdict(BUILT_IN, found, attribution=attribution, at=at)
    assert (told.rule, told.severity) == (rule, severity)


@pytest.mark.parametrize(
    "found",
    [
        change(aspect=Aspect.PROTECTION, key=("REMOTE", "RUN"), level=(1, 2)),
        change(aspect=Aspect.PROTECTION, mode_switch=("STOP", "RUN")),
        change(aspect=Aspect.PROTECTION, start_switch=("a", "b")),
    ],
)
def test_a_key_that_reached_run_is_no_key_out_of_run(found: Change) -> None:
    assert verdict(BUILT_IN, found).rule == "protection-changed"


@pytest.mark.parametrize("window", [Window.INSIDE, Window.NONE])
def test_firmware_without_windows_or_within_one_weighs_what_it_always_did(window: Window) -> None:
    told = verdict(
        BUILT_IN, change(aspect=Aspect.FIRMWARE), at=Circumstances(window=window), controller=PLAIN
    )
    assert (told.rule, told.severity) == ("firmware-changed", Severity.HIGH)


def test_logic_that_is_not_for_safety_weighs_what_a_program_does() -> None:
    told = verdict(BUILT_IN, INVERTED, controller=PLAIN)
    assert (told.rule, told.severity) == ("program-changed", Severity.HIGH)


@pytest.mark.parametrize(
    "found",
    [
        replace(INVERTED, title="F_STOP_1"),
        replace(INVERTED, unit=UnitId("routine", "SafetyTask/Main")),
    ],
)
def test_a_name_can_say_that_logic_is_for_safety(found: Change) -> None:
    assert verdict(BUILT_IN, found, controller=PLAIN).rule == "safety-weakened"


def test_an_origin_that_nobody_could_see_is_told_beside_the_change_and_not_louder() -> None:
    told = verdict(BUILT_IN, change(), controller=PLAIN)
    assert (told.rule, told.severity) == ("program-changed", Severity.HIGH)
    assert "program-origin-unknown" in told.also


@pytest.mark.parametrize("criticality", Criticality)
def test_what_a_known_station_did_in_working_hours_is_never_critical(
    criticality: Criticality,
) -> None:
    press = replace(PRESS, criticality=criticality)
    told = verdict(site(), change(), attribution=SEEN, at=AT_WORK, controller=press)
    assert told.severity < Severity.CRITICAL
    assert "lowered, since a known station" in told.reason


@pytest.mark.parametrize(
    ("attribution", "at", "rules"),
    [
        (replace(SEEN, actors=(STRANGER,)), AT_WORK, site()),
        (replace(SEEN, confidence=Confidence.PROBABLE), AT_WORK, site()),
        (SEEN, Circumstances(), site()),
        (SEEN, AT_WORK, BUILT_IN),
        (UNKNOWN, AT_WORK, site()),
    ],
)
def test_nothing_less_makes_a_change_lighter(
    attribution: Attribution, at: Circumstances, rules: Policy
) -> None:
    told = verdict(rules, change(), attribution=attribution, at=at, controller=SAFETY)
    assert told.severity is Severity.CRITICAL


def test_known_hands_do_not_excuse_an_inverted_contact_in_safety_logic() -> None:
    told = verdict(site(), INVERTED, attribution=SEEN, at=AT_WORK, controller=SAFETY)
    assert (told.rule, told.severity) == ("safety-weakened", Severity.CRITICAL)


def test_a_dropped_file_is_as_grave_as_its_gravest_change_unless_a_rule_says_more() -> None:
    def told(logic: tuple[str, ...], known: Severity) -> tuple[str, Severity]:
        found = ChangeSet("press-3", (change(unit=UnitId("project", "P//Main"), logic=logic),))
        judged = judge_file(known, found, UNKNOWN, SAFETY, BUILT_IN)
        return judged.rule, judged.severity

    assert told(("setpoint",), Severity.INFO) == ("project-file", Severity.INFO)
    assert told(("setpoint",), Severity.MEDIUM) == ("project-file", Severity.MEDIUM)
    assert told(("inverted contact",), Severity.HIGH) == ("safety-weakened", Severity.CRITICAL)


def test_no_finding_of_a_rule_of_its_own_is_told_as_one_without() -> None:
    for rule in BUILT_IN.rules:
        code = rule.id
        told = judge(ChangeSet("press-3", (raised(code),)), UNKNOWN, PLAIN, BUILT_IN)
        assert told.rule in {code, "other-finding"}
        assert "other-finding" not in told.also


def test_every_aspect_and_kind_has_a_rule_so_that_no_change_is_mute() -> None:
    for (aspect, kind), rule in TABLE.items():
        told = verdict(BUILT_IN, change(kind, aspect), attribution=SEEN, controller=PLAIN)
        assert told.rule == rule.id


_BY_NOBODY = (Authorisation.UNAUTHORISED, Authorisation.UNEXPLAINED, Authorisation.REJECTED)
_BEYOND = (Authorisation.OUT_OF_SCOPE, Authorisation.OUT_OF_WINDOW)
_OTHERS = (None, *(word for word in Authorisation if word not in {*_BY_NOBODY, *_BEYOND}))


def weighed(word: Authorisation | None, *changes: Change) -> tuple[Severity, str]:
    at = replace(AT_WORK, authorisation=word)
    told = verdict(BUILT_IN, *changes, attribution=SEEN, controller=PLAIN, at=at)
    return told.severity, told.reason


@pytest.mark.parametrize("word", [*_BY_NOBODY, *_BEYOND])
def test_what_nobody_authorised_weighs_a_step_more(word: Authorisation) -> None:
    severity, reason = weighed(word, change())
    assert severity is Severity.CRITICAL
    assert "raised, since " in reason


@pytest.mark.parametrize("word", _OTHERS)
def test_what_somebody_allowed_or_nobody_judges_weighs_what_it_is(
    word: Authorisation | None,
) -> None:
    for found in (change(), change(aspect=Aspect.HARDWARE), change(Kind.RECOMPILED)):
        plain = verdict(BUILT_IN, found, attribution=SEEN, controller=PLAIN, at=AT_WORK)
        assert weighed(word, found) == (plain.severity, plain.reason)


@pytest.mark.parametrize(
    "found",
    [
        change(Kind.RECOMPILED),
        change(Kind.LOST_SIGHT),
        change(aspect=Aspect.VALUES, kind=Kind.CHANGED),
        change(aspect=Aspect.MODE, mode=("RUN", "STOP")),
        raised("stale"),
    ],
)
def test_what_nobody_can_authorise_is_not_raised_beside_what_nobody_authorised(
    found: Change,
) -> None:
    plain = verdict(BUILT_IN, found, attribution=SEEN, controller=PLAIN, at=AT_WORK)
    assert weighed(Authorisation.UNAUTHORISED, found)[0] is plain.severity


def test_known_hands_without_leave_are_neither_calmer_nor_louder() -> None:
    at = replace(AT_WORK, authorisation=Authorisation.UNAUTHORISED)
    told = verdict(site(), change(), attribution=SEEN, controller=PLAIN, at=at)
    assert told.severity is Severity.HIGH
    assert "raised, since nobody had authorised it" in told.reason
    assert "lowered, since a known station" in told.reason
