"""How rules come together: stop, steps, names, and what is said where none speaks."""

from dataclasses import replace

from ccontrol.model.change import ChangeSet, Kind
from ccontrol.model.controller import Criticality
from ccontrol.model.judgement import Severity
from ccontrol.model.policy import Circumstances
from ccontrol.policy.explain import explain, words
from tests.unit.policy.cases import PRESS, UNKNOWN, change, policy, verdict
from tests.unit.policy.defaults import BUILT_IN

QUIET = """
[[rule]]
id = "press-3-recompiled"
severity = "info"
reason = "its blocks are compiled anew every night"
stop = true
when = { controller = ["press-3"], kind = ["recompiled"] }
"""
TWO = """
[[rule]]
id = "a"
severity = "medium"
reason = "a"
techniques = ["T0889"]
[[rule]]
id = "b"
severity = "high"
reason = "b"
techniques = ["T0821"]
when = { kind = ["changed"] }
"""


def test_stop_silences_what_matches_and_nothing_else() -> None:
    rules = policy(QUIET, extends="default")
    recompiled = change(Kind.RECOMPILED)
    assert verdict(rules, recompiled).severity is Severity.INFO
    assert verdict(rules, recompiled, controller=replace(PRESS, id="mixer-1")).rule == (
        "program-recompiled"
    )
    assert verdict(rules, recompiled, change(Kind.REMOVED)).rule == "program-removed"


def test_all_rules_that_match_are_named_and_the_heaviest_decides() -> None:
    told = verdict(policy(TWO), change(), change(Kind.REMOVED))
    assert (told.rule, told.also) == ("b", ("a",))
    assert told.techniques == ("T0821", "T0889")


def test_of_equal_rules_the_one_that_asks_more_gives_its_name() -> None:
    rules = policy(TWO.replace('"medium"', '"high"'))
    assert verdict(rules, change()).rule == "b"
    assert verdict(rules, change(Kind.REMOVED)).rule == "a"


def test_steps_move_a_weight_from_the_least_on_and_say_so() -> None:
    steps = """
[[rule]]
id = "up"
steps = 1
from = "high"
reason = "it matters"
"""
    rules = policy(TWO + steps)
    told = verdict(rules, change())
    assert (told.rule, told.severity) == ("b", Severity.CRITICAL)
    assert told.reason == "b; raised, since it matters"
    assert verdict(rules, change(Kind.REMOVED)).severity is Severity.MEDIUM
    assert "up" not in verdict(rules, change(Kind.REMOVED)).also


def test_what_no_rule_speaks_of_is_told_and_nobody_is_called() -> None:
    told = verdict(policy(""), change())
    assert (told.rule, told.severity) == ("no-rule", Severity.LOW)


def test_a_site_can_be_paged_for_safety_alone() -> None:
    text = """
[[rule]]
id = "not-safety"
severity = "low"
reason = "only safety wakes us"
stop = true
when = { not = { any = [{ criticality = ["safety"] }, { tag = ["sis"] }] } }
"""
    rules = policy(text, extends="default")
    plain, safety = replace(PRESS, tags=()), replace(PRESS, criticality=Criticality.SAFETY)
    assert verdict(rules, change(), controller=plain).severity is Severity.LOW
    assert verdict(rules, change(), controller=safety).severity is Severity.CRITICAL


def test_every_rule_says_why_it_does_not_match() -> None:
    changes = ChangeSet("press-3", (change(Kind.RECOMPILED),))
    rules = policy(QUIET, extends="default")
    (found,) = explain(changes, UNKNOWN, replace(PRESS, id="mixer-1"), rules, Circumstances())
    why = {each.rule.id: each for each in found.rules}
    assert why["program-recompiled"].matched
    assert why["press-3-recompiled"].against == ("controller is like press-3, but it is mixer-1",)
    assert all(each.matched or each.against for each in found.rules)
    told = verdict(rules, change(Kind.RECOMPILED), controller=replace(PRESS, id="mixer-1"))
    matched = {each.rule.id for each in found.rules if each.matched}
    assert matched == {told.rule, *told.also}


def test_what_stands_behind_a_stop_is_said_not_to_be_asked() -> None:
    changes = ChangeSet("press-3", (change(Kind.RECOMPILED),))
    rules = policy(QUIET, extends="default")
    (found,) = explain(changes, UNKNOWN, PRESS, rules, Circumstances())
    told = {each.rule.id: each.against for each in found.rules}
    assert told["program-recompiled"] == ("not asked: press-3-recompiled says stop",)


def test_every_built_in_rule_can_be_read_in_one_line() -> None:
    for rule in BUILT_IN.rules:
        assert words(rule.when)
        assert "\n" not in words(rule.when)
    assert words(BUILT_IN.rules[0].when) == "kind is added and aspect is program"
