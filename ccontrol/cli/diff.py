"""`ccontrol diff`: what differs between two points of a controller's history."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer

from ccontrol.canonical.layout import STATE
from ccontrol.cli.change_sheet import change_sheet
from ccontrol.cli.invocation import invocation
from ccontrol.cli.output import Cell, Sheet, Tone, emit, say, show
from ccontrol.cli.picture_files import HtmlFile, PictureFiles, SvgFile
from ccontrol.cli.plant import Watched, configured
from ccontrol.cli.retired import known_named
from ccontrol.cli.states import folders_of, state_at
from ccontrol.cli.stored_programs import stored_program, stored_project_files
from ccontrol.cli.times import back, stamp
from ccontrol.cli.told_changes import EVERY, Wanted, change_named, changes_in, last_change
from ccontrol.diff.compare import compare
from ccontrol.diff.programs.projects import compare_projects
from ccontrol.errors import UnknownNameError
from ccontrol.logic.printable import printable
from ccontrol.model.change import ChangeSet
from ccontrol.store.repository import Repository

_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_NOTHING = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
"""Git's id of the empty tree: what was there before the first commit."""
_TONES = {"+": Tone.GOOD, "-": Tone.BAD, "@": Tone.QUIET}


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the history: a commit, or before the first one (empty)."""

    commit: str
    words: str


@dataclass(frozen=True, slots=True)
class FileChange:
    """One change in a dropped project file."""

    file: str
    part: str
    severity: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Compared:
    """Two points and what differs between them."""

    site: str
    controller_id: str
    before: Point
    after: Point
    changes: ChangeSet
    files: tuple[FileChange, ...]
    """What differs in the texts of dropped project files."""
    patch: str
    """Of plant/, views/ and project/, as `git diff` prints it; empty when only units were asked
    for."""


def command(
    context: typer.Context,
    *,
    controller: Annotated[str, typer.Argument(metavar="CONTROLLER")],
    a: Annotated[
        str | None, typer.Argument(metavar="[A]", help="From: a change id, a commit, or a time.")
    ] = None,
    b: Annotated[
        str | None, typer.Argument(metavar="[B]", help="To: the same; otherwise the newest.")
    ] = None,
    units_only: Annotated[
        bool, typer.Option("--units", help="Only which units differ, no text.")
    ] = False,
    full: Annotated[
        bool, typer.Option("--full", help="Of a first sight, too, every unit's fields and text.")
    ] = False,
    html: HtmlFile = None,
    svg: SvgFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show what differs between two points of a controller's history.

    First unit by unit and file by file, then the text of what is approved, of its views and of
    project files. Without A and B it is
    the last change. A time means what was known then. Where nothing was known before, only the
    units are listed, for all of it is new; --full prints the rest. --html writes one file for a
    browser or a printer: ladder and charts drawn, changes marked, text side by side.

    \b
    Example:
      ccontrol diff press-3
      ccontrol diff press-3 2026-11-01 2026-11-23T06:00
      ccontrol diff press-3 7d
      ccontrol diff press-3 20261120-91ab
      ccontrol diff press-3 7d --html press-3.html
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    watched, now = known_named(configured(here), controller), here.clock.now()
    with Repository.open(watched.site.store.path) as repository:
        before, after = _points(repository, watched, a, b, now)
        files = PictureFiles(html, svg)
        if files.wanted:
            _draw(repository, watched, before, after, files)
            return
        compared = _compare(repository, watched, before, after, with_text=not units_only)
    if as_json:
        emit("ccontrol/diff/1", compared)
    else:
        _tell(compared, in_full=full or not compared.changes.first)


def _points(
    repository: Repository, watched: Watched, a: str | None, b: str | None, now: datetime
) -> tuple[Point, Point]:
    if a is None:
        change = last_change(watched.site, watched.controller.id)
        parents = repository.commit(change.commit).parents
        earlier = Point(parents[0] if parents else "", "before it")
        return earlier, Point(change.commit, f"change {change.change_id}")
    after = _point(repository, watched, b, now) if b else Point(repository.head() or "", "now")
    return _point(repository, watched, a, now), after


def _point(repository: Repository, watched: Watched, text: str, now: datetime) -> Point:
    change = change_named(watched.site, text)
    if change is not None:
        return Point(change.commit, f"change {change.change_id}")
    if _COMMIT.fullmatch(text):
        found = repository.history(limit=1, start=text)
        return Point(found[0].id, f"commit {found[0].id[:12]}")
    return _known_at(watched, back(text, now))


def _known_at(watched: Watched, at: datetime) -> Point:
    wanted = Wanted(frozenset({watched.controller.id}), limit=EVERY)
    for known in changes_in(watched.site, wanted):
        if known.taken_at.replace(microsecond=0) <= at:  # a second that is named is meant whole
            return Point(known.commit, f"{stamp(at)} UTC (change {known.change_id})")
    return Point("", f"{stamp(at)} UTC, when nothing of it was known")


def _compare(
    repository: Repository, watched: Watched, before: Point, after: Point, *, with_text: bool
) -> Compared:
    old = state_at(repository, watched, before.commit) if before.commit else None
    new = state_at(repository, watched, after.commit) if after.commit else None
    files = tuple(_file_changes(repository, watched, before, after))
    if new is None and not files:
        raise _nothing(watched, after)
    texts = [
        repository.patch(before.commit or _NOTHING, after.commit, folder)
        for folder in folders_of(repository, watched, after.commit)
        if with_text and not folder.startswith(f"{STATE}/")
    ]
    site, name = watched.site.name, watched.controller.id
    units = ChangeSet(name, ()) if new is None else compare(old, new)
    return Compared(site, name, before, after, units, files, "".join(texts))


def _file_changes(
    repository: Repository, watched: Watched, before: Point, after: Point
) -> Iterator[FileChange]:
    old, new = (stored_project_files(repository, watched, one.commit) for one in (before, after))
    for part in compare_projects(old, new).parts:
        _, file, *inside = part.path
        for change in part.changes:
            yield FileChange(file, "/".join(inside), change.severity.word, change.sentence)


def _draw(
    repository: Repository, watched: Watched, before: Point, after: Point, files: PictureFiles
) -> None:
    """Write pictures of what differs in the texts; a point without any shows everything as new."""
    old, new = (stored_program(repository, watched, one.commit) for one in (before, after))
    if not new.parts:
        raise _nothing(watched, after)
    name = watched.controller.id
    titles = (f"{name}, {before.words}", f"{name}, {after.words}")
    found = compare_projects(old, new)
    files.write(files.draw(found, *titles))
    count = len(found.changes)
    for file in files.wanted:
        say(f"{file}: {count} change{'' if count == 1 else 's'}")


def _nothing(watched: Watched, point: Point) -> UnknownNameError:
    name = watched.controller.id
    return UnknownNameError(
        f"the history holds nothing of {name} at {point.words}",
        hint=f"`ccontrol changes --controller {name}` lists what it holds.",
    )


def _tell(compared: Compared, *, in_full: bool) -> None:
    say(f"{compared.controller_id}: from {compared.before.words} to {compared.after.words}")
    if not in_full:
        _tell_first_sight(compared)
        return
    if compared.changes:
        show(change_sheet(compared.changes))
    if compared.files:
        show(_file_sheet(compared.files))
    if not compared.changes and not compared.files:
        say("no unit differs")
    for line in compared.patch.splitlines():
        say(line, _TONES.get(line[:1], Tone.PLAIN))


def _file_sheet(files: tuple[FileChange, ...]) -> Sheet:
    """Return one row for each change, the file and its part where they are others than above."""
    rows, above = [], ("", "")
    for one in files:
        here = (printable(one.file), printable(one.part))
        rows.append((*(("", "") if here == above else here), one.severity, printable(one.sentence)))
        above = here
    return Sheet(("project file", "part", "severity", "what changed"), tuple(rows))


def _tell_first_sight(compared: Compared) -> None:
    """List what is known since then: all of it is new, so its text would say nothing."""
    found = compared.changes.changes
    rows = tuple((Cell(one.aspect.value), one.title or str(one.unit)) for one in found)
    show(Sheet(("aspect", "first seen"), rows))
    say(f"{len(found)} units, and nothing was known before.")
    say(f"  → `ccontrol diff {compared.controller_id} --full` prints their fields and text.")
