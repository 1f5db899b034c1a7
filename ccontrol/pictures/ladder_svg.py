"""A rung laid out → SVG. Colours and lines are named by class; `style` holds what they look like.

Every word in it was escaped; there is no script, no link, nothing outside.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ccontrol.logic.ladder.model import ElementPath, Rung
from ccontrol.logic.printable import printable
from ccontrol.pictures.ladder import Plan, Symbol, Wire, plan
from ccontrol.pictures.lettering import broken, escaped
from ccontrol.pictures.marks import Mark, Marks
from ccontrol.pictures.shapes import Fragment, Point, badge, frame, path, text
from ccontrol.pictures.symbol_box import ABOVE_WIRE, HALF, LINE, PADDING, half_width
from ccontrol.pictures.symbols import Glyph

GUTTER = 52.0
"""Left of the left rail: the rung's number."""
MARGIN = 14.0
RUNG_WIDTH = 1040.0
_COMMENT_COLUMNS, _COMMENT_LINES = 140, 10
_VERBATIM_COLUMNS, _VERBATIM_LINES = 136, 40
_PENDING = {
    "I": "inserted",
    "D": "deleted",
    "IR": "inserted in place of another",
    "rI": "replacing, inserted",
    "R": "replaced",
    "rR": "replacing, replaced",
    "rN": "replacing, as it was",
    "e": "edited",
    "er": "edited, replaced",
}
"""Logix: Rung@Type, as 1756-RM014 (import/export) lists it."""


def rung_picture(rung: Rung, number: int | None, marks: Marks) -> Fragment:
    """Draw a rung with its comment above it and its number beside it."""
    words = list(_words_above(rung))
    head = LINE * len(words) + (4.0 if words else 0.0)
    texts = [
        text(GUTTER, LINE * (index + 1) - 3, told, kind) for index, (told, kind) in enumerate(words)
    ]
    body = (
        _verbatim(rung.verbatim, head) if rung.verbatim is not None else _drawn(rung, marks, head)
    )
    ordinal = "" if number is None else str(number)
    place = text(GUTTER - 14, head + body.rail_top, ordinal, "number")
    return Fragment(body.width, head + body.height, "".join((*texts, place, body.markup)))


@dataclass(frozen=True, slots=True)
class _Body(Fragment):
    rail_top: float
    """Where the number's line of words stands, below the words above the rung."""


def _words_above(rung: Rung) -> Iterator[tuple[str, str]]:
    if rung.type != "N":
        kind = _PENDING.get(rung.type, "of a kind that is not known here")
        yield f"pending edit {printable(rung.type)}: {kind}", "pending"
    if rung.title:
        yield from ((line, "heading") for line in _wrapped(rung.title))
    if rung.comment.strip():
        yield from ((line, "comment") for line in _wrapped(rung.comment))


def _wrapped(text: str) -> Iterator[str]:
    lines = [
        part
        for line in text.strip().splitlines()
        for part in broken(printable(line.expandtabs(4)), _COMMENT_COLUMNS, _COMMENT_LINES)
    ]
    yield from lines[:_COMMENT_LINES]
    if len(lines) > _COMMENT_LINES:
        yield f"… {len(lines) - _COMMENT_LINES} more lines of it in the text"


def _verbatim(found: str, head: float) -> _Body:
    lines = broken(printable(found), _VERBATIM_COLUMNS, _VERBATIM_LINES)
    shown = ("cannot be read as ladder; it stands here as it was found:", *lines)
    texts = (
        text(GUTTER + 10, head + LINE * (index + 1), line, "verbatim")
        for index, line in enumerate(shown)
    )
    height = LINE * len(shown) + 10
    rails = _rails(head, head + height, RUNG_WIDTH)
    wide = GUTTER + RUNG_WIDTH + MARGIN
    return _Body(wide, height + 4, "".join((rails, *texts)), LINE)


def _drawn(rung: Rung, marks: Marks, head: float) -> _Body:
    found = plan(rung.elements, RUNG_WIDTH)
    above = 10.0 - found.top
    y = head + above
    wires = "".join(_wire(wire, marks) for wire in found.wires)
    symbols = "".join(_symbol(symbol, marks) for symbol in found.symbols)
    inside = f'<g transform="translate({GUTTER:g} {y:g})">{wires}{symbols}</g>'
    height = above + found.bottom + 10
    rails = _rails(head + 2, head + height - 2, found.width)
    return _Body(
        GUTTER + found.width + MARGIN,
        height,
        f"{inside}{rails}{_badges(found, marks, y)}",
        above + 4,
    )


def _rails(top: float, bottom: float, width: float) -> str:
    return "".join(
        f'<path class="rail" d="M{x:g} {top:g}V{bottom:g}"/>' for x in (GUTTER, GUTTER + width)
    )


def _wire(wire: Wire, marks: Marks) -> str:
    mark = marks.get(wire.leg) if wire.leg else None
    kind = f"wire {mark.value}" if mark else "wire"
    if wire.is_turn:
        return f'<path class="{kind} turn" d="{path(wire.points)}"/>{_arrow(wire.points[-1])}'
    return f'<path class="{kind}" d="{path(wire.points)}"/>'


def _arrow(at: Point) -> str:
    x, y = at
    return f'<path class="tip" d="M{x - 7:g} {y - 4:g}L{x:g} {y:g}L{x - 7:g} {y + 4:g}Z"/>'


def _symbol(symbol: Symbol, marks: Marks) -> str:
    mark = marks.get(symbol.path)
    whole = f"{symbol.instruction.op}({', '.join(symbol.instruction.operands)})"
    told = f"{printable(whole)}{f': {mark.value}' if mark else ''}"
    shape = _box(symbol) if symbol.box.glyph is Glyph.BOX else _glyph(symbol)
    kind = f"symbol {mark.value}" if mark else "symbol"
    frame = _frame(symbol, mark) if mark else ""
    return f'<g class="{kind}"><title>{escaped(told)}</title>{frame}{shape}</g>'


def _frame(symbol: Symbol, mark: Mark) -> str:
    left, top, right, bottom = symbol.corners
    return frame(left - 3, top - 3, right - left + 6, bottom - top + 6, mark)


def _badges(found: Plan, marks: Marks, y: float) -> str:
    """Return the signs of all marks: drawn last, so that no wire crosses them."""
    signs = []
    for symbol in found.symbols:
        mark = marks.get(symbol.path)
        if mark:
            left, top, _, _ = symbol.corners
            signs.append(badge(GUTTER + left - 3, y + top - 3, mark))
    told: set[ElementPath] = set()
    for wire in found.wires:
        mark = marks.get(wire.leg) if wire.leg else None
        if mark and wire.leg not in told:
            told.add(wire.leg)
            x, below = wire.points[0]
            signs.append(badge(GUTTER + x, y + below, mark))
    return "".join(signs)


def _glyph(symbol: Symbol) -> str:
    box, y = symbol.box, symbol.y
    middle = symbol.x + box.width / 2
    half = half_width(box.letters)
    left = f"M{symbol.x:g} {y:g}H{middle - half:g}"
    right = f"M{middle + half:g} {y:g}H{symbol.x + box.width:g}"
    parts = [f'<path class="wire" d="{left}{right}"/>']
    if box.glyph is Glyph.COIL:
        parts += [_arc(middle - half, y, -1), _arc(middle + half, y, 1)]
    else:
        parts += [_bar(middle - half, y), _bar(middle + half, y)]
    if box.letters == "/":
        parts.append(
            f'<path class="line" d="M{middle - 6:g} {y + HALF - 2:g}L{middle + 6:g} '
            f'{y - HALF + 2:g}"/>'
        )
    elif box.letters:
        parts.append(text(middle, y + 4, box.letters, "letters"))
    for index, label in enumerate(box.labels):
        above = y - HALF - 5 - LINE * (len(box.labels) - 1 - index)
        parts.append(text(middle, above, label, "label"))
    return "".join(parts)


def _bar(x: float, y: float) -> str:
    return f'<path class="line" d="M{x:g} {y - HALF:g}V{y + HALF:g}"/>'


def _arc(x: float, y: float, side: int) -> str:
    """Return one bow of a coil, bent outwards to the wire at x."""
    inner = x - side * 5
    return (
        f'<path class="line" d="M{inner:g} {y - HALF:g}Q{x + side * 5:g} {y:g} '
        f'{inner:g} {y + HALF:g}"/>'
    )


def _box(symbol: Symbol) -> str:
    box, x = symbol.box, symbol.x
    top = symbol.y - ABOVE_WIRE
    high = box.up + box.down
    parts = [
        f'<rect class="box" x="{x:g}" y="{top:g}" width="{box.width:g}" height="{high:g}"/>',
        text(x + box.width / 2, top + LINE, box.letters, "title"),
    ]
    line = 1
    right = x + box.width - PADDING
    named = any(row.name for row in box.rows)
    for row in box.rows:
        if row.name:
            parts.append(text(x + PADDING, top + LINE * (line + 1), row.name, "name"))
        for value in row.lines:
            line += 1
            at, kind = (right, "value") if named else (x + PADDING, "plain")
            parts.append(text(at, top + LINE * line, value, kind))
    return "".join(parts)
