"""When a change happened: the window of the polls, or the act that was seen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ccontrol.model import engineering
from ccontrol.model.aspect import Aspect
from ccontrol.model.engineering import (
    Actor,
    Completeness,
    Effect,
    EngineeringEvent,
    Outcome,
    Target,
    Witness,
)
from ccontrol.model.finding import Finding
from ccontrol.model.judgement import Attribution, Confidence, Evidence, Grade, Origin
from ccontrol.poll.circumstances import circumstances

SINCE = datetime(2026, 3, 2, 9, tzinfo=UTC)
UNTIL = SINCE + timedelta(hours=10)
SEEN = EngineeringEvent(
    first=SINCE + timedelta(minutes=1),
    last=SINCE + timedelta(minutes=2),
    controller=Target("192.0.2.10"),
    actor=Actor("192.0.2.77"),
    protocol="s7comm",
    action="program.download",
    effect=Effect.MODIFY,
    techniques=(),
    objects=(),
    objects_left_out=0,
    count=1,
    outcome=Outcome(1),
    completeness=Completeness.FULL,
    redacted=False,
    testimony=engineering.Testimony(Witness.LIVE, "sensor", 1, 2),
)


def attribution(event: EngineeringEvent, confidence: Confidence) -> Attribution:
    evidence = Evidence(Grade.CONTENT, Origin.NETWORK, "seen", event)
    context = Evidence(
        Grade.CONTEXT, Origin.UNKNOWN, "the key was turned", replace(event, last=UNTIL)
    )
    return Attribution(Origin.NETWORK, "", confidence=confidence, weighed=(evidence, context))


def test_a_confirmed_act_says_when_it_was() -> None:
    found = circumstances(attribution(SEEN, Confidence.CONFIRMED), (SINCE, UNTIL), ())
    assert (found.since, found.until) == (SEEN.first, SEEN.last)


def test_anything_less_leaves_the_window_as_it_is() -> None:
    found = circumstances(attribution(SEEN, Confidence.PROBABLE), (SINCE, UNTIL), ())
    assert (found.since, found.until) == (SINCE, UNTIL)


def test_an_act_outside_the_window_dates_nothing() -> None:
    early = replace(SEEN, first=SINCE - timedelta(seconds=1))
    found = circumstances(attribution(early, Confidence.CONFIRMED), (SINCE, UNTIL), ())
    assert (found.since, found.until) == (SINCE, UNTIL)


def test_findings_are_told_by_their_codes() -> None:
    finding = Finding("stale", "", Aspect.SIGHT, "x")
    found = circumstances(Attribution(Origin.UNKNOWN, ""), (None, UNTIL), [finding])
    assert (found.since, found.standing) == (None, frozenset({"stale"}))
