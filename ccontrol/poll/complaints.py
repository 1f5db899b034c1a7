"""What is wrong with a watched folder and the files in it: told once, listed until it is mended.

The list lies on the disk, so that `ccontrol status` shows it with and without a running daemon.
"""

import asyncio
import hashlib
import logging
import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from ccontrol.clock import Clock
from ccontrol.errors import StoreError
from ccontrol.logic.printable import printable
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll.places import Places
from ccontrol.poll.site import OpenSite
from ccontrol.poll.threads import in_its_own_thread
from ccontrol.store import durable
from ccontrol.store.disk import named_failures

MOST_FILES = 200
"""Of so many files of one folder each is told; further ones are told as being more."""
FOLDER, MORE = "", "/"
"""What a complaint is about when it is about no file: the folder itself, or further files."""

T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something that somebody has to see to. File and text are printable."""

    folder: str
    file: str
    """Relative to the folder; empty: the folder itself."""
    text: str
    """Goes on where the name of the file or folder ended: "cannot be listed: …"."""
    since: datetime

    @property
    def sentence(self) -> str:
        """All of it but the date."""
        if self.file in {FOLDER, MORE}:
            return f"watched folder {printable(self.folder)} {self.text}"
        return f"{self.file} in watched folder {printable(self.folder)} {self.text}"


_ROWS = TypeAdapter(tuple[Complaint, ...])


class Complaints:
    """Those of one folder. A file is named relative to it, as the system spells it."""

    def __init__(self, site: OpenSite, folder: Path, clock: Clock) -> None:
        self._site = site
        self._folder = folder
        self._clock = clock
        self._path = _path(site.places, folder)
        self._written = {row.file: row for row in _stored(self._path)}
        self._rows = dict(self._written)

    def tell(self, about: str, what: str) -> None:
        """Say what is wrong with a file or the folder: once, until something else is."""
        file, text = shown(about), printable(what)
        known = self._rows.get(file)
        if known is None and file not in {FOLDER, MORE} and len(self._rows) >= MOST_FILES:
            self.tell(MORE, f"holds more than {MOST_FILES} files that need somebody")
        elif known is None or known.text != text:
            since = known.since if known is not None else self._clock.now()
            self._rows[file] = Complaint(str(self._folder), file, text, since)
            told = self._rows[file].sentence
            _log.error("%s site=%s", told, self._site.name)
            self._note(Outcome.FAILED, told)

    def clear(self, about: str) -> None:
        """Say that nothing is wrong with it any more, if something was."""
        row = self._rows.pop(shown(about), None)
        if row is not None:
            self._over(row)

    def clear_all_but(self, there: Collection[str]) -> None:
        """Let go of what was told of files that are not in the folder any more."""
        if not self._rows:
            return
        kept = {FOLDER, MORE, *map(shown, there)}
        for file in [file for file in self._rows if file not in kept]:
            self._over(self._rows.pop(file))
        if len(self._rows) < MOST_FILES:
            self.clear(MORE)

    async def wait_for(self, answer: "asyncio.Future[T]", about: str, longest_s: float) -> T:
        """Return what a disk or a share answers; one that takes longer than that is told."""
        done, _ = await asyncio.wait({answer}, timeout=longest_s)
        if not done:
            self.tell(about, f"gives no answer for {longest_s:.0f} s; it is waited for")
            await self.save()
        return await answer

    async def save(self) -> None:
        """Write the list, if it is another one than last time."""
        rows = dict(self._rows)
        if rows == self._written:
            return
        content = _ROWS.dump_json(tuple(rows[file] for file in sorted(rows)), indent=1) + b"\n"
        try:
            await in_its_own_thread(lambda: _write(self._path, content))
        except StoreError as error:
            _log.error("status is not told of a watched folder: %s (%s)", error, error.hint)
        else:
            self._written = rows

    def _over(self, row: Complaint) -> None:
        told = f"that is over: {row.sentence}"
        _log.info("%s site=%s", told, self._site.name)
        self._note(Outcome.MENDED, told)

    def _note(self, outcome: Outcome, told: str) -> None:
        self._site.note(JournalEntry(self._clock.now(), "", outcome, reason=told))


def shown(name: str) -> str:
    """Return a name of any bytes as text that a file can hold and a terminal can show."""
    return printable(os.fsencode(name).decode("utf-8", "backslashreplace"))


def complaints_of(git_dir: Path, folders: Iterable[Path]) -> tuple[Complaint, ...]:
    """Return what is wrong with these folders of a site, as the daemon found it last."""
    places = Places(git_dir)
    paths = sorted({_path(places, folder) for folder in folders})
    return tuple(row for path in paths for row in _stored(path))


def _path(places: Places, folder: Path) -> Path:
    named = os.fsencode(folder.absolute())  # a link on the way may come and go
    return places.folders / f"{hashlib.sha256(named).hexdigest()[:32]}.json"


def _stored(path: Path) -> tuple[Complaint, ...]:
    """Return the list of a file; a damaged one is begun anew: what is wrong is found anew."""
    with named_failures(path):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return ()
    try:
        return _ROWS.validate_json(content)
    except ValidationError:
        _log.warning("what was told of a watched folder is damaged, it is told anew path=%s", path)
        return ()


def _write(path: Path, content: bytes) -> None:
    durable.make_folder(path.parent)
    durable.write_whole(path, content)
