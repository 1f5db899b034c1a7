"""System status lists: a list's records, and what those about the CPU itself mean.

Pure and total: bytes that are not such a list raise GarbledError. Layouts: System Software for
S7-300/400, A5E00739858-01, chapter 33, each held against captures of a CPU 315-2 PN/DP, an IM151-8
and a C snap7 server. Modules and stations: modules.py. Diagnostic buffer: diagnostics.py.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from ccontrol.errors import GarbledError
from ccontrol.logic.mc7.block import text

_LIST_HEADER = struct.Struct(">4H")
_PROTECTION = struct.Struct(">BB6H2s4s4s")
_PROTECTION_RECORD = 24
"""What is read of a record; the rest is another one with every poll (02000000, 02000015 …)."""
MOST_BYTES, MOST_RECORDS = 65_536 + _LIST_HEADER.size, 4_096
"""Longer is no list of any CPU: the diagnostic buffer of a large S7-400 has 3,200 records of 20."""
_NAME_RECORD, _IDENTITY_RECORD, _MODE_RECORD = 34, 28, 4
_OF_H_CPU = 0xF0
"""High nibble of an index's first byte when the CPU is a H CPU; the rack is in its low 3 bits."""

MODES = {
    0x0: "unknown",
    0x1: "STOP (update)",
    0x2: "STOP (memory reset)",
    0x3: "STOP (initialisation)",
    0x4: "STOP",
    0x5: "STARTUP (cold restart)",
    0x6: "STARTUP (warm restart)",
    0x7: "STARTUP (hot restart)",
    0x8: "RUN",
    0x9: "RUN (redundant)",
    0xA: "HOLD",
    0xB: "LINK-UP",
    0xC: "UPDATE",
    0xD: "DEFECTIVE",
    0xE: "SELFTEST",
    0xF: "NO POWER",
}
_MODE_SWITCH = {0: "undefined", 1: "RUN", 2: "RUN-P", 3: "STOP", 4: "MRES"}
_START_SWITCH = {0: "undefined", 1: "cold or warm restart", 2: "hot restart"}


class Words(NamedTuple):
    """The CPU's own checksum words: XOR over the MC7 lengths and over the CRCs of its blocks."""

    hardware_length: int
    hardware_crc: int
    program_length: int
    program_crc: int


class Protection(NamedTuple):
    """One record of SZL 0232 or 0132, index 4."""

    rack: int | None
    """None for a CPU that is not redundant."""
    master: bool
    switch_level: int
    """Protection level that the mode selector sets."""
    configured_level: int
    """0: no password was configured."""
    valid_level: int
    mode_switch: str
    start_switch: str
    words: Words | None
    """None when the CPU does not vouch for them."""


class Identity(NamedTuple):
    """One record of SZL 0011."""

    part: int
    order_number: str
    module_type: int
    version: bytes
    """Four bytes whose meaning depends on the index."""


def records(payload: bytes, number: int) -> tuple[bytes, ...]:
    """Return the records of a whole list.

    Raises GarbledError when it is another list, or when bytes declared and bytes received differ.
    """
    if len(payload) < _LIST_HEADER.size:
        raise GarbledError("a system status list without its header")
    found, _, length, count = _LIST_HEADER.unpack_from(payload)
    body = payload[_LIST_HEADER.size :]
    if found != number:
        raise GarbledError(f"asked for the system status list {number:04x}, got {found:04x}")
    if count > MOST_RECORDS or len(payload) > MOST_BYTES:
        raise GarbledError(f"list {number:04x} is longer than any CPU's: {count} records")
    if length * count != len(body) or (count and not length):
        raise GarbledError(
            f"list {number:04x}: {count} records of {length} bytes declared, {len(body)} received"
        )
    return tuple(body[at : at + length] for at in range(0, len(body), length or 1))


def protections(payload: bytes, number: int) -> tuple[Protection, ...]:
    """Read protection, switches and checksum words; one record for each CPU of a H system."""
    return tuple(map(_protection, _of_length(payload, number, _PROTECTION_RECORD)))


def master(records: tuple[Protection, ...]) -> Protection:
    """Return the record of the CPU in charge; the only one, unless the CPU is a H CPU."""
    return next((one for one in records if one.master), records[0])


def identities(payload: bytes) -> tuple[Identity, ...]:
    """Read what the parts of a CPU are: 1 module, 6 hardware, 7 firmware, 81 boot loader."""
    return tuple(
        Identity(
            int.from_bytes(record[:2], "big"),
            text(record[2:22]),
            int.from_bytes(record[22:24], "big"),
            record[24:28],
        )
        for record in _of_length(payload, 0x0011, _IDENTITY_RECORD)
    )


def names(payload: bytes) -> tuple[tuple[int, bytes], ...]:
    """Read names and serial numbers: the index of each, and its 32 bytes."""
    return tuple(
        (int.from_bytes(record[:2], "big"), record[2:])
        for record in _of_length(payload, 0x001C, _NAME_RECORD)
    )


def modes(payload: bytes) -> tuple[str, ...]:
    """Read the operating mode; one record for each CPU of a H system.

    The mode before it, the event and the time stamp of a record are left out: they move alone.
    """
    return tuple(MODES[record[3] & 0x0F] for record in _of_length(payload, 0x0424, _MODE_RECORD))


def rack_of(index: int) -> int | None:
    """Return the rack that the index of a H CPU's record names, None for any other CPU."""
    return index >> 8 & 7 if index >> 8 & 0xF0 == _OF_H_CPU else None


def _of_length(payload: bytes, number: int, least: int) -> Iterator[bytes]:
    for record in records(payload, number):
        if len(record) < least:
            raise GarbledError(f"a record of list {number:04x} has {len(record)} bytes")
        yield record


def _protection(record: bytes) -> Protection:
    place, _, switch, configured, valid, mode, start, _, mark, hardware, program = (
        _PROTECTION.unpack_from(record)
    )
    words = Words(*struct.unpack("<4H", hardware + program)) if mark == b"VV" else None
    return Protection(
        rack_of(place << 8),
        bool(place & 8),
        switch,
        configured,
        valid,
        _MODE_SWITCH.get(mode, f"0x{mode:04x}"),
        _START_SWITCH.get(start, f"0x{start:04x}"),
        words,
    )
