"""A set of changes as a table, unit by unit, with the fields that differ. Pure."""

from collections.abc import Iterator

from ccontrol.canonical.phrases import arrow, field_name
from ccontrol.canonical.project_files import PROJECT, SENTENCES
from ccontrol.cli.output import Cell, Sheet, Tone
from ccontrol.cli.tones import kind_tone
from ccontrol.model.change import Change, ChangeSet

_MOST_SENTENCES = 20


def change_sheet(changes: ChangeSet) -> Sheet:
    """Return one row for each unit, and one below it for each field that differs.

    What changed in a part of a project file stands in one row a sentence, the gravest first.
    """
    rows = tuple(row for change in changes.changes for row in _rows(change))
    of_files = all(change.unit.kind == PROJECT for change in changes.changes)
    return Sheet(("how", "aspect", "what", "says" if of_files else "from → to"), rows)


def _rows(change: Change) -> Iterator[tuple[str | Cell, ...]]:
    kind = Cell(change.kind.value, kind_tone(change.kind))
    first, *more = (
        change.reason.split(SENTENCES) if change.unit.kind == PROJECT else [change.reason]
    )
    yield kind, change.aspect.value, change.title or str(change.unit), first
    for sentence in more[: _MOST_SENTENCES - 1]:
        yield "", "", "", sentence
    if len(more) >= _MOST_SENTENCES:
        left = len(more) - _MOST_SENTENCES + 1
        yield "", "", "", Cell(f"and {left} more; --json shows all", Tone.QUIET)
    for difference in change.differences:
        yield "", "", Cell(f"  {field_name(difference)}", Tone.QUIET), arrow(difference)
