"""Whole projects: which parts came, went and changed; what nobody can read; what is doubtful."""

from dataclasses import replace

import pytest

from ccontrol.diff.programs.changes import LogicKind
from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.projects import compare_projects, differences_of_origin
from ccontrol.diff.programs.severity import SEVERITIES
from ccontrol.logic.ladder.model import Instruction, Rung
from ccontrol.logic.ladder.text import render
from ccontrol.logic.project import Language
from ccontrol.model.aspect import Aspect
from ccontrol.model.judgement import Severity
from tests.unit.diff.programs.made_projects import kinds, part, project, sentences

TYPE = "DATA TYPE Recipe\na : INT // first\nb : BOOL\nc : DINT := 5\n"
TASK = "TASK Main\nrate = 10 ms\npriority = 3\n"


def rung(op: str, operand: str) -> Rung:
    return Rung((Instruction(op, (operand,)), Instruction("OTE", ("Motor",))))


def test_equal_projects_do_not_differ() -> None:
    one = project(part("a", "x := 1;\n"), part("b", TYPE, Language.DATA))
    found = compare_projects(one, one)
    assert found.parts == ()
    assert not found.changes_logic


def test_routines_and_other_parts_that_come_and_go_are_told() -> None:
    before = project(part("a", "x := 1;\n"), part("b", TYPE, Language.DATA))
    after = project(part("c", "x := 1;\n"), part("d", TYPE + "e : INT\n", Language.DATA))
    assert kinds(compare_projects(before, after)) == [
        LogicKind.ROUTINE_REMOVED,
        LogicKind.PART_REMOVED,
        LogicKind.ROUTINE_ADDED,
        LogicKind.PART_ADDED,
    ]


def test_a_part_in_another_language_is_one_gone_and_one_new() -> None:
    before = project(part("a", "x := 1;\n"))
    after = project(part("a", "      L 1\n", Language.STL))
    assert sorted(kinds(compare_projects(before, after))) == [
        LogicKind.ROUTINE_ADDED,
        LogicKind.ROUTINE_REMOVED,
    ]


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("a : INT", "a : DINT", LogicKind.DECLARATION),
        ("c : DINT := 5", "c : DINT := 6", LogicKind.SETPOINT),
        ("b : BOOL\n", "", LogicKind.DECLARATION),
        ("b : BOOL\n", "b : BOOL\nd : REAL\n", LogicKind.DECLARATION),
        ("// first", "// the first", LogicKind.COMMENT),
        ("a : INT // first\nb : BOOL\n", "b : BOOL\na : INT // first\n", LogicKind.DECLARATION),
    ],
)
def test_declarations_are_compared_by_name(old: str, new: str, kind: LogicKind) -> None:
    before = project(part("types/Recipe", TYPE, Language.DATA))
    after = project(part("types/Recipe", TYPE.replace(old, new), Language.DATA))
    assert kinds(compare_projects(before, after)) == [kind]


def test_a_setting_is_told_by_its_name() -> None:
    before = project(part("tasks", TASK, Language.RECORD, Aspect.CONFIGURATION))
    after = project(
        part("tasks", TASK.replace("10 ms", "20 ms"), Language.RECORD, Aspect.CONFIGURATION)
    )
    found = compare_projects(before, after)
    assert kinds(found) == [LogicKind.SETTING]
    assert sentences(found) == ["rate: 10 ms became 20 ms"]


def test_values_are_values_whatever_happens_to_them() -> None:
    old = part("values/tags", "TAGS\nspeed = 5\n", Language.RECORD, Aspect.VALUES)
    new = replace(old, text="TAGS\nspeed = 7\nlevel = 2\n")
    assert set(kinds(compare_projects(project(old), project(new)))) == {LogicKind.VALUE}
    assert kinds(compare_projects(project(), project(new))) == [LogicKind.VALUE]


def test_a_layout_is_no_logic() -> None:
    old = part("a", "box at 1,2\n", Language.LAYOUT)
    found = compare_projects(project(old), project(replace(old, text="box at 3,4\n")))
    assert kinds(found) == [LogicKind.LAYOUT]
    assert not found.changes_logic


def test_what_nobody_can_read_is_told_when_it_is_another_one() -> None:
    old = part("a", "ROUTINE Secret\nrevision = 1\n", opaque="source protected")
    found = compare_projects(
        project(old), project(replace(old, text="ROUTINE Secret\nrevision = 2\n"))
    )
    assert kinds(found) == [LogicKind.PROTECTED_CONTENT]
    opened = compare_projects(project(old), project(replace(old, opaque="")))
    assert kinds(opened) == [LogicKind.PROTECTED_CONTENT]


def test_what_nobody_can_read_and_looks_the_same_is_not_called_unchanged() -> None:
    same = part("Secret", "ROUTINE Secret\nrevision = 1\n", opaque="source protected")
    hashed = part("file", "FILE\nsha256 = 00\n", Language.LISTING, opaque="no reader")
    found = compare_projects(project(same, hashed), project(same, hashed))
    assert found.parts == ()
    assert found.warnings == ("nobody can tell whether these changed, they cannot be read: Secret",)


def test_ladder_is_compared_by_rungs_and_shown_as_rungs() -> None:
    head = "ROUTINE Main (ladder)\n"
    old = part("a", head + render((rung("XIC", "Stop"), rung("XIC", "Go"))), Language.LADDER)
    new = replace(old, text=head + render((rung("XIO", "Stop"), rung("XIC", "Go"))))
    found = compare_projects(project(old), project(new))
    assert kinds(found) == [LogicKind.INVERTED_CONTACT]
    assert any(each.changes for each in found.parts[0].rungs)


def test_what_stands_above_the_rungs_counts_too() -> None:
    rungs = render((rung("XIC", "Stop"),))
    old = part("a", f"ROUTINE Main (ladder)\nOnline = no\n{rungs}", Language.LADDER)
    new = replace(old, text=f"ROUTINE Main (ladder)\nOnline = yes\n{rungs}")
    assert kinds(compare_projects(project(old), project(new))) == [LogicKind.SETTING]


def test_ladder_that_cannot_be_taken_apart_is_told_and_shown_by_lines() -> None:
    old = part("a", "RUNG\n  ]\n", Language.LADDER)
    found = compare_projects(project(old), project(replace(old, text="RUNG\n  XIC(a)\n")))
    assert kinds(found) == [LogicKind.NOT_COMPARED]
    assert [line.text for line in found.parts[0].lines if line.sign == "+"] == ["  XIC(a)"]


def test_safety_is_one_step_graver_and_comments_are_not() -> None:
    old = part("Safety/Stop", "(* a *)\nx := NOT y;\n")
    new = replace(old, text="(* b *)\nx := y;\n")
    found = {
        each.kind: each.severity for each in compare_projects(project(old), project(new)).changes
    }
    assert found == {
        LogicKind.INVERTED_CONTACT: Severity.CRITICAL,
        LogicKind.COMMENT: Severity.INFO,
    }


def test_every_kind_has_its_severity() -> None:
    assert set(SEVERITIES) == set(LogicKind)


def test_files_that_were_exported_differently_are_doubtful() -> None:
    one = project(part("a", "x := 1;\n"), comparable="with context")
    other = project(part("a", "x := 1;\n"), comparable="without context")
    assert differences_of_origin(one, one) == ()
    assert "exported differently" in differences_of_origin(one, other)[0]
    assert "different formats" in differences_of_origin(one, replace(one, format="toy/2"))[0]
    assert compare_projects(one, other).warnings == differences_of_origin(one, other)


def test_what_is_beyond_the_effort_is_told_as_not_compared() -> None:
    old = part("a", "".join(f"x{n % 7} := {n % 5};\n" for n in range(400)))
    new = replace(old, text="".join(f"x{n % 5} := {n % 7};\n" for n in range(400)))
    found = compare_projects(project(old), project(new), Effort(100))
    assert kinds(found) == [LogicKind.NOT_COMPARED]
    assert found.changes_logic


def test_programs_that_are_scheduled_in_another_order_are_told_as_such() -> None:
    task = "TASK Main\nScheduled.Program = A\nScheduled.Program = B\nScheduled.Program = C\n"
    swapped = "TASK Main\nScheduled.Program = B\nScheduled.Program = A\nScheduled.Program = C\n"
    old = part("tasks/Main", task, Language.RECORD, Aspect.CONFIGURATION)
    found = compare_projects(project(old), project(replace(old, text=swapped)))
    assert kinds(found) == [LogicKind.ROUTINE_REORDERED]
    first = replace(old, text=task.replace("= A\n", "= X\nScheduled.Program = A\n"))
    assert sentences(compare_projects(project(old), project(first))) == [
        "`Scheduled.Program = X` added"
    ]


def test_words_for_one_element_of_a_tag_are_a_comment() -> None:
    old = part("tags", "TAGS\na : INT[5]\na[0] // first\n", Language.DATA)
    found = compare_projects(project(old), project(replace(old, text="TAGS\na : INT[5]\n")))
    assert kinds(found) == [LogicKind.COMMENT]


def test_slashes_in_a_value_begin_no_comment() -> None:
    old = part("tags", "TAGS\nurl : STRING := 'http://a'\n", Language.DATA)
    found = compare_projects(
        project(old), project(replace(old, text=old.text.replace("http://a", "http://b")))
    )
    assert kinds(found) == [LogicKind.SETPOINT]
