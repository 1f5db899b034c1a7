"""The strokes that all pictures are made of, as SVG; `style` holds what their classes look like."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from ccontrol.pictures.chart_places import Place
from ccontrol.pictures.lettering import escaped
from ccontrol.pictures.marks import Mark

MARGIN = 28.0
Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Fragment:
    """Markup that fills (0, 0) to (width, height)."""

    width: float
    height: float
    markup: str


@dataclass(frozen=True, slots=True)
class Side:
    """One picture, and the words above it: before, after, of which sheet."""

    words: str
    picture: Fragment


def text(x: float, y: float, words: str, kind: str) -> str:
    """Return printable words at their base line; nothing of no words."""
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{escaped(words)}</text>' if words else ""


def line(points: Iterable[Point], mark: Mark | None = None, *, is_dashed: bool = False) -> str:
    """Return a wire, by its corners."""
    kind = " ".join(("wire", *([mark.value] if mark else ()), *(["feedback"] * is_dashed)))
    return f'<path class="{kind}" d="{path(points)}"/>'


def path(points: Iterable[Point]) -> str:
    """Return the description of straight strokes from point to point."""
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


def frame(x: float, y: float, width: float, height: float, mark: Mark) -> str:
    """Return what encloses a marked thing: thick, dashed or double, as its mark says."""
    found = (
        f'<rect class="frame" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="3"/>'
    )
    if mark is Mark.CHANGED:
        found += (
            f'<rect class="frame inner" x="{x + 3:g}" y="{y + 3:g}" '
            f'width="{width - 6:g}" height="{height - 6:g}" rx="2"/>'
        )
    return found


def badge(x: float, y: float, mark: Mark) -> str:
    """Return the sign of a mark, around its centre."""
    return (
        f'<g class="badge {mark.value}"><circle cx="{x:g}" cy="{y:g}" r="7"/>'
        f'<text x="{x:g}" y="{y + 4:g}">{mark.sign}</text></g>'
    )


def sheet(places: Iterable[Place], drawn: Iterable[str]) -> Fragment:
    """Return all that is drawn on one sheet, with a margin around it."""
    found = tuple(places)
    wide = max((place.right for place in found), default=0.0) + 2 * MARGIN
    high = max((place.bottom for place in found), default=0.0) + 2 * MARGIN
    inside = f'<g transform="translate({MARGIN:g} {MARGIN:g})">{"".join(drawn)}</g>'
    return Fragment(wide, high, inside)
