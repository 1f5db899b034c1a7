import pytest

from ccontrol.logic.ladder.mnemonics import ALIASES, CONTRARIES, Role, canonical, name, role
from ccontrol.logic.ladder.model import Instruction, Rung
from ccontrol.logic.ladder.neutral import read_rung
from ccontrol.logic.ladder.outputs import driven


@pytest.mark.parametrize(
    ("text", "outputs"),
    [
        ("XIC(a)[XIO(b) OTE(c) ,TON(T1,?,?) ]OTE(c);", ("c", "T1")),
        ("EQU(a,1)MOV(5,b)ADD(a,b,c)CPT(d,a+b)COP(e,f,1)FLL(0,g,9);", ("b", "c", "d", "f", "g")),
        ("ONS(a)OSR(b,c)JSR(Sub,1,x)Valve_AOI(V1,y);", ("c", "Sub", "V1")),
        ("BTD(a,0,b,1,2)MID(s,2,1,t)GSV(WallClockTime,,DateTime,now);", ("b", "t", "now")),
        ("EQ(a,1)MOVE(1,b)LE(c,2);", ("b",)),
        ("AFI()NOP()RET()LBL(x);", ()),
        ("MOV(1);", ()),
    ],
)
def test_a_rung_drives_what_its_coils_boxes_and_calls_write_to(
    text: str, outputs: tuple[str, ...]
) -> None:
    assert driven(read_rung(text)) == outputs


def test_named_operands_and_instances_are_driven_too() -> None:
    rung = Rung(
        (
            Instruction("Contact", ("#a",)),
            Instruction("#Timer.TON", ("pt := T#5s", "et =>")),
            Instruction("Move{ Card := 1 }", ("IN := 1", "OUT1 => #Level")),
            Instruction("P_Coil", ("operand := #Out", "bit := #Edge")),
            Instruction('"Motor"', ("on := #a",)),
        )
    )
    assert driven(rung) == ("#Timer", "#Level", "#Out", '"Motor"')
    assert [role(one) for one in rung.elements if isinstance(one, Instruction)] == [
        Role.CONDITION,
        Role.BOX,
        Role.BOX,
        Role.COIL,
        Role.CALL,
    ]


def test_names_of_logix_36_are_the_old_ones() -> None:
    assert {canonical(new) for new in ALIASES} == set(ALIASES.values())
    assert not set(ALIASES) & set(ALIASES.values())
    assert name("Gt{ SrcType := Real }") == "Gt"
    assert name("{x}") == "{x}"


def test_contraries_are_mutual_and_of_one_role() -> None:
    for one, others in CONTRARIES.items():
        for other in others:
            assert one in CONTRARIES[other]
            assert role(Instruction(one, ("a",))) is role(Instruction(other, ("a",)))


def test_what_osr_means_is_told_by_its_operands() -> None:
    assert role(Instruction("OSR", ("a",))) is Role.CONDITION
    assert role(Instruction("OSR", ("a", "b"))) is Role.BOX
