"""Labels are named by whoever reads the code: what they are called changes nothing."""

import pytest

from ccontrol.diff.programs.changes import LogicKind
from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.stl import diff_stl
from ccontrol.logic.mc7.code import disassemble
from tests.unit.diff.programs.made_projects import kinds, sentences

A_NEW_JUMP = "fff80002"  # JC to what follows
JUMPS = (
    "8100 fff80006 8101 9102 700b0004 8103 b104 8105 9106 fff8fff8 6500"
    # M0.0, JC over, M0.1, S M0.2, JU over, M0.3, R M0.4, M0.5, S M0.6, JC back
)


def text(code: str) -> str:
    return "".join(f"{line}\n" for line in disassemble(bytes.fromhex(code)).text())


def test_a_jump_that_comes_first_is_all_that_is_new() -> None:
    before, after = text(JUMPS), text(A_NEW_JUMP + JUMPS)
    changes = diff_stl(before, after, Effort()).changes
    assert set(kinds(changes)) == {LogicKind.EXECUTION, LogicKind.INSTRUCTION_ADDED}
    added = [one for one in sentences(changes) if "added" in one]
    assert len(added) == 2
    assert added[0].split("`")[1].split() == ["JC", added[1].split("`")[1].rstrip(":")]


def test_a_source_that_numbers_its_labels_renames_them_and_changes_none() -> None:
    before = "NETWORK 1\nA M 0.0\nJC M000\nA M 0.1\nM000: = M 0.2\n"
    after = "NETWORK 1\nJC M000\nM000: A M 0.0\nJC M001\nA M 0.1\nM001: = M 0.2\n"
    changes = diff_stl(before, after, Effort()).changes
    assert set(kinds(changes)) == {
        LogicKind.EXECUTION,
        LogicKind.INSTRUCTION_ADDED,
        LogicKind.MNEMONIC_ONLY,
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [("fff80006", "fff80005"), ("700b0004", "700b0003"), ("fff8fff8", "fff8fff9")],
)
def test_a_jump_that_leads_elsewhere_is_told(old: str, new: str) -> None:
    before = text(JUMPS)
    for first in ("", A_NEW_JUMP):
        after = text(first + JUMPS.replace(old, new))
        told = kinds(diff_stl(before, after, Effort()).changes)
        assert LogicKind.EXECUTION in told, after


def test_two_jumps_that_change_places_are_told_though_their_names_stay() -> None:
    before = text("fff80006 8100 9101 fff80004 8102 9103 8104 9105 6500")
    after = text("fff80008 8100 9101 fff80002 8102 9103 8104 9105 6500")
    assert LogicKind.EXECUTION in kinds(diff_stl(before, after, Effort()).changes)


def test_labels_of_a_source_with_several_blocks_keep_their_names() -> None:
    block = "NETWORK 1\nM001: A M 0.0\nJU M001\nNETWORK 2\nM001: A M 0.1\nJU M001\n"
    after = block.replace("JU M001\nNETWORK", "JU M002\nM002: NOP 0\nNETWORK")
    assert LogicKind.EXECUTION in kinds(diff_stl(block, after, Effort()).changes)


def test_bits_of_a_constant_are_no_comment() -> None:
    before, after = text("38013dccccce 6500"), text("38013dcccccf 6500")
    assert kinds(diff_stl(before, after, Effort()).changes) == [LogicKind.OPERAND]


def test_a_parameter_of_a_call_read_from_code_is_a_setpoint() -> None:
    call = "1001 30030001 7e660001 3d60 700b0004 87000008 1002 6500"
    changes = diff_stl(text(call), text(call.replace("30030001", "30030009")), Effort()).changes
    assert kinds(changes) == [LogicKind.SETPOINT]
    assert "`#1 := 1` became `#1 := 9`" in sentences(changes)[0]
