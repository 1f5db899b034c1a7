"""What may change in a program, as words: one kind per meaning, each with its weight. Data only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ccontrol.logic.ladder.model import ElementPath, Rung
from ccontrol.logic.project import Language, Part
from ccontrol.model.judgement import Severity


class LogicKind(StrEnum):
    """What a change of a program means to whoever has to review it."""

    INVERTED_CONTACT = "inverted contact"
    BYPASS_ADDED = "bypass branch added"
    CONDITION_REMOVED = "condition removed"
    """What the power, or a statement, depended on decides nothing there any more."""
    AFI_INSERTED = "AFI or constant inserted"
    EXECUTION = "execution changed"
    """Other rungs or steps run or are skipped; or another one has the last word on an output."""
    SETPOINT = "setpoint"
    OPERAND = "operand"
    COIL_REMOVED = "coil removed"
    CALL_REMOVED = "call removed"
    INSTRUCTION_ADDED = "instruction added"
    INSTRUCTION_REMOVED = "instruction removed"
    INSTRUCTION_CHANGED = "instruction changed"
    RUNG_ADDED = "rung added"
    RUNG_REMOVED = "rung removed"
    STEP_ADDED = "step added"
    """A step, transition, stop or branch of a sequential chart."""
    STEP_REMOVED = "step removed"
    STATEMENT = "statement"
    """A statement of text logic (STL, structured text) that fits no kind above."""
    MNEMONIC_ONLY = "mnemonic only"
    MOVED = "moved"
    RENAMED_TAG = "renamed tag"
    COMMENT = "comment"
    PENDING_EDIT = "pending edit"
    PROTECTED_CONTENT = "protected content changed"
    ROUTINE_ADDED = "routine added"
    ROUTINE_REMOVED = "routine removed"
    ROUTINE_REORDERED = "routine reordered"
    PART_ADDED = "part added"
    """Anything that is no routine: a type, a module, a list of tags."""
    PART_REMOVED = "part removed"
    DECLARATION = "declaration"
    """A tag, a member, a parameter, an interface."""
    SETTING = "setting"
    """A property of a task, a module, the controller."""
    VALUE = "value"
    LAYOUT = "layout"
    NOT_COMPARED = "not compared"
    """Differs, and could not be compared further within the effort allowed."""


NO_LOGIC = frozenset(
    {
        LogicKind.MNEMONIC_ONLY,
        LogicKind.COMMENT,
        LogicKind.LAYOUT,
    }
)
"""Kinds that change nothing of what the controller does."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a part: rung, network or line, counted from 1, and words that stay put."""

    number: int
    anchor: str = ""
    """A comment's first line or what the rung drives: it does not move when rungs are inserted."""


@dataclass(frozen=True, slots=True)
class LogicChange:
    """One change of a program, in one plain sentence."""

    kind: LogicKind
    severity: Severity
    sentence: str
    before: Place | None = None
    after: Place | None = None


@dataclass(frozen=True, slots=True)
class RungDiff:
    """A rung before and after (None: there was, is none), for pictures.

    The marks say which elements changed and how; an element that they do not name is as it was.
    """

    before: Rung | None
    after: Rung | None
    before_number: int | None
    after_number: int | None
    """Ordinals counted from 1."""
    changes: tuple[LogicChange, ...] = ()
    before_marks: Mapping[ElementPath, LogicKind] = field(default_factory=dict)
    after_marks: Mapping[ElementPath, LogicKind] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LineDiff:
    """One line of text logic: "-", "+" or " " (as it was), with its ordinals counted from 1."""

    sign: str
    text: str
    before_number: int | None
    after_number: int | None


@dataclass(frozen=True, slots=True)
class PartDiff:
    """One part before and after; equal parts have none."""

    path: tuple[str, ...]
    language: Language
    before: Part | None
    after: Part | None
    changes: tuple[LogicChange, ...]
    rungs: tuple[RungDiff, ...] = ()
    """Of ladder: the changed ones and, for orientation, their neighbours; by their order after."""
    lines: tuple[LineDiff, ...] = ()
    """Of all other text: the changed lines with some lines around each."""
    drawn: tuple[Part | None, Part | None] = (None, None)
    """The LAYOUT before and after, where a chart is drawn: beside its logic, if that differs."""


@dataclass(frozen=True, slots=True)
class Rename:
    """An identifier that vanished and one that appeared in its place, everywhere."""

    before: str
    after: str
    places: int
    """How many uses were folded."""


@dataclass(frozen=True, slots=True)
class ProjectDiff:
    """Two projects held against each other."""

    parts: tuple[PartDiff, ...]
    renames: tuple[Rename, ...] = ()
    warnings: tuple[str, ...] = ()
    """E.g. that the two were exported with different options."""

    @property
    def changes(self) -> tuple[LogicChange, ...]:
        """Return the changes of all parts, in their order."""
        return tuple(change for part in self.parts for change in part.changes)

    @property
    def changes_logic(self) -> bool:
        """Tell whether anything differs beside words that the controller does not execute."""
        return any(change.kind not in NO_LOGIC for change in self.changes)
