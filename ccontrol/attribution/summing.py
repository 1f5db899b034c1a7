"""From the explanations of all changes of a record to its one origin, reasons, actors and evidence.

Gravest aspects first: what a controller does and who may change it; what it is made of and called;
whether it runs; its values; how it is seen. The gravest that a record has decides, and there the
change that is explained least. What became of the others is said beside it.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final, NamedTuple

from ccontrol.attribution.causes import side
from ccontrol.attribution.clues import Clue, stamp
from ccontrol.attribution.explaining import Explanation
from ccontrol.attribution.states import is_switch
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Change
from ccontrol.model.engineering import Actor, EngineeringEvent
from ccontrol.model.judgement import (
    Attribution,
    Confidence,
    Coverage,
    Evidence,
    Origin,
    Watching,
    Window,
)

WEIGHED_AT_MOST: Final = 32
LETTERS_AT_MOST: Final = 300_000
"""Of all acts that are listed; the first one is listed however long it is."""
_AN_OBJECT: Final = 200
"""So long is an object of an act when it is written, without its name and facts."""
_ACTORS_AT_MOST: Final = 8
_SENTENCES_AT_MOST: Final = 8
_NAMES_AT_MOST: Final = 3
_GRAVITY: Final = {
    Aspect.FIRMWARE: 0,
    Aspect.PROGRAM: 0,
    Aspect.PROTECTION: 0,
    Aspect.CONFIGURATION: 0,
    Aspect.HARDWARE: 1,
    Aspect.IDENTITY: 1,
    Aspect.MODE: 2,
    Aspect.VALUES: 3,
    Aspect.INVENTORY: 4,
    Aspect.SIGHT: 4,
}
_UNKNOWN: Final = "no evidence names who or what did it"
_NOT_SEEN: Final = "not seen on the monitored network"
_APART: Final = "its parts come from different places"
_AT_ODDS: Final = "the evidence contradicts itself"
_SINCE_WHEN: Final = "since when it is so nobody can tell"
_WORDS: Final = {
    Watching.MIRRORED: "its own port was watched",
    Watching.PATH: "a way to it was watched, another need not have been",
    Watching.DEGRADED: "the way to it was watched with gaps",
    Watching.NONE: "nobody watched the ways to it",
}


class Judged(NamedTuple):
    """A change with what explains it."""

    change: Change
    window: Window
    explanation: Explanation


def summed(
    judged: tuple[Judged, ...],
    *,
    context: tuple[Clue, ...],
    log: tuple[str, ...],
    coverage: Coverage,
    warnings: tuple[str, ...],
) -> Attribution:
    """Return the attribution of a record; the order in which things were heard does not matter."""
    grave = _gravest(judged)
    origin, confidence = _origin(grave)
    weighed = _weighed(judged, context)
    kept = _kept(weighed)
    return Attribution(
        origin,
        _reason(origin, grave, judged, coverage),
        log,
        confidence,
        tuple(_actors(grave)) if origin is Origin.NETWORK else (),
        weighed[:kept],
        len(weighed) - kept,
        _contradictions(grave, warnings),
        coverage,
    )


def _gravest(judged: tuple[Judged, ...]) -> tuple[Judged, ...]:
    """Return the changes that decide, the one that is explained least first."""
    most = min((_gravity(one.change) for one in judged), default=0)
    grave = (one for one in judged if _gravity(one.change) == most)
    return tuple(sorted(grave, key=lambda one: one.explanation.weight))


def _gravity(change: Change) -> int:
    """A key that was turned counts like the mode that it sets."""
    return _GRAVITY[Aspect.MODE if is_switch(change) else side(change)]


def _origin(grave: tuple[Judged, ...]) -> tuple[Origin, Confidence]:
    origins = {one.explanation.origin for one in grave}
    if len(origins) != 1:
        return Origin.UNKNOWN, Confidence.NONE
    return grave[0].explanation.origin, grave[0].explanation.confidence


def _reason(
    origin: Origin, grave: tuple[Judged, ...], judged: tuple[Judged, ...], coverage: Coverage
) -> str:
    parts = [_unknown(grave, coverage)] if origin is Origin.UNKNOWN else [*_known(origin, grave)]
    if any(one.window.opened_at is None for one in grave) and origin is not Origin.UNKNOWN:
        parts.append(_SINCE_WHEN)
    return "; ".join((*parts, *_others(origin, grave, judged)))


def _known(origin: Origin, grave: tuple[Judged, ...]) -> Iterator[str]:
    clues = [clue for clue in grave[0].explanation.clues if clue.origin is origin]
    yield clues[0].evidence.text
    rivals = list(dict.fromkeys(clue.station for clue in clues if _is_equal(clue, clues[0])))
    if len(rivals) > 1:
        yield f"ambiguous: {' and '.join(rivals[:_NAMES_AT_MOST])} can have done it equally well"


def _is_equal(clue: Clue, best: Clue) -> bool:
    is_as_good = clue.carries is best.carries and clue.evidence.grade is best.evidence.grade
    return bool(clue.station) and is_as_good


def _unknown(grave: tuple[Judged, ...], coverage: Coverage) -> str:
    explained = [one for one in grave if one.explanation.weight]
    if len(explained) == len(grave) > 0:
        return _APART
    if any(one.explanation.contradictions for one in grave):
        return _AT_ODDS
    if explained:
        rest = [one.change for one in grave if not one.explanation.weight]
        return f"nothing explains {_named(rest)}, {len(rest)} of {len(grave)} that changed"
    return f"{_NOT_SEEN}: {_watched(coverage)}" if coverage.sensors else _UNKNOWN


def _watched(coverage: Coverage) -> str:
    if coverage.watching is Watching.NONE or not coverage.gaps:
        return _WORDS[coverage.watching]
    first = coverage.gaps[0]
    more = f" and {len(coverage.gaps) - 1} more" if len(coverage.gaps) > 1 else ""
    gap = f"{stamp(first.since)} to {stamp(first.until)}, {first.reason}"
    return f"{_WORDS[coverage.watching]} ({gap}{more})"


def _named(changes: list[Change]) -> str:
    names = ", ".join(change.title or change.unit.key for change in changes[:_NAMES_AT_MOST])
    return f"{names} and others" if len(changes) > _NAMES_AT_MOST else names


def _others(origin: Origin, grave: tuple[Judged, ...], judged: tuple[Judged, ...]) -> Iterator[str]:
    """Yield what became of graver aspects' companions, where that is something else."""
    least: dict[Aspect, Explanation] = {}
    beside = (one for one in judged if _gravity(one.change) != _gravity(grave[0].change))
    for one in beside:
        known = least.get(one.change.aspect)
        if known is None or one.explanation.weight < known.weight:
            least[one.change.aspect] = one.explanation
    for aspect in Aspect:
        if aspect in least and least[aspect].origin is not origin:
            yield f"of {aspect.value}: {least[aspect].origin.value}"


def _actors(grave: tuple[Judged, ...]) -> Iterator[Actor]:
    best: dict[str, Clue] = {}
    for clue in chain.from_iterable(one.explanation.clues for one in grave):
        if clue.origin is Origin.NETWORK and clue.station:
            known = best.get(clue.station)
            if known is None or clue.order < known.order:
                best[clue.station] = clue
    likeliest = sorted(best.values(), key=lambda clue: clue.order)
    for clue in likeliest[:_ACTORS_AT_MOST]:
        if clue.evidence.event is not None:
            yield clue.evidence.event.actor


def _weighed(judged: tuple[Judged, ...], context: tuple[Clue, ...]) -> tuple[Evidence, ...]:
    """Return every piece of evidence once, as strong as it was for any change."""
    best: dict[object, Clue] = {}
    for clue in chain(*(one.explanation.clues for one in judged), context):
        event = clue.evidence.event
        key: object = id(event) if event else (clue.evidence.text, clue.origin)
        if key not in best or clue.order < best[key].order:
            best[key] = clue
    return tuple(clue.evidence for clue in sorted(best.values(), key=lambda clue: clue.order))


def _kept(weighed: tuple[Evidence, ...]) -> int:
    """Return how many are listed: a record stays readable, whatever was heard."""
    letters = 0
    for at, evidence in enumerate(weighed[:WEIGHED_AT_MOST]):
        letters += _letters(evidence.event) if evidence.event else 0
        if at and letters > LETTERS_AT_MOST:
            return at
    return min(len(weighed), WEIGHED_AT_MOST)


def _letters(event: EngineeringEvent) -> int:
    """Return about how long an event is when it is written."""
    claims = sum(len(claim.value) for claim in event.actor.claims)
    facts = sum(len(value) for one in event.objects for _, value in one.facts)
    return claims + facts + sum(_AN_OBJECT + len(one.name) for one in event.objects)


def _contradictions(grave: tuple[Judged, ...], warnings: Iterable[str]) -> tuple[str, ...]:
    told = chain(*(one.explanation.contradictions for one in grave), warnings)
    return tuple(dict.fromkeys(told))[:_SENTENCES_AT_MOST]
