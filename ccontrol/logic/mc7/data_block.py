"""Declarations as text: sections of a code block, the structure of a DB, and a DB's actual values.

Laid out as STEP 7's sources, with the address of each variable as a remark: what a program says of
data, it says by address.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby, product

from ccontrol.logic.mc7 import types
from ccontrol.logic.mc7.block import Block
from ccontrol.logic.mc7.declarations import Declared, Interface, Role
from ccontrol.logic.mc7.types import BIT, BYTE, ELEMENTARY

SHARED = 5
"""Kind of the interface of a DB that declares its own structure."""
_INSTANCES = {0x0A: "FB", 0x0B: "SFB"}
"""Kinds of those of instances; in Siemens' own examples the calls beside 51 of 54 say so."""
_SECTIONS = {
    Role.IN: "VAR_INPUT",
    Role.OUT: "VAR_OUTPUT",
    Role.IN_OUT: "VAR_IN_OUT",
    Role.STATIC: "VAR",
    Role.TEMP: "VAR_TEMP",
}
_REMARK_AT = 40
_INDENT = "  "


def sections(interface: Interface, *, of_function: bool = False) -> Iterator[str]:
    """Yield the declarations section by section. Parameters of a FC have no address."""
    for role, keyword in _SECTIONS.items():
        if declared := interface.of(role):
            yield keyword
            has_address = role is Role.TEMP or not of_function
            for one in declared:
                yield from _declaration(one, 1, has_address=has_address)
            yield "END_VAR"


def structure(interface: Interface) -> Iterator[str]:
    """Yield what a DB declares: its structure, or of an instance the sections of its block."""
    if interface.kind != SHARED and interface.declared:
        kind = _INSTANCES.get(interface.kind, f"block of kind 16#{interface.kind:02X}, number ")
        yield f"// instance of {kind}{interface.number}"
        yield from sections(interface)
        return
    whole = _only_structure(interface)
    if whole is None:
        for one in interface.declared:
            yield from _declaration(one, 0, has_address=True)
    else:
        yield f"STRUCT{_mark(whole)}"
        for member in whole.members:
            yield from _declaration(member, 1, has_address=True)
        yield "END_STRUCT"


def actual_values(block: Block, interface: Interface) -> Iterator[str]:
    """Yield what a DB holds: address, name and value of each variable; equal elements in one.

    Nothing where it declares more than it holds: it would be told wrong, and without end.
    """
    if interface.memory_bytes > len(block.body):
        return
    whole = _only_structure(interface)
    for one in whole.members if whole else interface.declared:
        if one.role is not Role.TEMP:
            yield from _values(one, "", one.at, block.body)


def _only_structure(interface: Interface) -> Declared | None:
    """Return the structure that a shared DB is; its name is never needed."""
    one = interface.declared[0] if len(interface.declared) == 1 else None
    return one if one and one.code == types.STRUCT and not one.bounds else None


def _declaration(one: Declared, depth: int, *, has_address: bool) -> Iterator[str]:
    indent = _INDENT * depth
    bounds = ", ".join(f"{low} .. {high}" for low, high in one.bounds)
    kind = f"ARRAY [{bounds}] OF {one.type}" if bounds else one.type
    address = f"// {_address(one.at)}" if has_address else ""
    text = f"{indent}{one.name}{_mark(one)} : {kind}"
    if one.code == types.STRUCT:
        yield f"{text:<{_REMARK_AT}}{address}".rstrip()
        for member in one.members:
            yield from _declaration(member, depth + 1, has_address=has_address)
        yield f"{indent}END_STRUCT;"
    else:
        text += f" := {one.initial};" if one.initial else ";"
        yield f"{text:<{_REMARK_AT - 1}} {address}".rstrip()


def _mark(one: Declared) -> str:
    return "" if one.mark is None else f" {{16#{one.mark:02X}}}"


def _address(at: int) -> str:
    return f"{at // BYTE}.{at % BYTE}"


def _values(one: Declared, path: str, base: int, body: bytes) -> Iterator[str]:
    """Yield the values of a variable that begins at bit `base`, and of everything in it."""
    name = f"{path}{one.name}"
    if not one.bits:
        return
    if one.by_pointer:
        start = base // BYTE
        pointer = body[start : start + types.POINTER_BITS // BYTE]
        yield f"{_address(base):<8} {name} := {types.spelled_pointer(pointer)}"
    elif one.code == types.STRUCT:
        for index, shift in zip(_indexes(one.bounds), _shifts(one), strict=True):
            for member in one.members:
                at = base + shift + member.at - one.at
                yield from _values(member, f"{name}{index}.", at, body)
    else:
        yield from _elements(one, name, base, body)


def _elements(one: Declared, name: str, base: int, body: bytes) -> Iterator[str]:
    spelled = (
        (index, base + shift, _value(one, base + shift, body))
        for index, shift in zip(_indexes(one.bounds), _shifts(one), strict=True)
    )
    for value, run in groupby(spelled, key=lambda each: each[2]):
        equal = list(run)
        (first, at, _), last = equal[0], equal[-1][0]
        index = first if len(equal) == 1 else f"{first} .. {last}"
        yield f"{_address(at):<8} {name}{index} := {value}"


def _indexes(bounds: Sequence[tuple[int, int]]) -> Iterator[str]:
    ranges = (range(low, high + 1) for low, high in bounds)
    for index in product(*ranges):
        yield f"[{','.join(map(str, index))}]" if index else ""


def _shifts(one: Declared) -> Iterator[int]:
    """Yield where each element begins, in bits from the first."""
    row = one.bounds[-1][1] - one.bounds[-1][0] + 1 if one.bounds else 1
    gap = -row % BYTE if one.bits == BIT and one.bounds else 0
    for number in range(one.elements):
        yield number * one.bits + number // row * gap


def _value(one: Declared, at: int, body: bytes) -> str:
    start, bit = divmod(at, BYTE)
    data = body[start : start + -(-one.bits // BYTE)]
    if len(data) * BYTE < one.bits:
        return "?"
    if one.bits == BIT:
        data = bytes((data[0] >> bit & 1,))
    if one.code == types.STRING:
        return types.spelled_string(data[: data[1] + 2])
    spell = ELEMENTARY[one.code].spell
    return spell(data) if spell else f"16#{data.hex().upper()}"
