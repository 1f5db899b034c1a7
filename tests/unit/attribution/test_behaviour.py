"""Who works on a controller is learnt as counts; what differs is told, and people decide."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ccontrol.attribution.behaviour import (
    DAYS_TO_JUDGE,
    STANDING_KEPT,
    STATIONS_KEPT,
    checks,
    decide,
    engineers,
    findings,
    learn,
    settled,
)
from ccontrol.canonical.behaviour import parse, parse_decision, render, render_decision
from ccontrol.model import engineering
from ccontrol.model.behaviour import Behaviour, BehaviourDecision, Deeds, Oddness
from ccontrol.model.engineering import (
    Actor,
    Claim,
    Completeness,
    Effect,
    EngineeringEvent,
    Outcome,
    Role,
    Target,
    Witness,
)
from ccontrol.model.finding import ENGINE_CODES

MONDAY = datetime(2024, 4, 1, 9, tzinfo=UTC)
LATER = MONDAY + timedelta(days=28)
"""A Monday at nine after the learning time."""
EVA, PANEL, STRANGER = "10.0.0.9", "10.0.0.20", "10.0.0.66"


def event(
    at: datetime = MONDAY,
    who: str = EVA,
    effect: Effect = Effect.MODIFY,
    *,
    role: Role = Role.UNKNOWN,
    weaknesses: tuple[str, ...] = (),
) -> EngineeringEvent:
    return EngineeringEvent(
        first=at,
        last=at,
        controller=Target("10.0.0.5"),
        actor=Actor(who, 4711, "00:11:22:33:44:55", role=role, claims=(Claim("tsap", "0100"),)),
        protocol="s7comm",
        action=f"some.{effect.value}",
        effect=effect,
        techniques=(),
        objects=(),
        objects_left_out=0,
        count=1,
        outcome=Outcome(done=1),
        completeness=Completeness.FULL,
        redacted=False,
        testimony=engineering.Testimony(Witness.LIVE, "sensor", 1, 1, weaknesses),
    )


def after(
    known: Behaviour, *events: EngineeringEvent, elsewhere: frozenset[str] = frozenset()
) -> Behaviour:
    for each in events:
        known = learn(known, each, each.last, elsewhere)
    return known


def codes(known: Behaviour) -> set[tuple[str, str]]:
    return {(each.code, each.subject) for each in findings(known)}


@pytest.fixture
def learnt() -> Behaviour:
    """Eva works on ten working days at nine; a panel writes values all day."""
    days = [MONDAY + timedelta(days=day) for day in range(14)]
    worked = [event(day) for day in days if day.weekday() < 5]
    panel = [event(day + timedelta(hours=5), PANEL, Effect.PARAM) for day in days]
    return after(Behaviour("press-3"), *worked, *panel)


def test_whatever_happens_in_the_learning_time_is_usual(learnt: Behaviour) -> None:
    assert codes(learnt) == set()
    assert engineers(learnt) == {EVA}
    eva = learnt.station(EVA)
    assert eva is not None
    assert (eva.days, eva.claims, eva.macs) == (10, ("tsap 0100",), ("00:11:22:33:44:55",))
    assert eva.usual.deeds == (Deeds("some.modify", "modify", 10),)
    assert (9, 2) in eva.usual.hours, "Monday at nine, twice"


def test_usual_work_of_a_known_station_is_told_to_nobody(learnt: Behaviour) -> None:
    assert codes(after(learnt, event(LATER), event(LATER + timedelta(hours=1)))) == set()


def test_a_station_that_was_never_seen_stands_until_a_person_decides(learnt: Behaviour) -> None:
    known = after(learnt, event(LATER, STRANGER))
    assert codes(known) == {("new-engineering-station", STRANGER)}
    assert codes(settled(known, LATER + timedelta(days=300))) == codes(known)
    again = after(known, event(LATER + timedelta(days=30), STRANGER))
    assert findings(again) == findings(known), "nobody becomes usual by insisting"


def test_a_station_of_another_controller_is_new_here_and_is_told_apart(learnt: Behaviour) -> None:
    known = after(learnt, event(LATER, STRANGER), elsewhere=frozenset({STRANGER}))
    (finding,) = findings(known)
    assert finding.text == (
        f"{STRANGER} works on it, known at other controllers of this site and not here."
    )


def test_a_panel_that_begins_to_engineer_is_told(learnt: Behaviour) -> None:
    known = after(learnt, event(LATER, PANEL, Effect.PARAM))
    assert codes(known) == set()
    known = after(known, event(LATER, PANEL, Effect.MODIFY))
    assert codes(known) == {("unusual-role", PANEL)}


def test_a_role_that_a_station_claims_counts_as_work(learnt: Behaviour) -> None:
    claimed = event(LATER, PANEL, Effect.CONTEXT, role=Role.ENGINEERING)
    assert codes(after(learnt, claimed)) == {("unusual-role", PANEL)}


@pytest.mark.parametrize(
    ("at", "odd"),
    [
        (LATER + timedelta(hours=1), False),
        (LATER - timedelta(hours=1), False),
        (LATER + timedelta(hours=2), True),
        (LATER + timedelta(hours=18), True),
        (LATER + timedelta(days=1), False),
        (LATER + timedelta(days=5), True),
    ],
)
def test_an_hour_is_unusual_when_nothing_near_it_was_seen_on_such_a_day(
    learnt: Behaviour, at: datetime, *, odd: bool
) -> None:
    assert codes(after(learnt, event(at))) == ({("unusual-hour", EVA)} if odd else set())


def test_a_station_that_was_seen_on_few_days_has_no_usual_hours() -> None:
    few = after(
        Behaviour("press-3"),
        *(event(MONDAY + timedelta(days=day)) for day in range(DAYS_TO_JUDGE - 1)),
    )
    assert codes(after(few, event(LATER + timedelta(hours=12)))) == set()


def test_each_kind_of_act_that_is_new_of_a_station_is_told_by_itself(learnt: Behaviour) -> None:
    known = after(learnt, event(LATER, effect=Effect.FIRMWARE), event(LATER, effect=Effect.CONFIG))
    assert codes(known) == {
        ("unusual-act", f"{EVA} firmware"),
        ("unusual-act", f"{EVA} config"),
    }


def test_what_was_only_unusual_is_over_a_day_after_it_was_seen_last(learnt: Behaviour) -> None:
    known = after(learnt, event(LATER, effect=Effect.FIRMWARE))
    known = settled(known, LATER + timedelta(days=1))
    assert codes(known) == set()
    assert ("unusual-act", f"{EVA} firmware") in checks(known), "who was told is told the end"
    again = after(known, event(LATER + timedelta(days=7), effect=Effect.FIRMWARE))
    assert codes(again) == {("unusual-act", f"{EVA} firmware")}


def test_what_a_person_accepts_is_usual_from_then_on(learnt: Behaviour) -> None:
    night = LATER + timedelta(hours=12)
    known = after(learnt, event(LATER, STRANGER), event(night, STRANGER, Effect.FIRMWARE))
    accepts = BehaviourDecision(LATER, "eva", "press-3", STRANGER, accept=True)
    known = decide(known, [accepts], 1)
    assert codes(known) == set()
    assert ("new-engineering-station", STRANGER) in checks(known)
    station = known.station(STRANGER)
    assert station is not None
    assert station.accepted.startswith("eva, 2024-04-29")
    assert codes(after(known, event(night + timedelta(days=1), STRANGER, Effect.FIRMWARE))) == set()


def test_a_station_can_be_accepted_before_it_comes(learnt: Behaviour) -> None:
    accepts = BehaviourDecision(LATER, "eva", "press-3", STRANGER, accept=True)
    known = decide(learnt, [accepts], 1)
    assert "new-engineering-station" not in {
        code for code, _ in codes(after(known, event(LATER, STRANGER)))
    }


def test_a_station_that_is_forgotten_is_new_when_it_comes_again(learnt: Behaviour) -> None:
    forgets = BehaviourDecision(LATER, "eva", "press-3", EVA, accept=False)
    known = decide(learnt, [forgets], 1)
    assert engineers(known) == frozenset()
    assert codes(after(known, event(LATER))) == {("new-engineering-station", EVA)}


def test_a_poisoned_time_of_learning_is_forgotten_whole(learnt: Behaviour) -> None:
    known = after(learnt, event(LATER, STRANGER))
    known = decide(known, [BehaviourDecision(LATER, "eva", "press-3", "", accept=False)], 1)
    assert (known.stations, known.since) == ((), None)
    assert ("new-engineering-station", STRANGER) in checks(known)
    assert codes(after(known, event(LATER, STRANGER))) == set(), "it learns anew"


def test_a_decision_about_another_controller_changes_nothing(learnt: Behaviour) -> None:
    other = BehaviourDecision(LATER, "eva", "press-4", EVA, accept=False)
    assert decide(learnt, [other], 7) == replace(learnt, decided=7)


def test_what_can_be_forged_neither_teaches_nor_raises(learnt: Behaviour) -> None:
    forged = event(LATER, STRANGER, weaknesses=("forgeable",))
    assert after(learnt, forged) == learnt
    assert after(Behaviour("press-3"), event(weaknesses=("forgeable",))).stations == ()


def test_what_is_heard_of_long_after_it_happened_raises_nothing(learnt: Behaviour) -> None:
    old = event(LATER, STRANGER)
    assert codes(learn(learnt, old, LATER + timedelta(days=2))) == set()


def test_a_recording_that_is_imported_makes_nobody_usual(learnt: Behaviour) -> None:
    old = event(LATER, STRANGER)
    known = learn(learnt, old, LATER + timedelta(days=2))
    assert engineers(known) == {EVA}
    assert codes(after(known, event(LATER + timedelta(days=3), STRANGER))) == {
        ("new-engineering-station", STRANGER)
    }


def test_a_time_that_was_made_up_neither_ends_the_learning_nor_lasts_for_ever() -> None:
    known = learn(Behaviour("press-3"), event(datetime(1, 1, 1, tzinfo=UTC)), MONDAY)
    assert codes(after(known, event(MONDAY + timedelta(days=1), PANEL))) == set(), "it still learns"
    known = learn(known, event(datetime(9999, 12, 31, tzinfo=UTC), STRANGER), LATER)
    (deviation,) = known.standing
    assert deviation.at == LATER
    assert learn(known, event(MONDAY, PANEL, Effect.FIRMWARE), LATER).standing == known.standing


def test_without_a_learning_time_everybody_is_new() -> None:
    known = learn(Behaviour("press-3"), event(), MONDAY, learning=timedelta(0))
    assert codes(known) == {("new-engineering-station", EVA)}


def test_a_flood_of_invented_stations_stays_bounded_and_keeps_who_is_known(
    learnt: Behaviour,
) -> None:
    flood = (event(LATER, f"10.1.{number // 250}.{number % 250}") for number in range(1_000))
    known = after(learnt, *flood)
    assert len(known.stations) <= STATIONS_KEPT
    assert known.left_out > 0
    assert len(known.standing) == STANDING_KEPT
    assert engineers(known) == {EVA}


def test_every_code_is_one_that_the_engine_may_raise() -> None:
    assert {each.value for each in Oddness} <= ENGINE_CODES


times = some.datetimes(datetime(2024, 4, 1), datetime(2024, 6, 1), timezones=some.just(UTC))  # noqa: DTZ001 — hypothesis adds the zone
events = some.builds(
    event, times, some.sampled_from([EVA, PANEL, STRANGER, ""]), some.sampled_from(Effect)
)
decisions = some.builds(
    BehaviourDecision,
    times,
    some.text(max_size=3),
    some.sampled_from(["press-3", "press-4"]),
    some.sampled_from([EVA, STRANGER, ""]),
    some.booleans(),
)


@given(some.lists(some.one_of(events, decisions), max_size=12))
def test_whatever_happens_it_is_kept_whole_and_what_stands_can_be_cleared(
    story: list[EngineeringEvent | BehaviourDecision],
) -> None:
    known = Behaviour("press-3")
    told: set[tuple[str, str]] = set()
    for each in story:
        if isinstance(each, EngineeringEvent):
            known = learn(known, each, each.last)
        else:
            known = decide(known, [each], known.decided + 1)
        told |= codes(known)
        assert parse(render(known)) == known
        assert told <= checks(known)


@given(decisions)
def test_a_decision_is_read_back_as_it_was_made(decision: BehaviourDecision) -> None:
    assert parse_decision(render_decision(decision)) == decision


@given(some.binary(max_size=200))
def test_whatever_else_lies_there_is_refused(document: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 — of either kind of fault
        parse(document)
    with pytest.raises(ValueError):  # noqa: PT011 — any refusal
        parse_decision(document)


def test_a_decision_at_a_time_before_all_years_is_refused_like_any_rubbish() -> None:
    line = render_decision(BehaviourDecision(LATER, "eva", "press-1", EVA, accept=True))
    said = json.loads(line) | {"at": "0001-01-01T00:00:00+05:00"}
    with pytest.raises(ValueError, match="all years"):
        parse_decision(json.dumps(said).encode())
