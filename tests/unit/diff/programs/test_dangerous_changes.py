"""What somebody would do who wants to hide it: each is told by its kind, and is high."""

import pytest

from ccontrol.diff.programs.changes import LogicKind
from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.projects import compare_projects
from ccontrol.diff.programs.rungs import diff_rungs
from ccontrol.diff.programs.st import diff_st
from ccontrol.diff.programs.stl import diff_stl
from ccontrol.logic.ladder.model import Rung
from ccontrol.logic.ladder.neutral import read_rung
from ccontrol.logic.ladder.text import render
from ccontrol.logic.project import Language
from ccontrol.model.aspect import Aspect
from ccontrol.model.judgement import Severity
from tests.unit.diff.programs.made_projects import kinds, part, project, sentences
from tests.unit.logic.l5x.plant import PLANT, edited
from tests.unit.logic.l5x.plant import project as plant


def rungs(text: str) -> tuple[Rung, ...]:
    return tuple(read_rung(f"{each};") for each in text.split(";") if each)


DANGEROUS = {
    "interlock deleted": (
        "XIC(Start)XIC(Guard)OTE(Run);",
        "XIC(Start)OTE(Run);",
        LogicKind.CONDITION_REMOVED,
    ),
    "trip deleted": (
        "[XIC(Hot) ,XIC(Dry) ]OTL(Trip);",
        "XIC(Hot)OTL(Trip);",
        LogicKind.CONDITION_REMOVED,
    ),
    "one-shot deleted": (
        "XIC(a)ONS(s)ADD(n,1,n);",
        "XIC(a)ADD(n,1,n);",
        LogicKind.CONDITION_REMOVED,
    ),
    "interlock behind the coil": (
        "XIC(a)XIC(Guard)OTE(m);",
        "XIC(a)OTE(m)XIC(Guard);",
        LogicKind.CONDITION_REMOVED,
    ),
    "bypass three branches deep": (
        "XIC(s)[XIC(a) [XIC(b) XIC(Guard) ,XIC(c) ] ,XIC(d) ]OTE(m);",
        "XIC(s)[XIC(a) [XIC(b) [XIC(Guard) ,XIC(Key) ] ,XIC(c) ] ,XIC(d) ]OTE(m);",
        LogicKind.BYPASS_ADDED,
    ),
    "second coil": (
        "XIC(a)XIC(Guard)OTE(m);",
        "XIC(a)XIC(Guard)OTE(m);XIC(Key)OTE(m);",
        LogicKind.BYPASS_ADDED,
    ),
    "second coil, latched": (
        "XIC(a)XIC(Guard)OTE(m);XIC(b)OTE(n);",
        "XIC(a)XIC(Guard)OTE(m);XIC(b)OTE(n)OTL(m);",
        LogicKind.BYPASS_ADDED,
    ),
    "the last word": (
        "XIC(a)OTE(m);XIC(x)OTE(y);XIC(b)OTE(m);",
        "XIC(b)OTE(m);XIC(a)OTE(m);XIC(x)OTE(y);",
        LogicKind.EXECUTION,
    ),
    "latch became unlatch": ("XIC(a)OTL(b);", "XIC(a)OTU(b);", LogicKind.INVERTED_CONTACT),
    "coil became latch": ("XIC(a)OTE(b);", "XIC(a)OTL(b);", LogicKind.CONDITION_REMOVED),
    "coil of another tag": ("XIC(a)OTE(b);", "XIC(a)OTE(c);", LogicKind.COIL_REMOVED),
    "comparison turned": ("GRT(A,B)OTE(x);", "LES(A,B)OTE(x);", LogicKind.INVERTED_CONTACT),
    "comparison swapped": ("GRT(A,B)OTE(x);", "GRT(B,A)OTE(x);", LogicKind.INVERTED_CONTACT),
    "compared with itself": ("EQU(A,B)OTE(x);", "EQU(A,A)OTE(x);", LogicKind.AFI_INSERTED),
    "expression turned": ("CMP(A>B)OTE(x);", "CMP(A<B)OTE(x);", LogicKind.INVERTED_CONTACT),
    "expression always true": ("CMP(A>B)OTE(x);", "CMP(A>B OR 1)OTE(x);", LogicKind.BYPASS_ADDED),
    "expression without its interlock": (
        "CMP(A>B AND C>D)OTE(x);",
        "CMP(A>B)OTE(x);",
        LogicKind.CONDITION_REMOVED,
    ),
    "jump leads elsewhere": (
        "JMP(L1);LBL(L2);XIC(a)OTE(b);LBL(L1);",
        "JMP(L2);LBL(L2);XIC(a)OTE(b);LBL(L1);",
        LogicKind.EXECUTION,
    ),
    "label moved": (
        "JMP(L);XIC(a)OTE(b);LBL(L)NOP();XIC(c)OTE(d);XIC(e)OTE(f);",
        "JMP(L);XIC(a)OTE(b);XIC(c)OTE(d);LBL(L)NOP();XIC(e)OTE(f);",
        LogicKind.EXECUTION,
    ),
    "moved behind the end": (
        "XIC(a)OTE(b);XIC(c)OTE(d);XIC(e)OTE(f);TND();XIC(g)OTE(h);",
        "XIC(c)OTE(d);XIC(e)OTE(f);TND();XIC(a)OTE(b);XIC(g)OTE(h);",
        LogicKind.EXECUTION,
    ),
    "master control zone ends elsewhere": (
        "MCR();XIC(a)OTE(b);MCR();XIC(c)OTE(d);",
        "MCR();XIC(a)OTE(b);XIC(c)OTE(d);MCR();",
        LogicKind.EXECUTION,
    ),
    "master control zone gone": (
        "XIC(ok)MCR();XIC(a)OTE(b);MCR();",
        "XIC(a)OTE(b);",
        LogicKind.EXECUTION,
    ),
    "hidden by a move": (
        "XIC(a)XIC(b)OTE(c);XIC(d)OTE(e);XIC(f)OTE(g);XIC(h)OTE(i);",
        "XIC(d)OTE(e);XIC(f)OTE(g);XIC(h)OTE(i);XIC(a)XIO(b)OTE(c);",
        LogicKind.INVERTED_CONTACT,
    ),
}


@pytest.mark.parametrize("name", DANGEROUS)
def test_a_dangerous_change_of_ladder_is_told_by_its_kind_and_high(name: str) -> None:
    before, after, kind = DANGEROUS[name]
    diffs = diff_rungs(rungs(before), rungs(after), Effort())
    found = {change.kind: change.severity for diff in diffs for change in diff.changes}
    assert found.get(kind) is Severity.HIGH, found


HARMLESS = {
    "conditions in another order": ("XIC(a)XIC(b)OTE(m);", "XIC(b)XIC(a)OTE(m);"),
    "a branch among conditions": (
        "XIC(a)[XIC(b) ,XIC(c) ]GRT(d,1)OTE(m);",
        "GRT(d,1)XIC(a)[XIC(b) ,XIC(c) ]OTE(m);",
    ),
    "outputs in another order": ("XIC(a)OTE(m)OTE(n);", "XIC(a)OTE(n)OTE(m);"),
    "rungs of other outputs": (
        "XIC(a)OTE(b);XIC(c)OTE(d);XIC(e)OTE(f);",
        "XIC(c)OTE(d);XIC(e)OTE(f);XIC(a)OTE(b);",
    ),
    "latches of one fault": (
        "XIC(a)OTL(F);XIC(c)OTE(d);XIC(e)OTL(F);",
        "XIC(c)OTE(d);XIC(e)OTL(F);XIC(a)OTL(F);",
    ),
    "addition": ("ADD(a,b,c);", "ADD(b,a,c);"),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_only_changed_places_raises_no_alarm(name: str) -> None:
    before, after = HARMLESS[name]
    diffs = diff_rungs(rungs(before), rungs(after), Effort())
    found = [change for diff in diffs for change in diff.changes]
    assert found
    assert {change.kind for change in found} <= {LogicKind.MOVED, LogicKind.MNEMONIC_ONLY}
    assert max(change.severity for change in found) <= Severity.LOW


def test_a_one_shot_is_not_neutral_to_the_order_around_it() -> None:
    diffs = diff_rungs(
        rungs("XIC(a)ONS(s)XIC(b)OTE(m);"), rungs("XIC(b)XIC(a)ONS(s)OTE(m);"), Effort()
    )
    assert LogicKind.CONDITION_REMOVED in {one.kind for diff in diffs for one in diff.changes}


def test_a_pending_edit_beside_what_it_replaces_is_no_second_coil() -> None:
    before = rungs("XIC(a)OTE(m);")
    after = (
        Rung(before[0].elements, type="R"),
        Rung(rungs("XIO(a)OTE(m);")[0].elements, type="IR"),
    )
    found = {one.kind for diff in diff_rungs(before, after, Effort()) for one in diff.changes}
    assert LogicKind.PENDING_EDIT in found
    assert LogicKind.BYPASS_ADDED not in found


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("IF a AND b THEN", "IF a THEN", LogicKind.CONDITION_REMOVED),
        ("IF a > b THEN", "IF b > a THEN", LogicKind.INVERTED_CONTACT),
        ("IF a > b THEN", "IF a < b THEN", LogicKind.INVERTED_CONTACT),
        ("IF a THEN", "RETURN; IF a THEN", LogicKind.EXECUTION),
    ],
)
def test_structured_text_hides_it_no_better(before: str, after: str, kind: LogicKind) -> None:
    code = "ROUTINE x\nIF a AND b THEN m := TRUE; END_IF;\n"
    old = code.replace("IF a AND b THEN", before)
    new = code.replace("IF a AND b THEN", after)
    assert kind in kinds(diff_st(old, new, Effort()).changes)


def test_a_condition_that_was_taken_away_around_a_statement_is_told() -> None:
    old = "ROUTINE x\nIF guard THEN\nm := go;\nEND_IF;\n"
    found = kinds(diff_st(old, "ROUTINE x\nm := go;\n", Effort()).changes)
    assert LogicKind.CONDITION_REMOVED in found


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("S     M 1.0", "R     M 1.0", LogicKind.INVERTED_CONTACT),
        (">I", "<I", LogicKind.INVERTED_CONTACT),
        ("NOP   0", "BEU", LogicKind.EXECUTION),
        ("NOP   0", "JU    M002", LogicKind.EXECUTION),
        ("A     I 0.1\n", "", LogicKind.CONDITION_REMOVED),
    ],
)
def test_statement_lists_hide_it_no_better(before: str, after: str, kind: LogicKind) -> None:
    code = (
        "NETWORK 1\nL     MW 2\nL     5\n>I\nA     I 0.1\nS     M 1.0\nNOP   0\nM002: A     M 5.0\n"
    )
    assert before in code
    found = diff_stl(code, code.replace(before, after), Effort()).changes
    assert kind in kinds(found)


def test_a_preset_in_the_data_is_a_setpoint_unless_the_program_writes_it() -> None:
    values = part(
        "values/tags", "VALUES\nT1.PRE = 5000\nT1.ACC = 3\n", Language.DATA, Aspect.VALUES
    )
    later = part("values/tags", "VALUES\nT1.PRE = 90\nT1.ACC = 4\n", Language.DATA, Aspect.VALUES)
    told = compare_projects(project(values), project(later))
    assert kinds(told) == [LogicKind.SETPOINT, LogicKind.VALUE]
    assert sentences(told)[0] == "T1.PRE: 5000 became 90"
    for language, text in (
        (Language.LADDER, f"ROUTINE a\n{render(rungs('MOV(Recipe,T1.PRE);'))}"),
        (Language.ST, "ROUTINE a\nT1.PRE := Recipe;\n"),
    ):
        code = part("a", text, language)
        told = compare_projects(project(values, code), project(later, code))
        assert kinds(told) == [LogicKind.VALUE, LogicKind.VALUE]
    code = part("a", f"ROUTINE a\n{render(rungs('GRT(T1.PRE,5)OTE(x);'))}", Language.LADDER)
    assert LogicKind.SETPOINT in kinds(
        compare_projects(project(values, code), project(later, code))
    )


@pytest.mark.parametrize("how", [": alias of", "AT"])
def test_an_alias_of_another_input_is_another_operand_everywhere(how: str) -> None:
    old = part("tags", f"TAGS\nGuard {how} Rack:I.0 : BOOL\n", Language.DATA)
    new = part("tags", f"TAGS\nGuard {how} Rack:I.1 : BOOL\n", Language.DATA)
    told = compare_projects(project(old), project(new))
    assert kinds(told) == [LogicKind.OPERAND]
    assert "Guard stands for Rack:I.1 now, was Rack:I.0" in sentences(told)[0]


def test_an_inverted_contact_within_an_instruction_of_ones_own_is_seen() -> None:
    told = compare_projects(plant(PLANT), plant(edited("XIC(Open)TON", "XIO(Open)TON")))
    assert [(each.path, kinds(each.changes)) for each in told.parts] == [
        (("instructions", "Valve", "routines", "Logic"), [LogicKind.INVERTED_CONTACT])
    ]


def test_a_rename_does_not_hide_the_contact_that_was_inverted_with_it() -> None:
    def main(tag: str, op: str) -> str:
        text = f"XIC(Start){op}({tag})OTE(Run);{op}({tag})OTE(Lamp);XIC({tag})OTE(Horn);"
        return f"ROUTINE Main\n{render(rungs(text))}"

    before = project(
        part("tags", "TAGS\nGuard : BOOL\n", Language.DATA),
        part("Main", main("Guard", "XIC"), Language.LADDER),
    )
    after = project(
        part("tags", "TAGS\nDoor : BOOL\n", Language.DATA),
        part("Main", main("Door", "XIC").replace("XIC(Door)", "XIO(Door)", 1), Language.LADDER),
    )
    told = kinds(compare_projects(before, after))
    assert LogicKind.INVERTED_CONTACT in told
