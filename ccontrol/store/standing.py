"""What people and the engine decided about controllers, and must not be forgotten: truth, no index.

Pauses and enrolments change seldom and are rewritten whole; a command may do so beside the daemon.
Health changes often and is appended to, mostly by the daemon. What each of it means for a poll is
the engine's business.
"""

import fcntl
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from ccontrol.errors import StoreError
from ccontrol.model.aspect import Aspect
from ccontrol.store import durable
from ccontrol.store.disk import named_failures

WHOLE_SITE = ""
"""The target of a pause that holds for every controller of the site."""
_HEALTH_FILE = "health.jsonl"
_COMPACT_FACTOR = 4
_COMPACT_LEAST = 1_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is asked of a controller meanwhile."""

    at: datetime
    by: str
    """Who decided it, as the operating system names them."""
    reason: str
    until: datetime | None = None
    """None: until somebody resumes it."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A person has seen what will be asked of a controller, and allowed it."""

    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Moves:
    """How often one aspect of a controller changed of late."""

    aspect: Aspect
    commits: tuple[datetime, ...] = ()
    """When its last changes were committed, oldest first."""
    moved_at: datetime | None = None
    """It passes for restless, and was seen to move last then; None: it is calm."""


@dataclass(frozen=True, slots=True)
class Unrest:
    """What changes again and again, and the looks that were held back for it."""

    moves: tuple[Moves, ...] = ()
    looks: int = 0
    """Looks that differed from the history and that no commit has told of yet."""
    first_at: datetime | None = None
    last_at: datetime | None = None
    digest: str = ""
    """Names what the last of them showed."""


@dataclass(frozen=True, slots=True)
class Health:
    """What the engine must remember of a controller over a restart."""

    next_full_at: datetime | None = None
    last_deep_at: datetime | None = None
    """When a trigger last led to a deep read: the next one has to wait its time."""
    owed_since: datetime | None = None
    """Since when something that moved waits for the deep read that the limit held back."""
    failures: int = 0
    """Polls in a row that failed; sets the back-off."""
    worker_deaths: int = 0
    """Workers in a row that it broke; sets the length of the quarantine."""
    quarantined_until: datetime | None = None
    log_marker: str = ""
    """Newest entry seen of the controller's own log."""
    refused_password: str = ""
    """Seal of the password that the controller refused: it is not tried again until it differs."""
    unverified_since: datetime | None = None
    """Since when something that can be read could not be verified."""
    unverified_polls: int = 0
    agreed_at: datetime | None = None
    """One of the last polls after which history and controller agreed, as far as a glance sees."""
    modules_agreed_at: datetime | None = None
    """The last one that looked at modules and firmware too."""
    blocks_agreed_at: datetime | None = None
    """The last one that looked which blocks there are, and at their fingerprints, too."""
    everything_agreed_at: datetime | None = None
    """The last one that read everything."""
    unrest: Unrest = Unrest()


T = TypeVar("T")
_HEALTH_LINE = TypeAdapter(tuple[str, Health])


class Standing:
    """One site's standing decisions. One daemon and any number of commands may use it at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = durable.make_folder(folder)
        self._pauses = _Table(self._folder / "pauses.json", TypeAdapter(dict[str, Pause]))
        self._enrolled = _Table(self._folder / "enrolled.json", TypeAdapter(dict[str, Enrolment]))
        self._health_path = self._folder / _HEALTH_FILE
        self._health: dict[str, Health] = {}
        self._given: dict[str, str] = {}
        """The refused password of each health that was given last: what differs from it is news."""
        self._lines = 0
        self._read_to = (0, 0)
        """Inode of the file of health, and how many bytes of it were taken in."""
        self._read_health()
        self._given = {name: health.refused_password for name, health in self._health.items()}

    @property
    def pauses(self) -> Mapping[str, Pause]:
        """Pauses by controller id, WHOLE_SITE for the site's; one that is over is still there."""
        return MappingProxyType(self._pauses.rows)

    @property
    def enrolled(self) -> Mapping[str, Enrolment]:
        """Enrolments by controller id."""
        return MappingProxyType(self._enrolled.rows)

    def pause(self, target: str, pause: Pause) -> None:
        """Pause a controller, or WHOLE_SITE, durably; a pause that stood before is replaced."""
        with self._locked():
            self._pauses.refresh()
            self._pauses.write({**self._pauses.rows, target: pause})

    def resume(self, target: str) -> Pause | None:
        """End a pause, durably; return it, or None when there was none."""
        with self._locked():
            self._pauses.refresh()
            rows = dict(self._pauses.rows)
            ended = rows.pop(target, None)
            if ended is not None:
                self._pauses.write(rows)
        return ended

    def enrol(self, controller_id: str, enrolment: Enrolment) -> None:
        """Allow deeper looks than glances; durable when it returns."""
        with self._locked():
            self._enrolled.refresh()
            self._enrolled.write({**self._enrolled.rows, controller_id: enrolment})

    def refresh(self) -> bool:
        """Take in what other processes decided; True when there may be news. Costs two stats."""
        return any([self._pauses.refresh(), self._enrolled.refresh()])

    def health(self, controller_id: str) -> Health:
        """Return what is remembered of a controller; a blank Health for a new one."""
        return self._health.get(controller_id, Health())

    def put_health(self, changed: Mapping[str, Health]) -> None:
        """Remember the health of controllers; durable when it returns. Equal ones cost nothing.

        A refused password that somebody else wrote down meanwhile (`ccontrol capture` may) is kept,
        unless the one that is given here is news of ours.
        """
        if all(self.health(name) == health for name, health in changed.items()):
            return
        with self._locked():  # nobody's line may fall between reading the file and writing it
            self._read_health()
            kept = {name: self._with_refusal(name, health) for name, health in changed.items()}
            self._given |= {name: health.refused_password for name, health in changed.items()}
            new = {name: health for name, health in kept.items() if self.health(name) != health}
            if new:
                durable.append(self._health_path, _health_lines(new))
                self._health.update(new)
                self._lines += len(new)
            if self._lines > max(_COMPACT_LEAST, _COMPACT_FACTOR * len(self._health)):
                durable.write_whole(self._health_path, _health_lines(self._health))
                self._lines = len(self._health)
            self._read_to = _place(self._health_path)

    def _with_refusal(self, name: str, health: Health) -> Health:
        stored = self.health(name).refused_password
        news = health.refused_password != self._given.get(name, "")
        return health if news else replace(health, refused_password=stored)

    def _read_health(self) -> None:
        """Take in the lines that are new since the last look; one that is not whole waits."""
        if not self._health_path.exists():
            return
        with named_failures(self._health_path), self._health_path.open("rb") as file:
            inode, start = self._read_to
            found = os.fstat(file.fileno())
            if found.st_ino != inode or found.st_size < start:
                start = self._lines = 0
            file.seek(start)
            text = file.read()
        whole = text.rfind(b"\n") + 1
        self._health |= _health_in(text, self._health_path, self._lines + 1)
        self._lines += text.count(b"\n")
        self._read_to = found.st_ino, start + whole

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the folder itself against other writers: a lock file would need an owner, too."""
        with named_failures(self._folder):
            handle = os.open(self._folder, os.O_RDONLY | os.O_CLOEXEC)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                yield
            finally:
                os.close(handle)


class _Table(Generic[T]):
    """Rows by name in one small JSON file that several processes may replace."""

    def __init__(self, path: Path, form: TypeAdapter[dict[str, T]]) -> None:
        self._path = path
        self._form = form
        self._seen: tuple[int, int, int] | None = None
        self.rows: dict[str, T] = {}
        self.refresh()

    def refresh(self) -> bool:
        """Read the file again when it is another one than last time; True when it is."""
        now = self._identity()
        if now == self._seen:
            return False
        self.rows = {} if now is None else self._read()
        self._seen = now
        return True

    def write(self, rows: dict[str, T]) -> None:
        durable.write_whole(self._path, self._form.dump_json(rows, indent=1) + b"\n")
        self.rows = rows
        self._seen = self._identity()

    def _identity(self) -> tuple[int, int, int] | None:
        with named_failures(self._path):
            try:
                found = self._path.stat()
            except FileNotFoundError:
                return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _read(self) -> dict[str, T]:
        with named_failures(self._path):
            text = self._path.read_bytes()
        try:
            return self._form.validate_json(text)
        except ValidationError as error:
            raise StoreError(
                f"{self._path}: damaged, so nobody knows what is paused or enrolled",
                hint="Remove the file, then pause and enrol anew; the journal tells what stood.",
            ) from error


def stored_health(folder: Path) -> dict[str, Health]:
    """Return the health of every controller as the file in the folder holds it now.

    Pauses and enrolments are not read, nor asked whether they are sound.
    """
    path = folder / _HEALTH_FILE
    with named_failures(path):
        try:
            text = path.read_bytes()
        except FileNotFoundError:
            return {}
    return _health_in(text, path, 1)


def _health_in(text: bytes, path: Path, first_line: int) -> dict[str, Health]:
    found: dict[str, Health] = {}
    for number, line in enumerate(text.splitlines(), start=first_line):
        try:
            name, health = _HEALTH_LINE.validate_json(line)
        except ValidationError:
            # Torn by a crash before it counted, or damaged: what stood before it holds.
            _log.warning("no health in line %d of %s", number, path)
            continue
        found[name] = health
    return found


def _place(path: Path) -> tuple[int, int]:
    with named_failures(path):
        found = path.stat()
    return found.st_ino, found.st_size


def _health_lines(rows: Mapping[str, Health]) -> bytes:
    return b"".join(_HEALTH_LINE.dump_json(row) + b"\n" for row in rows.items())
