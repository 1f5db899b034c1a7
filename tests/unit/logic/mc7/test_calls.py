"""Calls as one line, and what must never be folded into one."""

import pytest

from ccontrol.logic.mc7.block import cut_image
from ccontrol.logic.mc7.code import disassemble
from ccontrol.logic.mc7.interface import read_interface
from ccontrol.logic.mc7.networks import network_starts
from tests.unit.logic.mc7.statements import real_blocks, stl

BE = "6500"
VIA_L1 = "3d60700b000487000008"  # UC FC 96 with P#V 1.0


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("1001 41600000 3d2d 700b0002 1002", ["CALL FC 45"]),
        ("1001 41600000 30030001 7e660001 " + VIA_L1 + " 1002", ["CALL FC 96", "#1 := 1"]),
        ("1001 30030001 7e660001 " + VIA_L1 + " 1002", ["CALL FC 96", "#1 := 1"]),
        (
            "1001 41600000 681d 41600001 3d60 700b0006 87000008 8300000a 1002",
            ["CALL FC 96", "#1 := TRUE", "#2 := P#M 1.2"],
        ),
        (
            "1001 41600000 2005 00410002 41600001 3d60 700b0004 87000008 1002",
            ["CALL FC 96", "#1 := DB5.DBX 2.1"],
        ),
        (
            "1001 41600000 3d60 700b0004 87000008 7e620001 2007 7e460004 1002",
            ["CALL FC 96", "#1 => DB7.DBW 4"],
        ),
        (
            "1001 41600000 1206 7e660001 3d60 700b0004 87000008 7e620001 1306 1002",
            ["CALL FC 96", "#1 := MW 6, => MW 6"],
        ),
        (
            ("1007 41600000 30071002 7e660001 30030014 7e660003 30030064 7e660005 380484000010"
            "7e670007 fb740014 700b0004 87000008 1008"),
            ["CALL SFC 20", "#1 := P#DB100.DBX 2.0 BYTE 20"],
        ),
        (
            "1001 41600000 30030000 7e660001 380483000010 7e670003 " + VIA_L1 + " 1002",
            ["CALL FC 96", "#1 := P#M 2.0"],
        ),
        (
            ("1003 41600018 fb7c fb790002 fe6f0014 1a0c 7e57000a 8100 41500003 fe0b84000000"
            "7501 fe6b0014 7e530048 1b10 fb7c 1004"),
            ["CALL FB 1, DB 2", "DID 10 := MD 12", "DIX 3.0 := M 0.1", "DID 72 => MD 16"],
        ),
        (
            "1009 41600018 fb7c fb790002 fe6f0014 fe0b84000000 fb760004 fe6b0014 fb7c 100a",
            ["CALL SFB 4, DB 2"],
        ),
    ],
)  # fmt: skip
def test_a_compilers_call_is_one_line_with_its_parameters(code: str, lines: list[str]) -> None:
    assert stl(code + BE) == lines


@pytest.mark.parametrize(
    "code",
    [
        "1001 41600000 30030001 7e660001 9100 " + VIA_L1 + " 1002",  # something else is set
        "1001 41600000 30030001 7e360001 " + VIA_L1 + " 1002",  # put outside the local stack
        "1001 41600000 30030001 7e660003 " + VIA_L1 + " 1002",  # put where nothing points
        "1001 41600000 30030001 7e660001 30030001 7e660003 " + VIA_L1 + " 1002",
        "1001 41600000 30030001 7e670001 " + VIA_L1 + " 1002",  # wider than the value
        "1001 41600000 380300000001 7e660001 " + VIA_L1 + " 1002",  # half of the value
        "1001 41600000 3d60 700b0004 87000008 7e630001 1306 1002",  # half of what comes out
        "1001 41600000 30030001 " + VIA_L1 + " 1002",  # loaded, for the block itself to find
        "1001 41600000 8100 8101 41600001 " + VIA_L1 + " 1002",  # two contacts in series
        "1001 41600000 a100 41600001 " + VIA_L1 + " 1002",  # an inverted contact
        "1001 8100 41600001 " + VIA_L1 + " 1002",  # logic goes on from before the call
        "1001 41600000 2005 8100 41600001 " + VIA_L1 + " 1002",  # a DB opened for nothing
        "1001 41600000 30030001 7e660001 3d60 700b0004 87000008 3d60 700b0002 1002",
        "1001 41600000 30030001 7e660001 1d60 700b0004 87000008 1002",  # only if
        "1001 41600000 30030001 7e660001 " + VIA_L1 + " 1008",  # closed by another's
        "1001 41600000 30030001 7e660001 " + VIA_L1,
        "1001 41600000 fff80002 3d60 700b0002 1002",  # a jump inside
        "1001 41600000 3d60 700b0002 fbff",
        "1003 41600018 fb7c fb790002 fe6f0014 fe0b84000000 7501 fe6b0010 fb7c 1004",
        "1003 41600018 fb7c fb790002 fe6f0014 fe0b84000008 7501 fe6b0014 fb7c 1004",
        "1003 41600018 fb7c fb790002 fe6f0014 7e520004 7e560002 fe0b84000000 7501 fe6b0014"
        "fb7c 1004".replace("7e52", "7e42"),  # a DB, while both are swapped
    ],
)
def test_what_is_not_exactly_a_call_stays_instruction_by_instruction(code: str) -> None:
    assert stl(code + BE) == stl(code + BE, fold=False)


def test_a_jump_into_a_call_keeps_it_open() -> None:
    code = "fff80005 1001 41600000 3d2d 700b0002 1002"
    assert stl(code + BE) == stl(code + BE, fold=False)
    whole = "fff80002 1001 41600000 3d2d 700b0002 1002"
    assert stl(whole + BE) == ["JC M7F7", "M7F7: CALL FC 45"]


@pytest.mark.parametrize(
    "beside",
    [
        "9100 41600000",  # writes what the call keeps its result of logic in
        "7e620000",  # reads it
        "7e660002",  # writes over the value
        "51660001",  # finds an address there
        "3d2d 700b0004 87000008",  # hands it to another
    ],
)
def test_a_call_whose_scratch_is_named_elsewhere_stays_open(beside: str) -> None:
    call = "1001 41600000 30030001 7e660001 " + VIA_L1 + " 1002"
    assert stl(call + beside + BE)[0] == "BLD 1"
    elsewhere = "9100 41600007 7e620004" + call + "7e660006" + BE
    assert "CALL FC 96" in stl(elsewhere)


def test_what_another_network_names_is_its_own_business() -> None:
    call = "1001 41600000 30030001 7e660001 " + VIA_L1 + " 1002"
    assert "CALL FC 96" in stl("91004160 0000" + call + BE, (0, 6))


def test_a_call_that_writes_over_a_declared_variable_stays_open() -> None:
    call = "1001 41600004 30030001 7e660005 3d60 700b0004 87000028 1002" + BE
    assert stl(call, temp_bytes=4) == ["CALL FC 96", "#1 := 1"]
    assert stl(call, temp_bytes=5) == stl(call, fold=False)


def test_values_put_over_each_other_are_no_parameters() -> None:
    lists = "700b0006 87000008 87000010"
    code = f"1001 41600000 30030001 7e660001 30030002 7e660002 3d60 {lists} 1002"
    assert stl(code + BE) == stl(code + BE, fold=False)
    apart = code.replace("7e660002", "7e660003").replace("87000010", "87000018")
    assert stl(apart + BE) == ["CALL FC 96", "#1 := 1", "#2 := 2"]


def test_a_network_that_begins_inside_keeps_a_call_open() -> None:
    code = "1001 41600000 3d2d 700b0002 1002" + BE
    assert stl(code, (0, 6)) == stl(code, (0, 6), fold=False)


def test_a_jump_after_a_call_that_fits_no_list_of_parameters_stays_a_jump() -> None:
    assert stl("3d2d 700b0003 0000 8100" + BE) == ["UC FC 45", "JU M4XH", "NOP 0", "M4XH: A M 0.1"]


def test_folding_real_blocks_loses_no_byte() -> None:
    for path in real_blocks("dotnet-toolbox/F*.bin"):
        body = cut_image(path.read_bytes()).body
        sizes = [
            sum(line.size for network in disassemble(body, fold=fold).networks
                for line in network.lines)
            for fold in (True, False)
        ]  # fmt: skip
        assert sizes == [len(body) - 2] * 2


def test_every_call_of_the_real_blocks_is_folded_beside_their_declared_variables() -> None:
    for path in real_blocks("dotnet-toolbox/F*.bin") + real_blocks("captures/OB*"):
        block = cut_image(path.read_bytes())
        starts = network_starts(block.additional, len(block.body)).starts
        declared = read_interface(block.interface, of_function=block.header.type == "FC")
        assert declared.temp_bytes <= block.header.local_bytes
        listing = disassemble(block.body, starts, temp_bytes=declared.temp_bytes)
        ops = [(line.op, line.operand) for each in listing.networks for line in each.lines]
        assert not {("BLD", str(number)) for number in range(1, 17)} & set(ops), path
