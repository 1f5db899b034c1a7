"""A small assembler: statements to MC7, declarations to interfaces. For making believable blocks.

Knows the few statements that the demo's programs use; it reads nothing back. Encodings were read
off the block images of DotNetSiemensPLCToolBoxLibrary (ToolBoxLibUnitTests/S7Blocks) beside the
statement lists that STEP 7 shows for them.
"""

import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_BIT_BASE = {"A": 0x00, "O": 0x08, "S": 0x10, "=": 0x18, "AN": 0x20, "ON": 0x28, "R": 0x30}
_WITH_NUMBER = {  # one byte of code, one byte of operand
    "L MB": 0x0A, "L MW": 0x12, "L MD": 0x1A, "T MB": 0x0B, "T MW": 0x13, "T MD": 0x1B,
    "L IW": 0x52, "T QW": 0x53, "OPN DB": 0x20, "BLD": 0x10, "A T": 0xF8, "AN T": 0xFC,
    "SE T": 0x1C, "SD T": 0x24, "SP T": 0x34, "R T": 0x3C, "CU C": 0x6C, "L C": 0x42,
}  # fmt: skip
_WITH_WORD = {  # two bytes of code, two of operand
    "L DBW": 0x7E42, "L DBD": 0x7E43, "T DBW": 0x7E46, "T DBD": 0x7E47, "L PIW": 0x7E02,
    "T PQW": 0x7E06, "L W": 0x3007, "L S5T": 0x300C, "L": 0x3003, "JC": 0xFFF8, "JCN": 0xFFB8,
    "JU": 0x700B, "JNB": 0xFF98, "UC SFC": 0xFB74,
}  # fmt: skip
_ALONE = {
    "BE": 0x6500, "BEC": 0x0500, "BEU": 0x6501, "SET": 0x681D, "CLR": 0x681C, "SAVE": 0x682C,
    "ITD": 0x681E, "DTR": 0x6806, "+I": 0x7900, "-I": 0x5900, "*I": 0x6004, "/I": 0x6000,
    "+R": 0x600F, "*R": 0x6007, ">I": 0x2120, "<I": 0x2140, "==I": 0x2180, ">=I": 0x21A0,
    "<=I": 0x21C0, "<>I": 0x2160, "TAK": 0x7002, "A(": 0xBA00, "O(": 0xBB00, ")": 0xBF00,
    "NOP 0": 0x0000, "NOP 1": 0xFFFF,
}  # fmt: skip
_BIT = re.compile(r"(A|AN|O|ON|S|R|=) ([IQM])(\d+)\.([0-7])")
_CALL = re.compile(r"UC (FC|FB)(\d+)")
_NUMBERED = re.compile(r"(.*?) ?(-?\d+)")


@lru_cache(maxsize=4096)
def _statement(text: str) -> bytes:
    if text in _ALONE:
        return struct.pack(">H", _ALONE[text])
    if bit := _BIT.fullmatch(text):
        operation, area, byte, number = bit.groups()
        base = (0x80 if area == "M" else 0xC0) + _BIT_BASE[operation] + int(number)
        return bytes((base, int(byte) + (0x80 if area == "Q" else 0)))
    if call := _CALL.fullmatch(text):  # a jump over the (empty) parameters follows the call
        return bytes((0x3D if call[1] == "FC" else 0x75, int(call[2]))) + b"\x70\x0b\x00\x02"
    if numbered := _NUMBERED.fullmatch(text):
        code, number = numbered[1], int(numbered[2])
        if code in _WITH_NUMBER:
            operand = number + 0x80 if code == "T QW" else number
            return bytes((_WITH_NUMBER[code], operand))
        if code in _WITH_WORD:
            return struct.pack(">HH", _WITH_WORD[code], number & 0xFFFF)
    raise ValueError(f"no such statement here: {text!r}")


@dataclass(frozen=True)
class Program:
    """Code and its table of networks, which goes into the additional part of a block."""

    body: bytes
    networks: bytes


def assemble(*networks: str) -> Program:
    """Turn networks (statements separated by ';') into a body that ends with BE."""
    codes = [
        b"".join(_statement(" ".join(one.split())) for one in network.split(";") if one.strip())
        for network in networks
    ]
    table = struct.pack(f"<{len(codes) + 2}H", len(codes), *map(len, codes), 0)
    return Program(b"".join(codes) + _statement("BE"), table)


_TYPES = {
    "BOOL": (0x01, 1), "BYTE": (0x02, 1), "WORD": (0x04, 2), "INT": (0x05, 2), "DWORD": (0x06, 4),
    "DINT": (0x07, 4), "REAL": (0x08, 4), "TIME": (0x0B, 4), "S5TIME": (0x0C, 2), "DT": (0x0E, 8),
}  # fmt: skip
_KINDS = {"IN": 1, "OUT": 2, "IN_OUT": 3, "STATIC": 4, "TEMP": 5}
_INITIAL = 0x08  # bit of the kind: an initial value follows
_FORMATS = {1: "<B", 2: "<H", 4: "<I"}


@dataclass(frozen=True)
class Variable:
    """One declared variable; `initial` is a number of its type or nothing."""

    kind: str
    type: str
    initial: float | None = None

    @property
    def initial_bytes(self) -> bytes:
        """Little endian, unlike the body."""
        if self.initial is None:
            return b""
        if self.type == "REAL":
            return struct.pack("<f", self.initial)
        size = _TYPES[self.type][1]
        return struct.pack(_FORMATS[size], int(self.initial) & (1 << 8 * size) - 1)

    @property
    def described(self) -> bytes:
        """Type and kind, as the interface has them."""
        return bytes((_TYPES[self.type][0], _KINDS[self.kind] | self._initial_bit))

    @property
    def _initial_bit(self) -> int:
        return 0 if self.initial is None else _INITIAL


def interface(number: int, variables: Iterable[Variable], *, data_block: bool = False) -> bytes:
    """The interface part of a block: head, descriptions, initial values, padded to even length.

    A data block's variables lie in one structure, as STEP 7 writes a shared DB.
    """
    declared = list(variables)
    described = b"".join(variable.described for variable in declared)
    if data_block:
        described = bytes((0x11, _KINDS["STATIC"], len(declared))) + described
    initial = b"".join(variable.initial_bytes for variable in declared)
    head = struct.pack("<BHHH", 5 if data_block else 1, number, len(described), len(initial))
    whole = head + described + initial
    return whole + bytes(len(whole) % 2)


def data_body(variables: Iterable[Variable]) -> bytes:
    """The values of a shared DB as loaded: big endian, words on even addresses. No BOOLs."""
    body = bytearray()
    for variable in variables:
        size = _TYPES[variable.type][1]
        body += bytes(len(body) % 2 if size > 1 else 0)
        body += (variable.initial_bytes or bytes(size))[::-1]
    return bytes(body) + bytes(len(body) % 2)
