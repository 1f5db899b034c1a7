"""The charts of a changed part, before above after, with what changed marked."""

from collections.abc import Iterator

from ccontrol.diff.programs.changes import NO_LOGIC, PartDiff
from ccontrol.errors import BadFileError
from ccontrol.logic.chart import Chart, parse
from ccontrol.logic.project import Part
from ccontrol.pictures.chart_marks import ChartMarks, chart_marks
from ccontrol.pictures.chart_places import MOST_NODES
from ccontrol.pictures.fbd import fbd_sheets
from ccontrol.pictures.marks import Mark
from ccontrol.pictures.sfc import KINDS, sfc_sheet
from ccontrol.pictures.shapes import Fragment, Side


def chart_sides(part: PartDiff) -> tuple[Side, ...]:
    """Return the sheets to draw; none of a chart too large, or whose text is none of ours."""
    before, after = map(_chart, part.drawn)
    if before is None or after is None:
        return ()
    changed = _changed(part)
    found: list[Side] = []
    for words, chart, marks in (
        ("before", before, chart_marks(before, after, Mark.REMOVED, changed)),
        ("after", after, chart_marks(after, before, Mark.ADDED, changed)),
    ):
        found += (Side(f"{words}{name}", picture) for name, picture in _sheets(chart, marks))
    return tuple(found)


def _changed(part: PartDiff) -> frozenset[str]:
    """Return which blocks and steps the changes of logic name."""
    told = (change for change in part.changes if change.kind not in NO_LOGIC)
    places = (place for change in told for place in (change.before, change.after))
    return frozenset(place.anchor for place in places if place and place.anchor)


def _chart(part: Part | None) -> Chart | None:
    if part is None:
        return Chart()
    try:
        chart = parse(part.text)
    except BadFileError:  # the text itself is shown, whoever wrote it
        return None
    return chart if len(chart.nodes) <= MOST_NODES else None


def _sheets(chart: Chart, marks: ChartMarks) -> Iterator[tuple[str, Fragment]]:
    if not chart.nodes:
        return
    if any(node.kind in KINDS for node in chart.nodes):
        yield "", sfc_sheet(chart, marks)
        return
    for name, picture in fbd_sheets(chart, marks):
        yield f", {name}", picture
