"""Logs of other sensors that a site follows: read as they grow, handed in, never twice.

Where each was read up to lies in a file of its own, written once what was read is durable: a kill
in between has it read again, and an event that stands in the log of witnesses already is not taken.
"""

import hashlib
import json
import logging
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from io import BytesIO
from pathlib import Path

from ccontrol.clock import Clock
from ccontrol.config.settings import FollowedLog
from ccontrol.errors import BadFileError, StoreError
from ccontrol.model.engineering import EngineeringEvent
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.witness import Watch
from ccontrol.poll.intake import Intake
from ccontrol.poll.overview import WitnessKind, WitnessStatus
from ccontrol.poll.site import OpenSite
from ccontrol.poll.tail import Piece, Place, grown
from ccontrol.poll.threads import in_its_own_thread
from ccontrol.sources.files import Reading, read
from ccontrol.sources.wire.table import Watchlist
from ccontrol.store import durable

FILES_AT_MOST = 64
"""So many files of a pattern, by name, are followed."""
PASSED_AT_MOST = 16
"""So many lines at the beginning of a piece may be of no log that is known."""
_ABSENT = "no such file is there yet"
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _File:
    """One file that is followed."""

    path: Path
    place: Place
    grew_at: datetime
    """When it was last found to have grown, or to be there."""
    stalled: bool = False
    told: str = ""
    """What was told of it last."""
    unread: str = ""
    """Why it cannot be read, or kept, just now."""
    senseless: str = ""
    """Why the newest of it says nothing."""


class Followed:
    """One [[site.source]] of a site. Lives in the engine's loop; files are read beside it."""

    def __init__(self, site: OpenSite, source: FollowedLog, intake: Intake, clock: Clock) -> None:
        self.source = source
        self.site = site
        self._intake = intake
        self._clock = clock
        self._files: dict[Path, _File] = {}
        self._is_missed = False

    @property
    def standing(self) -> WitnessStatus:
        """Return how it stands, as far as no watch says it."""
        files = self._files.values()
        trouble = next((why for file in files if (why := file.unread or file.senseless)), "")
        if not files:
            trouble = _ABSENT
        elif all(file.stalled for file in files):
            newest = max(file.grew_at for file in files)
            trouble = trouble or f"it has not grown since {newest:%Y-%m-%d %H:%M:%S} UTC"
        kind, name = WitnessKind.LOG, self.source.name
        return WitnessStatus(kind, name, self.source.path, not trouble, trouble=trouble)

    async def look(self) -> None:
        """Take in what is new. What cannot be read or kept is told once, and tried again."""
        for path in await in_its_own_thread(partial(_found, self.source.path)):
            if path not in self._files:
                place = await in_its_own_thread(partial(_stored, self._mark(path)))
                self._files[path] = _File(path, place, self._clock.now())
        self._miss()
        for file in tuple(self._files.values()):
            try:
                await self._look_at(file)
            except (OSError, StoreError) as error:
                file.unread = str(error)
                self._tell(file, str(error))
            else:
                file.unread = ""

    async def _look_at(self, file: _File) -> None:
        pieces = grown(file.path, file.place)
        while (piece := await in_its_own_thread(partial(next, pieces, None))) is not None:
            try:
                reading = await in_its_own_thread(partial(_read, piece, file.path.name))
                await self._take(file, piece, reading)
            except BadFileError as error:  # it says nothing: what comes after may
                file.senseless = str(error)
                self._tell(file, str(error))
            else:
                file.senseless = ""
            place, mark = piece.after, self._mark(file.path)
            await in_its_own_thread(partial(_store, mark, file.path, place))
            file.place = place
        now = self._clock.now()
        if (now - file.grew_at).total_seconds() >= self.source.stall_s and not file.stalled:
            file.stalled = True
            self._tell(file, f"it has not grown since {file.grew_at:%Y-%m-%d %H:%M:%S} UTC")

    async def _take(self, file: _File, piece: Piece, reading: Reading) -> None:
        """Hand in the events of a piece, and that somebody watched while it was written."""
        wanted = self.source.format
        if wanted not in {"auto", reading.witness.value}:
            raise BadFileError(f"it is a log of {reading.witness.value}, not of {wanted}")
        await self._intake.take(reading.events, self.source.name)
        now = self._clock.now()
        if not file.stalled:
            seen = Watch(self.source.name, file.grew_at, now, reading.items, 0)
            await self._intake.take([seen], self.source.name, self.site)
        file.grew_at, file.stalled = now, False
        for note in filter(None, (piece.lost, *reading.notes)):
            self._tell(file, note)

    def _tell(self, file: _File, what: str) -> None:
        """Say it once, in the log and in the journal: a gap in what is heard."""
        kind = what.lstrip("0123456789 ")  # "3 lines could not be read", then 5: one complaint
        if kind == file.told:
            return
        file.told = kind
        self._note(f"the log {file.path.name} of {self.source.name}: {what}", file.path)

    def _miss(self) -> None:
        """Say once that there is no log at all: a path that is mistyped must not look quiet."""
        if not self._files and not self._is_missed:
            path = Path(self.source.path)
            self._note(f"the log {path.name} of {self.source.name}: {_ABSENT}", path)
        self._is_missed = not self._files

    def _note(self, reason: str, path: Path) -> None:
        _log.warning("%s site=%s path=%s", reason, self.site.name, path)
        self.site.note(JournalEntry(self._clock.now(), "", Outcome.FAILED, reason=reason))

    def _mark(self, path: Path) -> Path:
        name = hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).hexdigest()[:32]
        return self.site.places.followed / f"{name}.json"


def _found(pattern: str) -> list[Path]:
    path = Path(pattern)
    try:
        found = sorted(each for each in path.parent.glob(path.name) if each.is_file())
    except OSError:
        return []
    return found[:FILES_AT_MOST]


def _read(piece: Piece, name: str) -> Reading:
    """Read a piece. Raises BadFileError when its first lines are of no log that is known.

    By its first line a log is known: one that is spoiled must not hide those after it.
    """
    content, passed = piece.content, 0
    while True:
        try:
            found = read(BytesIO(piece.head.encode() + content), name, Watchlist())
        except BadFileError:
            _, _, content = content.partition(b"\n")
            passed += 1
            if passed > PASSED_AT_MOST or not content:
                raise
        else:
            by = piece.number - 1 - piece.head.count("\n") + passed
            notes = (f"{passed} lines could not be read and were passed over",) if passed else ()
            events = tuple(_numbered(event, by) for event in found.events)
            return replace(found, events=events, notes=(*notes, *found.notes))


def _numbered(event: EngineeringEvent, by: int) -> EngineeringEvent:
    """Return an event that names the lines of the whole file, not of a piece."""
    seen = event.testimony
    return replace(event, testimony=replace(seen, first=seen.first + by, last=seen.last + by))


def _stored(mark: Path) -> Place:
    """Return up to where a file was read; its beginning where nobody knows."""
    try:
        told = json.loads(mark.read_bytes())["place"]
        return Place(int(told["inode"]), int(told["offset"]), int(told["lines"]), str(told["head"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Place()


def _store(mark: Path, path: Path, place: Place) -> None:
    durable.make_folder(mark.parent)
    told = {"path": str(path), "place": asdict(place)}
    durable.write_whole(mark, json.dumps(told).encode())
