"""What changed in a project file, as a table that a person can read."""

from ccontrol.canonical.project_files import PROJECT, SENTENCES
from ccontrol.cli.change_sheet import change_sheet
from ccontrol.cli.output import Cell
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Change, ChangeSet, Kind
from ccontrol.model.unit import UnitId


def _says(count: int) -> list[str]:
    sentences = SENTENCES.join(f"tag{number}: 1 became 2" for number in range(count))
    unit = UnitId(PROJECT, "p.L5X//values/tags")
    change = Change(Kind.CHANGED, Aspect.VALUES, unit, "VALUES", (), sentences)
    rows = change_sheet(ChangeSet("press-3", (change,))).rows
    return [cell.text if isinstance(cell, Cell) else cell for *_, cell in rows]


def test_each_sentence_stands_in_a_row_of_its_own() -> None:
    assert _says(3) == [f"tag{number}: 1 became 2" for number in range(3)]


def test_of_very_many_the_first_are_shown_and_the_others_counted() -> None:
    assert len(_says(20)) == 20
    told = _says(75)
    assert len(told) == 21
    assert told[-1] == "and 55 more; --json shows all"


def test_a_reason_of_anything_else_is_no_list() -> None:
    change = Change(Kind.LOST_SIGHT, Aspect.PROGRAM, UnitId("block", "OB1"), "OB1", (), "a; b")
    assert len(change_sheet(ChangeSet("press-3", (change,))).rows) == 1
