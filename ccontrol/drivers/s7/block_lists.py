"""Which blocks a controller declares: its lists of blocks by type, held against its own counts."""

import struct
from collections.abc import Mapping
from typing import NamedTuple

from ccontrol.drivers.s7.answers import Answers
from ccontrol.drivers.s7.pdu import BLOCK_TYPES
from ccontrol.drivers.s7.refusals import NO_BLOCK_OF_TYPE, refused
from ccontrol.logic.mc7.block import CREATED_BY_PROGRAM
from ccontrol.model.snapshot import Unread

_ENTRY = struct.Struct(">HBB")
_MOST_BYTES = 4 * 16_384
"""A CPU 417 has 16,000 DBs at most, and fewer of every other type."""
_TOO_LONG = Unread("its list is longer than any CPU's")
_NOT_ASKED = Unread("the poll ended before its list was read", transient=True)


class BlockList(NamedTuple):
    """The blocks of one type."""

    numbers: frozenset[int]
    """Of blocks that are units: a DB that the program made itself is none."""
    why: Unread | None
    """Why the list is not complete; None when it is."""
    made: frozenset[int] = frozenset()
    """Of DBs that the program made itself, as the list says."""


def read_lists(answers: Answers, counts: tuple[dict[str, int], ...]) -> Mapping[str, BlockList]:
    """Return the list of each type, {} when no list was asked for at all.

    `counts` are the declared numbers of blocks, by type in small letters, each time they were told.
    """
    if not any(answers.asked(f"list {code:02X}") for code in BLOCK_TYPES.values()):
        return {}
    return {
        name: _list(
            answers, name, code, [told[key] for told in counts if (key := name.lower()) in told]
        )
        for name, code in BLOCK_TYPES.items()
    }


def _list(answers: Answers, name: str, code: int, declared: list[int]) -> BlockList:
    answer = answers.last(f"list {code:02X}")
    if answer is None:
        return BlockList(frozenset(), None if declared[-1:] == [0] else _NOT_ASKED)
    payload = answer.payload
    if answer.error and answer.error != NO_BLOCK_OF_TYPE:
        return BlockList(frozenset(), refused(answer.error))
    if len(payload) > _MOST_BYTES:
        return BlockList(frozenset(), _TOO_LONG)
    if answer.fault or len(payload) % _ENTRY.size:
        return BlockList(frozenset(), Unread("its list is garbled or breaks off", transient=True))
    entries = list(_ENTRY.iter_unpack(payload))
    made = frozenset(number for number, _, lang in entries if _made_itself(name, lang))
    numbers = frozenset(number for number, _, _ in entries) - made
    return BlockList(numbers, _disagreement(name, len(entries), len(numbers), declared), made)


def _made_itself(name: str, language: int) -> bool:
    """Only DBs come and go by themselves; a FB that claims to is listed like any other."""
    return name == "DB" and language == CREATED_BY_PROGRAM


def _disagreement(name: str, listed: int, units: int, declared: list[int]) -> Unread | None:
    """Hold a list against the count of it; without a count there is nothing to hold it against.

    Where the program makes DBs itself, one may have come in between: only then it is passing.
    """
    if not declared or listed in declared:
        return None
    return Unread(
        f"the CPU lists more or fewer {name}s than it declares", transient=listed != units
    )
