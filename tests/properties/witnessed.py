"""Strategies: what witnesses hand in, and what is made of it, as hostile as it can be."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from ccontrol.model import engineering
from ccontrol.model.engineering import (
    Actor,
    Claim,
    Completeness,
    Effect,
    EngineeringEvent,
    MacScope,
    Outcome,
    Reach,
    Role,
    Target,
    Touched,
    Witness,
)
from ccontrol.model.judgement import (
    Attribution,
    Confidence,
    Coverage,
    Evidence,
    Gap,
    Grade,
    Origin,
    Watching,
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
ACTORS = st.builds(
    Actor, TEXT, PORTS, TEXT, st.sampled_from(MacScope), st.sampled_from(Role), CLAIMS
)
EVENTS = st.builds(
    EngineeringEvent,
    first=TIMES,
    last=TIMES,
    controller=st.builds(Target, TEXT, PORTS, TEXT, TEXTS),
    actor=ACTORS,
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
    reach=st.sampled_from(Reach),
)
ATTRIBUTIONS = st.builds(
    Attribution,
    st.sampled_from(Origin),
    TEXT,
    TEXTS,
    st.sampled_from(Confidence),
    st.lists(ACTORS, max_size=2).map(tuple),
    st.lists(
        st.builds(
            Evidence, st.sampled_from(Grade), st.sampled_from(Origin), TEXT, st.none() | EVENTS
        ),
        max_size=2,
    ).map(tuple),
    st.integers(0, 99),
    TEXTS,
    st.builds(
        Coverage,
        st.sampled_from(Watching),
        TEXTS,
        st.lists(st.builds(Gap, TIMES, TIMES, TEXT), max_size=2).map(tuple),
    ),
)
