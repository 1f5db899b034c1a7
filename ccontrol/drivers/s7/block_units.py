"""Blocks as units: which facts people approve, what moves by itself, and the masked image.

Mask "s7/1" takes out of the image:
- the time stamps of code and interface (header 16..27) and the password (header 12..15);
- the body of a DB: it holds actual values while the CPU runs;
- the fill byte after an interface's initial values;
- in a SDB4 whose table has the known layout: the time of each entry, and the footer's checksum,
  which covers them. Every download of a hardware configuration moves them.
What is taken out stands in `moving` (times), `password` (sealed) or `values` (when asked for).
Recompiling moves the two times and nothing else in the blocks that are known.
"""

from ccontrol.logic.mc7.block import (
    FOOTER_CRC,
    OPEN_MARKS,
    PASSWORD,
    TIMES,
    Block,
    attribute_names,
    interface_parts,
    iso_time,
    language_name,
)
from ccontrol.logic.mc7.sdb import time_entries, time_of_entry
from ccontrol.model.aspect import Aspect
from ccontrol.model.secret import Seal, Sealed
from ccontrol.model.unit import Image, Unit, UnitId, Value, fields

MASK = "s7/1"

_TIME_TABLE = 4


def block_id(block_type: str, number: int) -> UnitId:
    """Return the id of a block's unit: "OB/OB1". Each type is a kind, with a list of its own."""
    return UnitId(block_type, f"{block_type}{number}")


def block_unit(block: Block, seal: Seal, fingerprint: str, *, keep_values: bool) -> Unit:
    """Turn a whole block into a unit. `keep_values`: hold on to a DB's actual values."""
    header, footer = block.header, block.footer
    is_db, times = header.type == "DB", _masked_times(block)
    crc = f"{footer.crc:04x}"
    name = f"{header.type}{header.number}"
    return Unit(
        block_id(header.type, header.number),
        Aspect.CONFIGURATION if header.type == "SDB" else Aspect.PROGRAM,
        f"{name} {footer.name}" if footer.name else name,
        fields(
            **_facts(block),
            crc=crc if times is None else None,
            protection=OPEN_MARKS.get(header.password),
            password=_password(header.password, seal),
        ),
        _image(block, times),
        fields(
            code_time=iso_time(header.code_stamp),
            interface_time=iso_time(header.interface_stamp),
            crc=crc if times is not None else None,
        ),
        block.body if is_db and keep_values else None,
        fingerprint,
    )


def _facts(block: Block) -> dict[str, Value]:
    header, footer = block.header, block.footer
    return {
        "additional_bytes": header.additional_bytes,
        "attributes": attribute_names(header.attributes),
        "author": footer.author,
        "family": footer.family,
        "format": header.format,
        "interface_bytes": header.interface_bytes,
        "language": language_name(header.language),
        "load_bytes": header.load_bytes,
        "local_bytes": header.local_bytes,
        "mc7_bytes": header.mc7_bytes,
        "name": footer.name,
        "version": footer.version,
    }


def _password(field: bytes, seal: Seal) -> Sealed | None:
    return None if field in OPEN_MARKS else seal.of(field)


def _image(block: Block, times: bytes | None) -> Image:
    header, footer = bytearray(block.raw_header), bytearray(block.raw_footer)
    header[TIMES] = bytes(TIMES.stop - TIMES.start)
    header[PASSWORD] = bytes(PASSWORD.stop - PASSWORD.start)
    if times is not None:
        footer[FOOTER_CRC] = bytes(2)
    body = b"" if block.header.type == "DB" else times or block.body
    parts = interface_parts(block.interface)
    declared, initial = (block.interface, b"") if parts is None else parts
    sections = (
        ("header", bytes(header)),
        ("body", body),
        ("interface", declared),
        ("initial", initial),
        ("additional", block.additional),
        ("footer", bytes(footer)),
    )
    return Image(MASK, tuple((name, data) for name, data in sections if data))


def _masked_times(block: Block) -> bytes | None:
    """Return a SDB4's table without its times, None for any other block or another layout."""
    if (block.header.type, block.header.number) != ("SDB", _TIME_TABLE):
        return None
    entries = time_entries(block.body)
    if entries is None:
        return None
    masked = bytearray(block.body)
    for entry in entries:
        time = time_of_entry(entry)
        masked[time] = bytes(time.stop - time.start)
    return bytes(masked)
