"""What a block calls its own operands: the seam between its interface and its statement list."""

from enum import Enum
from typing import Protocol


class Area(Enum):
    """Where the operands lie that an interface can name."""

    INSTANCE = "DI"
    """Bytes of the instance DB: IN, OUT, IN_OUT and STAT of a FB; STL reaches them as DIX and
    through AR2."""
    LOCAL = "L"
    """Bytes of the local stack: TEMP."""
    PARAMETER = "V"
    """Parameters of a FC: `byte` is the offset that its code names, 4 for each pointer to one."""


class Names(Protocol):
    """The names that one block's interface gives."""

    def name_of(self, area: Area, byte: int, bit: int, width: int) -> str | None:
        """Return the name of the operand of `width` bits that begins there, without the "#".

        None where no declared variable of that very width begins at that very place.
        """
        ...


class NoNames:
    """A block without names: every operand is shown by its address."""

    def name_of(self, area: Area, byte: int, bit: int, width: int) -> str | None:  # noqa: ARG002 — the protocol's
        """Return None."""
        return None
