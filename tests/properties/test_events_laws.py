"""An event written and read again is the same event, whatever it says; nothing else is read."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.canonical.events import event_id, parse, render
from ccontrol.model.engineering import EngineeringEvent
from tests.laws import examples
from tests.properties.witnessed import EVENTS


@settings(max_examples=examples(100), deadline=None)
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


@settings(max_examples=examples(100), deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_what_is_no_event_is_refused_and_nothing_else_is_raised(line: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse(line)
