"""The diagnostic status of a processor (06/03), in its two forms. Pure.

MicroLogix and SLC: 1770-6.5.16, pages 10-3, 10-4 and 10-6; held against a recording of a 1766-LEC
that was stopped, started and forced. There the lower bits of the fifth byte are S:62, the revision
of the hardware, and not the firmware as the manual has it. PLC-5: pages 10-21 and 10-22, and from
byte 19 on the manual of the PLC-5/VME, page 6-7; no recording. Bytes are counted from 0 here.
"""

import struct
from typing import NamedTuple

from ccontrol.drivers.enip.identity import label
from ccontrol.errors import GarbledError

_EXTENDED_TYPE, _PLC5 = 0xEE, 0xEB
_SLC = struct.Struct("<BBBBB11sHHHBB")
_PLC5_HEAD = struct.Struct("<BBBIBBBBHHBBB")
_PLC5_EDITED = struct.Struct("<BHH6H")
_NO_OWNER = 0x3F
_KEY_HOLDS = 0x10
_PROGRAM_KEYS = frozenset({0x10, 0x11})

_MODES = {
    0x00: "download (stopped)",
    0x01: "program (stopped)",
    0x03: "suspended (stopped)",
    0x06: "run",
    0x07: "test, continuous scan (outputs stopped)",
    0x08: "test, single scan (outputs stopped)",
    0x09: "test, single step (outputs stopped)",
    0x10: "download (stopped)",
    0x11: "program (stopped)",
    0x1B: "suspended (stopped)",
    0x1E: "run",
}
_PLC5_MODES = {
    0: ("program (stopped)", "program"),
    2: ("run", "run"),
    4: ("program (stopped)", "remote"),
    5: ("test (outputs stopped)", "remote"),
    6: ("run", "remote"),
}
_DOWNLOADS = frozenset({0x00, 0x10})


class Status(NamedTuple):
    """What a processor says of itself in one reply."""

    family: str
    """"slc" (MicroLogix too) or "plc5": how its files are read."""
    mode: str
    key: str
    """"remote", "program" or "run"; "" when it cannot be told."""
    downloading: bool
    edits: str
    """"none", "in the processor" or "being tested"."""
    forces_enabled: bool
    forces_installed: bool
    processor: int
    """Its number in the list of extended processor types."""
    series: int
    revision: int
    locked: bool
    corrupt: bool
    bulletin: str = ""
    faulted: bool = False
    major_error: int | None = None
    owner: int | None = None
    """Node that owns the program; None for none."""
    program_id: int | None = None
    ram_kb: int | None = None
    edited: str | None = None
    """When a PLC-5 was edited last, by its own clock; None where it does not tell."""
    data_files: int | None = None
    program_files: int | None = None


def status(data: bytes) -> Status:
    """Read one diagnostic status. Raises GarbledError for one of no known form."""
    kind = data[1] if len(data) > 1 else 0
    if kind == _EXTENDED_TYPE and len(data) >= _SLC.size:
        return _slc(data)
    if kind == _PLC5 and len(data) >= _PLC5_HEAD.size:
        return _plc5(data)
    raise GarbledError(f"a diagnostic status of no known form: {data[:32].hex()}")


def _slc(data: bytes) -> Status:
    edits, _, _, processor, made, name, error, word, program_id, ram_kb, last = _SLC.unpack_from(
        data
    )
    low = word & 0x1F
    return Status(
        family="slc",
        mode=_MODES.get(low, f"unknown 0x{low:02x} (perhaps stopped)"),
        key=_key(low),
        downloading=low in _DOWNLOADS,
        edits=_edits(bool(edits & 0x40), bool(edits & 0x80)),
        forces_enabled=bool(word & 0x20),
        forces_installed=bool(word & 0x40),
        processor=processor,
        series=made >> 5,
        revision=made & 0x1F,
        locked=bool(word & 0x4000),
        corrupt=bool(last & 1),
        bulletin=label(name),
        faulted=bool(word & 0x2000),
        major_error=error,
        owner=None if last >> 2 == _NO_OWNER else last >> 2,
        program_id=program_id,
        ram_kb=ram_kb,
    )


def _key(mode: int) -> str:
    if not mode & _KEY_HOLDS:
        return "remote"
    return "program" if mode in _PROGRAM_KEYS else "run"


def _plc5(data: bytes) -> Status:
    (
        first, _, processor, memory, made, _, _, _, data_files, program_files, forces,
        protected, bad,
    ) = _PLC5_HEAD.unpack_from(data)  # fmt: skip
    low = first & 0x07
    mode, key = _PLC5_MODES.get(low, (f"unknown {low} (perhaps stopped)", ""))
    downloading = bool(first & 0x10)
    return Status(
        family="plc5",
        mode="download (stopped)" if downloading else mode,
        key=key,
        downloading=downloading,
        edits=_edits(bool(first & 0xC0), False),
        forces_enabled=bool(forces & 0x01),
        forces_installed=bool(forces & 0x10),
        processor=processor,
        series=made >> 5,
        revision=made & 0x1F,
        locked=bool(protected),
        corrupt=bool(bad),
        faulted=bool(first & 0x08),
        ram_kb=memory // 1024,
        edited=_edited(data[_PLC5_HEAD.size :]),
        data_files=data_files,
        program_files=program_files,
    )


def _edited(rest: bytes) -> str | None:
    if len(rest) < _PLC5_EDITED.size:
        return None
    *_, second, minute, hour, day, month, year = _PLC5_EDITED.unpack_from(rest)
    return f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}"


def _edits(tested: bool, there: bool) -> str:
    if tested:
        return "being tested"
    return "in the processor" if there else "none"
