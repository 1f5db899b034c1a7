"""One instruction as the lines of words around its glyph or within its box, and how large that is.

Where it stands is `ladder`'s business, how it is drawn `ladder_svg`'s. Pixels throughout.
"""

from dataclasses import dataclass

from ccontrol.logic.ladder.model import Instruction
from ccontrol.logic.printable import printable
from ccontrol.pictures.lettering import broken, cells, clipped, width
from ccontrol.pictures.symbols import Glyph, glyph, operand_names

LINE = 15.0
"""From one line of words to the next."""
HALF = 11.0
"""A contact or coil is twice as high."""
ABOVE_WIRE = 13.0
"""A box begins that much above the wire that enters it."""
PADDING = 7.0
_LABEL_COLUMNS, _LABEL_LINES = 26, 3
_VALUE_COLUMNS, _VALUE_LINES = 44, 8
_NAME_COLUMNS = 24
_LEAST_WIDTH = 48.0
_COLUMN_GAP = 12.0


@dataclass(frozen=True, slots=True)
class Row:
    """One operand of a box: its name beside the first of its lines."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SymbolBox:
    """What is written where: `labels` above a contact or coil, `rows` in a box below `letters`."""

    glyph: Glyph
    letters: str
    labels: tuple[str, ...]
    rows: tuple[Row, ...]
    width: float
    up: float
    down: float


def symbol_box(instruction: Instruction) -> SymbolBox:
    """Return how large an instruction is. Long names are broken; what is left out is on hover."""
    kind, letters = glyph(instruction)
    if kind is Glyph.BOX:
        return _box(instruction)
    labels: tuple[str, ...] = ()
    if instruction.operands and instruction.operands[0]:
        labels = broken(printable(instruction.operands[0]), _LABEL_COLUMNS, _LABEL_LINES)
    wide = max((width(label) for label in labels), default=0.0) + 2 * PADDING
    least = max(_LEAST_WIDTH, 2 * half_width(letters) + 2 * PADDING)
    up = HALF + 6 + LINE * len(labels)
    return SymbolBox(kind, letters, labels, (), max(wide, least), up, HALF + 5)


def half_width(letters: str) -> float:
    """Return how far the bars of a contact or coil stand from its middle."""
    return 8.0 if cells(letters) <= 1 else 4.0 + 3.3 * cells(letters)


def _box(instruction: Instruction) -> SymbolBox:
    names = operand_names(instruction.op)
    rows = tuple(
        _row(names[index] if index < len(names) else "", operand)
        for index, operand in enumerate(instruction.operands)
    )
    title = clipped(printable(instruction.op), _VALUE_COLUMNS)
    column = max((width(row.name) for row in rows), default=0.0)
    values = max((width(line) for row in rows for line in row.lines), default=0.0)
    inside = column + (_COLUMN_GAP if column else 0.0) + values
    wide = max(_LEAST_WIDTH, width(title) + 2 * PADDING, inside + 2 * PADDING)
    lines = 1 + sum(len(row.lines) for row in rows)
    return SymbolBox(
        Glyph.BOX, title, (), rows, wide, ABOVE_WIRE, LINE * lines + PADDING - ABOVE_WIRE + 3
    )


def _row(name: str, operand: str) -> Row:
    lines = broken(printable(operand), _VALUE_COLUMNS, _VALUE_LINES)
    return Row(clipped(name, _NAME_COLUMNS), lines)
