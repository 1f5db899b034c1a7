"""One changed part as HTML: its sentences, the pictures of its rungs, its text side-lined."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ccontrol.diff.programs.changes import LineDiff, LogicChange, PartDiff, RungDiff
from ccontrol.logic.project import Language
from ccontrol.pictures.budget import SHEET, Budget, cost_of, drawings
from ccontrol.pictures.chart_pictures import chart_sides
from ccontrol.pictures.lettering import escaped, safe
from ccontrol.pictures.rungs import heading, rungs_of, sides
from ccontrol.pictures.shapes import Fragment, Side

_LINES, _SENTENCES = 12_000, 5_000
_ROWS = {"+": "added", "-": "removed", " ": "same-line"}


@dataclass(slots=True)
class Shown:
    """What one page may still show."""

    pictures: Budget = field(default_factory=drawings)
    lines: Budget = field(default_factory=lambda: Budget(_LINES))
    sentences: Budget = field(default_factory=lambda: Budget(_SENTENCES))


def part_body(part: PartDiff, shown: Shown) -> str:
    """Return everything of a part below its name, within what the page may still show."""
    rungs = rungs_of(part)
    beside = _told(rungs)
    loose = [change for change in part.changes if change not in beside]
    found = [_sentences(loose, shown)]
    found += _charts(part, shown)
    if _has_lines(part, rungs):
        found += _lines(part.lines, shown)
    found += [_rung(rung, shown) for rung in rungs]
    return "".join(found)


def _has_lines(part: PartDiff, rungs: Iterable[RungDiff]) -> bool:
    """Tell whether its text is shown: not of what is drawn whole."""
    is_whole = None in (part.before, part.after) and any(True for _ in rungs)
    return part.language is not Language.LAYOUT and not is_whole


def _told(rungs: Iterable[RungDiff]) -> frozenset[LogicChange]:
    return frozenset(change for rung in rungs for change in rung.changes)


def _sentences(changes: Iterable[LogicChange], shown: Shown) -> str:
    rows = [
        f'<li><span class="severity {change.severity.word}">{change.severity.word}</span>'
        f"{escaped(change.kind.value)}: {safe(change.sentence)}</li>"
        for change in changes
        if shown.sentences.spend()
    ]
    return f"<ul>{''.join(rows)}</ul>" if rows else ""


def _rung(diff: RungDiff, shown: Shown) -> str:
    is_drawn = shown.pictures.spend(cost_of(diff))
    if not is_drawn and not diff.changes:
        return ""
    pictures = "".join(_side(side) for side in sides(diff)) if is_drawn else ""
    head = f"<h3>{escaped(heading(diff))}</h3>"
    return f'<div class="rung">{head}{_sentences(diff.changes, shown)}{pictures}</div>'


def _side(side: Side) -> str:
    words = f'<p class="side">{escaped(side.words)}</p>' if side.words else ""
    return f'{words}<div class="scroll">{svg_element(side.picture)}</div>'


def svg_element(picture: Fragment) -> str:
    """Return a picture as an element of a page, as large as it is."""
    wide, high = f"{picture.width:.0f}", f"{picture.height:.0f}"
    return (
        f'<svg role="img" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}">'
        f"{picture.markup}</svg>"
    )


def _charts(part: PartDiff, shown: Shown) -> Iterator[str]:
    for side in chart_sides(part):
        if shown.pictures.spend(SHEET):
            yield _side(side)


def _lines(lines: Iterable[LineDiff], shown: Shown) -> Iterator[str]:
    rows: list[str] = []
    last: LineDiff | None = None
    for line in lines:
        if not shown.lines.spend():
            continue
        if last is not None and _is_gap(last, line):
            rows.append('<tr class="gap"><td class="at">⋮</td><td class="at">⋮</td></tr>')
        rows.append(_line(line))
        last = line
    if rows:
        yield f'<table class="text">{"".join(rows)}</table>'


def _is_gap(above: LineDiff, below: LineDiff) -> bool:
    """Tell whether lines between the two are left out on either side."""
    pairs = (
        (above.before_number, below.before_number),
        (above.after_number, below.after_number),
    )
    return any(one is not None and other is not None and other > one + 1 for one, other in pairs)


def _line(line: LineDiff) -> str:
    numbers = "".join(
        f'<td class="at">{"" if number is None else number}</td>'
        for number in (line.before_number, line.after_number)
    )
    sign = "\N{MINUS SIGN}" if line.sign == "-" else line.sign
    return (
        f'<tr class="{_ROWS[line.sign]}">{numbers}<td class="sign">{sign}</td>'
        f"<td>{escaped(line.text)}</td></tr>"
    )
