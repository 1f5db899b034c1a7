"""What is said of a changed element in a picture: a sign, a shape and a colour that mean the same.

Nobody needs to see colours: each mark has its own sign and its own line. No shape is drawn here.
"""

from collections.abc import Mapping
from enum import Enum

from ccontrol.diff.programs.changes import LogicKind, RungDiff
from ccontrol.logic.ladder.model import ElementPath


class Mark(Enum):
    """What became of an element; the value is the name of its style."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    SAME = "same"
    """Written otherwise, and does the same."""

    @property
    def sign(self) -> str:
        """Return the sign that stands at the element."""
        return _SIGNS[self]


_SIGNS = {
    Mark.ADDED: "+",
    Mark.REMOVED: "\N{MINUS SIGN}",
    Mark.CHANGED: "\N{NOT EQUAL TO}",
    Mark.MOVED: "\N{UP DOWN ARROW}",
    Mark.SAME: "\N{ALMOST EQUAL TO}",
}
_ADDED = frozenset({LogicKind.INSTRUCTION_ADDED, LogicKind.RUNG_ADDED, LogicKind.BYPASS_ADDED})
_REMOVED = frozenset({LogicKind.INSTRUCTION_REMOVED, LogicKind.RUNG_REMOVED})
_QUIET = {
    LogicKind.MOVED: Mark.MOVED,
    LogicKind.RENAMED_TAG: Mark.SAME,
    LogicKind.MNEMONIC_ONLY: Mark.SAME,
}
Marks = Mapping[ElementPath, Mark]


def marks_before(diff: RungDiff) -> Marks:
    """Return the marks of the rung as it was."""
    return _marks(diff.before_marks, diff.after_marks, Mark.REMOVED)


def marks_after(diff: RungDiff) -> Marks:
    """Return the marks of the rung as it is."""
    return _marks(diff.after_marks, diff.before_marks, Mark.ADDED)


def _marks(
    ours: Mapping[ElementPath, LogicKind], theirs: Mapping[ElementPath, LogicKind], alone: Mark
) -> Marks:
    there = frozenset(theirs.values())
    return {path: _mark(kind, alone, kind in there) for path, kind in ours.items()}


def _mark(kind: LogicKind, alone: Mark, on_both_sides: bool) -> Mark:
    """Return the mark of a kind; one that both sides know changed what stands in its place."""
    if kind in _QUIET:
        return _QUIET[kind]
    if kind in _ADDED:
        return Mark.ADDED
    if kind in _REMOVED:
        return Mark.REMOVED
    return Mark.CHANGED if on_both_sides else alone
