"""Why a rule matches a change, and why another does not, in words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ccontrol.model.change import Change, ChangeSet
from ccontrol.model.controller import Controller
from ccontrol.model.judgement import Attribution
from ccontrol.model.policy import (
    AllOf,
    AnyOf,
    Circumstances,
    Condition,
    During,
    Flag,
    Key,
    Leaf,
    Moved,
    Not,
    Patterns,
    Policy,
    Rule,
    Words,
)
from ccontrol.policy.asking import Answer, against, holds
from ccontrol.policy.facts import Sort, Surroundings, answer_change, answer_sort, surroundings
from ccontrol.policy.judge import sorted_out

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Why:
    """What became of one rule with one change."""

    rule: Rule
    matched: bool
    against: tuple[str, ...] = ()
    """What of it does not hold, as "asked, but found"; empty for one that matched."""


@dataclass(frozen=True, slots=True)
class Explained:
    """What became of every rule with one change, in the order of the rules."""

    change: Change
    rules: tuple[Why, ...]


def explain(
    changes: ChangeSet,
    attribution: Attribution,
    controller: Controller,
    policy: Policy,
    circumstances: Circumstances,
) -> Iterator[Explained]:
    """Yield each change that rules are asked about, with what became of every rule."""
    around = surroundings(attribution, controller, circumstances, policy)
    for change, sort in sorted_out(changes):
        answer = _everything(around, sort, change)
        stopped, found = "", []
        for rule in policy.rules:
            why = _why(rule, answer, circumstances, stopped)
            found.append(_told(why, around, sort, change))
            if why.matched and rule.stop:
                stopped = rule.id
        yield Explained(change, tuple(found))


def words(condition: Condition) -> str:
    """Return what a condition asks, in one line."""
    match condition:
        case AllOf(of):
            return " and ".join(map(_bracketed, of)) or "anything"
        case AnyOf(of):
            return " or ".join(map(_bracketed, of)) or "nothing"
        case Not(of):
            return f"not {_bracketed(of)}"
        case _:
            return _leaf(condition)


def _bracketed(condition: Condition) -> str:
    told = words(condition)
    return f"({told})" if isinstance(condition, AllOf | AnyOf) else told


def _leaf(leaf: Leaf) -> str:
    match leaf:
        case Words(key, any_of):
            return f"{key} is {' or '.join(sorted(any_of))}"
        case Patterns(key, any_of):
            return f"{key} is like {' or '.join(any_of)}"
        case Flag(key, wanted):
            return f"{key} is {str(wanted).lower()}"
        case During(hours):
            days = ",".join(_DAYS[day] for day in sorted(hours.days))
            begin, end = (f"{at // 60:02}:{at % 60:02}" for at in (hours.begin, hours.end))
            return f"time is within {days} {begin}-{end} ({hours.zone})"
        case Moved():
            told = {"name": leaf.name, "before": leaf.before, "after": leaf.after}
            parts = [f"{name} {pattern}" for name, pattern in told.items() if pattern]
            return f"a difference with {', '.join((*parts, *_went(leaf)))}"


def _went(leaf: Moved) -> tuple[str, ...]:
    return () if leaf.became is None else (f"became {leaf.became}",)


def _everything(around: Surroundings, sort: Sort, change: Change) -> Answer:
    steps: tuple[Callable[[Leaf], bool | None], ...] = (
        around.answer,
        lambda leaf: answer_sort(sort, leaf),
        lambda leaf: answer_change(change, leaf),
    )

    def answer(leaf: Leaf) -> bool | None:
        return next((told for step in steps if (told := step(leaf)) is not None), None)

    return answer


@dataclass(frozen=True, slots=True)
class _Found:
    rule: Rule
    matched: bool
    parts: tuple[Condition, ...] = ()
    said: str = ""


def _why(rule: Rule, answer: Answer, circumstances: Circumstances, stopped: str) -> _Found:
    if circumstances.source not in rule.sources:
        return _Found(rule, matched=False, said=f"it speaks of no {circumstances.source}")
    if stopped:
        return _Found(rule, matched=False, said=f"not asked: {stopped} says stop")
    if holds(rule.when, answer):
        return _Found(rule, matched=True)
    return _Found(rule, matched=False, parts=tuple(against(rule.when, answer)))


def _told(found: _Found, around: Surroundings, sort: Sort, change: Change) -> Why:
    said = tuple(f"{words(part)}{_but(part, around, sort, change)}" for part in found.parts)
    return Why(found.rule, found.matched, (found.said,) if found.said else said)


def _but(part: Condition, around: Surroundings, sort: Sort, change: Change) -> str:
    """Return ", but it is …" of what a single question found."""
    if not isinstance(part, Words | Patterns):
        return ", but it holds" if isinstance(part, Not) else ", and it is not so"
    known = {
        Key.KIND: (sort.kind,),
        Key.ASPECT: sort.aspects,
        Key.FINDING: (sort.finding,),
        Key.LOGIC: change.logic,
        Key.UNIT: (str(change.unit),),
        Key.TITLE: (change.title,),
        Key.STATION: tuple(actor.address for actor in around.attribution.actors),
    }
    said = known.get(part.key) or around.said.get(part.key, ())
    return f", but it is {', '.join(filter(None, map(str, said))) or 'nothing'}"
