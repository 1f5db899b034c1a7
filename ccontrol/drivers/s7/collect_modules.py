"""Which system status lists tell of the controller's log, identity and modules, and asking them.

Driven by list 0000, in which a CPU names the lists that it answers: one that lacks a part is not
asked for it. A CPU that does not answer 0000 itself is asked for what every S7-300 has.
Layouts: System and Standard Functions A5E00739858-01, chapter 33.25 to 33.27.
"""

from collections.abc import Iterable, Iterator

from ccontrol.drivers.s7.conversation import Conversation

DIRECTORY, LOG = (0x0000, 0), (0x00A0, 0)
IDENTITY = ((0x0011, 0), (0x001C, 0))
MODULES = (0x0091, 0x0591, 0x0A91)
"""Modules of all racks, submodules of the CPU, masters of its buses."""
RACK = 0x0D91
"""Modules of one rack, by its number; asked where 0091 does not give them all at once."""
RACKS = (0x0092, 0x0292, 0x0692)
"""Racks (index 0) and stations of a DP master: configured, present, faulty."""
EXTERNAL = (0x4092, 0x4292, 0x4692)
"""The same for a DP master on a card of its own."""
PROFINET: tuple[int, ...] = (0x0094, 0x0294, 0x0694)
WITHOUT_DIRECTORY = frozenset({0x0011, 0x001C, 0x0591, 0x0A91, 0x0D91, 0x0092})
_EVERYWHERE, _MASTERS = 0x0091, 0x0A91
_MOST_RACKS = 22
"""Of a S7-400: the central one and 21 expansions. A S7-300 has 4."""
_MOST_BUSES = 32
_SZL_HEADER, _MODULE_RECORD = 8, 16
_PROFINET, _FIRST_PROFINET = 0x8000, 100


async def ask(talk: Conversation) -> None:
    """Ask for log, identity and modules."""
    await talk.szl(*LOG)
    listed = _directory((await talk.szl(*DIRECTORY)).payload) or WITHOUT_DIRECTORY
    for number, index in IDENTITY:
        if number in listed:
            await talk.szl(number, index)
    buses: list[tuple[int, int]] = []
    for number in (one for one in MODULES if one in listed):
        answer = await talk.szl(number, 0)
        if number == _MASTERS:
            buses = list(_buses(answer.payload))[:_MOST_BUSES]
    racks = await _ask_stations(talk, listed, [*((number, 0) for number in RACKS), *buses])
    if RACK in listed and _EVERYWHERE not in listed:
        for rack in racks:
            await talk.szl(RACK, rack)


async def _ask_stations(
    talk: Conversation, listed: frozenset[int], wanted: Iterable[tuple[int, int]]
) -> tuple[int, ...]:
    """Ask for racks and stations; return the numbers of the racks that are configured."""
    racks: tuple[int, ...] = (0,)
    for number, index in wanted:
        if number in listed:
            answer = await talk.szl(number, index)
            if (number, index) == (RACKS[0], 0):
                racks = _configured_racks(answer.payload)
    return racks


def _directory(payload: bytes) -> frozenset[int]:
    words = payload[_SZL_HEADER:]
    return frozenset(int.from_bytes(words[at : at + 2], "big") for at in range(0, len(words), 2))


def _configured_racks(payload: bytes) -> tuple[int, ...]:
    """Read the bit field of list 0092 index 0: bit n of byte n // 8 is rack n."""
    bits = int.from_bytes(payload[_SZL_HEADER : _SZL_HEADER + 4], "little")
    return tuple(rack for rack in range(_MOST_RACKS) if bits >> rack & 1) or (0,)


def _buses(masters: bytes) -> Iterator[tuple[int, int]]:
    """Yield list and index for the stations of each bus that list 0A91 names a master of."""
    seen: set[int] = set()
    for at in range(_SZL_HEADER, len(masters) - 1, _MODULE_RECORD):
        place = int.from_bytes(masters[at : at + 2], "big")
        if place & _PROFINET:
            index, lists = _FIRST_PROFINET + (place >> 11 & 0x0F), PROFINET
        else:
            index, lists = place >> 8, (*RACKS, *EXTERNAL)
        if index and index not in seen:
            seen.add(index)
            yield from ((number, index) for number in lists)
