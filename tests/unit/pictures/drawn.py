"""Rungs, differences and ways to read a picture, for the tests of pictures."""

from collections.abc import Iterator

from hypothesis import strategies as st

from ccontrol.diff.programs.changes import (
    LogicChange,
    LogicKind,
    PartDiff,
    Place,
    ProjectDiff,
    RungDiff,
)
from ccontrol.diff.programs.severity import severity_of
from ccontrol.logic.ladder.model import Branch, Element, Instruction, Rung, Series
from ccontrol.logic.ladder.neutral import parse
from ccontrol.logic.project import Language

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=30)
OPS = st.sampled_from(["XIC", "XIO", "OTE", "OTL", "TON", "MOV", "CPT", "JSR", "Own_AOI", "AFI"])
INSTRUCTIONS = st.builds(Instruction, OPS, st.lists(NAMES, max_size=3).map(tuple))


def _branches(inner: st.SearchStrategy[Element]) -> st.SearchStrategy[Element]:
    legs = st.lists(st.lists(inner, max_size=3).map(tuple), min_size=1, max_size=3).map(tuple)
    return st.builds(Branch, legs)


ELEMENTS: st.SearchStrategy[Element] = st.recursive(INSTRUCTIONS, _branches, max_leaves=8)
SERIES: st.SearchStrategy[Series] = st.lists(ELEMENTS, max_size=6).map(tuple)


def rung(neutral: str, comment: str = "") -> Rung:
    return Rung(parse(neutral), comment)


def change(kind: LogicKind, sentence: str, number: int = 1) -> LogicChange:
    return LogicChange(kind, severity_of(kind), sentence, Place(number), Place(number))


def inverted_guard() -> RungDiff:
    """A guard door's contact was inverted, and a key was put around the stop."""
    return RungDiff(
        rung("XIC(Guard_Door)XIO(Stop)OTE(Motor);", "Motor runs behind a closed door"),
        rung("XIO(Guard_Door)[XIO(Stop),XIC(Key)]OTE(Motor);", "Motor runs behind a closed door"),
        11,
        12,
        (
            change(LogicKind.INVERTED_CONTACT, "contact Guard_Door inverted: XIC became XIO"),
            change(LogicKind.BYPASS_ADDED, "branch XIC(Key) added in parallel to XIO(Stop)"),
        ),
        {(0,): LogicKind.INVERTED_CONTACT},
        {
            (0,): LogicKind.INVERTED_CONTACT,
            (1, 1): LogicKind.BYPASS_ADDED,
            (1, 1, 0): LogicKind.BYPASS_ADDED,
        },
    )


def ladder_part(*rungs: RungDiff, name: str = "Main") -> PartDiff:
    changes = tuple(change for one in rungs for change in one.changes)
    path = ("programs", "Press", "routines", name)
    return PartDiff(path, Language.LADDER, None, None, changes, rungs)


def project(*parts: PartDiff) -> ProjectDiff:
    return ProjectDiff(parts)


def overlapping(
    boxes: list[tuple[float, float, float, float]],
) -> Iterator[tuple[object, object]]:
    for index, one in enumerate(boxes):
        for other in boxes[index + 1 :]:
            if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]:
                yield one, other
