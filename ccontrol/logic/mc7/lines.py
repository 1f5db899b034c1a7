"""What a statement list is made of, and how it is laid out as text. Knows no opcode."""

from collections.abc import Iterator
from typing import NamedTuple

UNKNOWN = "????"
"""In place of an operation: these bytes are no instruction that is known."""
NO_TARGET = -1
"""Of whatever is no jump."""
_INDENT, _LABEL_WIDTH, _OP_WIDTH = 2, 6, 5
"""Only headings begin at the left: git shows in the head of a hunk which network it is in."""


class Line(NamedTuple):
    """One instruction, call or run of unknown bytes, in the spelling that was asked for."""

    at: int
    """Its first byte in the code."""
    size: int
    op: str
    operand: str = ""
    remark: str = ""
    """What the operand's spelling does not tell, e.g. the bits of a real."""
    parameters: tuple[str, ...] = ()
    """Of a call, one a line."""
    target: int = NO_TARGET
    """Where a jump leads, as a byte of the code, always even."""
    label: str = ""

    def text(self) -> Iterator[str]:
        """Yield it as STEP 7 lays it out: label, operation, operand; parameters below."""
        label = f"{self.label}:" if self.label else ""
        start = f"{'':{_INDENT}}{label:{_LABEL_WIDTH}}{self.op:{_OP_WIDTH}}"
        remark = f" // {self.remark}" if self.remark else ""
        yield f"{start} {self.operand}".rstrip() + remark
        for parameter in self.parameters:
            yield " " * (_INDENT + _LABEL_WIDTH + _OP_WIDTH + 1) + parameter


class Network(NamedTuple):
    """One network: its number from 1, and what it holds."""

    number: int
    lines: tuple[Line, ...]


class Listing(NamedTuple):
    """The statement list of one block."""

    networks: tuple[Network, ...]
    unread: int
    """How many places stand as bytes, or as a jump into the midst of an instruction."""
    problems: tuple[str, ...] = ()
    """What is wrong with the code as a whole, one sentence each."""

    def text(self) -> Iterator[str]:
        """Yield every line, each network under its own heading, problems last as comments."""
        for network in self.networks:
            yield f"NETWORK {network.number}"
            for line in network.lines:
                yield from line.text()
        for problem in self.problems:
            yield f"// {problem}"
