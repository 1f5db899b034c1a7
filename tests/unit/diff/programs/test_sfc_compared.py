"""Sequential charts: steps, transitions, actions and qualifiers are compared, not lines."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.diff.programs.changes import NO_LOGIC, LogicKind
from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.sfc import diff_sfc
from tests.laws import examples
from tests.unit.diff.programs.made_projects import kinds, sentences

CYCLE = """\
ROUTINE Cycle (sequential function chart) in program Filling
// The cycle
BRANCH selection branch after Wait
  | Bottle_There
  | Abandoned
STEP Fill
  Preset = 500
  ACTION Pour (NonStored)
    PresetUsesExpr = true
    Valve_Open := 1;
    Lamp := Start;
  ACTION Stir (Stored)
    Motor := 1;
  => Filled
STEP Wait (initial)
  => selection branch after Wait
STOP Halt
TRANSITION Abandoned
  WHEN
    Stop_All
  => Halt
TRANSITION Bottle_There
  WHEN
    Start AND NOT Full
  => Fill
TRANSITION Filled
  WHEN
    Level = 80
  => Wait
"""
TC6 = """\
PROGRAM Cycle (sequential function chart)
STEP Wait (initial)
STEP Fill
  N Pour
  D T#5s Stir
    Motor := TRUE;
STEP Drain
TRANSITION Wait -> Fill
  Start
TRANSITION Fill -> Drain
  Full
TRANSITION Drain -> Wait (priority 2)
  Empty
"""


@pytest.mark.parametrize(
    ("old", "new", "kind", "sentence"),
    [
        (
            "Start AND NOT Full",
            "Start AND Full",
            LogicKind.INVERTED_CONTACT,
            "transition Bottle_There: condition: condition inverted: `Start AND NOT Full` became",
        ),
        (
            "Start AND NOT Full",
            "Start",
            LogicKind.CONDITION_REMOVED,
            "transition Bottle_There: condition: `Start AND NOT Full` became `Start`",
        ),
        (
            "    Stop_All\n",
            "",
            LogicKind.CONDITION_REMOVED,
            "transition Abandoned: condition `Stop_All` removed",
        ),
        (
            "Level = 80",
            "Level = 95",
            LogicKind.SETPOINT,
            "transition Filled: condition: constant changed: `Level = 80` became `Level = 95`",
        ),
        (
            "Valve_Open := 1",
            "Valve_Open := 0",
            LogicKind.SETPOINT,
            "step Fill: action Pour: constant changed: `Valve_Open := 1` became `Valve_Open := 0`",
        ),
        (
            "Pour (NonStored)",
            "Pour (Stored)",
            LogicKind.INSTRUCTION_CHANGED,
            "step Fill: action Pour: qualifier NonStored became Stored",
        ),
        (
            "Pour (NonStored)",
            "Pour (Reset)",
            LogicKind.INVERTED_CONTACT,
            "step Fill: action Pour: qualifier NonStored became Reset",
        ),
        (
            "  ACTION Stir (Stored)\n    Motor := 1;\n",
            "",
            LogicKind.CALL_REMOVED,
            "step Fill: action Stir (Stored) removed: `Motor := 1;`",
        ),
        ("Preset = 500", "Preset = 900", LogicKind.SETPOINT, "step Fill: Preset: 500 became 900"),
        (
            "    PresetUsesExpr = true\n",
            "",
            LogicKind.SETTING,
            "step Fill: action Pour: PresetUsesExpr = true removed",
        ),
        (
            "  => Fill\n",
            "  => Wait\n",
            LogicKind.EXECUTION,
            "transition Bottle_There: is followed by Wait now, was by Fill",
        ),
        (
            "  | Bottle_There\n  | Abandoned\n",
            "  | Abandoned\n  | Bottle_There\n",
            LogicKind.EXECUTION,
            (
                "selection branch after Wait: its legs are tried in another order: "
                "Abandoned, Bottle_There"
            ),
        ),
        (
            "selection branch after Wait",
            "simultaneous branch after Wait",
            LogicKind.EXECUTION,
            "simultaneous branch after Wait: is simultaneous now, was selection",
        ),
        (
            "STEP Wait (initial)",
            "STEP Wait",
            LogicKind.EXECUTION,
            "step Wait: not any more, was (initial)",
        ),
        ("The cycle", "A cycle", LogicKind.COMMENT, "comment `The cycle` became `A cycle`"),
        ("STOP Halt\n", "", LogicKind.STEP_REMOVED, "stop Halt: removed"),
        (
            "STOP Halt\n",
            "STOP Halt\nSTEP Rinse\n  ACTION Spray (Stored)\n",
            LogicKind.STEP_ADDED,
            "step Rinse: added: Spray (Stored)",
        ),
    ],
)
def test_one_change_is_told_by_its_kind_and_where(
    old: str, new: str, kind: LogicKind, sentence: str
) -> None:
    assert old in CYCLE
    found = diff_sfc(CYCLE, CYCLE.replace(old, new), Effort()).changes
    assert kinds(found) == [kind]
    assert sentences(found)[0].startswith(sentence)


@pytest.mark.parametrize(
    ("old", "new", "kind", "sentence"),
    [
        (
            "Fill -> Drain",
            "Fill -> Wait",
            LogicKind.EXECUTION,
            "transition Fill -> Wait: leads to Wait now, led to Drain",
        ),
        (
            "Wait -> Fill",
            "Drain -> Fill",
            LogicKind.EXECUTION,
            "transition Drain -> Fill: begins at Drain now, began at Wait",
        ),
        ("  Full\n", "  NOT Full\n", LogicKind.INVERTED_CONTACT, "transition Fill -> Drain: "),
        ("  N Pour", "  R Pour", LogicKind.INVERTED_CONTACT, "step Fill: action Pour: qualifier N"),
        (
            "D T#5s Stir",
            "D T#9s Stir",
            LogicKind.INSTRUCTION_CHANGED,
            "step Fill: action Stir: qualifier D T#5s became D T#9s",
        ),
        ("(priority 2)", "(priority 1)", LogicKind.EXECUTION, "transition Drain -> Wait: "),
        ("Motor := TRUE", "Motor := FALSE", LogicKind.AFI_INSERTED, "step Fill: action Stir: "),
    ],
)
def test_charts_of_tc6_are_compared_alike(
    old: str, new: str, kind: LogicKind, sentence: str
) -> None:
    assert old in TC6
    found = diff_sfc(TC6, TC6.replace(old, new), Effort()).changes
    assert kinds(found) == [kind]
    assert sentences(found)[0].startswith(sentence)


@pytest.mark.parametrize("chart", [CYCLE, TC6])
@settings(max_examples=examples(150), deadline=None)
@given(st.integers(1, 9), st.text("ab1 :=>|./N(Stored)", max_size=24))
def test_whatever_line_becomes_another_is_told_as_logic_or_words(
    chart: str, line: int, other: str
) -> None:
    lines = chart.splitlines()
    if other.split() == lines[line].split() or not other.strip():
        return
    after = "\n".join((*lines[:line], other, *lines[line + 1 :])) + "\n"
    for old, new in ((chart, after), (after, chart)):
        found = diff_sfc(old, new, Effort()).changes
        assert found
        is_comment = lines[line].startswith("//")
        assert is_comment or not all(each.kind in NO_LOGIC for each in found)


@pytest.mark.timeout(30)
def test_a_hostile_chart_ends_soon() -> None:
    many = "".join(f"STEP a\n  ACTION b (N)\n    x := {n};\n  => c\n" for n in range(1000))
    found = diff_sfc(f"ROUTINE x\n{many}", f"ROUTINE x\n{many}".replace("x := 7", "y"), Effort())
    assert found.changes
