"""Statement lists: what a changed instruction means, in whichever mnemonics."""

import pytest

from ccontrol.diff.programs.changes import LogicKind
from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.stl import diff_stl
from tests.unit.diff.programs.made_projects import kinds, sentences

BLOCK = """\
FUNCTION FC1
VAR_INPUT
  start : BOOL
END_VAR
NETWORK 1 Motor
      A     I 0.0
      AN    I 0.1
      =     Q 4.0
NETWORK 2 Timer
      A     M 10.0
      L     S5T#5S
      SD    T 1
      CALL  FC 2 (
       IN := 5,
       OUT := MW 10)
M001: JC    M001
NETWORK 3 Lamp
      A     M 1.0
      S     M 2.0
"""
GERMAN = """\
FUNCTION FC1
VAR_INPUT
  start : BOOL
END_VAR
NETWORK 1 Motor
      U     E 0.0
      UN    E 0.1
      =     A 4.0
NETWORK 2 Timer
      U     M 10.0
      L     S5T#5S
      SE    T 1
      CALL  FC 2 (
       IN := 5,
       OUT := MW 10)
M001: SPB   M001
NETWORK 3 Lamp
      U     M 1.0
      S     M 2.0
"""


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("AN    I 0.1", "A     I 0.1", LogicKind.INVERTED_CONTACT),
        ("JC    M001", "JCN   M001", LogicKind.INVERTED_CONTACT),
        ("S5T#5S", "S5T#9S", LogicKind.SETPOINT),
        ("IN := 5", "IN := 6", LogicKind.SETPOINT),
        ("I 0.1", "I 0.2", LogicKind.OPERAND),
        ("OUT := MW 10", "OUT := MW 12", LogicKind.OPERAND),
        ("      =     Q 4.0\n", "", LogicKind.COIL_REMOVED),
        ("      S     M 2.0\n", "", LogicKind.COIL_REMOVED),
        ("      A     M 10.0\n", "", LogicKind.CONDITION_REMOVED),
        ("=     Q 4.0", "S     Q 4.0", LogicKind.CONDITION_REMOVED),
        ("      =  ", "      O     M 99.9\n      =  ", LogicKind.BYPASS_ADDED),
        ("      =  ", "      SET\n      =  ", LogicKind.AFI_INSERTED),
        ("      =  ", "      A     M 5.0\n      =  ", LogicKind.INSTRUCTION_ADDED),
        ("NETWORK 1 Motor", "NETWORK 1 Pump", LogicKind.COMMENT),
        ("      A     I 0.0\n", "      A     I 0.0 // go\n", LogicKind.COMMENT),
        ("      A     I 0.0\n", "   A I 0.0\n", LogicKind.LAYOUT),
        ("  start : BOOL", "  start : INT", LogicKind.DECLARATION),
    ],
)
@pytest.mark.parametrize("before", ["english", "german"])
def test_one_change_is_told_by_its_kind(old: str, new: str, kind: LogicKind, before: str) -> None:
    assert old in BLOCK
    changed = BLOCK.replace(old, new, 1)
    found = kinds(diff_stl(BLOCK if before == "english" else GERMAN, changed, Effort()).changes)
    wanted = [kind]
    if before == "german":
        found = [each for each in found if each is not LogicKind.MNEMONIC_ONLY]
        wanted = [] if kind is LogicKind.LAYOUT else wanted
    assert found == wanted


def test_german_and_english_are_one_told_once_a_network() -> None:
    assert kinds(diff_stl(GERMAN, BLOCK, Effort()).changes) == [LogicKind.MNEMONIC_ONLY] * 3


def test_a_call_that_is_gone_is_told_as_such() -> None:
    call = "      CALL  FC 2 (\n       IN := 5,\n       OUT := MW 10)\n"
    found = diff_stl(BLOCK, BLOCK.replace(call, ""), Effort()).changes
    assert LogicKind.CALL_REMOVED in kinds(found)


def test_a_place_is_the_network_and_the_line_of_the_new_text() -> None:
    found = diff_stl(BLOCK, BLOCK.replace("AN    I 0.1", "A     I 0.1"), Effort())
    assert sentences(found.changes) == [
        "network 1 (Motor), line 7: contact inverted: `AN I 0.1` became `A I 0.1`"
    ]
    place = found.changes[0].after
    assert place is not None
    assert (place.number, place.anchor) == (1, "Motor")
    assert [(line.sign, line.after_number) for line in found.lines if line.sign == "+"] == [
        ("+", 7)
    ]


def test_a_network_that_moved_and_changed_is_told_as_both() -> None:
    head, one, two, three = BLOCK.split("NETWORK ")
    moved = "NETWORK ".join((head, three, one.replace("AN ", "A  "), two))
    found = kinds(diff_stl(BLOCK, moved, Effort()).changes)
    assert LogicKind.INVERTED_CONTACT in found
    assert LogicKind.MOVED in found
    assert LogicKind.RUNG_ADDED not in found


def test_networks_that_come_and_go_are_told_whole() -> None:
    head, one, _, three = BLOCK.split("NETWORK ")
    without = f"{head}NETWORK {one}NETWORK {three}"
    assert kinds(diff_stl(BLOCK, without, Effort()).changes) == [LogicKind.RUNG_REMOVED]
    assert kinds(diff_stl(without, BLOCK, Effort()).changes) == [LogicKind.RUNG_ADDED]


def test_slashes_in_a_string_begin_no_comment() -> None:
    old = "NETWORK 1\n      L     'a//b'\n"
    found = diff_stl(old, old.replace("a//b", "a//c"), Effort())
    assert kinds(found.changes) == [LogicKind.SETPOINT]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A     I 0.0", "A I0.0"),
        ("U     E 0.0\n      SPA   M001", "A I0.0\n JU M001"),
        ("L     DB10.DBW 4", "L DB10.DBW4"),
        ("=     A [AR1,P#0.0]\n      UN    M 1.0", "= Q[AR1,P#0.0]\n AN M1.0"),
        ("CALL  FB 1, DB 2", "CALL FB1,DB2"),
    ],
)
def test_blanks_and_spelling_of_operands_are_no_logic(one: str, other: str) -> None:
    found = diff_stl(f"NETWORK 1\n      {one}\n", f"NETWORK 1\n      {other}\n", Effort()).changes
    assert set(kinds(found)) <= {LogicKind.MNEMONIC_ONLY}


@pytest.mark.parametrize(("one", "other"), [("'ab'", "'AB'"), ("'a b'", "'a  b'")])
def test_letters_and_blanks_of_a_string_are_its_value(one: str, other: str) -> None:
    found = diff_stl(f"NETWORK 1\n  L {one}\n", f"NETWORK 1\n  L {other}\n", Effort()).changes
    assert kinds(found) == [LogicKind.SETPOINT]
