"""The interface part of a block: bytes → declarations with addresses and initial values.

Total and linear: bytes that are no declaration end the reading, and are told as they stand. The CPU
holds no names: they are made as the lists of DotNetSiemensPLCToolBoxLibrary have them, by section
and order (`IN0`, `STAT4`), a structure and each of its members counted.

An entry is a type, a role, and what the type needs: the length of a STRING, the bounds of an ARRAY
and the entry of its elements, the number of members of a STRUCT (255: it follows as a word). Bit 3
of the role: an initial value stands among those of the block, in the order of the declarations,
numbers in little endian. An array has runs there: their number, twice, as words in little and in
big endian, then of each how often (a word) and the value. Bit 4: one byte more follows, whose
meaning nobody published.
"""

import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from math import prod
from typing import NamedTuple

from ccontrol.logic.mc7 import types
from ccontrol.logic.mc7.block import INTERFACE_HEAD, interface_parts
from ccontrol.logic.mc7.declarations import Declared, Interface, Role
from ccontrol.logic.mc7.types import BIT, BYTE, ELEMENTARY, WORD

_ROLE, _INITIAL, _MARKED = 0x07, 0x08, 0x10
_MANY = 0xFF
_RUNS, _COUNT = struct.Struct("<HH"), struct.Struct("<H")
_DEEPEST = 32
"""STEP 7 allows 8 levels."""
_MOST_DIMENSIONS = 6


def read_interface(interface: bytes, *, of_function: bool = False) -> Interface:
    """Read the interface part of a block. `of_function`: of a FC, which has no instance."""
    parts = interface_parts(interface)
    if parts is None:
        problems = (f"an interface that does not add up: {interface.hex(' ')}",)[: len(interface)]
        return Interface(0, 0, (), 0, len(problems), problems)
    reader = _Reader(*parts, of_function=of_function)
    declared = tuple(reader.everything())
    problems = tuple(reader.problems())
    number = int.from_bytes(interface[1:3], "little")
    memory_bytes = reader.memory.even() // BYTE
    unread = reader.marks + len(problems)
    return Interface(interface[0], number, declared, memory_bytes, unread, problems)


class _NoDeclarationError(Exception):
    """Bytes that declare nothing; never leaves this module."""


class _Entry(NamedTuple):
    """The beginning of an entry, common to all types."""

    code: int
    role: Role
    has_initial: bool
    mark: int | None


class _Memory:
    """Where the next variable goes, in bits."""

    def __init__(self) -> None:
        self.next = 0

    def take(self, bits: int) -> int:
        """Place one value: bits anywhere, bytes on bytes, everything else on even bytes."""
        at = self.even() if bits > BYTE else -(-self.next // bits) * bits
        self.next = at + bits
        return at

    def take_many(self, bits: int) -> int:
        """Place something compound, which begins and ends on even bytes."""
        at = self.even()
        self.next = at + bits
        self.even()
        return at

    def even(self) -> int:
        """Move on to the next even byte."""
        self.next = -(-self.next // WORD) * WORD
        return self.next


class _Reader:
    """One walk along the declarations and the initial values beside them."""

    def __init__(self, declared: bytes, initial: bytes, *, of_function: bool) -> None:
        self.memory, self._temporary = _Memory(), _Memory()
        self.marks = 0
        self._bytes, self._at, self._whole = declared, INTERFACE_HEAD, INTERFACE_HEAD
        self._initial, self._initial_at = initial, 0
        self._lost_from = ""
        self._of_function = of_function
        self._made: Counter[Role] = Counter()

    def everything(self) -> Iterator[Declared]:
        """Yield what is declared on the outermost level, up to what is no declaration."""
        section: Role | None = None
        while self._at < len(self._bytes):
            self._whole = self._at
            try:
                role = self._peek()
                memory = self._temporary if role is Role.TEMP else self.memory
                if role is not section:
                    memory.even()
                one = self._one(memory, section=None, depth=0)
            except (_NoDeclarationError, struct.error, IndexError):
                return
            section = role
            self._whole = self._at
            yield one

    def problems(self) -> Iterator[str]:
        """Yield what could not be read, one sentence each."""
        rest = self._bytes[self._whole :]
        if rest:
            yield f"the interface's last {len(rest)} bytes: {rest.hex(' ')}"
        values = self._initial[self._initial_at :]
        if values:
            place = f"from {self._lost_from} on" if self._lost_from else "left over"
            yield f"initial values {place}: {values.hex(' ')}"

    def _peek(self) -> Role:
        if self._bytes[self._at] in types.MULTI_INSTANCES:
            return Role.STATIC
        return _role(self._bytes[self._at + 1])

    def _one(self, memory: _Memory, section: Role | None, depth: int) -> Declared:
        """Read one entry with its members. `section` is the role of what it is a member of."""
        if depth > _DEEPEST:
            raise _NoDeclarationError
        if self._bytes[self._at] in types.MULTI_INSTANCES:
            return self._multi_instance(memory)
        entry = self._entry()
        name = self._name(entry.role)
        by_pointer = entry.role is Role.IN_OUT is not section and not self._of_function
        if entry.code in ELEMENTARY or entry.code == types.STRING:
            return self._simple(name, entry, memory, by_pointer=by_pointer)
        inside = _Memory() if by_pointer else memory
        at = memory.take_many(types.POINTER_BITS) if by_pointer else memory.even()
        if entry.code == types.STRUCT:
            one = self._structure(name, entry, inside, at, depth)
        elif entry.code == types.ARRAY:
            one = self._array(name, entry, inside, at, depth)
        else:
            raise _NoDeclarationError
        return replace(one, by_pointer=by_pointer)

    def _entry(self) -> _Entry:
        code, flags = self._bytes[self._at], self._bytes[self._at + 1]
        role, mark = _role(flags), None
        self._at += 2
        if flags & _MARKED:
            mark = self._bytes[self._at]
            self._at += 1
            self.marks += 1
        return _Entry(code, role, bool(flags & _INITIAL), mark)

    def _name(self, role: Role) -> str:
        number = self._made[role]
        self._made[role] += 1
        return f"{role.prefix}{number}"

    def _multi_instance(self, memory: _Memory) -> Declared:
        """Read the entry before the STRUCT of an instance's members; it takes no room itself."""
        kind = types.MULTI_INSTANCES[self._bytes[self._at]]
        code, number = struct.unpack_from("<BH", self._bytes, self._at)
        self._at += 3
        name = self._name(Role.STATIC)
        return Declared(name, Role.STATIC, f"{kind} {number}", code, memory.even(), 0)

    def _simple(self, name: str, entry: _Entry, memory: _Memory, *, by_pointer: bool) -> Declared:
        kind, bits = self._simple_type(entry.code)
        pointed = by_pointer and (entry.code == types.STRING or kind in types.COMPOUND)
        at = memory.take(types.POINTER_BITS if pointed else bits)
        initial = self._initial_value(name, entry.code) if entry.has_initial else ""
        return Declared(
            name, entry.role, kind, entry.code, at, bits,
            initial=initial, mark=entry.mark, by_pointer=pointed,
        )  # fmt: skip

    def _simple_type(self, code: int) -> tuple[str, int]:
        if code == types.STRING:
            most = self._bytes[self._at]
            self._at += 1
            return f"STRING [{most}]", (most + 2) * BYTE
        return ELEMENTARY[code].name, ELEMENTARY[code].bits

    def _structure(
        self, name: str, entry: _Entry, memory: _Memory, at: int, depth: int
    ) -> Declared:
        start = memory.even()
        members = [self._one(memory, entry.role, depth + 1) for _ in range(self._count())]
        bits = memory.even() - start
        if entry.has_initial:
            self._lose_initial(name)
        return Declared(
            name, entry.role, "STRUCT", entry.code, at, bits,
            mark=entry.mark, members=tuple(members),
        )  # fmt: skip

    def _count(self) -> int:
        count = self._bytes[self._at]
        self._at += 1
        if count == _MANY:
            (count,) = struct.unpack_from("<H", self._bytes, self._at)
            self._at += 2
        return count

    def _array(self, name: str, entry: _Entry, memory: _Memory, at: int, depth: int) -> Declared:
        bounds = self._bounds()
        code, flags = self._bytes[self._at], self._bytes[self._at + 1]
        of_structures = code == types.STRUCT
        if (entry.has_initial and of_structures) or (flags & _INITIAL and not of_structures):
            self._lose_initial(name)
        element = self._entry()
        start, initial = memory.even(), ""
        members: tuple[Declared, ...] = ()
        if element.code == types.STRUCT:
            one = self._structure(name, element, memory, at, depth + 1)
            kind, bits, members = one.type, one.bits, one.members
        elif element.code in ELEMENTARY or element.code == types.STRING:
            kind, bits = self._simple_type(element.code)
            if entry.has_initial:
                initial = self._initial_runs(name, element.code, _elements(bounds))
        else:
            raise _NoDeclarationError
        memory.next = start
        memory.take_many(_array_bits(bits, bounds))
        return Declared(
            name, entry.role, kind, element.code, at, bits, bounds, initial,
            mark=entry.mark if element.mark is None else element.mark, members=members,
        )  # fmt: skip

    def _bounds(self) -> tuple[tuple[int, int], ...]:
        dimensions = self._bytes[self._at]
        bounds = tuple(
            struct.unpack_from("<hh", self._bytes, self._at + 1 + 4 * each)
            for each in range(min(dimensions, _MOST_DIMENSIONS + 1))
        )
        if not 0 < dimensions <= _MOST_DIMENSIONS or any(low > high for low, high in bounds):
            raise _NoDeclarationError
        self._at += 1 + 4 * dimensions
        return tuple((low, high) for low, high in bounds)

    def _initial_value(self, name: str, code: int) -> str:
        """Return the next initial value, "" where it cannot be told from those after it."""
        if self._lost_from:
            return "?"
        start = self._initial_at
        size = (
            self._initial[start + 1] + 2 if code == types.STRING else ELEMENTARY[code].value_bytes
        )
        data = self._initial[start : start + size]
        spell = types.spelled_string if code == types.STRING else ELEMENTARY[code].spell
        if spell is None or len(data) < size:
            self._lose_initial(name)
            return "?"
        self._initial_at += size
        return spell(data if code in types.AS_THEY_STAND else data[::-1])

    def _initial_runs(self, name: str, code: int, elements: int) -> str:
        """Return the initial values of an array as STEP 7 has them: `5 (B#16#10), B#16#11`."""
        if self._lost_from:
            return "?"
        start = self._initial_at
        head = self._initial[start : start + _RUNS.size]
        known = code in ELEMENTARY and code not in types.AS_THEY_STAND
        spell = ELEMENTARY[code].spell if known else None
        if spell is None or len(head) < _RUNS.size or head != bytes((head[0], 0, 0, head[0])):
            self._lose_initial(name)
            return "?"
        size = _COUNT.size + ELEMENTARY[code].value_bytes
        end = start + _RUNS.size + head[0] * size
        runs = [self._initial[at : at + size] for at in range(start + _RUNS.size, end, size)]
        counts = [_COUNT.unpack_from(run)[0] for run in runs if len(run) == size]
        if not 0 < len(counts) == len(runs) or not all(counts) or sum(counts) > elements:
            self._lose_initial(name)
            return "?"
        self._initial_at = end
        values = (spell(run[_COUNT.size :][::-1]) for run in runs)
        pairs = zip(counts, values, strict=True)
        return ", ".join(f"{count} ({value})" if count > 1 else value for count, value in pairs)

    def _lose_initial(self, name: str) -> None:
        self._lost_from = self._lost_from or name


def _role(flags: int) -> Role:
    code = flags & _ROLE
    if flags & ~(_ROLE | _INITIAL | _MARKED) or not Role.IN.value <= code <= Role.RETURN.value:
        raise _NoDeclarationError
    return Role(code)


def _elements(bounds: tuple[tuple[int, int], ...]) -> int:
    return prod(high - low + 1 for low, high in bounds)


def _array_bits(bits: int, bounds: tuple[tuple[int, int], ...]) -> int:
    """Return the size of an array; the bits of each row of the last dimension fill whole bytes."""
    lengths = [high - low + 1 for low, high in bounds]
    row = lengths[-1] * bits
    row = -(-row // BYTE) * BYTE if bits == BIT else row
    return prod(lengths[:-1]) * row
