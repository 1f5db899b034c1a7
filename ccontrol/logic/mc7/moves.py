"""Loads and transfers around a call: which value goes where, read off the instructions.

Knows nothing of the call itself (see `calls`). A sequence that holds anything but plain moves is
none: nothing is guessed from half a pattern.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from ccontrol.logic.mc7.addressed import Form
from ccontrol.logic.mc7.lines import Line
from ccontrol.logic.mc7.mnemonics import Spelling
from ccontrol.logic.mc7.opcodes import Instruction, instructions

Words: TypeAlias = tuple[int, ...]

BITS = 8
"""Of a byte."""
WITHIN = "DI [AR2]"
"""A frame: an instance that lies within the caller's own."""
_BY_AR2 = "[AR2,P#%d.%d]"
_SLOTS = {"X": 1, "": 1, "B": 8, "W": 16, "D": 32}
"""Bits of what an area's name ends with."""
_WIDTHS = {"B": 8, "W": 16, "D": 32}
_CONSTANT_WIDTHS = {Form.WORD: 16, Form.DOUBLE: 32}
_PARAMETER_WIDTHS = {
    0xFBC1: 8, 0xFBC2: 16, 0xFBC3: 32, 0xFBC5: 8, 0xFBC6: 16, 0xFBC7: 32, 0xFBCA: 32, 0xFBCB: 32,
}  # fmt: skip
_ANY_SHAPE, _POINTER_SHAPE = ((0, 16), (16, 16), (32, 16), (48, 32)), ((0, 16), (16, 32))
_ANY_MARK = "W#16#10"
_ANY_TYPES = {
    "01": "BOOL", "02": "BYTE", "03": "CHAR", "04": "WORD", "05": "INT", "06": "DWORD",
    "07": "DINT", "08": "REAL", "09": "DATE", "0A": "TIME_OF_DAY", "0B": "TIME", "0C": "S5TIME",
    "0E": "DATE_AND_TIME", "13": "STRING",
}  # fmt: skip
"""The second byte of an ANY pointer."""


class Move(NamedTuple):
    """One value, and the place where a call finds or leaves it."""

    bits: int
    """Where the place begins in the local stack or instance DB, in bits."""
    width: int
    """Bits that it has."""
    place: str
    value: str


class Slot(NamedTuple):
    """A place of a call's parameter, as `Move` has it."""

    bits: int
    width: int
    place: str


class _Held(NamedTuple):
    """What the accumulator (or, of one bit, the result of logic) holds."""

    text: str
    width: int


class Frame(NamedTuple):
    """Through what a call's values go: "L", the local stack, or "DI", its instance DB.

    Around the call of an instance the registers of both DBs are swapped: that of data holds the
    caller's own DB, and another than the instance is opened, for one operand, in the other.
    """

    words: Words
    area: str
    begins: int = 0
    """WITHIN: the first bit of the instance, seen from AR2."""

    def known(self, line: Line) -> Instruction | None:
        """Return the instruction of a line in English, None for none."""
        at = line.at // 2
        table = instructions(Spelling.ENGLISH)
        return table[self.words[at]] if at < len(self.words) else None

    def slot(self, line: Line, known: Instruction) -> Slot | None:
        """Return the place in this area that it names; None for another."""
        if self.area == WITHIN:
            return self._slot_within(line, known)
        name, _, rest = known.operand.partition(" ")
        width = _SLOTS.get(name.removeprefix(self.area)) if name.startswith(self.area) else None
        if width is None or not rest.startswith("%d"):
            return None
        bit = int(rest[3:]) if rest[3:] else 0
        return Slot(self.words[line.at // 2 + 1] * BITS + bit, width, line.operand)

    def _slot_within(self, line: Line, known: Instruction) -> Slot | None:
        name, _, rest = known.operand.partition(" ")
        bits = self.words[line.at // 2 + 1] - self.begins if rest == _BY_AR2 else -1
        if not name.startswith("DI") or bits < 0:
            return None
        byte, bit = divmod(bits, BITS)
        width = _SLOTS[name.removeprefix("DI")]
        return Slot(bits, width, f"{name} {byte}.{bit}" if width == 1 else f"{name} {byte}")

    def width(self, line: Line, known: Instruction) -> int:
        """Return how many bits a load or transfer moves; 0 where it does not tell."""
        name = known.operand.partition(" ")[0]
        if known.form in _CONSTANT_WIDTHS:
            return _CONSTANT_WIDTHS[known.form]
        if known.form is Form.PARAMETER:
            return _PARAMETER_WIDTHS.get(self.words[line.at // 2], 0)
        if name in ("T", "C"):
            return 16
        return 8 if name.startswith("B#16#") else _WIDTHS.get(name[-1:], 0)

    def operand(self, line: Line, known: Instruction, opened: str) -> str | None:
        """Return an operand with the DB that was opened for it; None where it is not plain."""
        in_db = known.operand.startswith("DB")
        if self.area != "L" and known.operand.startswith("D"):
            return self._own(line, known, opened)
        if (opened and not in_db) or not line.operand:
            return None
        if self.area != "L" and "[" in known.operand:
            return None
        return opened + line.operand + (f" ({line.remark})" if line.remark else "")

    def _own(self, line: Line, known: Instruction, opened: str) -> str | None:
        """Return an operand in a DB as the caller knows it outside of the call."""
        rest = known.operand.partition(" ")[2]
        if opened and known.operand.startswith("DI") and "[" not in rest:
            return f"{opened}DB{line.operand[2:]}"
        by_ar2 = known.operand.startswith("DB") and rest == _BY_AR2 and not opened
        return f"DI{line.operand[2:]}" if by_ar2 else None


def placed(lines: Sequence[Line], frame: Frame, *, fresh: bool) -> list[Move] | None:
    """Read values being loaded and put in place; None where there is anything else.

    `fresh`: no result of logic is carried in, so that a first A takes its operand as it is.
    """
    moves: list[Move] = []
    held = {"=": _Held("", 0), "T": _Held("", 0)}
    opened, pending = "", False
    for line in lines:
        known = frame.known(line)
        if known is None:
            return None
        if known.op in held:
            slot, value = frame.slot(line, known), held[known.op]
            if slot is None or slot.width != value.width or opened:
                return None
            moves.append(Move(*slot, value.text))
            pending, fresh = False, fresh or known.op == "="
        elif _opens(known, frame) and not opened and not pending:
            opened = _opened(line)
        else:
            found = None if pending else _source(line, known, frame, opened, fresh)
            if found is None:
                return None
            pending, opened = True, ""
            held["=" if found.width == 1 else "T"] = found
    return None if opened or pending else moves


def fetched(lines: Sequence[Line], frame: Frame) -> list[Move] | None:
    """Read values being fetched and put away; None where there is anything else."""
    moves: list[Move] = []
    opened = ""
    source: Slot | None = None
    for line in lines:
        known = frame.known(line)
        if known is None:
            return None
        if known.op in ("A", "L") and source is None:
            source = frame.slot(line, known)
            if source is None:
                return None
        elif _opens(known, frame) and not opened:
            opened = _opened(line)
        else:
            where = frame.operand(line, known, opened)
            if source is None or where is None or not _takes(line, known, frame, source.width):
                return None
            moves.append(Move(*source, where))
            source, opened = None, ""
    return None if opened or source else moves


def any_pointer(moves: Sequence[Move], start: int) -> str | None:
    """Spell the parts of a POINTER or ANY as one; None where they are none, or not constants."""
    shape = tuple((move.bits - start, move.width) for move in moves)
    values = [move.value for move in moves]
    if shape == _POINTER_SHAPE:
        return _pointer(values[0], values[1])
    if shape != _ANY_SHAPE or not values[0].startswith(_ANY_MARK):
        return None
    kind = _ANY_TYPES.get(values[0].removeprefix(_ANY_MARK))
    pointer = _pointer(values[2], values[3])
    if kind is None or pointer is None or not values[1].isdecimal():
        return None
    return f"{pointer} {kind} {values[1]}"


def _pointer(block: str, pointer: str) -> str | None:
    if not block.isdecimal() or not pointer.startswith("P#"):
        return None
    if block == "0":
        return pointer
    return f"P#DB{block}.{pointer[2:]}" if pointer.startswith("P#DBX ") else None


def _opens(known: Instruction, frame: Frame) -> bool:
    register = "DB " if frame.area == "L" else "DI "
    plain = known.operand.startswith(register) and "[" not in known.operand
    return known.op == "OPN" and plain


def _opened(line: Line) -> str:
    return f"DB{line.operand.split()[-1]}."


def _takes(line: Line, known: Instruction, frame: Frame, width: int) -> bool:
    if width == 1:
        return known.op == "="
    return known.op == "T" and frame.width(line, known) == width


def _source(line: Line, known: Instruction, frame: Frame, opened: str, fresh: bool) -> _Held | None:
    if known.op in ("SET", "CLR"):
        return None if opened else _Held("TRUE" if known.op == "SET" else "FALSE", 1)
    if known.op not in ("A", "L") or (known.op == "A" and not fresh):
        return None
    value = frame.operand(line, known, opened)
    width = 1 if known.op == "A" else frame.width(line, known)
    return _Held(value, width) if value and width else None
