"""Which project files go with what runs on a controller, as far as their times say so. Pure.

A binding names files and a state of `plant/`, made when both moved within a short time of each
other. It says that they belong together, not that they say the same: nobody compared them. So that
it never says more than that, a file that was bound is not bound again to a later change.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ccontrol.canonical import toml
from ccontrol.canonical.layout import Home
from ccontrol.canonical.project_files import PROJECT, FileFacts
from ccontrol.canonical.reading import Table, read
from ccontrol.errors import UnreadableStateError
from ccontrol.logic.firmware import is_firmware

FORM = 2
_OF_ONE_FILE = 1
"""An earlier form, which named one file and no change."""
WITHIN = timedelta(hours=8)
"""A file and a change of the running program that are so far apart belong to one piece of work."""
TOGETHER = timedelta(minutes=30)
"""Files that are dropped after a change, each so soon after the last one, are one drop."""
_UNREAD = "unknown/"


class Bond(StrEnum):
    """How a controller stands to its project files."""

    BOUND = "bound"
    STALE = "stale"
    """It runs something else since, or a newer file says something else."""
    NEVER = "never bound"


@dataclass(frozen=True, slots=True)
class Stored:
    """A project file as the store holds it, without its text."""

    file: FileFacts
    taken_at: datetime
    format: str
    text: str
    """SHA-256 tree id (hex) of its text; empty: it has none, or could not be read."""
    contradicts: str = ""

    @property
    def is_firmware(self) -> bool:
        """Whether it is firmware, and no program."""
        return is_firmware(self.file.name)

    @property
    def may_be_bound(self) -> bool:
        """Whether it can be what a controller runs, by all that is known."""
        return not self.is_firmware and not self.contradicts

    @property
    def is_program(self) -> bool:
        """Whether it was read, and is a program for all that is known."""
        return self.may_be_bound and bool(self.text) and not self.format.startswith(_UNREAD)


@dataclass(frozen=True, slots=True)
class Seen:
    """A change of what runs, as a poll saw it."""

    change_id: str
    taken_at: datetime
    happened_after: datetime | None
    """None: nobody can tell since when."""
    happened_before: datetime
    fingerprint: str
    """SHA-256 tree id (hex) of the controller's folder under plant/ then."""


@dataclass(frozen=True, slots=True)
class BoundFile:
    """One file of a binding, as it was then."""

    name: str
    sha256: str
    """Of the file, hex."""
    text: str
    """See `Stored`."""
    dropped_at: datetime
    also_for: tuple[str, ...] = ()
    """Ids of other controllers for which the same bytes had been dropped."""


@dataclass(frozen=True, slots=True)
class Binding:
    """A change of what runs, and the files that went with it, by name."""

    change: Seen
    files: tuple[BoundFile, ...]
    bound_at: datetime


def bound(
    known: Binding | None, change: Seen, stored: Iterable[Stored], now: datetime
) -> Binding | None:
    """Return the binding to the last change of what runs; None when there is no new one.

    Files count that were dropped since the last binding, within the time of the change. To a change
    that is bound already, only others that belong to the same drop are added.
    """
    near = [
        one for one in stored if one.may_be_bound and abs(one.taken_at - change.taken_at) <= WITHIN
    ]
    if known is not None:
        near = [one for one in near if _is_new(known, change, one)]
    if not near:
        return None
    files = {one.name: one for one in known.files} if known is not None else {}
    for one in near:
        name = one.file.name
        files[name] = BoundFile(name, one.file.sha256, one.text, one.taken_at)
    return Binding(change, tuple(files[name] for name in sorted(files)), now)


def _is_new(known: Binding, change: Seen, one: Stored) -> bool:
    if one.taken_at <= known.bound_at:
        return False
    if known.change.change_id != change.change_id:
        return True
    is_there = any(each.name == one.file.name for each in known.files)
    last = max(each.dropped_at for each in known.files)
    return not is_there and one.taken_at - last <= TOGETHER


def bond(binding: Binding | None, fingerprint: str, stored: Iterable[Stored]) -> Bond:
    """Say how a controller stands to its files, by what runs now and what was dropped since."""
    if binding is None:
        return Bond.NEVER
    moved = binding.change.fingerprint != fingerprint
    was = {each.name: each for each in binding.files}
    newer = any(_moved_on(was.get(one.file.name), one, binding) for one in stored)
    return Bond.STALE if moved or newer else Bond.BOUND


def _moved_on(was: BoundFile | None, now: Stored, binding: Binding) -> bool:
    """Tell whether a file says something else than what was bound; another name counts if newer."""
    if was is None:
        return now.is_program and now.taken_at > binding.bound_at
    same_text = bool(was.text) and was.text == now.text
    return now.file.sha256 != was.sha256 and not same_text


def binding_path(home: Home) -> str:
    """Return where the binding of a controller lies."""
    return f"{home.folder(PROJECT)}/=binding.toml"  # no encoded name of a file begins so


def render_binding(binding: Binding) -> bytes:
    """Return the file of a binding."""
    change = binding.change
    pairs: list[tuple[str, str | int | datetime | None]] = [
        ("form", FORM),
        ("plant_tree_sha256", change.fingerprint),
        ("change_id", change.change_id),
        ("taken_at", change.taken_at),
        ("happened_after", change.happened_after),
        ("happened_before", change.happened_before),
        ("bound_at", binding.bound_at),
    ]
    files = (["[[file]]", *toml.lines(_file(one))] for one in binding.files)
    return toml.document(toml.lines(pairs), *files)


def parse_binding(content: bytes) -> Binding | None:
    """Return the binding that a file holds; None for one of form 1: it is as good as none.

    Raises UnreadableStateError when the file holds none.
    """
    table = read("binding.toml", content)
    if table.integer("form") == _OF_ONE_FILE:
        return None
    if table.integer("form") != FORM:
        raise UnreadableStateError("a binding has a form that this version does not know")
    files = tuple(map(_parsed_file, table.tables("file")))
    if not files:
        raise UnreadableStateError("a binding names no file")
    change = Seen(
        table.text("change_id"),
        table.time("taken_at"),
        table.time("happened_after") if "happened_after" in table else None,
        table.time("happened_before"),
        table.text("plant_tree_sha256"),
    )
    return Binding(change, files, table.time("bound_at"))


def _file(one: BoundFile) -> list[tuple[str, str | datetime | tuple[str, ...] | None]]:
    return [
        ("name", one.name),
        ("sha256", one.sha256),
        ("text_tree_sha256", one.text or None),
        ("dropped_at", one.dropped_at),
        ("also_for", one.also_for or None),
    ]


def _parsed_file(table: Table) -> BoundFile:
    return BoundFile(
        table.text("name"),
        table.text("sha256"),
        table.text("text_tree_sha256", ""),
        table.time("dropped_at"),
        table.texts("also_for") if "also_for" in table else (),
    )
