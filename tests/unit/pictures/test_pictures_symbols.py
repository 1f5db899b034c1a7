"""Glyphs, boxes and the names of operands."""

from pathlib import Path

import pytest

from ccontrol.logic.ladder.mnemonics import BUILT_IN
from ccontrol.logic.ladder.model import Instruction
from ccontrol.pictures import symbols
from ccontrol.pictures.symbol_box import symbol_box
from ccontrol.pictures.symbols import Glyph, glyph, operand_names


@pytest.mark.parametrize(
    ("op", "operands", "expected"),
    [
        ("XIC", ("a",), (Glyph.CONTACT, "")),
        ("XIO", ("a",), (Glyph.CONTACT, "/")),
        ("OTL", ("a",), (Glyph.COIL, "L")),
        ("I_Contact", ("a",), (Glyph.CONTACT, "/")),
        ("S_Coil", ("a",), (Glyph.COIL, "S")),
        ("AFI", (), (Glyph.CONTACT, "AFI")),
        ("TON", ("t", "?", "?"), (Glyph.BOX, "TON")),
        ("My_AOI", ("a", "b"), (Glyph.BOX, "My_AOI")),
        ("XIC", ("a", "b"), (Glyph.BOX, "XIC")),
    ],
)
def test_instructions_have_the_shape_that_people_know(
    op: str, operands: tuple[str, ...], expected: tuple[Glyph, str]
) -> None:
    assert glyph(Instruction(op, operands)) == expected


def test_an_old_and_a_new_name_have_the_same_operands() -> None:
    assert operand_names("MOVE") == operand_names("MOV") == ("Source", "Dest")
    assert operand_names("GE") == operand_names("GEQ")


def test_an_unknown_instruction_shows_every_operand_without_names() -> None:
    box = symbol_box(Instruction("My_AOI", ("Inst", "a", "b")))
    assert [(row.name, row.lines) for row in box.rows] == [
        ("", ("Inst",)),
        ("", ("a",)),
        ("", ("b",)),
    ]


def test_an_operand_beyond_the_known_names_is_shown_too() -> None:
    box = symbol_box(Instruction("JSR", ("Sub", "2", "a", "b")))
    assert [row.lines[0] for row in box.rows] == ["Sub", "2", "a", "b"]


def test_no_instruction_stands_twice_in_the_table() -> None:
    lines = Path(symbols.__file__).read_text("utf-8").splitlines()
    keys = [line.split(":")[0].strip() for line in lines if line.startswith('        "')]
    keys = [key for key in keys if key.startswith('"') and key.endswith('"')]
    assert len(keys) == len(set(keys)) > 150


def test_most_of_what_has_no_glyph_has_named_operands() -> None:
    bare = {op for op in BUILT_IN if glyph(Instruction(op))[0] is Glyph.BOX}
    named = {op for op in bare if operand_names(op)}
    assert len(named) >= 140
    assert {"TON", "CTU", "MOV", "JSR", "CMP", "CPT", "GSV", "MSG", "PID", "MAM"} <= named
