"""What interfaces declare: each kind of entry, real blocks, and bytes that nobody wrote."""

import re
import struct
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.logic.mc7.block import Block, cut_image
from ccontrol.logic.mc7.data_block import actual_values, sections, structure
from ccontrol.logic.mc7.declarations import Declared, Interface, Role
from ccontrol.logic.mc7.interface import read_interface
from ccontrol.logic.mc7.names import Area
from tests.unit.logic.mc7.statements import real_blocks


def interface(declared: str, initial: str = "", kind: int = 1, number: int = 7) -> bytes:
    """Put an interface together, filled up to an even size as a compiler does."""
    entries, values = bytes.fromhex(declared), bytes.fromhex(initial)
    whole = struct.pack("<BHHH", kind, number, len(entries), len(values)) + entries + values
    return whole + b"\x52" * (len(whole) % 2)


def lines(declared: str, initial: str = "", *, of_function: bool = False) -> list[str]:
    found = read_interface(interface(declared, initial), of_function=of_function)
    return [" ".join(line.split()) for line in sections(found, of_function=of_function)]


def test_sections_stand_in_their_order_with_addresses_of_one_memory() -> None:
    assert lines("0101 0501 0102 0803 0404 0105 0505") == [
        "VAR_INPUT", "IN0 : BOOL; // 0.0", "IN1 : INT; // 2.0", "END_VAR",
        "VAR_OUTPUT", "OUT0 : BOOL; // 4.0", "END_VAR",
        "VAR_IN_OUT", "IN_OUT0 : REAL; // 6.0", "END_VAR",
        "VAR", "STAT0 : WORD; // 10.0", "END_VAR",
        "VAR_TEMP", "TEMP0 : BOOL; // 0.0", "TEMP1 : INT; // 2.0", "END_VAR",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "initial", "text"),
    [
        ("010c", "01", "BOOL := TRUE"),
        ("020c", "ff", "BYTE := B#16#FF"),
        ("030c", "24", "CHAR := '$$'"),
        ("040c", "3412", "WORD := W#16#1234"),
        ("050c", "feff", "INT := -2"),
        ("060c", "78563412", "DWORD := DW#16#12345678"),
        ("070c", "ffffffff", "DINT := L#-1"),
        ("080c", "0000c842", "REAL := 1.000000e+002"),
        ("080c", "0100803f", "REAL := 1.000000e+000 {DW#16#3F800001}"),
        ("090c", "d30f", "DATE := D#2001-2-3"),
        ("0a0c", "88d03800", "TIME_OF_DAY := TOD#1:2:3.400"),
        ("0b0c", "e8030000", "TIME := T#1s"),
        ("0c0c", "7233", "S5TIME := S5T#1h2m"),
        ("0e0c", "9902030102034004", "DATE_AND_TIME := DT#1999-2-3-1:2:3.400"),
        ("0e0c", "9902030102034005", "DATE_AND_TIME := DT#16#9902030102034005"),
        ("0e0c", "9913030102034005", "DATE_AND_TIME := DT#16#9913030102034005"),
        ("130c0a", "0a03413142", "STRING [10] := 'A1B'"),
        ("130c0a", "0a022700", "STRING [10] := '$'$00'"),
    ],
)
def test_initial_values_are_spelled_by_their_type(entry: str, initial: str, text: str) -> None:
    assert lines(entry, initial)[1] == f"STAT0 : {text}; // 0.0"


def test_structures_and_arrays_begin_and_end_on_even_bytes() -> None:
    declared = "0104 1104 03 0104 0204 1104 01 0104  0104 1004 01 0100 0a00 0104 0204"
    assert lines(declared)[1:-1] == [
        "STAT0 : BOOL; // 0.0",
        "STAT1 : STRUCT // 2.0",
        "STAT2 : BOOL; // 2.0",
        "STAT3 : BYTE; // 3.0",
        "STAT4 : STRUCT // 4.0",
        "STAT5 : BOOL; // 4.0",
        "END_STRUCT;",
        "END_STRUCT;",
        "STAT6 : BOOL; // 6.0",
        "STAT7 : ARRAY [1 .. 10] OF BOOL; // 8.0",
        "STAT8 : BYTE; // 10.0",
    ]


def test_a_structure_of_many_members_has_its_count_in_a_word() -> None:
    found = read_interface(interface("1104 ff 2c01" + "0504" * 300))
    assert len(found.declared[0].members) == 300
    assert (found.memory_bytes, found.problems) == (600, ())


def test_compound_in_outs_of_an_instance_are_pointers_of_six_bytes() -> None:
    declared = "1303 fe 1103 02 0503 0503 0e03 0803"
    found = read_interface(interface(declared))
    assert [one.at // 8 for one in found.declared] == [0, 6, 12, 18]
    assert [one.at // 8 for one in found.declared[1].members] == [0, 2]


def test_an_instance_within_an_instance_is_named_by_its_block() -> None:
    assert lines("15 2900 1104 02 0101 0504")[1:-1] == [
        "STAT0 : FB 41; // 0.0",
        "STAT1 : STRUCT // 0.0",
        "IN0 : BOOL; // 0.0",
        "STAT2 : INT; // 2.0",
        "END_STRUCT;",
    ]


def test_parameters_of_a_function_have_names_by_their_ordinals_and_no_address() -> None:
    declared = "0501 1c01 1701 1402 1603 0506 0105"
    text = lines(declared, of_function=True)
    assert text[:5] == [
        "VAR_INPUT", "IN0 : INT;", "IN1 : COUNTER;", "IN2 : BLOCK_FB;", "END_VAR"
    ]  # fmt: skip
    names = read_interface(interface(declared), of_function=True).names
    assert [names.name_of(Area.PARAMETER, at, 0, 0) for at in range(7)] == [
        "IN0", "IN1", "IN2", "OUT0", "IN_OUT0", "RET_VAL0", None
    ]  # fmt: skip
    assert names.name_of(Area.LOCAL, 0, 0, 1) is None


def test_a_byte_that_nobody_explained_stands_where_it_was_and_counts() -> None:
    found = read_interface(interface("0119 43 0501", "01"))
    assert list(sections(found))[1].split(" ;")[0].strip().startswith("IN0 {16#43} : BOOL := TRUE;")
    assert found.unread == 1


@pytest.mark.parametrize(
    ("entry", "initial", "text"),
    [
        ("100c 01 0100 0a00 0204", "02000002 0500 10 0500 11", "BYTE := 5 (B#16#10), 5 (B#16#11)"),
        ("100c 01 0000 0700 0504", "02000002 0100 feff 0300 0700", "INT := -2, 3 (7)"),
        ("100c 02 0100 1000 0000 0f00 0104", "01000001 0001 01", "BOOL := 256 (TRUE)"),
        ("100c 01 0100 0200 0804", "01000001 0200 0000803f", "REAL := 2 (1.000000e+000)"),
    ],
)
def test_initial_values_of_an_array_stand_as_step_7_has_them(
    entry: str, initial: str, text: str
) -> None:
    found = read_interface(interface(f"{entry} 050c", f"{initial} 0900"))
    shown = [" ".join(line.split()) for line in sections(found)]
    assert shown[1].split("OF ")[1].split(";")[0] == text
    assert shown[2].split(";")[0] == "STAT1 : INT := 9"
    assert (found.problems, found.unread) == ((), 0)


@pytest.mark.parametrize(
    "runs",
    [
        "00000000",  # none
        "01000002 0100 0500",  # two numbers of them
        "01000001 0400 0500",  # more than there are elements
        "01000001 0000 0500",  # a run of none
        "02000002 0200 0500 0200 0600",
        "02000002 0100 0500 0100",  # breaks off
        "010000",
    ],
)
def test_runs_that_an_array_cannot_have_stay_bytes(runs: str) -> None:
    found = read_interface(interface("100c 01 0100 0300 0504", runs))
    assert found.problems == (f"initial values from STAT0 on: {bytes.fromhex(runs).hex(' ')}",)
    assert "ARRAY [1 .. 3] OF INT := ?;" in list(sections(found))[1]


@pytest.mark.parametrize("element", ["1304 0a", "0e04", "1404", "1104 01 0504"])
def test_initial_values_of_elements_that_nobody_has_seen_stay_bytes(element: str) -> None:
    found = read_interface(interface(f"100c 01 0100 0300 {element}", "01000001 0100 00000000"))
    assert found.problems[0].startswith("initial values from STAT0 on: 01 00 00 01")


def test_an_array_in_a_real_block_has_its_initial_values() -> None:
    (path,) = real_blocks("captures/DB1__download__s7comm_downloading_block_db1.mc7")
    found = read_interface(cut_image(path.read_bytes()).interface)
    assert any("ARRAY [0 .. 199] OF INT := 0;" in line for line in structure(found))
    assert found.unread == 0


def test_values_of_an_array_are_kept_as_they_stand_with_everything_after_them() -> None:
    found = read_interface(interface("050c 100c 01 0100 0300 0504 050c", "0700 010000010500 0900"))
    text = [" ".join(line.split()) for line in sections(found)]
    assert text[1:4] == [
        "STAT0 : INT := 7; // 0.0",
        "STAT1 : ARRAY [1 .. 3] OF INT := ?; // 2.0",
        "STAT2 : INT := ?; // 8.0",
    ]
    assert found.problems == ("initial values from STAT1 on: 01 00 00 01 05 00 09 00",)
    assert found.unread == 1


@pytest.mark.parametrize(
    "rest", ["ff04", "0507", "0544", "05", "1004 01 0500 0100 0504", "1004 00", "1104 05 0504"]
)
def test_what_declares_nothing_ends_the_reading_and_is_told(rest: str) -> None:
    found = read_interface(interface("0504" + rest))
    assert [one.name for one in found.declared] == ["STAT0"]
    assert found.problems[0].endswith(bytes.fromhex(rest).hex(" "))


def test_structures_without_end_are_no_declaration() -> None:
    found = read_interface(interface("110401" * 20_000))
    assert found.declared == ()
    assert found.unread == 1


@given(st.binary(max_size=400), st.binary(max_size=40), st.booleans())
def test_whatever_the_bytes_are_they_are_read_or_told(
    declared: bytes, initial: bytes, of_function: bool
) -> None:
    found = read_interface(interface(declared.hex(), initial.hex()), of_function=of_function)
    text = [*sections(found, of_function=of_function), *structure(found)]
    assert all(line.isprintable() for line in text)
    assert (found.unread > 0) >= bool(found.problems)


@given(st.binary(max_size=60))
def test_an_interface_that_does_not_add_up_is_told_whole(data: bytes) -> None:
    found = read_interface(data)
    assert found.declared or found.problems or not data[7:]


def test_actual_values_are_told_by_address_and_equal_elements_as_one() -> None:
    declared = "1104 03 0104 1004 01 0000 0300 0504 1304 04"
    body = bytes.fromhex("0100 0005 0005 0005 0007 0402 4142 0000")
    assert values(declared, body) == [
        "0.0      STAT1 := TRUE",
        "2.0      STAT2[0] .. [2] := 5",
        "8.0      STAT2[3] := 7",
        "10.0     STAT3 := 'AB'",
    ]


def values(declared: str, body: bytes, kind: int = 5) -> list[str]:
    part = interface(declared, kind=kind)
    return list(actual_values(cut_image(_image(body, part)), read_interface(part)))


def test_an_instance_holds_pointers_to_its_compound_in_outs() -> None:
    declared = "0503 1103 02 0503 0503 1003 01 0000 ff7f 0203"
    pointer = bytes.fromhex("0005 84000050")
    assert values(declared, b"\0\7" + pointer + bytes(6), kind=10) == [
        "0.0      IN_OUT0 := 7",
        "2.0      IN_OUT1 := P#DB5.DBX 10.0",
        "8.0      IN_OUT4 := P#0.0",
    ]


@pytest.mark.parametrize(
    ("kind", "told"), [(10, "FB7"), (11, "SFB7"), (9, "block of kind 16#09, number 7")]
)
def test_an_instance_names_its_block(kind: int, told: str) -> None:
    found = read_interface(interface("0501", kind=kind))
    assert list(structure(found))[:2] == [f"// instance of {told}", "VAR_INPUT"]


@pytest.mark.parametrize(
    "declared",
    [
        "1004 06" + "0080ff7f" * 6 + "0104",
        "1004 06" + "0080ff7f" * 6 + "110400",
        "1004 01 0080ff7f 1104 01 0504",
    ],
)
def test_arrays_without_end_have_no_values(declared: str) -> None:
    assert values(declared, bytes(4)) == []


def _image(body: bytes, declared: bytes) -> bytes:
    size = 72 + len(body) + len(declared)
    head = struct.pack(">2s4BHI", b"pp", 1, 1, 5, 0x0A, 7, size) + bytes(16)
    return head + struct.pack(">4H", len(declared), 0, 0, len(body)) + body + declared + bytes(36)


@pytest.mark.parametrize("name", ["DB4", "DB121", "DB3001", "DB3002", "DB3003"])
def test_what_a_real_block_declares_is_as_large_as_what_it_holds(name: str) -> None:
    (path,) = real_blocks(f"dotnet-toolbox/{name}.bin")
    block = cut_image(path.read_bytes())
    found = read_interface(block.interface)
    assert (found.memory_bytes, found.unread) == (len(block.body), 0)


_ROW = re.compile(r"(?P<at>\d+\.\d): \t+(?P<name>\w+): (?P<type>[^:]+?)(?: := (?P<value>.*))?$")
_SECTIONS = {"IN", "OUT", "IN_OUT", "STATIC", "TEMP", "RET_VAL"}


@pytest.mark.parametrize(
    "name", ["DB4", "DB121", "DB3001", "DB3002", "DB3003", "FB41", "FB101", "FB3003", "FC100"]
)
def test_declarations_of_real_blocks_are_those_of_the_lists_beside_them(name: str) -> None:
    (path,) = real_blocks(f"dotnet-toolbox/{name}.bin")
    block = cut_image(path.read_bytes())
    found = read_interface(block.interface, of_function=block.header.type == "FC")
    (listed,) = real_blocks(f"dotnet-toolbox/{name}.awl")
    expected = [
        (
            row["at"].lstrip("0"),
            row["name"].upper(),
            row["type"].replace(" ", ""),
            bool(row["value"]),
        )
        for line in listed.read_text("utf-8-sig").splitlines()
        if (row := _ROW.fullmatch(line)) and row["name"] not in _SECTIONS
    ]
    ours = list(_flat(block, found))
    assert [row[1:] for row in ours] == [row[1:] for row in expected]
    differ = {one[1] for one, other in zip(ours, expected, strict=True) if one != other}
    # The lists count a compound IN_OUT as large as itself, where an instance has a pointer.
    assert all(name == "FB3003" and at.startswith(("IN_OUT", "STAT", "TEMP")) for at in differ)


def _flat(block: Block, found: Interface) -> Iterator[tuple[str, str, str, bool]]:
    """Yield address, name, type, whether there is a value; TEMP goes on behind the rest there."""
    base = 0 if block.header.type == "DB" else found.memory_bytes * 8
    for one in found.declared:
        yield from _rows(one, base if one.role is Role.TEMP else 0)


def _rows(one: Declared, shift: int) -> Iterator[tuple[str, str, str, bool]]:
    bounds = ",".join(f"{low}..{high}" for low, high in one.bounds)
    kind = f"ARRAY[{bounds}]OF{one.type}" if bounds else one.type
    at = one.at + shift
    place = f"{at // 8:03}.{at % 8}".lstrip("0")
    yield place, one.name, kind.replace(" ", ""), bool(one.initial)
    for member in one.members:
        yield from _rows(member, shift)
