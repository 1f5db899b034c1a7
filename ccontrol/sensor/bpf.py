"""Programs for the kernel's packet filter (classic BPF), put together from lines with labels. Pure.

Source: Linux, Documentation/networking/filter.rst. A jump of this machine goes forwards only, and
at most 255 instructions far; a load beyond the end of a packet rejects it.
"""

import struct
from typing import Final, NamedTuple

LOAD_HALF: Final = 0x48
"""A := two bytes at X + k."""
LOAD_BYTE: Final = 0x50
"""A := one byte at X + k."""
SET_X: Final = 0x01
"""X := k."""
JUMP: Final = 0x05
"""Go on at a label, whatever A is."""
JUMP_EQUAL: Final = 0x15
JUMP_ANY_BIT: Final = 0x45
AND: Final = 0x54
SHIFT_LEFT: Final = 0x64
ADD: Final = 0x04
ADD_X: Final = 0x0C
A_TO_X: Final = 0x07
X_TO_A: Final = 0x87
RETURN: Final = 0x06
"""Keep k bytes of the packet; 0 rejects it."""
_FARTHEST: Final = 255
MOST_INSTRUCTIONS: Final = 4096
"""BPF_MAXINSNS: the kernel takes no longer program."""


class Instruction(NamedTuple):
    """One instruction as the kernel takes it (struct sock_filter)."""

    code: int
    yes: int
    """Instructions to pass over when the test holds."""
    no: int
    k: int


class _Line(NamedTuple):
    code: int
    k: int
    yes: str
    no: str


class Assembly:
    """A program in the making. Where a jump names no label, it goes on with the next line."""

    def __init__(self) -> None:
        self._lines: list[_Line] = []
        self._labels: dict[str, int] = {}

    def add(self, code: int, k: int = 0, *, yes: str = "", no: str = "") -> None:
        """Append an instruction."""
        self._lines.append(_Line(code, k, yes, no))

    def label(self, name: str) -> None:
        """Name the place of the next instruction. Raises ValueError for a name twice."""
        if name in self._labels:
            raise ValueError(f"the label {name} stands twice")
        self._labels[name] = len(self._lines)

    def instructions(self) -> tuple[Instruction, ...]:
        """Return the program. Raises ValueError where a jump cannot be made, or it is too long."""
        if len(self._lines) > MOST_INSTRUCTIONS:
            raise ValueError(f"{len(self._lines)} instructions are more than a kernel takes")
        return tuple(self._instruction(line, at) for at, line in enumerate(self._lines))

    def _instruction(self, line: _Line, at: int) -> Instruction:
        if line.code == JUMP:  # it alone says in k how far it goes
            return Instruction(JUMP, 0, 0, self._far(line.yes, at))
        return Instruction(line.code, self._far(line.yes, at), self._far(line.no, at), line.k)

    def _far(self, label: str, at: int) -> int:
        if not label:
            return 0
        far = self._labels[label] - at - 1
        if not 0 <= far <= _FARTHEST:
            raise ValueError(f"the label {label} is {far} instructions away")
        return far


def packed(program: tuple[Instruction, ...]) -> bytes:
    """Return a program in the kernel's form, in this machine's byte order."""
    return b"".join(struct.pack("=HBBI", *each) for each in program)
