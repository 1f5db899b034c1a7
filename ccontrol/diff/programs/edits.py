"""What may be done to the elements of a rung, and where each stands on each side. Types only."""

from dataclasses import dataclass
from typing import TypeAlias

from ccontrol.logic.ladder.model import Element, ElementPath, Instruction, Series


@dataclass(frozen=True, slots=True)
class Replaced:
    """An instruction became another one, or has other operands."""

    before: Instruction
    after: Instruction
    before_path: ElementPath
    after_path: ElementPath


@dataclass(frozen=True, slots=True)
class Added:
    """An element that was not there."""

    element: Element
    after_path: ElementPath


@dataclass(frozen=True, slots=True)
class Removed:
    """An element that is not there any more."""

    element: Element
    before_path: ElementPath


@dataclass(frozen=True, slots=True)
class Moved:
    """An element that changed places with its neighbours, all of one sort: conditions, outputs."""

    element: Element
    before_path: ElementPath
    after_path: ElementPath


@dataclass(frozen=True, slots=True)
class LegAdded:
    """A leg in parallel to what was there before."""

    leg: Series
    after_path: ElementPath
    """Of the branch, and the leg's number."""
    beside: tuple[Series, ...]
    """The legs that were there before."""
    followed: bool
    """Something comes behind the branch that power through the leg can reach."""


@dataclass(frozen=True, slots=True)
class LegRemoved:
    """A leg that is gone."""

    leg: Series
    before_path: ElementPath
    beside: tuple[Series, ...]
    """The legs that stayed."""


@dataclass(frozen=True, slots=True)
class LegMoved:
    """A leg that stands elsewhere in the same branch."""

    leg: Series
    before_path: ElementPath
    after_path: ElementPath


Edit: TypeAlias = Replaced | Added | Removed | Moved | LegAdded | LegRemoved | LegMoved
