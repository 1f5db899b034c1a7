"""Laws of origin: nothing is blamed without evidence that can have caused it, whatever is heard."""

from dataclasses import replace
from datetime import timedelta
from time import process_time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccontrol.attribution.case import Beside, Case
from ccontrol.attribution.causes import ACTIONS, can_cause
from ccontrol.attribution.judge import judge
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Change, ChangeSet, Difference, Kind
from ccontrol.model.engineering import (
    Actor,
    Completeness,
    EngineeringEvent,
    Outcome,
    Reach,
    Role,
    Witness,
)
from ccontrol.model.judgement import Confidence, Grade, Origin, Window
from ccontrol.model.snapshot import LogEntry
from ccontrol.model.unit import UnitId
from ccontrol.model.witness import Hearing, OwnConnection, Watch
from tests.properties.witnessed import EVENTS
from tests.unit.attribution.made_cases import (
    CLOSED,
    DONE,
    OPENED,
    PRESS,
    at,
    block,
    case,
    changed,
    event,
    touched,
)

NEAR = st.floats(-2, 12).map(at)
UNITS = st.sampled_from(
    [
        UnitId("OB", "OB1"), UnitId("FC", "FC7"), UnitId("DB", "DB5"), UnitId("mode", "cpu"),
        UnitId("protection", "cpu"), UnitId("hardware", "memory-card"), UnitId("module", "slot-3"),
        UnitId("checksum", "program"), UnitId("edits", "controller"), UnitId("tags", "controller"),
        UnitId("firmware", "cpu"), UnitId("forces", "cpu"), UnitId("stale", ""),
    ]
)  # fmt: skip
NAMES = st.sampled_from(["crc", "serial", "key", "mode_switch", "level", "mode", "Speed"])
SOME = st.none() | st.sampled_from(["1", "2"])
CHANGES = st.builds(
    Change,
    st.sampled_from(Kind),
    st.sampled_from(Aspect),
    UNITS,
    st.sampled_from(["OB1", "a thing"]),
    st.lists(st.builds(Difference, NAMES, SOME, SOME), max_size=2).map(tuple),
)
THINGS = st.sampled_from(
    [
        touched("OB1"),
        touched("FC7"),
        touched("OB1", checksum="5935", code_time="2026-02-03T04:00:00.000"),
        touched("OB1", Outcome(unanswered=1)),
        touched("ac:1", kind="change-words", attribute_3="01000000", attribute_4="02000000"),
        touched("6b:7", kind="symbol", name_="Speed"),
    ]
)
OUTCOMES = st.builds(Outcome, st.integers(0, 2), st.integers(0, 2), st.integers(0, 2))
STATIONS = st.builds(
    Actor, st.sampled_from(["192.0.2.50", "192.0.2.51", ""]), st.sampled_from([41_000, 50_001]),
    role=st.sampled_from(Role),
)  # fmt: skip
LIKELY = st.builds(
    replace,
    st.sampled_from([event()]),
    first=NEAR,
    last=NEAR,
    action=st.sampled_from(sorted(ACTIONS)),
    actor=STATIONS,
    objects=st.lists(THINGS, max_size=2).map(tuple),
    outcome=OUTCOMES,
    completeness=st.sampled_from(Completeness),
    reach=st.sampled_from(Reach),
    testimony=st.builds(
        replace,
        st.just(event().testimony),
        witness=st.sampled_from(Witness),
        weaknesses=st.sampled_from([(), ("forgeable",)]),
    ),
)
LOGS = st.lists(
    st.builds(
        LogEntry, st.just("4308"), st.just("said"), st.just(""), st.just("00"),
        st.sampled_from(["", *sorted(ACTIONS)]), st.sampled_from(Reach),
    ),
    max_size=2,
).map(tuple)  # fmt: skip
WATCHES = st.lists(
    st.builds(
        Watch, st.sampled_from(["a", "b"]), NEAR, NEAR, st.just(9), st.integers(0, 1),
        st.sampled_from([(), ((PRESS.address, 3),)]),
    ),
    max_size=4,
).map(tuple)  # fmt: skip
OWN = st.lists(
    st.builds(OwnConnection, st.just("192.0.2.50"), st.just(41_000), NEAR, NEAR), max_size=2
).map(tuple)
WINDOWS = st.sampled_from([Window(OPENED, CLOSED), Window(None, CLOSED), Window(at(4), at(5))])
BLOCKS = st.sampled_from([{}, {UnitId("OB", "OB1"): block("5935")},
                          {UnitId("OB", "OB1"): block("1111")}])  # fmt: skip


@st.composite
def cases(draw: st.DrawFn, most: int = 4) -> Case:
    changes = tuple(draw(st.lists(CHANGES, min_size=1, max_size=most)))
    return Case(
        ChangeSet(PRESS.id, changes, draw(st.booleans())),
        tuple(draw(WINDOWS) for _ in changes),
        PRESS,
        draw(BLOCKS),
        draw(BLOCKS),
        draw(LOGS),
        Hearing(
            tuple(draw(st.lists(LIKELY, max_size=6))), draw(WATCHES), draw(OWN),
            mirrored=draw(st.booleans()),
        ),
        tuple(
            Beside(ChangeSet(PRESS.id, (one,)), Window(OPENED, CLOSED))
            for one in draw(st.lists(CHANGES, max_size=1))
        ),
    )  # fmt: skip


LAWFUL = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@LAWFUL
@given(cases())
def test_nothing_is_local_without_a_cause_at_the_controller(heard: Case) -> None:
    found = judge(heard)
    if found.origin is not Origin.LOCAL:
        return
    causes = [one for one in found.weighed if one.speaks_for is Origin.LOCAL]
    assert causes
    assert {one.grade for one in causes} <= {Grade.REPORT, Grade.STATE}
    local_words = [entry for entry in heard.log if entry.reach is Reach.LOCAL]
    moved = [*heard.changes.changes, *(c for one in heard.beside for c in one.changes.changes)]
    by_hand = [one for one in moved if one.unit.kind in {"hardware", "module", "protection"}]
    said = [one for one in heard.hearing.events if one.reach is Reach.LOCAL]
    assert local_words or by_hand or said


@LAWFUL
@given(cases(most=1))
def test_nothing_is_of_the_network_without_an_act_that_can_have_caused_it(heard: Case) -> None:
    found = judge(heard)
    if found.origin is not Origin.NETWORK:
        return
    acts = {one.action for one in heard.hearing.events if one.reach is Reach.NETWORK}
    acts |= {one.action for one in heard.log if one.reach is Reach.NETWORK}
    (change,) = heard.changes.changes
    assert any(can_cause(action, change) for action in acts)
    done = [one for one in heard.hearing.events if not only_refused(one.outcome)]
    assert done or heard.log


def only_refused(outcome: Outcome) -> bool:
    return bool(outcome.refused) and not outcome.done and not outcome.unanswered


@LAWFUL
@given(cases(), WATCHES, st.booleans())
def test_silence_changes_no_origin(heard: Case, watches: tuple[Watch, ...], mirrored: bool) -> None:
    quiet = replace(heard, hearing=replace(heard.hearing, watches=watches, mirrored=mirrored))
    one, other = judge(heard), judge(quiet)
    assert (one.origin, one.confidence, one.actors) == (
        other.origin, other.confidence, other.actors,
    )  # fmt: skip


@LAWFUL
@given(cases(), st.data())
def test_the_order_in_which_things_are_heard_does_not_matter(
    heard: Case, data: st.DataObject
) -> None:
    hearing = heard.hearing
    again = replace(
        hearing,
        events=tuple(data.draw(st.permutations(hearing.events))),
        watches=tuple(data.draw(st.permutations(hearing.watches))),
        own=tuple(data.draw(st.permutations(hearing.own))),
    )
    assert judge(replace(heard, hearing=again)) == judge(heard)


@LAWFUL
@given(cases())
def test_who_and_how_sure_fit_the_origin(heard: Case) -> None:
    found = judge(heard)
    assert (found.confidence is Confidence.NONE) == (found.origin is Origin.UNKNOWN)
    assert not found.actors or found.origin is Origin.NETWORK
    assert found.reason


@settings(max_examples=30, deadline=None)
@given(st.lists(EVENTS, max_size=5).map(tuple))
def test_whatever_is_heard_is_judged(events: tuple[EngineeringEvent, ...]) -> None:
    assert judge(case(changed(), events=events)).origin in Origin


def test_ten_thousand_acts_and_five_hundred_changes_are_judged_in_seconds() -> None:
    changes = [changed(UnitId("FC", f"FC{number}")) for number in range(500)]
    acts = [
        replace(
            event("program.download", touched(f"FC{number % 2000}"), outcome=DONE),
            actor=Actor(f"192.0.2.{number % 250}", 1024 + number),
            first=OPENED + timedelta(milliseconds=number),
        )
        for number in range(10_000)
    ]
    watches = [
        Watch("a", at(0.001 * each), at(0.001 * each + 0.0005), 1, 0, ((PRESS.address, 1),))
        for each in range(10_000)
    ]
    begun = process_time()
    found = judge(case(*changes, events=acts, watches=watches))
    assert process_time() - begun < 10
    assert found.origin is Origin.NETWORK
    assert len(found.weighed) + found.left_out <= 10_000
    assert len(found.coverage.gaps) <= 33
