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
        (  # operands in another DB, whose register is that of the instance here
            ("1003 41600018 fb7c fb790002 fe6f0014 fb790009 7e520006 fb790002 7e560004"
            "be4a0020 7e560006 fe0b84000000 7501 fe6b0014"
            "00500008 fb790009 41530001 fb790002 fb7c 1004"),
            ["CALL FB 1, DB 2", "DIW 4 := DB9.DBW 6", "DIW 6 := DIW [AR2,P#4.0]",
             "DIX 8.0 => DB9.DBX 1.3"],
        ),
        (  # a function called in a FB: AR2 is kept
            ("1001 41600010 fe6f000c be5a0020 7e660011 3d60 700b0006 87000088 87000098 fe6b000c"
            "7e620013 be5e0040 1002"),
            ["CALL FC 96", "#1 := DIW [AR2,P#4.0]", "#2 => DIW [AR2,P#8.0]"],
        ),
        (
            ("100e 41600008 fb4d 7e660006 fb7c fb690006 fe6f0002 8105 79da0050 79480011 79da0051"
            "fb790003 7e520002 fb690006 be5e0060 fe0a0050 7501 fe6b0002 79580071 d985"
            "be5b0090 be4f0008 fb7c 100f"),
            ["CALL FB 1, DIX [AR2,P#10.0]", "DIX 0.0 := M 5.1", "DIX 0.1 := DIX [AR2,P#2.1]",
             "DIW 2 := DB3.DBW 2", "DIX 4.1 => Q 5.1", "DID 8 => DID [AR2,P#1.0]"],
        ),
        (
            ("1010 41600008 fb4d 7e660006 fb7c fb690006 fe6f0002 fe0a0020 fb760004 fe6b0002"
            "fb7c 1011"),
            ["CALL SFB 4, DIX [AR2,P#4.0]"],
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
        "1001 41600010 fe6f000c 3d60 700b0002 fe6b0010 1002",  # AR2 from elsewhere
        "1001 41600010 fe6f000c 3d60 700b0002 1002",  # AR2 kept, and not brought back
        "1001 41600010 3d60 700b0002 fe6b0010 1002",
        "1003 41600018 fb7c fb790002 fe6f0014 7e520004 7e560002 fe0b84000000 7501 fe6b0014"
        "fb7c 1004".replace("7e52", "7e42"),  # a DB, while both are swapped
    ],
)
def test_what_is_not_exactly_a_call_stays_instruction_by_instruction(code: str) -> None:
    assert stl(code + BE) == stl(code + BE, fold=False)


INTO_INSTANCE = "1003 41600018 fb7c fb790002 fe6f0014 %s fe0b84000000 7501 fe6b0014 %s fb7c 1004"


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("fb790009 7e520006 7e560004", ""),  # another DB stays open
        ("fb790009 7e520006 fb790003 7e560004", ""),  # a third one after it
        ("fb790009 7e520006 8100 fb790002 7e560004", ""),
        ("", "7e520004 fb790009 7e560006 7e520004 fb790002 7e560006"),  # two operands
        ("", "7e520004 fb790009 fb790002 7e560006"),
    ],
)
def test_a_db_opened_otherwise_than_for_one_operand_keeps_a_call_open(
    given: str, taken: str
) -> None:
    code = INTO_INSTANCE % (given, taken)
    assert stl(code + BE) == stl(code + BE, fold=False)
    one = INTO_INSTANCE % ("fb790009 7e520006 fb790002 7e560004", "")
    assert stl(one + BE)[0] == "CALL FB 1, DB 2"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("fb690006", "fb690004"),  # another DB than the own one
        ("fb4d", "fb4c"),  # the number of another
        ("fe6b0002", "fe6b0004"),  # AR2 from elsewhere
        ("fe0a0050", "fe0a0058"),  # a value before the instance
        ("fe0a0050", "0000"),  # AR2 stays where it was
        ("79da0050", "41510000"),  # a place that AR2 does not tell
        ("79da0050", "79ca0050"),  # a place in the caller's data
        ("8105", "fb790003 8105"),  # a DB opened for nothing
        ("100f", "1011"),
    ],
)
def test_a_call_within_the_instance_that_is_otherwise_stays_open(old: str, new: str) -> None:
    head = "100e 41600008 fb4d 7e660006 fb7c fb690006 fe6f0002"
    code = f"{head} 8105 79da0050 fe0a0050 7501 fe6b0002 fb7c 100f"
    assert stl(code + BE)[0] == "CALL FB 1, DIX [AR2,P#10.0]"
    assert old in code
    assert stl(code.replace(old, new) + BE) == stl(code.replace(old, new) + BE, fold=False)


def test_a_jump_into_a_call_keeps_it_open() -> None:
    code = "fff80005 1001 41600000 3d2d 700b0002 1002"
    assert stl(code + BE) == stl(code + BE, fold=False)
    whole = "fff80002 1001 41600000 3d2d 700b0002 1002"
    assert stl(whole + BE) == ["JC MMPR", "MMPR: CALL FC 45"]


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
