from dataclasses import replace

import pytest

from ccontrol.diff.programs.changes import LogicKind, RungDiff
from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.rungs import diff_rungs
from ccontrol.logic.ladder.model import Instruction, Rung, instructions
from ccontrol.logic.ladder.neutral import read_rung

START = "[XIC(Start) ,XIC(Run) ]XIO(Stop)OTE(Run);"
RECIPE = "XIC(Go)MOV(5,Speed)TON(T1,?,?)Valve_AOI(V1,Open)JSR(Sub,0);"
ALARM = "GRT(Temp,80)LIM(1,Level,9)OTL(Hot);"
ROUTINE = tuple(map(read_rung, (START, RECIPE, ALARM)))


def told(before: tuple[Rung, ...], after: tuple[Rung, ...]) -> list[tuple[LogicKind, str]]:
    diffs = diff_rungs(before, after, Effort())
    return [(change.kind, change.sentence) for diff in diffs for change in diff.changes]


def changed(number: int, text: str) -> tuple[Rung, ...]:
    return tuple(read_rung(text) if n == number else rung for n, rung in enumerate(ROUTINE, 1))


@pytest.mark.parametrize(
    ("number", "text", "kind", "sentence"),
    [
        (
            1,
            "[XIC(Start) ,XIC(Run) ]XIC(Stop)OTE(Run);",
            LogicKind.INVERTED_CONTACT,
            "rung 1 (Run): contact Stop inverted: XIO became XIC",
        ),
        (
            1,
            "[XIO(Start) ,XIC(Run) ]XIO(Stop)OTE(Run);",
            LogicKind.INVERTED_CONTACT,
            "rung 1 (Run): contact Start inverted: XIC became XIO",
        ),
        (
            1,
            "[XIC(Start) ,XIC(Run) ][XIO(Stop) ,XIC(Force) ]OTE(Run);",
            LogicKind.BYPASS_ADDED,
            "rung 1 (Run): branch XIC(Force) added in parallel to XIO(Stop): power can pass it by",
        ),
        (
            1,
            "[XIC(Start) ,XIC(Run) ,]XIO(Stop)OTE(Run);",
            LogicKind.BYPASS_ADDED,
            (
                "rung 1 (Run): plain wire added in parallel to XIC(Start) | XIC(Run): "
                "power can pass it by"
            ),
        ),
        (
            1,
            "[XIC(Start) ,[XIC(Run) ,XIC(Aux) XIC(Aux2) ] ]XIO(Stop)OTE(Run);",
            LogicKind.BYPASS_ADDED,
            (
                "rung 1 (Run): branch XIC(Aux) XIC(Aux2) added in parallel to XIC(Run): "
                "power can pass it by"
            ),
        ),
        (
            1,
            "[[XIC(Start) ,XIC(Run) ]XIO(Stop) ,XIC(Force) ]OTE(Run);",
            LogicKind.BYPASS_ADDED,
            (
                "rung 1 (Run): branch XIC(Force) added in parallel to "
                "[XIC(Start) | XIC(Run)] XIO(Stop): power can pass it by"
            ),
        ),
        (
            1,
            "[XIC(Start) ,XIC(Run) ]XIO(Stop)[OTE(Run) ,XIC(Lamp) OTE(Light) ];",
            LogicKind.INSTRUCTION_ADDED,
            "rung 1 (Run, Light): leg XIC(Lamp) OTE(Light) added in parallel to OTE(Run)",
        ),
        (
            1,
            "[XIC(Start) ,XIC(Run) ]XIO(Stop)AFI()OTE(Run);",
            LogicKind.AFI_INSERTED,
            "rung 1 (Run): AFI inserted: what follows it never runs",
        ),
        (
            1,
            "[XIC(Start) ,XIC(Run) ]XIO(0)OTE(Run);",
            LogicKind.AFI_INSERTED,
            "rung 1 (Run): XIO(Stop) became XIO(0), a constant",
        ),
        (
            1,
            "[XIC(Start) ,XIC(Run) ]XIO(Halt)OTE(Run);",
            LogicKind.OPERAND,
            "rung 1 (Run): XIO(Stop) became XIO(Halt)",
        ),
        (
            1,
            "[XIC(Start) ,XIC(Run) ]XIO(Stop);",
            LogicKind.COIL_REMOVED,
            "rung 1 (Run): coil OTE(Run) removed",
        ),
        (
            1,
            "XIC(Start)XIO(Stop)OTE(Run);",
            LogicKind.INSTRUCTION_REMOVED,
            "rung 1 (Run): leg XIC(Run) in parallel to XIC(Start) removed",
        ),
        (
            1,
            "[XIC(Start) ,XIC(Run) ]OTE(Run);",
            LogicKind.INSTRUCTION_REMOVED,
            "rung 1 (Run): contact XIO(Stop) removed",
        ),
        (
            1,
            "[XIC(Start) ,XIC(Run) ]XIO(Stop)OTL(Run);",
            LogicKind.INSTRUCTION_CHANGED,
            "rung 1 (Run): OTE(Run) became OTL(Run)",
        ),
        (
            1,
            "[XIC(Run) ,XIC(Start) ]XIO(Stop)OTE(Run);",
            LogicKind.MOVED,
            "rung 1 (Run): leg XIC(Start) moved within its branch",
        ),
        (
            2,
            "XIC(Go)MOV(6,Speed)TON(T1,?,?)Valve_AOI(V1,Open)JSR(Sub,0);",
            LogicKind.SETPOINT,
            "rung 2 (Speed, T1, …): operand 1 of MOV to Speed: 5 became 6",
        ),
        (
            2,
            "XIC(Go)MOV(5,Speed)TON(T1,500,?)Valve_AOI(V1,Open)JSR(Sub,0);",
            LogicKind.SETPOINT,
            "rung 2 (Speed, T1, …): operand 2 of TON to T1: ? became 500",
        ),
        (
            2,
            "XIC(Go)MOVE(5,Speed)TON(T1,?,?)Valve_AOI(V1,Open)JSR(Sub,0);",
            LogicKind.MNEMONIC_ONLY,
            "rung 2 (Speed, T1, …): MOV became MOVE",
        ),
        (
            2,
            "XIC(Go)MOV(5,Speed)TON(T1,?,?)Valve_AOI(V1,Open);",
            LogicKind.CALL_REMOVED,
            "rung 2 (Speed, T1, …): call JSR(Sub,0) removed",
        ),
        (
            2,
            "XIC(Go)MOV(5,Speed)TON(T1,?,?)JSR(Sub,0);",
            LogicKind.CALL_REMOVED,
            "rung 2 (Speed, T1, …): call Valve_AOI(V1,Open) removed",
        ),
        (
            2,
            "XIC(Go)MOV(5,Speed)TON(T1,?,?)Valve_AOI(V1,Open)JSR(Other,0);",
            LogicKind.CALL_REMOVED,
            "rung 2 (Speed, T1, …): JSR calls Other instead of Sub",
        ),
        (
            3,
            "GRT(Temp,95)LIM(1,Level,9)OTL(Hot);",
            LogicKind.SETPOINT,
            "rung 3 (Hot): operand 2 of GRT: 80 became 95",
        ),
        (
            3,
            "LEQ(Temp,80)LIM(1,Level,9)OTL(Hot);",
            LogicKind.INVERTED_CONTACT,
            "rung 3 (Hot): comparison Temp, 80 inverted: GRT became LEQ",
        ),
        (
            3,
            "GEQ(Temp,80)LIM(1,Level,9)OTL(Hot);",
            LogicKind.INSTRUCTION_CHANGED,
            "rung 3 (Hot): GRT(Temp,80) became GEQ(Temp,80)",
        ),
        (
            3,
            "GRT(Temp,80)LIM(1,7,9)OTL(Hot);",
            LogicKind.AFI_INSERTED,
            "rung 3 (Hot): operand 2 of LIM: Level became the constant 7",
        ),
        (
            3,
            "GRT(Temp,80)LIM(1,Level,9)JMP(End)OTL(Hot);",
            LogicKind.AFI_INSERTED,
            "rung 3 (Hot): JMP(End) inserted: where it runs, rungs behind it do not",
        ),
        (
            3,
            "GRT(Temp,80)LIM(1,Level,9)EQU(1,1)OTL(Hot);",
            LogicKind.AFI_INSERTED,
            "rung 3 (Hot): EQU(1,1) inserted: the power no longer depends on tags there",
        ),
        (
            3,
            "GRT(Temp,80)LIM(1,Level,9)OTL(Hot",
            LogicKind.NOT_COMPARED,
            "rung 3 (Hot): differs, and its text cannot be read on both sides",
        ),
    ],
)
def test_one_edit_is_told_by_its_kind_in_one_sentence(
    number: int, text: str, kind: LogicKind, sentence: str
) -> None:
    assert told(ROUTINE, changed(number, text)) == [(kind, sentence)]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("Contact(#a)Coil(#b)", "I_Contact(#a)Coil(#b)", LogicKind.INVERTED_CONTACT),
        ("Contact(#a)Coil(#b)", "Contact(NOT #a)Coil(#b)", LogicKind.INVERTED_CONTACT),
        ("t1.TON(IN := a)", "t1.TON(IN := NOT a)", LogicKind.INVERTED_CONTACT),
        ("Contact(#a)Assign(x)", "Contact(#a)", LogicKind.COIL_REMOVED),
        ("Contact(#a)Coil(#b)", "Contact(#a)I_Coil(#b)", LogicKind.INVERTED_CONTACT),
        ("Contact(#a)P_Contact(#e)Coil(#b)", "Contact(#a)Coil(#b)", LogicKind.INSTRUCTION_REMOVED),
        ("Contact(#a)Coil(#b)", "Contact(#a)", LogicKind.COIL_REMOVED),
        ("Contact(#a)Coil(#b)", "Contact(#a)Not()Coil(#b)", LogicKind.INVERTED_CONTACT),
        ("Contact(#a)Not()Coil(#b)", "Contact(#a)Coil(#b)", LogicKind.INVERTED_CONTACT),
        (
            "Gt{ SrcType := Int }(IN1 := #a,IN2 := 5)",
            "Le{ SrcType := Int }(IN1 := #a,IN2 := 5)",
            LogicKind.INVERTED_CONTACT,
        ),
        (
            "Gt{ SrcType := Int }(IN1 := #a,IN2 := 5)",
            "Gt{ SrcType := Real }(IN1 := #a,IN2 := 5)",
            LogicKind.INSTRUCTION_CHANGED,
        ),
        ("#M(a := 1)Coil(#b)", "Coil(#b)", LogicKind.CALL_REMOVED),
        ("T.TON(pt := T#5s)", "T.TON(pt := T#9s)", LogicKind.SETPOINT),
        ("CMP(a > 5)", "CMP(a > 6)", LogicKind.SETPOINT),
        ("CMP(a > b)", "CMP(a > 6)", LogicKind.AFI_INSERTED),
        ("CMP(x[1] > 5)", "CMP(x[2] > 5)", LogicKind.OPERAND),
        ("MOV(x.1,y)", "MOV(x.2,y)", LogicKind.OPERAND),
        ("MOV(-1,y)", "MOV(-2,y)", LogicKind.SETPOINT),
        ("CPT(y,a-1)", "CPT(y,a-2)", LogicKind.SETPOINT),
        ("CPT(y,a/2)", "CPT(y,a/4)", LogicKind.SETPOINT),
        ("CPT(y,a*k)", "CPT(y,a*4)", LogicKind.AFI_INSERTED),
        ("CPT(y,a*k)", "CPT(y,4)", LogicKind.AFI_INSERTED),
        ("CPT(y,a*k)", "CPT(y,a+k)", LogicKind.OPERAND),
        ("MOV(T#5s_200ms,y)", "MOV(T#9s,y)", LogicKind.SETPOINT),
        ("MOV('ab$'c',y)", "MOV('x',y)", LogicKind.SETPOINT),
        ("MOV(I 0.0,y)", "MOV(I 0.1,y)", LogicKind.OPERAND),
        ("MOV(%MW10,y)", "MOV(%MW12,y)", LogicKind.OPERAND),
        ("XIC(B3:0/1)", "XIC(B3:0/2)", LogicKind.OPERAND),
        ("XIC(N7:0)OTE(x)", "XIC(N7:1)OTE(x)", LogicKind.OPERAND),
        ("MOV(1.5,y)", "MOV(1.50000000e+000,y)", LogicKind.MNEMONIC_ONLY),
        ("MOV(1,y)", "MOV(1.0,y)", LogicKind.SETPOINT),
        ("MOV(16#FF,y)", "MOV(16#0F,y)", LogicKind.SETPOINT),
    ],
)
def test_other_families_and_expressions_have_the_same_kinds(
    before: str, after: str, kind: LogicKind
) -> None:
    def rung(text: str) -> tuple[Rung, ...]:
        def instruction(part: str) -> Instruction:
            op, _, operands = part.partition("(")
            return Instruction(op, tuple(operands.split(",")) if operands else ())

        return (Rung(tuple(map(instruction, text.rstrip(")").split(")")))),)

    (said,) = told(rung(before), rung(after))
    assert said[0] is kind


def test_an_unchanged_routine_has_nothing_to_tell() -> None:
    assert diff_rungs(ROUTINE, tuple(map(replace, ROUTINE)), Effort()) == ()


def test_an_inserted_rung_moves_no_other_one() -> None:
    added = read_rung("XIC(New)OTE(Lamp);", type="I")
    after = (added, *ROUTINE)
    assert told(ROUTINE, after) == [
        (LogicKind.RUNG_ADDED, "rung 1 (Lamp): added: XIC(New) OTE(Lamp)"),
        (LogicKind.PENDING_EDIT, "rung 1 (Lamp): is a pending edit: I (inserted)"),
    ]
    assert told(after, ROUTINE) == [
        (LogicKind.RUNG_REMOVED, "rung 1 (Lamp): removed: XIC(New) OTE(Lamp)"),
        (
            LogicKind.COIL_REMOVED,
            "rung 1 (Lamp): coil OTE(Lamp) removed with it, and nowhere else in this routine",
        ),
    ]


def test_a_new_rung_that_ends_the_routine_is_more_than_a_new_rung() -> None:
    assert told(ROUTINE, (read_rung("XIC(Night)TND();"), *ROUTINE)) == [
        (LogicKind.RUNG_ADDED, "rung 1: added: XIC(Night) TND()"),
        (
            LogicKind.AFI_INSERTED,
            "rung 1: TND() came with it: where it runs, rungs behind it do not",
        ),
    ]


def test_an_and_that_became_an_or_is_a_bypass() -> None:
    before, after = read_rung("XIC(a)XIO(b)OTE(c);"), read_rung("[XIC(a) ,XIO(b) ]OTE(c);")
    assert {kind for kind, _ in told((before,), (after,))} == {
        LogicKind.BYPASS_ADDED,
        LogicKind.INSTRUCTION_REMOVED,
    }


def test_a_branch_around_a_branch_is_a_bypass_of_it() -> None:
    before = read_rung("[XIC(a) ,XIC(b) ]OTE(c);")
    after = read_rung("[[XIC(a) ,XIC(b) ] ,XIC(f) ]OTE(c);")
    assert [kind for kind, _ in told((before,), (after,))] == [LogicKind.BYPASS_ADDED]
    assert [kind for kind, _ in told((after,), (before,))] == [LogicKind.INSTRUCTION_REMOVED]


def test_a_moved_and_changed_rung_is_both_and_says_both_numbers() -> None:
    inverted = read_rung("[XIC(Start) ,XIC(Run) ]XIC(Stop)OTE(Run);")
    assert told(ROUTINE, (*ROUTINE[1:], inverted)) == [
        (LogicKind.MOVED, "rung 3 (Run): moved here from rung 1"),
        (LogicKind.INVERTED_CONTACT, "rung 3 (Run): contact Stop inverted: XIO became XIC"),
    ]
    before = (read_rung("NOP();"), *ROUTINE)
    sentences = [sentence for _, sentence in told(before, (inverted, *ROUTINE[1:]))]
    assert "rung 1, was 2 (Run): contact Stop inverted: XIO became XIC" in sentences


def test_words_and_pending_edits_are_told_apart_from_logic() -> None:
    rung = Rung(ROUTINE[0].elements, "Starts it.", "N", "Motor")
    after = Rung(rung.elements, "Starts it", "IR", "")
    done = "rung 1 (Run): is no pending edit any more, was IR (the replacement)"
    assert (LogicKind.PENDING_EDIT, done) in told((after,), (rung,))
    assert told((rung,), (after,)) == [
        (LogicKind.PENDING_EDIT, "rung 1 (Run): is a pending edit: IR (the replacement)"),
        (LogicKind.COMMENT, "rung 1 (Run): comment changed: Starts it"),
        (LogicKind.COMMENT, "rung 1 (Run): title removed: Motor"),
    ]


def test_a_routine_written_for_logix_36_differs_in_mnemonics_only() -> None:
    before = [read_rung(f"EQU(Step{n},{n})GRT(A{n},1)MOV({n},B{n});") for n in range(300)]
    after = [read_rung(f"EQ(Step{n},{n})GT(A{n},1)MOVE({n},B{n});") for n in range(300)]
    assert {kind for kind, _ in told(tuple(before), tuple(after))} == {LogicKind.MNEMONIC_ONLY}


def test_marks_stand_where_the_elements_stand_on_each_side() -> None:
    after = changed(1, "[XIC(Start) ,XIC(Run) ]AFI()[XIC(Stop) ,XIC(Force) ,]OTE(Run);")
    (diff, neighbour) = diff_rungs(ROUTINE, after, Effort())
    assert diff.before_marks == {(1,): LogicKind.INVERTED_CONTACT}
    assert diff.after_marks == {
        (1,): LogicKind.AFI_INSERTED,
        (2, 0, 0): LogicKind.INVERTED_CONTACT,
        (2, 1): LogicKind.BYPASS_ADDED,
        (2, 1, 0): LogicKind.BYPASS_ADDED,
        (2, 2): LogicKind.BYPASS_ADDED,
    }
    assert neighbour == RungDiff(ROUTINE[1], ROUTINE[1], 2, 2)


def test_a_leg_with_its_own_outputs_is_a_bypass_only_where_something_follows() -> None:
    leg = "[XIC(a) OTE(x) ,XIC(b) OTE(y) ]"
    kinds = [
        [
            kind
            for kind, _ in told((read_rung(f"XIC(a)OTE(x){end};"),), (read_rung(f"{leg}{end};"),))
        ]
        for end in ("", "OTE(z)")
    ]
    assert kinds == [[LogicKind.INSTRUCTION_ADDED], [LogicKind.BYPASS_ADDED]]


def test_nothing_from_a_file_steers_the_terminal_of_who_reads_a_sentence() -> None:
    before = Rung((Instruction("XIC", ("a\x1b[31m",)),), "\x1b]0;x")
    after = Rung((Instruction("XIO", ("a\x1b[31m",)),), "\u202e")
    assert all(sentence.isprintable() for _, sentence in told((before,), (after,)))


def test_what_the_effort_does_not_reach_is_told_as_not_compared() -> None:
    contacts = tuple(Instruction("XIC", (f"a{n}",)) for n in range(500))
    others = tuple(Instruction("XIO", (f"b{n}",)) for n in range(200))
    before, after = (Rung(contacts), *ROUTINE), (Rung((*others, *contacts[200:])), *ROUTINE)
    assert told(before, after)[0][0] is LogicKind.INSTRUCTION_CHANGED
    diffs = diff_rungs(before, after, Effort(200_000))
    assert [change.kind for diff in diffs for change in diff.changes] == [LogicKind.NOT_COMPARED]
    diffs = diff_rungs(before, after, Effort(0))
    kinds = {change.kind for diff in diffs for change in diff.changes}
    assert kinds == {LogicKind.RUNG_REMOVED, LogicKind.RUNG_ADDED}


def test_a_thousand_new_rungs_for_a_thousand_others_take_bounded_effort() -> None:
    before = tuple(read_rung(f"XIC(a{n})OTE(b{n});") for n in range(1000))
    after = tuple(read_rung(f"XIC(a{n})XIO(c{n})OTE(b{n});") for n in range(1000))
    effort = Effort()
    diffs = diff_rungs(before, after, effort)
    assert {change.kind for diff in diffs for change in diff.changes} == {
        LogicKind.INSTRUCTION_ADDED
    }
    assert len(diffs) == 1000
    assert effort.left > Effort().left - 1_000_000
    every = [path for diff in diffs for path in diff.after_marks]
    assert every == [(1,)] * 1000
    assert sum(1 for _ in instructions(after[0].elements)) == 3


def test_a_rung_is_named_by_the_first_line_of_its_comment_that_says_something() -> None:
    before = Rung((Instruction("NOP"),), "= = =\n\nValves\n", "N")
    assert told((before,), (Rung(before.elements, before.comment, "e"),)) == [
        (LogicKind.PENDING_EDIT, "rung 1 (Valves): is a pending edit: e")
    ]
