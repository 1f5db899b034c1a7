"""What a statement list is made of, and how it is laid out as text. Knows no opcode."""

from collections.abc import Iterator
from typing import NamedTuple

UNKNOWN = "????"
"""In place of an operation: these bytes are no instruction that is known."""
NO_TARGET = -1
"""Of whatever is no jump."""
WORD_BYTES = 2
_MARGIN = "  "
"""Only headings begin at the left: git shows in the head of a hunk which network it is in."""
_BEFORE_OP = f"{_MARGIN}      "
_OP_WIDTH = 5
_BELOW = f"{_BEFORE_OP}{'':{_OP_WIDTH}} "


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

    def first(self) -> str:
        """Return it as STEP 7 lays it out: label, operation, operand; a call's without the rest."""
        _, _, op, operand, remark, _, _, label = self
        start = f"{_MARGIN}{label}:".ljust(len(_BEFORE_OP)) if label else _BEFORE_OP
        said = f"{start}{op:{_OP_WIDTH}} {operand}".rstrip()
        return f"{said} // {remark}" if remark else said


def plain_line(at: int, op: str, operand: str, size: int = WORD_BYTES) -> Line:
    """Make a line of nothing more in half the time that its own constructor takes."""
    return tuple.__new__(Line, (at, size, op, operand, "", (), NO_TARGET, ""))


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
                yield line.first()
                if line.parameters:
                    yield from (_BELOW + parameter for parameter in line.parameters)
        for problem in self.problems:
            yield f"// {problem}"
