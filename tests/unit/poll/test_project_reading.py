"""What is told of a dropped file is told of parts that its history knows."""

from pathlib import Path

from ccontrol.logic.project import Language
from ccontrol.model.secret import Seal
from ccontrol.poll.messages import ReadProject
from ccontrol.poll.project_reading import compared, read_project
from tests.unit.diff.programs.made_projects import part, project

CODE = "Pump(IN := a);\nb := Pump.Q;\n"


def test_a_part_that_is_gone_is_told_by_the_name_that_it_had_when_others_were_renamed() -> None:
    old = part("Main", CODE), part("Pump", "x := 1;\n"), part("Pump/Old", "y := 1;\n")
    new = part("Feeder", "x := 1;\n"), part("Main", CODE.replace("Pump", "Feeder"))
    told, _ = compared(project(*old), project(*new))
    (gone,) = [each for each in told if each.of_part == "removed"]
    assert (gone.path, gone.language) == (("Pump", "Old"), Language.ST)
    known = {each.path for each in (*old, *new)}
    assert {each.path for each in told} <= known


def test_a_file_that_cannot_be_read_is_a_fault_and_no_error(tmp_path: Path) -> None:
    file = tmp_path / "copy"
    file.write_bytes(b"<RSLogix5000Content><")
    answer = read_project(ReadProject(7, file, "Press3.L5X", Seal(b"x" * 32), None, 9.0))
    assert (answer.job, answer.project) == (7, None)
    assert "Press3.L5X" in answer.fault
