"""A rung as a tree → where each of its symbols and wires stands. Numbers only, no markup.

Every piece has a width and an extent above and below its wire. A series sets its pieces in rows as
wide as allowed, a branch stacks its legs; what does not fit goes on in the next row, led there by a
wire. Outputs stand at the right, as the editors show them. Pixels throughout.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeAlias

from ccontrol.logic.ladder.mnemonics import Role, role
from ccontrol.logic.ladder.model import Element, ElementPath, Instruction, Series
from ccontrol.pictures.shapes import Point
from ccontrol.pictures.symbol_box import SymbolBox, symbol_box

GAP = 16.0
"""Of plain wire before, between and behind the pieces of a row."""
_LEG_GAP = 12.0
_ROW_GAP = 22.0
_INDENT = 20.0
"""Where a following row begins, so that the wire that leads there fits beside it."""
_TURN = 16.0
_BARE = 10.0
"""Extent of a plain wire above and below itself."""
_NARROWEST = 320.0
"""No leg is broken into rows narrower than that."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """One instruction in its place: (x, y) is where the wire meets it from the left."""

    path: ElementPath
    instruction: Instruction
    x: float
    y: float
    box: SymbolBox

    @property
    def corners(self) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom."""
        return self.x, self.y - self.box.up, self.x + self.box.width, self.y + self.box.down


@dataclass(frozen=True, slots=True)
class Wire:
    """Straight pieces of wire; `leg` says whose leg's own wire it is, if it is one's."""

    points: tuple[Point, ...]
    leg: ElementPath = ()
    is_turn: bool = False
    """It leads on to the next row."""


@dataclass(slots=True)
class Plan:
    """A rung laid out between its rails: both stand from `top` to `bottom`, at 0 and `width`."""

    width: float
    top: float = 0.0
    bottom: float = 0.0
    symbols: list[Symbol] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)


def plan(elements: Series, width: float) -> Plan:
    """Lay out a rung whose wire begins at (0, 0), no wider than `width` where that can be done."""
    track = _track(elements, (), width)
    found = Plan(max(width, track.width), -track.up, track.down)
    track.place(0.0, 0.0, found.width, found, ends_at_rail=True)
    return found


@dataclass(frozen=True, slots=True)
class _Leaf:
    path: ElementPath
    instruction: Instruction
    box: SymbolBox

    @property
    def width(self) -> float:
        return self.box.width

    @property
    def up(self) -> float:
        return self.box.up

    @property
    def down(self) -> float:
        return self.box.down

    @property
    def is_output(self) -> bool:
        return role(self.instruction) is not Role.CONDITION

    def place(self, x: float, y: float, into: Plan) -> None:
        into.symbols.append(Symbol(self.path, self.instruction, x, y, self.box))


@dataclass(frozen=True, slots=True)
class _Fork:
    """A branch: its legs' wires lie `offsets` below its own."""

    path: ElementPath
    legs: tuple["_Track", ...]
    offsets: tuple[float, ...]

    @property
    def width(self) -> float:
        return max((leg.width for leg in self.legs), default=2 * GAP)

    @property
    def up(self) -> float:
        return self.legs[0].up if self.legs else _BARE

    @property
    def down(self) -> float:
        return self.offsets[-1] + self.legs[-1].down if self.legs else _BARE

    @property
    def is_output(self) -> bool:
        return any(leg.rows[-1].ends_in_output for leg in self.legs)

    def place(self, x: float, y: float, into: Plan) -> None:
        right = x + self.width
        for side in (x, right) if self.legs else ():
            into.wires.append(Wire(((side, y), (side, y + self.offsets[-1]))))
        if not self.legs:
            into.wires.append(Wire(((x, y), (right, y))))
        for leg, offset in zip(self.legs, self.offsets, strict=True):
            leg.place(x, y + offset, self.width, into)


_Piece: TypeAlias = _Leaf | _Fork


@dataclass(frozen=True, slots=True)
class _Row:
    pieces: tuple[_Piece, ...]

    @property
    def width(self) -> float:
        return sum(piece.width for piece in self.pieces) + GAP * (len(self.pieces) + 1)

    @property
    def up(self) -> float:
        return max((piece.up for piece in self.pieces), default=_BARE)

    @property
    def down(self) -> float:
        return max((piece.down for piece in self.pieces), default=_BARE)

    @property
    def ends_in_output(self) -> bool:
        return bool(self.pieces) and self.pieces[-1].is_output

    @property
    def first_output(self) -> int:
        """Return the index of the first of the outputs that the row ends with."""
        index = len(self.pieces)
        while index and self.pieces[index - 1].is_output:
            index -= 1
        return index

    def place(
        self, x: float, y: float, right: float, leg: ElementPath, into: Plan, *, is_last: bool
    ) -> None:
        slack = right - x - self.width
        split = self.first_output if is_last else len(self.pieces)
        for index, piece in enumerate(self.pieces):
            start = x + GAP + (slack if index == split else 0.0)
            into.wires.append(Wire(((x, y), (start, y)), leg))
            piece.place(start, y, into)
            x = start + piece.width
        into.wires.append(Wire(((x, y), (right, y)), leg))


@dataclass(frozen=True, slots=True)
class _Track:
    """A series: one row, or several that follow each other."""

    path: ElementPath
    rows: tuple[_Row, ...]
    offsets: tuple[float, ...]
    width: float
    up: float
    down: float

    def place(
        self, x: float, y: float, width: float, into: Plan, *, ends_at_rail: bool = False
    ) -> None:
        right, last = x + width, len(self.rows) - 1
        for index, (row, offset) in enumerate(zip(self.rows, self.offsets, strict=True)):
            start = x + (_INDENT if index else 0.0)
            end = right - (_TURN if index < last else 0.0 if not index or ends_at_rail else 5.0)
            row.place(start, y + offset, end, self.path, into, is_last=index == last)
            if index < last:
                below = y + self.offsets[index + 1]
                turn = y + offset + row.down + _ROW_GAP / 2
                back = ((end, y + offset), (end, turn), (x + 8, turn), (x + 8, below))
                into.wires.append(Wire((*back, (x + _INDENT, below)), self.path, is_turn=True))
            elif index and not ends_at_rail:
                into.wires.append(Wire(((end, y + offset), (end, y), (right, y)), self.path))


def _track(series: Series, path: ElementPath, width: float) -> _Track:
    pieces = [_piece(one, (*path, index), width) for index, one in enumerate(series)]
    rows = tuple(_rows(pieces, width))
    offsets = [0.0]
    for above, below in pairwise(rows):
        offsets.append(offsets[-1] + above.down + _ROW_GAP + below.up)
    widest = max(row.width for row in rows) + (_INDENT + _TURN if len(rows) > 1 else 0.0)
    return _Track(path, rows, tuple(offsets), widest, rows[0].up, offsets[-1] + rows[-1].down)


def _rows(pieces: Sequence[_Piece], width: float) -> Iterator[_Row]:
    """Yield rows that are no wider than that, unless a single piece is."""
    row = _Row(tuple(pieces))
    if row.width <= width:
        yield row
        return
    most = width - _INDENT - _TURN
    taken: list[_Piece] = []
    for piece in pieces:
        if taken and _Row((*taken, piece)).width > most:
            yield _Row(tuple(taken))
            taken = []
        taken.append(piece)
    yield _Row(tuple(taken))


def _piece(element: Element, path: ElementPath, width: float) -> _Piece:
    if isinstance(element, Instruction):
        return _Leaf(path, element, symbol_box(element))
    most = max(width - 2 * GAP - _INDENT - _TURN, _NARROWEST)
    legs = tuple(_track(leg, (*path, number), most) for number, leg in enumerate(element.legs))
    offsets = [0.0] if legs else []
    for above, below in pairwise(legs):
        offsets.append(offsets[-1] + above.down + _LEG_GAP + below.up)
    return _Fork(path, legs, tuple(offsets))
