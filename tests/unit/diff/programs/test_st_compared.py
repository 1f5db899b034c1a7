"""Structured text: statements are compared, not lines; words for people are told apart."""

import pytest

from ccontrol.diff.programs.changes import NO_LOGIC, LogicKind
from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.st import diff_code, diff_st
from tests.unit.diff.programs.made_projects import kinds

CODE = """\
FUNCTION_BLOCK Motor
VAR_INPUT
  start : BOOL; // go
  limit : INT := 5;
END_VAR
(* main *)
IF start AND NOT stop THEN
  speed := 100; // full
  Timer(IN := start, PT := T#5s);
END_IF;
IF level > 3 THEN
  drain := open;
END_IF;
name := 'IF; (* no comment *)';
"""


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("NOT stop", "stop", LogicKind.INVERTED_CONTACT),
        ("level > 3", "level <= 3", LogicKind.INVERTED_CONTACT),
        ("NOT stop THEN", "NOT stop OR always THEN", LogicKind.BYPASS_ADDED),
        ("start AND", "TRUE AND", LogicKind.AFI_INSERTED),
        ("speed := 100", "speed := 120", LogicKind.SETPOINT),
        ("T#5s", "T#50s", LogicKind.SETPOINT),
        ("limit : INT := 5", "limit : INT := 6", LogicKind.SETPOINT),
        ("'IF; (* no comment *)'", "'IF; (* No comment *)'", LogicKind.SETPOINT),
        ("drain := open", "drain := shut", LogicKind.OPERAND),
        ("start AND NOT", "start XOR NOT", LogicKind.STATEMENT),
        ("  Timer(IN := start, PT := T#5s);\n", "", LogicKind.CALL_REMOVED),
        ("  drain := open;\n", "", LogicKind.STATEMENT),
        ("  drain := open;\n", "  drain := open; fill := shut;\n", LogicKind.STATEMENT),
        ("  start : BOOL; // go\n", "  start : BOOL; // go\n  x : INT;\n", LogicKind.DECLARATION),
        ("start : BOOL;", "start : INT;", LogicKind.DECLARATION),
        ("(* main *)", "(* the main part *)", LogicKind.COMMENT),
        ("// full", "", LogicKind.COMMENT),
        ("IF start AND", "if START  and", LogicKind.LAYOUT),
        ("THEN\n  drain", "THEN drain", LogicKind.LAYOUT),
    ],
)
def test_one_change_is_told_by_its_kind(old: str, new: str, kind: LogicKind) -> None:
    assert old in CODE
    assert kinds(diff_st(CODE, CODE.replace(old, new, 1), Effort()).changes) == [kind]


@pytest.mark.parametrize(
    ("tight", "wide"),
    [
        ("a:=b-5;", "a := b - 5 ;"),
        ("a:=-5;", "a := - 5;"),
        ("a:=T#5s-T#3s;", "a := T#5s - T#3s;"),
        ("FOR i:=1 TO 9 DO", "FOR i := 1 TO 9 DO"),
        ("x:ARRAY[1..5] OF INT;", "x : ARRAY [ 1 .. 5 ] OF INT;"),
        ("1:x:=2;", "1 : x := 2;"),
        ("a:=1.5E-3*INT#-7;", "a := 1.5e-3 * int#-7;"),
        ("a:=TOD#12:30:00;b:=D#2026-01-02;", "a := TOD#12:30:00; b := D#2026-01-02;"),
    ],
)
def test_blanks_around_signs_and_numbers_are_layout(tight: str, wide: str) -> None:
    found = diff_st(f"ROUTINE a\n{tight}\n", f"ROUTINE a\n{wide}\n", Effort()).changes
    assert kinds(found) == [LogicKind.LAYOUT]


@pytest.mark.parametrize(
    ("old", "new"),
    [("16#FF", "16#FE"), ("W#16#FF", "W#16#FE"), ("1.5E-3", "1.5E-4"), ("S5T#5S", "S5T#6S")],
)
def test_constants_of_every_kind_are_setpoints(old: str, new: str) -> None:
    found = diff_st(f"ROUTINE a\nx := {old};\n", f"ROUTINE a\nx := {new};\n", Effort()).changes
    assert kinds(found) == [LogicKind.SETPOINT]


def test_a_statement_that_moved_is_told_as_moved() -> None:
    moved = CODE.replace("name := 'IF; (* no comment *)';\n", "")
    moved = moved.replace("(* main *)\n", "(* main *)\nname := 'IF; (* no comment *)';\n")
    assert kinds(diff_st(CODE, moved, Effort()).changes) == [LogicKind.MOVED]


def test_settings_below_the_heading_are_no_statement() -> None:
    old = "ROUTINE Main (structured text) in program Pump\nDescription = a; b\nx := 1;\n"
    found = diff_st(old, old.replace("a; b", "a; c"), Effort()).changes
    assert kinds(found) == [LogicKind.DECLARATION]


def test_code_that_was_commented_out_is_not_taken_for_a_comment() -> None:
    found = kinds(
        diff_st(CODE, CODE.replace("drain := open;", "// drain := open;"), Effort()).changes
    )
    assert LogicKind.STATEMENT in found
    assert not NO_LOGIC.issuperset(found)


def test_an_open_comment_hides_the_rest_and_that_is_told() -> None:
    found = kinds(diff_st(CODE, CODE.replace("(* main *)", "(* main"), Effort()).changes)
    assert LogicKind.CALL_REMOVED in found


def test_a_comparison_within_a_condition_is_no_setting() -> None:
    found = diff_code("Level = 5 AND\nFull", "Level = 6 AND\nFull", Effort())
    assert [(said.kind, said.sentence) for said in found] == [
        (
            LogicKind.SETPOINT,
            "constant changed: `Level = 5 AND Full` became `Level = 6 AND Full`",
        )
    ]
