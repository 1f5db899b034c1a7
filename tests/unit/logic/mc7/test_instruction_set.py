"""All of the instruction set: what the manuals list, held against bytes, opcodes and the docs.

`listed` is the instruction list of the S7-300/400 ("Operationsliste", "Statement List (STL) for
S7-300 and S7-400 Programming"): operations, and the operands that each may have, written down from
them and not from the opcodes. `instruction_set.txt` has the bytes of each.
"""

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from ccontrol.logic.mc7.addressed import Form
from ccontrol.logic.mc7.mnemonics import Spelling
from ccontrol.logic.mc7.opcodes import Instruction, instructions
from tests.unit.logic.mc7.statements import ROOT, stl

ROWS = [
    tuple(line.split(maxsplit=1))
    for line in Path(__file__).with_name("instruction_set.txt").read_text("ascii").splitlines()
    if not line.startswith("#")
]
PAGE = ROOT / "docs/programs/mc7.md"

BITS = ("I", "Q", "M", "L", "DBX", "DIX")
BYTES = ("I", "Q", "M", "L", "DB", "DI")
HOLDERS = ("M", "DB", "DI", "L")
REGISTERS = ("AR1", "AR2")
LOGIC = ("A", "AN", "O", "ON", "X", "XN")
ASSIGN = ("S", "R", "=", "FP", "FN")
TIMER = (*LOGIC, "L", "LC", "FR", "SP", "SE", "SD", "SS", "SF", "R")
COUNTER = (*LOGIC, "L", "LC", "FR", "S", "R", "CU", "CD")
STATUS = ("OS", "OV", ">0", "<0", "UO", "<>0", "==0", ">=0", "<=0", "BR")
BARE = """
A( AN( O( ON( X( XN( ) O NOT SET CLR SAVE
BTI ITB BTD ITD DTB DTR INVI INVD NEGI NEGD NEGR CAW CAD RND TRUNC RND+ RND-
CDB +I -I *I /I +D -D *D /D MOD +R -R *R /R ABS SQR SQRT EXP LN SIN COS TAN ASIN ACOS ATAN
==I <>I >I <I >=I <=I ==D <>D >D <D >=D <=D ==R <>R >R <R >=R <=R
LAR1 LAR2 TAR1 TAR2 CAR +AR1 +AR2 TAK PUSH POP ENT LEAVE
BE BEC BEU MCR( )MCR MCRA MCRD AW OW XOW AD OD XOD
SSI SSD SLW SRW SLD SRD RLD RRD RLDA RRDA
"""
JUMPS = "JU JL JC JCN JCB JNB JBI JNBI JO JOS JZ JN JP JM JPZ JMZ JUO LOOP"
FIXED = """
LAR1 AR2; TAR1 AR2; L STW; T STW; L DBLG; L DILG; L DBNO; L DINO; NOP 0; NOP 1
SSI n; SSD n; SLW n; SRW n; SLD n; SRD n; RLD n; RRD n; INC n; DEC n; BLD n; L P##n
L -n; L 2#n_n; L 'cc'; L W#16#n; L B#(n,n); L C#n; L D#n-n-n; L S5T#ns
L B#16#n; L n.ne+n; L 2#n_n_n_n; L L#-n; L P#M n.b; L 'cccc'; L DW#16#n; L B#(n,n,n,n)
L T#ndnms; L TOD#n:n:n.n; + -n; + L#-n
AW W#16#n; OW W#16#n; XOW W#16#n; AD DW#16#n; OD DW#16#n; XOD DW#16#n
LAR1 P#M n.b; LAR2 P#M n.b; +AR1 P#n.b; +AR2 P#n.b
"""


def listed() -> Iterator[str]:
    """Yield each instruction with each operand: n for a number, b for a bit."""
    yield from BARE.split()
    yield from re.split(r"; |\n", FIXED.strip())
    yield from (f"{op} label" for op in JUMPS.split())
    yield from (f"{op} {bit}" for op, bit in product(LOGIC, STATUS))
    yield from _bits()
    yield from _bytes()
    yield from _blocks()
    for area, ops in (("T", TIMER), ("C", COUNTER)):
        for op in ops:
            yield from (f"{op} {area} n", f"{op} #n")
            yield from (f"{op} {area} [{holder}W n]" for holder in HOLDERS)
    for op, register in product(("LAR", "TAR"), "12"):
        yield from (f"{op}{register} {holder}D n" for holder in HOLDERS)


def _bits() -> Iterator[str]:
    for op in (*LOGIC, *ASSIGN):
        yield f"{op} #n"
        yield from (f"{op} {area} n.b" for area in BITS)
        yield from (f"{op} {area} [{holder}D n]" for area, holder in product(BITS, HOLDERS))
        yield from (f"{op} {area} [{each},P#n.b]" for area, each in product(BITS, REGISTERS))
        yield from (f"{op} [{each},P#n.b]" for each in REGISTERS)


def _bytes() -> Iterator[str]:
    for op, outside in (("L", "PI"), ("T", "PQ")):
        yield f"{op} #n"
        for width in "BWD":
            for area in (*BYTES, outside):
                yield f"{op} {area}{width} n"
                yield from (f"{op} {area}{width} [{holder}D n]" for holder in HOLDERS)
                yield from (f"{op} {area}{width} [{each},P#n.b]" for each in REGISTERS)
            yield from (f"{op} {width} [{each},P#n.b]" for each in REGISTERS)


def _blocks() -> Iterator[str]:
    for op, blocks in (("UC", "FC FB"), ("CC", "FC FB"), ("OPN", "DB DI")):
        yield f"{op} #n"
        for block in blocks.split():
            yield f"{op} {block} n"
            yield from (f"{op} {block} [{holder}W n]" for holder in HOLDERS)
    yield from ("UC SFC n", "UC SFB n")


def kind(text: str) -> str:
    """Return what an instruction says with n in place of numbers, b in place of bits."""
    op, _, operand = text.partition(" ")
    if operand in STATUS or text in {"NOP 0", "NOP 1"}:
        return text
    prefix = re.match(r"DW#16#|W#16#|B#16#|2#|S5T#", operand)
    start = prefix[0] if prefix else ""
    rest = re.sub(r"'[A-Z]+'", lambda found: re.sub("[A-Z]", "c", found[0]), operand)
    rest = re.sub(r"(?<![A-Z])\d+", "n", rest.removeprefix(start))
    rest = re.sub(r"((?:^| |#)n)\.n(?=$|\])", r"\1.b", rest)
    return f"{op} {start}{rest}".rstrip()


def test_the_bytes_of_each_instruction_read_as_the_manual_spells_it() -> None:
    for code, text in ROWS:
        lines = stl(f"{code}6500")
        if text.endswith(" label"):
            (op, label), end = lines[0].split(), lines[1]
            assert (f"{op} label", end) == (text, f"{label}: BE"), code
        else:
            assert lines == [text], code


def test_each_instruction_of_the_list_has_its_bytes_and_no_other_has() -> None:
    assert {kind(text) for _, text in ROWS} == set(listed())


def test_no_opcode_is_without_a_row() -> None:
    table = instructions(Spelling.ENGLISH)
    shown = {_opcode(table[int(code[:4], 16)]) for code, _ in ROWS}
    missing = {
        f"{word:04X}" for word, known in enumerate(table) if known and _opcode(known) not in shown
    }
    assert not missing


def _opcode(known: Instruction | None) -> tuple[str, str, Form] | None:
    """Return what tells an opcode from others but for a number within its first word."""
    if known is None:
        return None
    operand = re.sub(r"%d\.\d|(?<!\w)\d+$|(?<=16#)[0-9A-F]+$", "n", known.operand)
    return known.op, operand, known.form


def test_the_page_on_statement_lists_names_each_operation_in_both_languages() -> None:
    section = PAGE.read_text("utf-8").split("## The instruction set", 1)[1].split("\n## ", 1)[0]
    cells = [row.split("|")[2] for row in section.splitlines() if row.startswith("| ")][1:]
    named = {op for cell in cells for op in re.findall(r"`([^` ]+)`", cell)}
    table = {known for known in instructions(Spelling.ENGLISH) if known}
    ops = {known.op for known in table} | {"CALL"}
    german = {Spelling.GERMAN.operation(op) for op in ops}
    assert named == ops | german
    assert f"{len(ROWS):,} forms" in section
