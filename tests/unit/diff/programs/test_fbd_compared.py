"""Function block diagrams: blocks are known by name, functions by what they compute."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.diff.programs.changes import NO_LOGIC, LogicKind
from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.fbd import diff_fbd
from tests.laws import examples
from tests.unit.diff.programs.made_projects import kinds, sentences

MIX = """\
ROUTINE Mix (function blocks) in program Filling
// Stirs while filling
BAND__F#ab4152 : function
BAND__F#ab4152.In1 := Start
BAND__F#ab4152.In2 := BNOT__F(In := Stop)
Lamp := BAND__F#ab4152.Out
SEL_01 : SEL
SEL_01.In1 := Speed
SEL_01.In2 := 40
SEL_01.SelectorIn := BAND__F#ab4152.Out
Stirrer := SEL_01.Out
SUB_01 : SUB
SUB_01.SourceA := Level
SUB_01.SourceB := Offset
Valve_01 : Valve
Valve_01.Open := BAND__F(In1 := Start, In2 := GRT__F(SourceA := Level, SourceB := 80))
Valve_01.Store := Counts
Valve_01/Timeout = 500
"""
OPEN = "BAND__F(In1 := Start, In2 := GRT__F(SourceA := Level, SourceB := 80))"


@pytest.mark.parametrize(
    ("old", "new", "kind", "sentence"),
    [
        (
            "In2 := BNOT__F(In := Stop)",
            "In2 := Stop",
            LogicKind.INVERTED_CONTACT,
            "BAND__F#ab4152.In2: `Stop` inverted",
        ),
        ("SourceB := 80", "SourceB := 95", LogicKind.SETPOINT, "Valve_01.Open: `80` became `95`"),
        (
            "GRT__F(",
            "LES__F(",
            LogicKind.INVERTED_CONTACT,
            ("Valve_01.Open: comparison inverted: `GRT__F(Level, 80)` became `LES__F(Level, 80)`"),
        ),
        (
            "SourceA := Level, SourceB := 80)",
            "SourceA := 80, SourceB := Level)",
            LogicKind.INVERTED_CONTACT,
            "Valve_01.Open: SourceA and SourceB of GRT swapped: SourceA is `80` now",
        ),
        (
            OPEN,
            "Start",
            LogicKind.CONDITION_REMOVED,
            ("Valve_01.Open: `BAND__F(Start, GRT__F(Level, 80))` became `Start`: no AND any more"),
        ),
        (
            OPEN,
            f"BOR__F(In1 := {OPEN}, In2 := Key)",
            LogicKind.BYPASS_ADDED,
            (
                "Valve_01.Open: `BAND__F(Start, GRT__F(Level, 80))` became "
                "`BOR__F(BAND__F(Start, GRT__F(Level, 80)), Key)`: another way round"
            ),
        ),
        (
            OPEN,
            OPEN.replace("BAND", "BOR"),
            LogicKind.BYPASS_ADDED,
            (
                "Valve_01.Open: `BAND__F(Start, GRT__F(Level, 80))` became "
                "`BOR__F(Start, GRT__F(Level, 80))`: one input alone is enough"
            ),
        ),
        (
            "In1 := Start, In2 := GRT__F(",
            "In1 := 1, In2 := GRT__F(",
            LogicKind.AFI_INSERTED,
            "Valve_01.Open: `Start` became the constant `1`",
        ),
        (
            "In1 := Start, In2 := GRT__F(SourceA := Level, SourceB := 80)",
            "In1 := GRT__F(SourceA := Level, SourceB := 80), In2 := Start",
            LogicKind.MNEMONIC_ONLY,
            "Valve_01.Open: inputs of AND stand in another order",
        ),
        ("SEL_01.In1 := Speed", "SEL_01.In1 := Other", LogicKind.OPERAND, "SEL_01.In1: "),
        (
            "SUB_01.SourceA := Level\nSUB_01.SourceB := Offset",
            "SUB_01.SourceA := Offset\nSUB_01.SourceB := Level",
            LogicKind.OPERAND,
            "SUB_01: SourceA and SourceB of SUB swapped: SourceA is `Offset` now",
        ),
        (
            "Stirrer := SEL_01.Out\n",
            "",
            LogicKind.COIL_REMOVED,
            "Stirrer is not driven here any more, was by `SEL_01.Out`",
        ),
        (
            "Stirrer := SEL_01.Out\n",
            "Stirrer := SEL_01.Out\nStirrer := Key\n",
            LogicKind.BYPASS_ADDED,
            "Stirrer (2) is driven by `Key` now, too: it was driven already",
        ),
        (
            "SEL_01.SelectorIn := BAND__F#ab4152.Out\n",
            "",
            LogicKind.CONDITION_REMOVED,
            "SEL_01: SelectorIn is not wired any more, was `BAND__F#ab4152.Out`",
        ),
        ("SEL_01 : SEL", "SEL_01 : MUX", LogicKind.INSTRUCTION_CHANGED, "SEL_01: SEL became MUX"),
        ("/Timeout = 500", "/Timeout = 900", LogicKind.SETTING, "Valve_01.Timeout: "),
        ("Store := Counts", "Store := Others", LogicKind.OPERAND, "Valve_01.Store: "),
        (
            "while filling",
            "while it fills",
            LogicKind.COMMENT,
            'comment "Stirs while filling" became',
        ),
    ],
)
def test_one_change_is_told_by_its_kind_and_where(
    old: str, new: str, kind: LogicKind, sentence: str
) -> None:
    assert old in MIX
    found = diff_fbd(MIX, MIX.replace(old, new), Effort()).changes
    assert kinds(found) == [kind]
    assert sentences(found)[0].startswith(sentence)


def test_a_block_that_came_or_went_is_told_once_with_what_flows_in() -> None:
    valve = MIX[MIX.index("Valve_01 : Valve") :]
    found = diff_fbd(MIX, MIX.replace(valve, ""), Effort()).changes
    assert [(each.kind, each.sentence) for each in found] == [
        (LogicKind.CALL_REMOVED, "Valve Valve_01 removed")
    ]
    (added,) = diff_fbd(MIX.replace(valve, ""), MIX, Effort()).changes
    assert added.kind is LogicKind.INSTRUCTION_ADDED
    assert added.sentence.startswith("Valve Valve_01 added: Open `BAND__F(Start, GRT__F(Level")


def test_the_name_of_a_function_that_only_tells_what_flows_in_is_no_change() -> None:
    after = MIX.replace("ab4152", "00ffee").replace("In1 := Start\n", "In1 := Ready\n")
    found = diff_fbd(MIX, after, Effort()).changes
    assert [(each.kind, each.sentence) for each in found] == [
        (LogicKind.OPERAND, "BAND__F#ab4152.In1: `Start` became `Ready`")
    ]


def test_functions_numbered_by_the_file_are_found_again_when_one_comes_first() -> None:
    before = "SECTION a\nADD#1 : ADD\nADD#1.IN1 := a\nADD#1.IN2 := b\nx := ADD#1\ny := ADD#1\n"
    after = (
        "SECTION a\nADD#1 : ADD\nADD#1.IN1 := p\nADD#1.IN2 := q\nADD#2 : ADD\nADD#2.IN1 := a\n"
        "ADD#2.IN2 := b\nr := ADD#1\ns := ADD#1\nx := ADD#2\ny := ADD#2\n"
    )
    found = diff_fbd(before, after, Effort()).changes
    assert set(kinds(found)) == {LogicKind.INSTRUCTION_ADDED}
    assert len(found) == 3


def test_orders_that_only_shifted_are_no_change_and_turned_ones_are() -> None:
    before = "SECTION a\nA : TON {order 1}\nB : TON {order 2}\n"
    shifted = "SECTION a\nA : TON {order 4}\nB : TON {order 7}\n"
    turned = "SECTION a\nA : TON {order 2}\nB : TON {order 1}\n"
    assert kinds(diff_fbd(before, shifted, Effort()).changes) == [LogicKind.LAYOUT]
    assert kinds(diff_fbd(before, turned, Effort()).changes) == [LogicKind.EXECUTION]


def test_wires_that_meet_at_a_pin_are_an_or() -> None:
    before = "SECTION a\nT.IN := (a OR NOT b)\nT : TON\n"
    after = before.replace("NOT b)", "NOT b OR AND(IN1 := c, IN2 := d))")
    assert kinds(diff_fbd(before, after, Effort()).changes) == [LogicKind.BYPASS_ADDED]
    after = before.replace("NOT b", "b")
    assert kinds(diff_fbd(before, after, Effort()).changes) == [LogicKind.INVERTED_CONTACT]


@settings(max_examples=examples(150), deadline=None)
@given(st.integers(1, MIX.count("\n") - 1), st.text("ab1 :=>.(),#/NOTR", max_size=24))
def test_whatever_line_becomes_another_is_told_as_logic_or_words(line: int, other: str) -> None:
    lines = MIX.splitlines()
    if other.split() == lines[line].split() or not other.strip():
        return
    after = "\n".join((*lines[:line], other.strip(), *lines[line + 1 :])) + "\n"
    for old, new in ((MIX, after), (after, MIX)):
        found = diff_fbd(old, new, Effort()).changes
        assert found
        assert line == 1 or not all(each.kind in NO_LOGIC for each in found)


@pytest.mark.timeout(30)
def test_a_hostile_diagram_ends_soon() -> None:
    deep = "A := " + "NOT " * 2000 + "x\n"
    calls = "B := " + "f(" * 2000 + "\n"
    many = "".join(f"JSR x\nADD#{n} : ADD\nADD#{n}.IN := ADD#{n + 1}\n" for n in range(600))
    long = "C := AND(" + ",".join(f"a{n}" for n in range(6_000)) + ")\n"
    before = f"SECTION x\n{deep}{calls}{many}{long}"
    after = before.replace("x\n", "y\n").replace("a7,", "").replace("#1", "#9")
    assert diff_fbd(before, after, Effort()).changes
