"""The CPU's own word for its program: XOR over the lengths and checksums of its blocks. Pure.

DBs that the running program made for itself (SFC 22) come and go without any engineer. Whether a
CPU counts them in its word is not known: so its word may follow from its blocks with or without
them. Holds no judgement (judgements.py) and no question (collect_blocks.py).
"""

from collections.abc import Iterable
from typing import NamedTuple

from ccontrol.drivers.s7.pdu import INFO_BYTES

PROGRAM_TYPES = frozenset({"OB", "FB", "FC", "DB"})
_LENGTH, _CRC = slice(40, 42), slice(68, 70)
"""Within an info: six bytes, the block's header of 36, the footer."""


class Word(NamedTuple):
    """What a CPU tells, or what follows from blocks."""

    length: int
    crc: int

    def beside(self, other: "Word") -> "Word":
        """Return the word over the blocks of both; of one alone, taken out of both."""
        return Word(self.length ^ other.length, self.crc ^ other.crc)


NOTHING = Word(0, 0)


def word_of(infos: Iterable[bytes]) -> Word:
    """Return the word that follows from whole block infos; one of another length adds nothing."""
    length = crc = 0
    for info in infos:
        if len(info) == INFO_BYTES:
            length ^= int.from_bytes(info[_LENGTH])
            crc ^= int.from_bytes(info[_CRC])
    return Word(length, crc)
