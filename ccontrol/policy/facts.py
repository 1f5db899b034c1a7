"""What single questions of rules are answered from: what surrounds a change, and the change itself.

The three answers are given one after the other, the cheapest for all first: what holds for every
change of a poll is asked once, what holds for all of a kind once for each kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Change, Difference, Kind
from ccontrol.model.controller import Controller
from ccontrol.model.engineering import Actor
from ccontrol.model.judgement import Attribution
from ccontrol.model.policy import (
    Became,
    Circumstances,
    During,
    Flag,
    Key,
    Leaf,
    Moved,
    Patterns,
    Policy,
    Words,
)
from ccontrol.model.unit import Value
from ccontrol.policy.patterns import is_station, looks_like
from ccontrol.policy.times import inside

_EDGES = frozenset({Kind.RAISED, Kind.CLEARED})
Said = Mapping[Key, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Sort:
    """What many changes of a poll have in common."""

    kind: Kind
    aspects: tuple[Aspect, ...]
    """What it is about; of a thing that passed for something else before: that as well."""
    finding: str
    alone: bool


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What holds for every change of a poll."""

    attribution: Attribution
    controller: Controller
    circumstances: Circumstances
    policy: Policy
    said: Said

    def answer(self, leaf: Leaf) -> bool | None:
        """Answer what is asked about controller, origin and time."""
        match leaf:
            case During(hours):
                return inside(hours, self.circumstances.since, self.circumstances.until)
            case Patterns(Key.STATION, any_of):
                actors = self.attribution.actors
                return any(is_station(each, actor) for each in any_of for actor in actors)
            case Flag(Key.KNOWN_STATION, wanted):
                return self.all_are_known == wanted
            case Flag(Key.WORKING_TIME, wanted):
                return self.is_working_time == wanted
            case Words(key, _) | Patterns(key, _) if key in self.said:
                return _fits(leaf, self.said[key])
            case _:
                return None

    @property
    def all_are_known(self) -> bool:
        """Whether everybody who can have done it is a known station; nobody is none."""
        actors, known = self.attribution.actors, self.policy.stations
        return bool(actors) and all(_is_one(actor, known) for actor in actors)

    @property
    def is_working_time(self) -> bool:
        """Whether it can only have happened while people work here."""
        hours, at = self.policy.working, self.circumstances
        return hours is not None and inside(hours, at.since, at.until)


def surroundings(
    attribution: Attribution, controller: Controller, circumstances: Circumstances, policy: Policy
) -> Surroundings:
    """Return what holds for every change of a poll."""
    said: Said = {
        Key.CONTROLLER: (controller.id,),
        Key.SITE: (controller.site,),
        Key.AREA: (controller.area,),
        Key.FAMILY: (controller.family,),
        Key.OWNER: (controller.owner,),
        Key.TAG: controller.tags,
        Key.CRITICALITY: (controller.criticality,),
        Key.ORIGIN: (attribution.origin,),
        Key.CONFIDENCE: (attribution.confidence,),
        Key.WATCHING: (attribution.coverage.watching,),
        Key.ROLE: tuple(actor.role for actor in attribution.actors),
        Key.STANDING: tuple(sorted(circumstances.standing)),
        Key.WINDOW: (circumstances.window,),
        Key.AUTHORISATION: tuple(filter(None, (circumstances.authorisation,))),
    }
    return Surroundings(attribution, controller, circumstances, policy, said)


def sort_of(change: Change, *, alone: bool) -> Sort:
    """Return what a change has in common with others."""
    finding = change.unit.kind if change.kind in _EDGES else ""
    return Sort(change.kind, (change.aspect, *_aspects_before(change)), finding, alone)


def answer_sort(sort: Sort, leaf: Leaf) -> bool | None:
    """Answer what is asked about kind, aspect and finding."""
    match leaf:
        case Words(Key.KIND, any_of):
            return sort.kind in any_of
        case Words(Key.ASPECT, any_of):
            return any(aspect in any_of for aspect in sort.aspects)
        case Words(Key.FINDING, _) | Patterns(Key.FINDING, _):
            return _fits(leaf, (sort.finding,) if sort.finding else ())
        case Flag(Key.ALONE, wanted):
            return sort.alone == wanted
        case _:
            return None


def answer_change(change: Change, leaf: Leaf) -> bool | None:
    """Answer what is asked about the change itself."""
    match leaf:
        case Words(Key.LOGIC, any_of):
            return not any_of.isdisjoint(change.logic)
        case Patterns(Key.UNIT, _):
            return _fits(leaf, (str(change.unit),))
        case Patterns(Key.TITLE, _):
            return _fits(leaf, (change.title,))
        case Moved():
            return any(_moved(leaf, difference) for difference in change.differences)
        case _:
            return None


def _fits(leaf: Words | Patterns, said: tuple[str, ...]) -> bool:
    if isinstance(leaf, Words):
        return not leaf.any_of.isdisjoint(said)
    return any(looks_like(pattern, text) for pattern in leaf.any_of for text in said)


def _is_one(actor: Actor, known: tuple[str, ...]) -> bool:
    return any(is_station(each, actor) for each in known)


def _aspects_before(change: Change) -> tuple[Aspect, ...]:
    """Return what a thing was before it passed for something else."""
    told = [one.before for one in change.differences if one.name == "aspect"]
    return tuple(aspect for aspect in Aspect if aspect.value in told)


def _moved(wanted: Moved, difference: Difference) -> bool:
    return (
        (not wanted.name or looks_like(wanted.name, difference.name))
        and (not wanted.before or _reads(wanted.before, difference.before))
        and (not wanted.after or _reads(wanted.after, difference.after))
        and (wanted.became is None or _became(wanted.became, difference.before, difference.after))
    )


def _reads(pattern: str, value: Value | None) -> bool:
    """Tell whether a value, as it is written, looks like that; of a list: one of its items."""
    if value is None:
        return False
    if isinstance(value, tuple):
        return any(looks_like(pattern, item) for item in value)
    return looks_like(pattern, str(value))


def _became(way: Became, before: Value | None, after: Value | None) -> bool:
    if way is Became.ABSENT:
        return after is None
    if way is Became.PRESENT:
        return before is None
    if isinstance(before, int) and isinstance(after, int):
        return after < before if way is Became.LOWER else after > before
    return way is Became.LOWER
