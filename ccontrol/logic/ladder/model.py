"""A rung as a tree: series of instructions and branches, whoever's ladder it is. No text here."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Instruction:
    """One contact, coil or box: its mnemonic, and its operands as the file spells them."""

    op: str
    operands: tuple[str, ...] = ()
    bare: bool = False
    """Written without parentheses ("AFI" beside "AFI()"); both occur and both come back."""


@dataclass(frozen=True, slots=True)
class Branch:
    """Parallel legs, from the top down; a leg may be empty (a plain wire)."""

    legs: tuple["Series", ...]


Element: TypeAlias = Instruction | Branch
Series: TypeAlias = tuple[Element, ...]
ElementPath: TypeAlias = tuple[int, ...]
"""Where an element stands in its rung, counted from 0: (i,) in the rung's own series, (i, leg, j)
in a leg of the branch at (i,), and so on inwards. Where a whole leg is meant, (i, leg)."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung or network.

    `type` is "N" for a normal one; any other word is a pending edit (Logix: Rung@Type I, D, IR, rI,
    R, rR, rN, e, er). `verbatim` holds a rung that does not parse; `elements` is empty then.
    """

    elements: Series = ()
    comment: str = ""
    type: str = "N"
    title: str = ""
    """Of a network that has one beside its comment."""
    verbatim: str | None = None


def instructions(series: Series, at: ElementPath = ()) -> Iterator[tuple[ElementPath, Instruction]]:
    """Yield every instruction with where it stands, from left to right and from the top down."""
    for index, element in enumerate(series):
        if isinstance(element, Instruction):
            yield (*at, index), element
        else:
            for number, leg in enumerate(element.legs):
                yield from instructions(leg, (*at, index, number))


def flat(series: Series) -> Iterator[Instruction]:
    """Yield every instruction in the same order, for whoever does not ask where it stands."""
    for element in series:
        if isinstance(element, Instruction):
            yield element
        else:
            for leg in element.legs:
                yield from flat(leg)
