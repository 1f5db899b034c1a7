"""A set of changes as a table, unit by unit, with the fields that differ. Pure."""

from collections.abc import Iterator

from ccontrol.canonical.phrases import arrow, field_name
from ccontrol.canonical.project_files import PROJECT
from ccontrol.cli.output import Cell, Sheet, Tone
from ccontrol.cli.tones import kind_tone
from ccontrol.model.change import Change, ChangeSet


def change_sheet(changes: ChangeSet) -> Sheet:
    """Return one row for each unit, and one below it for each field that differs."""
    rows = tuple(row for change in changes.changes for row in _rows(change))
    of_files = all(change.unit.kind == PROJECT for change in changes.changes)
    return Sheet(("how", "aspect", "what", "says" if of_files else "from → to"), rows)


def _rows(change: Change) -> Iterator[tuple[str | Cell, ...]]:
    kind = Cell(change.kind.value, kind_tone(change.kind))
    yield kind, change.aspect.value, change.title or str(change.unit), change.reason
    for difference in change.differences:
        yield "", "", Cell(f"  {field_name(difference)}", Tone.QUIET), arrow(difference)
