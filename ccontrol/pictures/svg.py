"""All changed rungs and charts of two projects as one SVG that stands alone: for a report, a wiki.

Sentences stand above each picture. What does not fit is counted at the end; the page and the text
show it.
"""

from collections.abc import Iterator
from html import escape

from ccontrol.diff.programs.changes import LogicChange, PartDiff, ProjectDiff
from ccontrol.logic.printable import printable
from ccontrol.pictures.budget import SHEET, Budget, cost_of, drawings
from ccontrol.pictures.chart_pictures import chart_sides
from ccontrol.pictures.lettering import broken
from ccontrol.pictures.rungs import heading, rungs_of, sides
from ccontrol.pictures.shapes import Fragment, Side, text
from ccontrol.pictures.style import DRAWING

_LINE = 18.0
_LEFT = 14.0
_COLUMNS = 140
_LEAST_WIDTH = 1110.0


def svg(diff: ProjectDiff, before_title: str, after_title: str) -> str:
    """Return one SVG with the pictures of all changed rungs and charts, below each other."""
    told = [_words(f"{printable(before_title)} → {printable(after_title)}", "part")]
    budget = drawings()
    for part in diff.parts:
        told += _of_part(part, budget)
    if len(told) == 1 and not budget.left_out:
        told.append(_words("No rung and no chart differs.", "plain"))
    if budget.left_out:
        words = f"Rungs and charts that are not drawn here: {budget.left_out}."
        told.append(_words(words, "pending"))
    return _stacked(told)


def _of_part(part: PartDiff, budget: Budget) -> list[Fragment]:
    """Return what is drawn of each rung or chart, below the part's name; nothing of other text."""
    found: list[Fragment] = []
    sheets = [side for side in chart_sides(part) if budget.spend(SHEET)]
    if sheets:
        found += map(_sentence, part.changes)
        found += (fragment for side in sheets for fragment in _side(side))
    for rung in rungs_of(part):
        if budget.spend(cost_of(rung)):
            found += (_words(heading(rung), "told"), *map(_sentence, rung.changes))
            found += (fragment for side in sides(rung) for fragment in _side(side))
    if not found:
        return []
    return [_words(f"{printable('/'.join(part.path))} ({part.language.value})", "part"), *found]


def _side(side: Side) -> Iterator[Fragment]:
    if side.words:
        yield _words(side.words, "name")
    yield side.picture


def _sentence(change: LogicChange) -> Fragment:
    told = f"{change.severity.word}: {change.kind.value}: {printable(change.sentence)}"
    return _words(told, "plain")


def _words(words: str, kind: str) -> Fragment:
    lines = broken(words, _COLUMNS, 4)
    markup = (text(_LEFT, _LINE * (index + 1) - 4, line, kind) for index, line in enumerate(lines))
    above = _LINE if kind == "part" else 0.0
    inside = f'<g transform="translate(0 {above:g})">{"".join(markup)}</g>'
    return Fragment(_LEAST_WIDTH, _LINE * len(lines) + above, inside)


def _stacked(fragments: list[Fragment]) -> str:
    wide = max(fragment.width for fragment in fragments)
    y = 0.0
    placed: list[str] = []
    for fragment in fragments:
        placed.append(f'<g transform="translate(0 {y:g})">{fragment.markup}</g>')
        y += fragment.height + 4
    size = f'width="{wide:.0f}" height="{y:.0f}" viewBox="0 0 {wide:.0f} {y:.0f}"'
    ground = f'<rect class="sheet" width="{wide:.0f}" height="{y:.0f}"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}><style>{escape(DRAWING, quote=False)}'
        f"</style>{ground}{''.join(placed)}</svg>\n"
    )
