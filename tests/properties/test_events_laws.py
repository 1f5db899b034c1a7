"""An event written and read again is the same event, whatever it says; nothing else is read."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.canonical.events import event_id, parse, render
from ccontrol.model import engineering
from ccontrol.model.engineering import (
    Actor,
    Claim,
    Completeness,
    Effect,
    EngineeringEvent,
    MacScope,
    Outcome,
    Role,
    Target,
    Touched,
    Witness,
)
from ccontrol.sources.actions import ACTIONS

TEXT = st.text(max_size=20)
NUMBERS = st.integers(0, 2**40)
TIMES = st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 — hypothesis wants bounds without a zone
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
PORTS = st.integers(0, 65_535)
OUTCOMES = st.builds(Outcome, NUMBERS, NUMBERS, NUMBERS, TEXTS)
CLAIMS = st.lists(st.builds(Claim, TEXT, TEXT), max_size=3).map(tuple)
FACTS = st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple)
OBJECTS = st.builds(Touched, TEXT, TEXT, OUTCOMES, st.none() | NUMBERS, TEXT, FACTS)
EVENTS = st.builds(
    EngineeringEvent,
    first=TIMES,
    last=TIMES,
    controller=st.builds(Target, TEXT, PORTS, TEXT, TEXTS),
    actor=st.builds(
        Actor, TEXT, PORTS, TEXT, st.sampled_from(MacScope), st.sampled_from(Role), CLAIMS
    ),
    protocol=TEXT,
    action=st.sampled_from(sorted(ACTIONS)),
    effect=st.sampled_from(Effect),
    techniques=TEXTS,
    objects=st.lists(OBJECTS, max_size=3).map(tuple),
    objects_left_out=NUMBERS,
    count=NUMBERS,
    outcome=OUTCOMES,
    completeness=st.sampled_from(Completeness),
    redacted=st.booleans(),
    testimony=st.builds(
        engineering.Testimony, st.sampled_from(Witness), TEXT, NUMBERS, NUMBERS, TEXTS
    ),
)


@settings(max_examples=100, deadline=None)
@given(EVENTS)
def test_the_form_of_an_event_loses_nothing(event: EngineeringEvent) -> None:
    line = render(event)
    assert b"\n" not in line
    assert line.isascii()
    assert parse(line) == event
    assert render(parse(line)) == line


@settings(max_examples=60, deadline=None)
@given(EVENTS, EVENTS)
def test_the_id_says_everything_but_where_it_was_seen(
    one: EngineeringEvent, other: EngineeringEvent
) -> None:
    assert event_id(replace(one, testimony=other.testimony)) == event_id(one)
    assert (event_id(one) == event_id(other)) == (replace(one, testimony=other.testimony) == other)
    assert event_id(replace(one, count=one.count + 1)) != event_id(one)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_what_is_no_event_is_refused_and_nothing_else_is_raised(line: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse(line)
