"""What differs between two states."""

from dataclasses import dataclass
from enum import StrEnum

from ccontrol.model.aspect import Aspect
from ccontrol.model.unit import UnitId, Value

ECHOES = frozenset({"checksum", "inventory"})
"""Kinds of units that only repeat, as a number, what other units of their aspect tell by name."""


class Kind(StrEnum):
    """In which way something differs."""

    ADDED = "added"
    FOUND = "found"
    """Seen for the first time where nobody looked before: nobody knows since when it is there."""
    REMOVED = "removed"
    CHANGED = "changed"
    RECOMPILED = "recompiled"
    """Equal content; only dates or the like moved."""
    LOST_SIGHT = "lost sight"
    """It can no longer be read. Nobody knows whether it changed: never "removed"."""
    REGAINED = "regained"
    """It can be read again and is as it was."""
    RAISED = "raised"
    """A finding is new."""
    CLEARED = "cleared"
    """A finding is over."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field or section that differs; None is absent. A section tells its length and hash."""

    name: str
    before: Value | None
    after: Value | None


@dataclass(frozen=True, slots=True)
class Change:
    """One unit (or finding) that differs."""

    kind: Kind
    aspect: Aspect
    unit: UnitId
    title: str
    differences: tuple[Difference, ...] = ()
    reason: str = ""
    """For lost sight: why; for findings: their sentence."""
    logic: tuple[str, ...] = ()
    """What changed in the logic, as far as it was compared: words of `diff.programs`, sorted."""


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """All that differs between two states of one controller, in a stable order. Empty is falsy."""

    controller_id: str
    changes: tuple[Change, ...]
    first: bool = False
    """True for the very first state of a controller: everything is new, nothing changed."""

    def __bool__(self) -> bool:
        return bool(self.changes)

    @property
    def aspects(self) -> tuple[Aspect, ...]:
        """The aspects concerned, in the order of their declaration."""
        found = {change.aspect for change in self.changes}
        return tuple(aspect for aspect in Aspect if aspect in found)
