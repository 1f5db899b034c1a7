"""The table: what clues to one change amount to. docs/attribution.md has it for operators."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ccontrol.attribution.clues import WEIGHT, Clue
from ccontrol.model.judgement import Confidence, Grade, Origin

_CONTRADICT: Final = "clues to the network and to a hand at the controller contradict each other"
_STRONG: Final = WEIGHT[Confidence.PROBABLE]


@dataclass(frozen=True, slots=True)
class Explanation:
    """How far one change is explained."""

    origin: Origin
    confidence: Confidence
    clues: tuple[Clue, ...] = ()
    """Strongest first, those for the origin and those against it."""
    contradictions: tuple[str, ...] = ()

    @property
    def weight(self) -> int:
        """How well it is explained; 0 for not at all."""
        return WEIGHT[self.confidence]


def explain(clues: Iterable[Clue], *, is_open: bool) -> Explanation:
    """Return what clues to one change amount to; `is_open`: nobody can tell since when it is so."""
    told = tuple(sorted(clues, key=lambda clue: clue.order))
    network = tuple(clue for clue in told if clue.origin is Origin.NETWORK)
    local = tuple(clue for clue in told if clue.origin is Origin.LOCAL)
    network_weight, local_weight = _weight(network), _weight(local)
    if not network_weight and not local_weight:
        return Explanation(Origin.UNKNOWN, Confidence.NONE, told, _superseded(told))
    if _are_at_odds(network_weight, local_weight):
        return Explanation(Origin.UNKNOWN, Confidence.NONE, told, _both(network, local))
    origin = Origin.NETWORK if network_weight > local_weight else Origin.LOCAL
    ours, theirs = (network, local) if origin is Origin.NETWORK else (local, network)
    confidence = _together(ours)
    if theirs and ours[0].evidence.grade is not Grade.CONTENT:
        confidence = _at_most(confidence, Confidence.PROBABLE)
    if is_open and ours[0].evidence.grade is not Grade.CONTENT:
        confidence = _at_most(confidence, Confidence.POSSIBLE)
    return Explanation(origin, confidence, told, _both(ours, theirs) if theirs else ())


def _weight(clues: tuple[Clue, ...]) -> int:
    return max((WEIGHT[clue.carries] for clue in clues), default=0)


def _are_at_odds(network: int, local: int) -> bool:
    """Tell whether clues to both are too near to each other for either to be believed."""
    return bool(network and local) and (min(network, local) >= _STRONG or network == local)


def _together(clues: tuple[Clue, ...]) -> Confidence:
    """Return how far clues to one origin carry: the strongest, or two that confirm each other."""
    grades = {clue.evidence.grade for clue in clues if WEIGHT[clue.carries] >= _STRONG}
    if {Grade.OBJECT, Grade.REPORT} <= grades or {Grade.STATE, Grade.REPORT} <= grades:
        return Confidence.CONFIRMED
    return clues[0].carries


def _at_most(confidence: Confidence, most: Confidence) -> Confidence:
    return min(confidence, most, key=WEIGHT.__getitem__)


def _both(one: tuple[Clue, ...], other: tuple[Clue, ...]) -> tuple[str, ...]:
    return (f"{_CONTRADICT}: {one[0].evidence.text} — {other[0].evidence.text}",)


def _superseded(clues: tuple[Clue, ...]) -> tuple[str, ...]:
    """Return what was loaded and is not what the controller holds: somebody changed it since."""
    other = [
        clue.evidence.text
        for clue in clues
        if clue.evidence.grade is Grade.CONTEXT and clue.evidence.event is not None
    ]
    return tuple(other[:1])
