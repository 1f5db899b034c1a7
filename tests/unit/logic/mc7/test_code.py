"""MC7 as a statement list: what each family of instructions reads like, and what is not known."""

from difflib import unified_diff

import pytest

from benchmarks.mc7 import agreement
from ccontrol.logic.mc7.block import cut_image
from ccontrol.logic.mc7.code import disassemble
from ccontrol.logic.mc7.mnemonics import Spelling
from ccontrol.logic.mc7.names import Area
from ccontrol.logic.mc7.networks import network_starts
from tests.unit.logic.mc7.statements import real_blocks, stl

BE = "6500"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("0000", "NOP 0"),
        ("ffff", "NOP 1"),
        ("00131234", "A I 4660.3"),
        ("00931234", "AN I 4660.3"),
        ("01c20010", "ON DBX 16.2"),
        ("05550001", "X DIX 1.5"),
        ("09610002", "S L 2.1"),
        ("41300007", "= M 7.0"),
        ("49a10003", "FN Q 3.1"),
        ("8555", "A M 85.5"),
        ("b055", "R M 85.0"),
        ("c17f", "A I 127.1"),
        ("c1ff", "A Q 127.1"),
        ("f055", "R I 85.0"),
        ("ba00", "A("),
        ("fff5", "XN("),
        ("bf00", ")"),
        ("fb00", "O"),
        ("ffa1", "AN >=0"),
        ("ffe0", "A BR"),
    ],
)
def test_bit_logic(code: str, text: str) -> None:
    assert stl(code + BE) == [text]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("1a10", "L MD 16"),
        ("4a05", "L IB 5"),
        ("4b85", "T QB 5"),
        ("7e0200fe", "L PIW 254"),
        ("7e0700fe", "T PQD 254"),
        ("7e630004", "L LD 4"),
        ("7e460004", "T DBW 4"),
        ("bb3d0004", "L DID [MD 4]"),
        ("bbe00004", "T PQW [LD 4]"),
        ("be130083", "L ID [AR1,P#16.3]"),
        ("be5b0200", "L DID [AR2,P#64.0]"),
        ("fb0a0008", "L W [AR2,P#1.0]"),
        ("79d90001", "R DIX [AR2,P#0.1]"),
        ("51460004", "A L [DBD 4]"),
        ("fb3c", "L DBLG"),
        ("7006", "L STW"),
        ("fe06", "+AR1"),
        ("fe021234", "+AR1 P#582.4"),
        ("fe0383000048", "LAR1 P#M 9.0"),
        ("fe4b0010", "LAR2 DBD 16"),
    ],
)
def test_loads_transfers_and_addresses(code: str, text: str) -> None:
    assert stl(code + BE) == [text]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("3003ffff", "L -1"),
        ("3002000f", "L 2#00000000_00001111"),
        ("30071002", "L W#16#1002"),
        ("30001002", "L W#16#1002"),
        ("30080123", "L C#123"),
        ("300a0000", "L D#1990-1-1"),
        ("300cffff", "L S5T#16#FFFF"),
        ("300c2010", "L S5T#10s // W#16#2010"),
        ("300c1100", "L S5T#10s"),
        ("30054142", "L 'AB'"),
        ("30050027", "L '$''"),
        ("30064142", "L B#(65,66)"),
        ("28ff", "L B#16#FF"),
        ("380141200000", "L 1.000000e+001"),
        ("3801c2c80000", "L -1.000000e+002"),
        ("38013dcccccd", "L 1.000000e-001"),
        ("38013dccccce", "L 1.000000e-001 // DW#16#3DCCCCCE"),
        ("38017f7fffff", "L 3.402823e+038 // DW#16#7F7FFFFF"),
        ("38017f800000", "L REAL#16#7F800000"),
        ("3803ffffffff", "L L#-1"),
        ("380484000000", "L P#DBX 0.0"),
        ("380400000011", "L P#2.1"),
        ("3804ff000011", "L P#16#FF000011"),
        ("380700ff00ff", "L DW#16#FF00FF"),
        ("380905265c01", "L T#1d1ms"),
        ("3809ffffffff", "L T#-1ms"),
        ("380b0036ee81", "L TOD#1:0:0.001"),
        ("58000001", "+ 1"),
        ("6005ffffffff", "+ L#-1"),
        ("683400ff", "AW W#16#FF"),
        ("68563b9aca00", "XOD DW#16#3B9ACA00"),
    ],
)
def test_constants_are_spelled_as_step_7_spells_them(code: str, text: str) -> None:
    assert stl(code + BE) == [text]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("3455", "SP T 85"),
        ("fbee0155", "SP T 341"),
        ("bfbd0004", "CU C [MW 4]"),
        ("6103", "SLW 3"),
        ("6831", "SSI 3"),
        ("fee0", "SRD 32"),
        ("3940", "<D"),
        ("31a0", ">=R"),
        ("6001", "MOD"),
        ("685c", "RND"),
        ("683c", "MCR("),
        ("10ff", "BLD 255"),
        ("fb790002", "OPN DI 2"),
        ("fb480002", "OPN DB [DBW 2]"),
        ("fb640000", "???? 16#FB64 NOP 0"),
        ("fb720002", "UC FB 2"),
        ("fb760002", "UC SFB 2"),
    ],
)
def test_timers_arithmetic_and_blocks(code: str, text: str) -> None:
    assert " ".join(stl(code + BE)) == text


def test_german_mnemonics_are_another_spelling_of_the_same() -> None:
    code = "c001 e081 fffc 2005 ffe0 24 05 4a80 fb7c 0500".replace(" ", "").replace("fffc", "fff1")
    assert stl(code + BE) == [
        "A I 1.0", "AN Q 1.0", "AN(", "OPN DB 5", "A BR", "SD T 5", "L QB 0", "CDB", "BEC",
    ]  # fmt: skip
    assert stl(code + BE, spelling=Spelling.GERMAN) == [
        "U E 1.0", "UN A 1.0", "UN(", "AUF DB 5", "U BIE", "SE T 5", "L AB 0", "TDB", "BEB",
    ]  # fmt: skip


def test_a_label_is_one_name_wherever_it_is_jumped_to_from() -> None:
    # JC over to the second NOP, JU back to the first instruction, JC to the same NOP again
    code = "fff80006700bfffefff800020000" + BE
    assert stl(code) == ["MGW5: JC MIV3", "JU MGW5", "JC MIV3", "MIV3: NOP 0"]


def test_places_that_are_alike_are_told_apart_by_what_stands_around_them() -> None:
    alike = "fff80003 8100 0000 fff80003 8101 0000 8102"
    lines = stl(alike + BE)
    names = {line.split()[1] for line in lines if line.startswith("JC")}
    assert names == {line.split(":")[0] for line in lines if "NOP" in line}
    assert len(names) == 2
    assert stl("8103 8104" + alike + BE)[2:] == lines
    assert stl(alike + "8103 8104" + BE)[: len(lines)] == lines


def test_a_jump_more_in_a_large_block_adds_its_own_lines_and_changes_but_those_beside() -> None:
    rungs = [f"{0x8100 | at:04x} ff980004 1a{at:02x} 1b{at:02x} 0000" for at in range(200)]
    before = stl("".join(rungs) + BE)
    rungs.insert(3, "81fe ff980004 30030007 0000")
    changes = list(unified_diff(before, stl("".join(rungs) + BE), n=0))[2:]
    removed = [line for line in changes if line[0] == "-"]
    added = [line for line in changes if line[0] == "+"]
    assert len(added) == len(removed) + 4
    assert len(removed) <= 2  # the label before, and its jump


def test_a_label_is_called_alike_in_both_languages() -> None:
    code = "c001 fff80003 c181 1001 41600000 3d2d 700b0002 1002"
    english, german = (stl(code + BE, spelling=each) for each in Spelling)
    assert english[1].split()[1] == german[1].split()[1]


def test_a_jump_into_the_midst_of_an_instruction_is_counted_and_not_guessed() -> None:
    listing = disassemble(bytes.fromhex("700b000330030001" + BE))
    assert [line.split(None, 1) for line in listing.text()][1] == ["JU", "(byte 6)"]
    assert listing.unread == 1


def test_a_jump_to_the_end_shows_the_end() -> None:
    assert stl("fff800030000" + BE) == ["JC M82L", "NOP 0", "M82L: BE"]


def test_unknown_bytes_stand_in_their_place_and_are_counted() -> None:
    listing = disassemble(bytes.fromhex("8100fbff00016e338101" + BE))
    assert [" ".join(line.split()) for line in listing.text()][1:] == [
        "A M 0.1", "R C 1", "???? 16#6E33", "A M 1.1",
    ]  # fmt: skip
    assert listing.unread == 1


def test_only_headings_begin_at_the_left_so_that_git_names_the_network_of_a_hunk() -> None:
    code = bytes.fromhex(
        "8100 fff80003 8101 8102 1001 30030001 7e660001 3d60 700b0004 87000008 1002"
    )
    listing = disassemble(code, (0, 2))
    assert list(listing.text()) == [
        "NETWORK 1",
        "        A     M 0.1",
        "NETWORK 2",
        "        JC    MX21",
        "        A     M 1.1",
        "  MX21: A     M 2.1",
        "        CALL  FC 96",
        "              #1 := 1",
        "// the code does not end with BE",
    ]


def test_code_that_breaks_off_is_said_to() -> None:
    assert stl("81003003") == ["A M 0.1", "???? 16#3003", "// the code does not end with BE"]
    assert stl("810030") == ["A M 0.1", "???? 16#30", "// the code does not end with BE"]
    assert stl("") == ["// the code does not end with BE"]


def test_networks_have_their_own_headings_empty_ones_too() -> None:
    additional = bytes.fromhex("0300020000000400")
    starts = network_starts(additional, 8)
    assert starts.trusted
    assert stl("8100" "8101" "8102" + BE, starts.starts) == [
        "A M 0.1", "NETWORK 2", "NETWORK 3", "A M 1.1", "A M 2.1",
    ]  # fmt: skip


def test_a_list_of_jumps_leads_behind_itself() -> None:
    code = "70090002 700b0004 700b0003 0000 0000" + BE
    lines = stl(code)
    label = lines[0].removeprefix("JL ")
    assert [line for line in lines if label in line] == [
        f"JL {label}",
        "JU " + label,
        f"{label}: NOP 0",
    ]
    assert disassemble(bytes.fromhex("70090009" + BE)).unread == 1


def test_an_empty_block_has_one_network_and_nothing_amiss() -> None:
    assert network_starts(bytes(4), 2) == ((0,), True)
    assert network_starts(bytes(4), 4) == ((0,), False)


@pytest.mark.parametrize("additional", ["01", "0000", "0300", "ffff0000", "02000400ffff"])
def test_a_list_of_networks_that_does_not_add_up_is_not_believed(additional: str) -> None:
    starts = network_starts(bytes.fromhex(additional), 8)
    assert starts == ((0,), False)


class Declared:
    """An interface that declares one of each."""

    of_instance = True

    def name_of(self, area: Area, byte: int, bit: int, width: int) -> str | None:
        return {
            (Area.PARAMETER, 1, 0, 0): "Speed",
            (Area.LOCAL, 4, 0, 16): "Old",
            (Area.INSTANCE, 2, 3, 1): "Running\x1b[2J",
        }.get((area, byte, bit, width))


def test_operands_bear_the_names_of_the_interface_where_it_has_them() -> None:
    code = "fbc200047e6600047e67000479580013fbc20002fbcb0004fbc20003" + BE
    assert stl(code, names=Declared()) == [
        "L #Speed",
        "T #Old",
        "T LD 4",
        r"A #Running\x1b[2J",
        "L #1",
        "L P##Speed",
        "L #?3",
    ]


def test_code_is_read_once_where_no_name_is_of_an_instance() -> None:
    asked: list[int] = []

    class OfParameters:
        of_instance = False

        def name_of(self, area: Area, byte: int, bit: int, width: int) -> str | None:
            del area, bit, width
            asked.append(byte)
            return "Speed"

    assert stl("fbc20004fb790005" + BE, names=OfParameters()) == ["L #Speed", "OPN DI 5"]
    assert asked == [1]


@pytest.mark.parametrize(
    "leaving", ["fb790005", "fb7c", "fe0a0008", "fe0b84000008", "fb490002", "fe08"]
)
def test_code_that_leaves_its_instance_gets_no_names_of_it(leaving: str) -> None:
    assert "T #Old" in stl("795800137e660004" + leaving + BE, names=Declared())
    assert stl("79580013" + leaving + BE, names=Declared())[0] == "A DIX [AR2,P#2.3]"


def test_a_whole_call_comes_back_to_the_instance() -> None:
    call = "1003 41600018 fb7c fb790002 fe6f0014 fe0b84000000 7501 fe6b0014 fb7c 1004"
    assert stl("79580013" + call + BE, names=Declared()) == [
        r"A #Running\x1b[2J", "CALL FB 1, DB 2",
    ]  # fmt: skip


def test_every_real_code_block_is_read_to_the_last_byte() -> None:
    paths = real_blocks("dotnet-toolbox/F*.bin") + real_blocks("captures/OB*")
    for path in paths:
        block = cut_image(path.read_bytes())
        networks = network_starts(block.additional, len(block.body))
        listing = disassemble(block.body, networks.starts)
        assert (listing.unread, listing.problems, networks.trusted) == (0, (), True), path


def test_real_blocks_agree_with_the_statement_lists_beside_them() -> None:
    found = [agreement(path) for path in real_blocks("dotnet-toolbox/F*.bin")]
    differences = [one for each in found for one in each.differences]
    assert differences == [("=DIX[LD26]", "=DIXLD26]"), ("=DIX[LD30]", "=DIXLD30]")]
