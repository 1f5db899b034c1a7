import pytest

from ccontrol.diff.programs.changes import LogicKind
from ccontrol.logic.ladder.model import Instruction, Rung
from tests.unit.diff.programs.ladder_routine import ROUTINE, changed, told


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
            LogicKind.CONDITION_REMOVED,
            (
                "rung 1 (Run): leg XIC(Run) in parallel to XIC(Start) removed: "
                "the power no longer depends on it"
            ),
        ),
        (
            1,
            "[XIC(Start) ,XIC(Run) ]OTE(Run);",
            LogicKind.CONDITION_REMOVED,
            "rung 1 (Run): contact XIO(Stop) removed: the power no longer depends on it",
        ),
        (
            1,
            "[XIC(Start) ,XIC(Run) ]XIO(Stop)OTL(Run);",
            LogicKind.CONDITION_REMOVED,
            "rung 1 (Run): OTE(Run) became OTL(Run): it stays on when its condition is gone",
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
            "LES(80,Temp)LIM(1,Level,9)OTL(Hot);",
            LogicKind.MNEMONIC_ONLY,
            (
                "rung 3 (Hot): GRT(Temp,80) became LES(80,Temp): "
                "the same comparison, read from the other side"
            ),
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
            LogicKind.EXECUTION,
            "rung 3 (Hot): JMP(End) inserted: other rungs behind it run or are skipped now",
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
        ("Contact(#a)P_Contact(#e)Coil(#b)", "Contact(#a)Coil(#b)", LogicKind.CONDITION_REMOVED),
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
