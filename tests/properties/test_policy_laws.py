"""Laws of verdicts: total, blind to the order of rules but for stop, never lighter for more."""

from dataclasses import replace
from datetime import UTC
from random import Random
from time import process_time

from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Change, ChangeSet, Difference, Kind
from ccontrol.model.controller import Controller, Criticality
from ccontrol.model.engineering import Actor
from ccontrol.model.judgement import (
    Attribution,
    Confidence,
    Coverage,
    Origin,
    Severity,
    Watching,
)
from ccontrol.model.policy import (
    AllOf,
    AnyOf,
    Became,
    Circumstances,
    Condition,
    During,
    Flag,
    Hours,
    Key,
    Moved,
    Not,
    Patterns,
    Policy,
    Rule,
    Window,
    Words,
)
from ccontrol.model.unit import UnitId
from ccontrol.policy.asking import ask, holds
from ccontrol.policy.explain import explain, words
from ccontrol.policy.judge import judge, weigh
from tests.unit.policy.defaults import BUILT_IN

TIMES = st.none() | st.datetimes(timezones=st.just(UTC))
TEXTS = st.sampled_from(["", "RUN", "STOP", "edit_mark", "mode", "level", "*", "?", "[", "OB/*"])
VALUES = st.none() | TEXTS | st.integers(-3, 3) | st.booleans()
LEAVES: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Words, st.just(Key.KIND), st.frozensets(st.sampled_from([*Kind]), min_size=1)),
    st.builds(Words, st.just(Key.ASPECT), st.frozensets(st.sampled_from([*Aspect]), min_size=1)),
    st.builds(Words, st.just(Key.ORIGIN), st.frozensets(st.sampled_from([*Origin]), min_size=1)),
    st.builds(Patterns, st.sampled_from([Key.UNIT, Key.TITLE, Key.STATION]), st.tuples(TEXTS)),
    st.builds(Flag, st.sampled_from([Key.KNOWN_STATION, Key.WORKING_TIME]), st.booleans()),
    st.builds(Moved, TEXTS, TEXTS, TEXTS, st.none() | st.sampled_from([*Became])),
    st.builds(During, st.builds(Hours, st.just(UTC))),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds(AllOf, st.lists(inner, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple))
        | st.builds(Not, inner)
    ),
    max_leaves=6,
)


@st.composite
def policies(draw: st.DrawFn, *, stop: bool = True) -> Policy:
    rules = []
    for number in range(draw(st.integers(0, 6))):
        weighs = draw(st.booleans())
        rules.append(
            Rule(
                f"r{number}",
                "so",
                draw(st.sampled_from([*Severity])) if weighs else None,
                draw(CONDITIONS),
                0 if weighs else draw(st.sampled_from([-2, -1, 1, 2])),
                draw(st.sampled_from([*Severity])),
                stop=stop and draw(st.booleans()),
            )
        )
    built_in = BUILT_IN.rules if draw(st.booleans()) else ()
    return Policy((*rules, *built_in), ("192.0.2.*",), Hours(UTC))


CHANGES = st.builds(
    Change,
    st.sampled_from([*Kind]),
    st.sampled_from([*Aspect]),
    st.builds(UnitId, st.sampled_from(["OB", "stale", "tag"]), TEXTS),
    TEXTS,
    st.lists(st.builds(Difference, TEXTS, VALUES, VALUES), max_size=2).map(tuple),
    logic=st.sampled_from([(), ("inverted contact",), ("setpoint",)]),
)
SETS = st.builds(ChangeSet, st.just("p"), st.lists(CHANGES, max_size=4).map(tuple), st.booleans())
ADDRESSES = st.sampled_from(["192.0.2.7", "", "x"])
ATTRIBUTIONS = st.builds(
    Attribution,
    st.sampled_from([*Origin]),
    st.just(""),
    confidence=st.sampled_from([*Confidence]),
    actors=st.lists(st.builds(Actor, st.sampled_from(["192.0.2.7", "", "x"])), max_size=2).map(
        tuple
    ),
    coverage=st.builds(Coverage, st.sampled_from([*Watching])),
)
CONTROLLERS = st.builds(
    Controller,
    *(st.just("p"), st.just("s"), st.just("a"), st.just("s7"), st.just("h"), st.just(1)),
    criticality=st.sampled_from([*Criticality]),
)
AROUND = st.builds(Circumstances, TIMES, TIMES, st.sampled_from([*Window]))
CASES = st.tuples(ATTRIBUTIONS, CONTROLLERS, AROUND)
Case = tuple[Attribution, Controller, Circumstances]
FEWER = settings(max_examples=50, deadline=None)


@FEWER
@given(SETS, CASES, policies())
def test_whatever_happens_there_is_a_verdict(changes: ChangeSet, case: Case, rules: Policy) -> None:
    attribution, controller, at = case
    found = judge(changes, attribution, controller, rules, at)
    assert found.rule not in found.also
    assert found.reason
    assert found == judge(changes, attribution, controller, rules, at)


@FEWER
@given(SETS, CASES, policies(stop=False), st.randoms())
def test_the_order_of_rules_does_not_matter_without_stop(
    changes: ChangeSet, case: Case, rules: Policy, random: Random
) -> None:
    attribution, controller, at = case
    shuffled = list(rules.rules)
    random.shuffle(shuffled)
    other = replace(rules, rules=tuple(shuffled))
    assert judge(changes, attribution, controller, rules, at) == judge(
        changes, attribution, controller, other, at
    )


@FEWER
@given(SETS, CHANGES, CASES, policies())
def test_one_change_more_never_makes_a_verdict_lighter(
    changes: ChangeSet, more: Change, case: Case, rules: Policy
) -> None:
    attribution, controller, at = case
    without = judge(changes, attribution, controller, rules, at)
    added = replace(changes, changes=(*changes.changes, more))
    assert judge(added, attribution, controller, rules, at).severity >= without.severity


@FEWER
@given(SETS, CASES)
def test_a_graver_controller_never_makes_a_verdict_lighter(changes: ChangeSet, case: Case) -> None:
    attribution, controller, at = case
    found = [
        judge(changes, attribution, replace(controller, criticality=each), BUILT_IN, at).severity
        for each in Criticality
    ]
    assert found == sorted(found)


@FEWER
@given(CONDITIONS, SETS, CASES)
def test_asking_step_by_step_finds_what_asking_at_once_does(
    condition: Condition, changes: ChangeSet, case: Case
) -> None:
    attribution, controller, at = case
    rules = Policy((Rule("it", "so", Severity.HIGH, condition),))
    by_steps = [
        [rule.id for rule in each.matched]
        for each in weigh(changes, attribution, controller, rules, at)
    ]
    at_once = [
        [why.rule.id for why in each.rules if why.matched]
        for each in explain(changes, attribution, controller, rules, at)
    ]
    assert by_steps == at_once
    assert words(condition)


@given(CONDITIONS)
def test_what_nothing_is_known_of_is_left_as_it_is_and_holds_not(condition: Condition) -> None:
    left = ask(condition, lambda _: None)
    assert isinstance(left, bool) or not holds(condition, lambda _: None)
    assert isinstance(ask(condition, lambda _: True), bool)


def test_many_rules_and_many_changes_are_judged_in_bounded_time() -> None:
    rules = tuple(
        Rule(f"r{n}", "so", Severity.LOW, Patterns(Key.UNIT, (f"OB/OB{n}?*",))) for n in range(200)
    )
    changes = tuple(
        Change(Kind.CHANGED, Aspect.PROGRAM, UnitId("OB", f"OB{n}"), "x") for n in range(200)
    )
    controller = Controller("p", "s", "a", "s7", "h", 1)
    began = process_time()
    judge(ChangeSet("p", changes), Attribution(Origin.UNKNOWN, ""), controller, Policy(rules))
    assert process_time() - began < 5
