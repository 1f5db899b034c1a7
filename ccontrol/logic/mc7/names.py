"""What a block calls its own operands: the seam between its interface and its statement list."""

from enum import Enum
from typing import Protocol


class Area(Enum):
    """Where the operands lie that an interface can name."""

    PARAMETER = "V"
    """A parameter of the calling block, which code reaches by its ordinal alone."""
    LOCAL = "L"
    """Bytes of the local stack: TEMP."""
    INSTANCE = "DI"
    """Bytes of the instance DB as AR2 finds them: IN, OUT, IN_OUT and STAT of a FB."""


class Names(Protocol):
    """The names that one block's interface gives."""

    @property
    def of_instance(self) -> bool:
        """Tell whether any of them may be of an INSTANCE."""
        ...

    def name_of(self, area: Area, byte: int, bit: int, width: int) -> str | None:
        """Return the name of the operand of `width` bits that begins there, without the "#".

        Of a PARAMETER `byte` is its ordinal, from 0; `bit` and `width` are 0 then. None where no
        declared variable of that very width begins at that very place.
        """
        ...


class OutsideInstance:
    """The names of an interface but for those of its instance.

    For code that opens another instance DB or moves AR2: there an access through both need not be
    to its own instance, and a name would be a guess.
    """

    of_instance = False

    def __init__(self, names: Names) -> None:
        self._names = names

    def name_of(self, area: Area, byte: int, bit: int, width: int) -> str | None:
        """Return the name of a parameter or local; None for whatever is in the instance."""
        return None if area is Area.INSTANCE else self._names.name_of(area, byte, bit, width)
