"""System data blocks as text: what is known of them, everything else as bytes.

Seen in the SDBs that TIA Portal V13 loads into a CPU 315-2 PN/DP, and in an upload of one by
STEP 7 (public captures). Each layout is believed only where the whole of a block fits it.
"""

import zlib
from collections.abc import Iterator
from typing import NamedTuple

from ccontrol.logic.hexdump import hexdump
from ccontrol.logic.mc7.block import Block, text
from ccontrol.logic.printable import printable

_NAMES, _TIME_TABLE = 0, 4
_NAMES_BEGIN, _NAME_BYTES = 0x1E, 24
_FIRST_RECORD_BYTES = 0x1C
_ENTRY_BYTES, _ENTRY_TIME, _LISTS = 12, 6, 3
_RACK_HEAD_BYTES = 14
_MOST_TEXT_BYTES = 1 << 20


class Section(NamedTuple):
    """One part of the text: lines of what was understood, or of bytes."""

    title: str
    lines: tuple[str, ...]
    is_known: bool = True
    """False of bytes that are shown as they are."""


def sdb_sections(block: Block) -> Iterator[Section]:
    """Yield the text of a SDB part by part. Times of loading are left out."""
    number = block.header.number
    if number == _NAMES and (names := _names(block.body)):
        yield Section("names", names)
    if number == _TIME_TABLE and (entries := time_entries(block.body)) is not None:
        yield Section("SDBs that belong together, without their times", _listed(block, entries))
    elif block.body:
        yield _bytes("body", block.body)
    if block.interface:
        yield _bytes("interface", block.interface)
    if rack := _rack(block.additional):
        yield _bytes("additional, head", block.additional[:_RACK_HEAD_BYTES])
        yield Section("configured rack", rack)
    elif block.additional:
        yield _bytes("additional", block.additional)


def time_entries(body: bytes) -> tuple[int, ...] | None:
    """Return where the entries of a SDB4 begin; each ends with a time. None in another layout.

    Layout of the SDB4 of a CPU 315-2 PN/DP: 2 bytes, three offsets into the body, and at each of
    them a list: number of entries, size of an entry (12), entries: number of a SDB, two words, the
    time of loading.
    """
    ends, entries = [2 + 2 * _LISTS], list[int]()
    for at in range(2, 2 + 2 * _LISTS, 2):
        start = int.from_bytes(body[at : at + 2], "big")
        if start != ends[-1] or start + 2 > len(body) or body[start + 1] != _ENTRY_BYTES:
            return None
        ends.append(start + 2 + body[start] * _ENTRY_BYTES)
        entries += range(start + 2, ends[-1], _ENTRY_BYTES)
    return tuple(entries) if ends[-1] == len(body) else None


def time_of_entry(entry: int) -> slice:
    """Return where the time of the entry that begins there lies."""
    return slice(entry + _ENTRY_TIME, entry + _ENTRY_BYTES)


def _listed(block: Block, entries: tuple[int, ...]) -> tuple[str, ...]:
    numbers = ((int.from_bytes(block.body[at : at + 2], "big"), at) for at in entries)
    return tuple(
        f"SDB{number} {block.body[at + 2 : at + _ENTRY_TIME].hex(' ', 2)}" for number, at in numbers
    )


def _names(body: bytes) -> tuple[str, ...]:
    """Return the names of station and CPU; none where the first record has another size."""
    ends = [_NAMES_BEGIN + _NAME_BYTES, _NAMES_BEGIN + 2 * _NAME_BYTES]
    if len(body) < ends[1] or body[0] != _FIRST_RECORD_BYTES:
        return ()
    station, cpu = (text(body[end - _NAME_BYTES : end]) for end in ends)
    return (f"station = {printable(station)}", f"cpu = {printable(cpu)}")


def _rack(additional: bytes) -> tuple[str, ...]:
    """Return the text of the rack that a TIA Portal leaves in SDB1; none where there is none."""
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(additional[_RACK_HEAD_BYTES:], _MOST_TEXT_BYTES)
    except zlib.error:
        return ()
    if not unpacker.eof or len(unpacker.unused_data) > 1:
        return ()
    shown = data.decode("latin-1").split("\r\n")
    return tuple(printable(line).rstrip() for line in shown)


def _bytes(title: str, data: bytes) -> Section:
    return Section(
        f"{title}, {len(data)} bytes", tuple(map(str.rstrip, hexdump(data))), is_known=False
    )
