"""Units about the files of a MicroLogix or SLC, as its directory lists them.

Bytes of program files are shown as they are. Those of configuration files are sealed: among them
are the settings of mail, web and network services, whose layout is not known and which may hold
passwords. What data files hold is values, kept only where the configuration names the file.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ccontrol.drivers.pccc import directory as files
from ccontrol.drivers.pccc.answers import Answer, Answers, read_question
from ccontrol.drivers.pccc.data_files import RESERVED, name_of
from ccontrol.drivers.pccc.diagnostics import Status
from ccontrol.drivers.pccc.directory import Directory, Layout, Row
from ccontrol.drivers.pccc.refusals import why_not
from ccontrol.drivers.sights import Sights, joined, not_seen, seen, short
from ccontrol.errors import GarbledError
from ccontrol.model.aspect import Aspect
from ccontrol.model.secret import Seal
from ccontrol.model.snapshot import Listing, Read, Sighting, Unread
from ccontrol.model.unit import Image, Unit, UnitId, Value, fields

MASK = "pccc/1"
"""Nothing is masked: what moves by itself lies in data files (not proven of every file)."""
INVENTORY = UnitId("inventory", "files")
PROGRAM_FILE, CONFIG_FILE, FORCE_TABLE, DATA_FILE, FUNCTION_FILE = (
    "program-file", "config-file", "force-table", "data-file", "function-file",
)  # fmt: skip
KINDS = {
    files.PROGRAM: PROGRAM_FILE,
    files.CHANNELS: CONFIG_FILE,
    files.MODULES: CONFIG_FILE,
    files.DATA: DATA_FILE,
    files.FORCES: FORCE_TABLE,
    files.FUNCTIONS: FUNCTION_FILE,
}
"""Kind of unit by class of file; a class that is not among them is counted only."""
_COUNTED = {
    files.PROGRAM: "program_files",
    files.CHANNELS: "channel_files",
    files.MODULES: "module_files",
    files.DATA: "data_files",
    files.FORCES: "force_tables",
    files.FUNCTIONS: "function_files",
}
_GARBLED = Unread("its directory does not add up, or is laid out in a way that is not known")
_CUT = Unread("the poll ended before the directory was read", transient=True)
_LATER = Unread("a download is in progress: it is read when that is done", transient=True)
_ENDED = Unread("the poll ended before it was read", transient=True)
_UNSURE = Unread("the poll ended before it was known that nothing had moved", transient=True)
_WORD = struct.Struct("<HH")
_ALL_ONES = 0xFFFF


@dataclass(slots=True)
class FileSights:
    """All files of one poll."""

    sights: Sights = field(default_factory=Sights)
    moved: bool = False
    """The directory was another one at the end of the poll."""
    complete: bool = False
    """Directory and all program files were had."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What judging one file needs besides its row."""

    answers: Answers
    seal: Seal
    kept: frozenset[str]
    """Names of data files whose values are kept."""


def read_files(answers: Answers, told: Status, seal: Seal, kept: frozenset[str]) -> FileSights:
    """Judge every file that the directory names."""
    layout = files.layout_of(told.bulletin)
    heard = _directories(answers, layout)
    if not heard:
        return FileSights(_none(_LATER if told.downloading else _CUT))
    found, closing = heard[0], heard[-1] if len(heard) > 1 else _UNSURE
    if isinstance(found, Unread):
        return FileSights(_none(found))
    if isinstance(closing, Unread):
        return FileSights(_none(closing))
    look = _Look(answers, seal, kept)
    sights = joined((seen("inventory", (_inventory(found),)), _of_rows(found, look)))
    lost = [one for unit, one in sights.sightings.items() if unit.kind == PROGRAM_FILE]
    complete = all(isinstance(one, Read) for one in lost)
    return FileSights(sights, moved=found != closing, complete=complete)


def _none(why: Unread) -> Sights:
    lists = dict.fromkeys(KINDS.values(), short((), why))
    return joined((not_seen(why, INVENTORY), Sights({}, lists)))


def _directories(answers: Answers, layout: Layout) -> list[Directory | Unread]:
    """Return the directory each time it was read: in the beginning, and at the end."""
    heads = answers.of(read_question(layout.type, 0, 0, 2 * files.HEAD_WORDS))
    firsts = answers.of(read_question(layout.type, 0, layout.after, files.FIRST_BYTES))
    found: list[Directory | Unread] = []
    for head, first in zip(heads, firsts, strict=False):
        why = why_not(head) or why_not(first)
        found.append(why or _directory(answers, layout, head, first))
    return found


def _directory(answers: Answers, layout: Layout, head: Answer, first: Answer) -> Directory | Unread:
    try:
        word, size = files.rest_of(layout, first.data)
        if not size:
            return files.directory(layout, head.data, first.data)
        told = answers.of(read_question(layout.type, 0, word, size))
        more = next((one for one in told if one.position == first.position + 1), None)
        if more is None:
            return _CUT
        return why_not(more) or files.directory(layout, head.data, first.data + more.data)
    except GarbledError:
        return _GARBLED


def _inventory(found: Directory) -> Unit:
    counts = {name: len(found.of_class(kind)) for kind, name in _COUNTED.items()}
    title = f"files of program {found.name}"
    return Unit(INVENTORY, Aspect.INVENTORY, title, fields(program=found.name, **counts))


def _of_rows(found: Directory, look: _Look) -> Sights:
    rows = [row for row in found.rows if row.kind in KINDS and row.type != RESERVED]
    sightings: dict[UnitId, Sighting] = {
        UnitId(KINDS[row.kind], name_of(row)): _sighting(row, look) for row in rows
    }
    keys: dict[str, set[str]] = {kind: set() for kind in KINDS.values()}
    for unit in sightings:
        keys[unit.kind].add(unit.key)
    lists = {kind: Listing(frozenset(names), complete=True) for kind, names in keys.items()}
    return Sights(sightings, lists)


def _sighting(row: Row, look: _Look) -> Sighting:
    data = _content(row, look)
    return data if isinstance(data, Unread) else Read(_unit(row, data, look))


def _content(row: Row, look: _Look) -> bytes | Unread | None:
    """Return the bytes of a file; None of one whose bytes are nobody's business here."""
    wanted = row.kind != files.FUNCTIONS and (row.kind != files.DATA or name_of(row) in look.kept)
    if not wanted:
        return None
    if not row.size:
        return b""
    answers = look.answers.of(read_question(row.type, row.number, 0, row.size))
    if not answers:
        return _ENDED
    return why_not(answers[-1]) or answers[-1].data


def _unit(row: Row, data: bytes | None, look: _Look) -> Unit:
    unit, title = UnitId(KINDS[row.kind], name_of(row)), f"file {name_of(row)}"
    told: dict[str, Value] = {"size": row.size, "type": f"{row.type:02x}"}
    if row.kind == files.PROGRAM:
        image = Image(MASK, (("code", data or b""),))
        moving = fields(check=f"{row.check:04x}")
        return Unit(unit, Aspect.PROGRAM, title, fields(**told), image, moving)
    if row.kind == files.DATA:
        return Unit(unit, Aspect.INVENTORY, title, fields(**told), values=data)
    if row.kind == files.FORCES:
        forced = _forced(data or b"")
        return Unit(unit, Aspect.PROGRAM, _title_of_forces(row), fields(**told | forced))
    if row.kind == files.FUNCTIONS:
        return Unit(unit, Aspect.INVENTORY, title, fields(**told))
    content = look.seal.of(data or b"")
    return Unit(unit, Aspect.CONFIGURATION, title, fields(**told, content=content))


def _title_of_forces(row: Row) -> str:
    return {0: "forced outputs", 1: "forced inputs"}.get(row.number, "forces")


def _forced(table: bytes) -> dict[str, Value]:
    """Name the bits that are forced: a word that forces on and one that forces off for each word.

    A bit is forced on by a one in the first, off by a zero in the second (recording: two inputs of
    a 1766-LEC forced on and freed again; off is inferred).
    """
    whole = table[: len(table) - len(table) % _WORD.size]
    pairs = list(_WORD.iter_unpack(whole))
    return {
        "forced_on": tuple(_bits(on for on, _ in pairs)),
        "forced_off": tuple(_bits(_ALL_ONES & ~off for _, off in pairs)),
    }


def _bits(words: Iterable[int]) -> Iterator[str]:
    for place, word in enumerate(words):
        yield from (f"word {place} bit {bit}" for bit in range(16) if word >> bit & 1)
