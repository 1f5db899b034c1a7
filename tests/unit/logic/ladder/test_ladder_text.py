import pytest

from ccontrol.errors import BadFileError
from ccontrol.logic.ladder.model import Branch, Instruction, Rung
from ccontrol.logic.ladder.neutral import read_rung
from ccontrol.logic.ladder.text import one_line, parse, render

START = "[XIC(Start) XIO(Stop) ,XIC(Run) [,XIC(Jog) ] ]XIC(Ok)[OTE(Run) ,TON(T1,?,?) ];"


def test_a_rung_reads_one_instruction_a_line_under_what_it_drives() -> None:
    rung = read_rung(START, "Start and stop.\n\nSee P&ID 12.", "IR")
    assert render([rung]).splitlines() == [
        "RUNG {IR} -> Run, T1",
        "  // Start and stop.",
        "  //",
        "  // See P&ID 12.",
        "  [ XIC(Start)",
        "    XIO(Stop)",
        "  | XIC(Run)",
        "    [ --",
        "    | XIC(Jog)",
        "    ]",
        "  ]",
        "  XIC(Ok)",
        "  [ OTE(Run)",
        "  | TON(T1,?,?)",
        "  ]",
    ]


def test_titles_and_unread_rungs_are_marked() -> None:
    rung = Rung((), "", "N", "Motor", "XIC(a[OTE(b);\nleft over")
    text = "RUNG\n  # Motor\n  ! XIC(a[OTE(b);\n  ! left over\n"
    assert render([rung]) == text
    assert parse(text) == (rung,)


def test_rungs_carry_no_numbers_so_an_insert_changes_its_own_lines_only() -> None:
    rungs = [read_rung(f"XIC(a{i})OTE(b{i});") for i in range(9)]
    before = render(rungs).splitlines()
    after = render([*rungs[:4], read_rung("AFI();"), *rungs[4:]]).splitlines()
    assert after == [*before[:12], "RUNG", "  AFI()", *before[12:]]


def test_what_stands_before_the_first_rung_is_passed_over() -> None:
    rung = read_rung(START)
    assert parse(f"ROUTINE Main (ladder) in program Pump\n\n{render([rung])}") == (rung,)
    assert parse("ROUTINE Main (ladder)\n") == ()


@pytest.mark.parametrize(
    "rung",
    [
        Rung((Instruction("#t.TON", ("pt := T#5s", "et =>")),)),
        Rung((Instruction('"Motor"', ("a, b", " c", "")), Instruction("", ("x",)))),
        Rung((Instruction("[", ("x",)), Instruction("//"), Instruction("--", bare=True))),
        Rung((Branch(()), Branch(((),)), Branch(((), (Branch(()),))))),
        Rung((Instruction("AFI", ("x",), bare=True), Instruction("X", ("",)))),
        Rung((), " a \n\n\\x20 \u202e\r\n ", "", "\n", ""),
        Rung((Instruction("MOVE{ Card := 1 }", ("(", "x\ny")),), type='I} -> "x"'),
    ],
)
def test_odd_rungs_come_back_as_they_were(rung: Rung) -> None:
    text = render([rung])
    assert parse(text) == (rung,)
    assert all(line.isprintable() and line == line.rstrip() for line in text.split("\n"))


@pytest.mark.parametrize(
    "line",
    ["]", "| XIC(a)", "[ XIC(a)", "XIC(a", "XIC(a)b", "~ [", "~ 3", r"XIC(\q)", r"\uzz", "[ " * 99],
)
def test_lines_that_nobody_wrote_are_refused_with_their_number(line: str) -> None:
    with pytest.raises(BadFileError, match=r"ladder text, line [23]"):
        parse(f"RUNG\n  {line}\nRUNG\n")


def test_elements_are_told_in_one_line_as_long_as_is_wanted() -> None:
    elements = read_rung(START).elements
    assert one_line(elements[:1], 80) == "[XIC(Start) XIO(Stop) | XIC(Run) [-- | XIC(Jog)]]"
    assert one_line(elements, 30) == "[XIC(Start) XIO(Stop) | XIC(R…"
    assert one_line((), 30) == ""
