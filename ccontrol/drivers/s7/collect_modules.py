"""Which system status lists tell of the controller's log, identity and modules, and asking them.

Driven by list 0000, in which a CPU names the lists that it answers: one that lacks a part is not
asked for it. A CPU that does not answer 0000 itself is asked for what every S7-300 has.
"""

from ccontrol.drivers.s7.conversation import Conversation

DIRECTORY, LOG = (0x0000, 0), (0x00A0, 0)
IDENTITY = ((0x0011, 0), (0x001C, 0))
MODULES = (0x0091, 0x0591, 0x0A91, 0x0092, 0x0292, 0x0692, 0x0094, 0x0294, 0x0694)
"""Asked with index 0 where 0000 names them: modules, submodules, DP masters, racks and stations
of the CPU itself (92) and of PROFINET (94): configured, present, faulty."""
RACK = 0x0D91
"""Modules of one rack, by its number; asked where 0091 does not give them all at once."""
WITHOUT_DIRECTORY = frozenset({0x0011, 0x001C, 0x0591, 0x0A91, 0x0D91, 0x0092})
_EVERYWHERE, _RACKS = 0x0091, 0x0092
_MOST_RACKS = 22
"""Of a S7-400: the central one and 21 expansions. A S7-300 has 4."""
_SZL_HEADER = 8


async def ask(talk: Conversation) -> None:
    """Ask for log, identity and modules."""
    await talk.szl(*LOG)
    listed = _directory((await talk.szl(*DIRECTORY)).payload()) or WITHOUT_DIRECTORY
    for number, index in IDENTITY:
        if number in listed:
            await talk.szl(number, index)
    racks: tuple[int, ...] = (0,)
    for number in MODULES:
        if number in listed:
            answer = await talk.szl(number, 0)
            if number == _RACKS:
                racks = _configured_racks(answer.payload())
    if RACK in listed and _EVERYWHERE not in listed:
        for rack in racks:
            await talk.szl(RACK, rack)


def _directory(payload: bytes) -> frozenset[int]:
    words = payload[_SZL_HEADER:]
    return frozenset(int.from_bytes(words[at : at + 2], "big") for at in range(0, len(words), 2))


def _configured_racks(payload: bytes) -> tuple[int, ...]:
    """Read the bit field of list 0092 index 0: bit n of byte n // 8 is rack n."""
    bits = int.from_bytes(payload[_SZL_HEADER : _SZL_HEADER + 4], "little")
    return tuple(rack for rack in range(_MOST_RACKS) if bits >> rack & 1) or (0,)
