"""What the daemon saw, from the signed history: changes, what is known, the days of the journal."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import islice

from ccontrol.canonical.home import homes
from ccontrol.canonical.journal import journal_path
from ccontrol.canonical.journal_days import parse_day
from ccontrol.canonical.layout import PLANT, STATE, Home
from ccontrol.canonical.parse import parse
from ccontrol.canonical.records import parse_record
from ccontrol.errors import UnreadableStateError
from ccontrol.evidence.facts import Known, ObservedChange
from ccontrol.evidence.monitoring import Blind
from ccontrol.evidence.period import Period, day_of
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Kind
from ccontrol.model.journal import JournalDay
from ccontrol.model.record import Record
from ccontrol.model.state import State
from ccontrol.store.bulk import commits_back, find_entries, read_files
from ccontrol.store.commits import Commit
from ccontrol.store.message import TREE_TRAILER
from ccontrol.store.patches import read_patches
from ccontrol.store.repository import Repository

_STEP = 512
"""Commits whose records are read at once."""
_TRAILERS = ("Record", "Judgement")
_SIGHT = frozenset({Kind.LOST_SIGHT, Kind.REGAINED})
KeepDiff = Callable[[str, str], None]


@dataclass(slots=True)
class Observed:
    """What the history tells of a span of time."""

    changes: list[ObservedChange] = field(default_factory=list)
    """Of the period, oldest first, each with its latest judgement."""
    first_days: dict[str, date] = field(default_factory=dict)
    """Controller id to the day of its first sight, where that lies in what was read."""
    sight_moved: dict[str, date] = field(default_factory=dict)
    """Controller id to the last day on which sight of it changed."""


def read_changes(
    repository: Repository, head: str, period: Period, since: date, keep: KeepDiff
) -> Observed:
    """Return the changes of a period, and what is known of the days from `since` to the head.

    `keep` is handed the difference of each change of the period, as `git diff` prints it.
    """
    found = Observed()
    judged: dict[str, list[Record]] = {}
    changes: list[tuple[Commit, Record, int]] = []
    for commit, record, judgement in _records(repository, _since(repository, head, since)):
        for one in filter(None, (record, judgement)):
            judged.setdefault(one.change_id, []).append(one)
        if record is None or commit.trailer("Class") != "change":
            continue
        _note_sight(found, record)
        if day_of(record.taken_at) in period:
            known = judged[record.change_id]
            changes.append((commit, known[0], len(known)))  # the newest commit comes first
    made = _changes(repository, changes[::-1])
    found.changes = _with_paths(repository, made, keep)
    return found


def read_known(repository: Repository, head: str, observed: Observed) -> Iterator[Known]:
    """Yield what is known of each controller at a commit, by area and id."""
    every = tuple(homes(repository, head))
    root = bytes.fromhex(repository.commit(head).tree)
    wanted = [(root, home.folder(part)) for home, _ in every for part in (PLANT, STATE)]
    files = read_files(repository.git_dir, wanted)
    for (home, family), plant, state in zip(every, files, files, strict=True):
        yield _known(repository, (head, home, family), {**plant, **state}, observed)


def owners(repository: Repository, head: str) -> dict[str, str]:
    """Return the folders in plant/ and whose they are."""
    return {home.folder(PLANT): home.controller_id for home, _ in homes(repository, head)}


def blind_of(known: Known, moved_on: date | None) -> Blind:
    """Return what of a controller stands unread, and of which aspects that may be."""
    state = known.state
    aspects: set[Aspect] = set()
    for one in state.units.values():
        if one.unread is not None:
            aspects.update([one.unit.aspect] if one.unit is not None else Aspect)
    for kind in state.unlisted:
        alike = {
            one.unit.aspect
            for unit_id, one in state.units.items()
            if unit_id.kind == kind and one.unit is not None
        }
        aspects.update(alike or Aspect)
    return Blind(state.unread_count, frozenset(aspects), moved_on)


def read_days(
    repository: Repository, head: str, days: Iterable[date]
) -> Iterator[tuple[date, JournalDay | None, str]]:
    """Yield each day with its signed summary; None where there is none, and why."""
    every = tuple(days)
    root = bytes.fromhex(repository.commit(head).tree)
    wanted = [(root, journal_path(day)) for day in every]
    read = read_files(repository.git_dir, wanted)
    for day, (_, path), files in zip(every, wanted, read, strict=True):
        content = files.get(path)
        if content is None:
            yield day, None, ""
            continue
        try:
            yield day, parse_day(path, content), ""
        except UnreadableStateError as error:
            yield day, None, str(error)


def _since(repository: Repository, head: str, since: date) -> Iterator[Commit]:
    """Yield commits, newest first. What a commit tells of is never newer than it is."""
    for commit in commits_back(repository.git_dir, head):
        if day_of(commit.when) < since - timedelta(days=1):
            return
        yield commit


def _records(
    repository: Repository, commits: Iterator[Commit]
) -> Iterator[tuple[Commit, Record | None, Record | None]]:
    """Yield each commit with the record that it brought, and the one that judges anew."""
    while some := tuple(islice(commits, _STEP)):
        named = [
            (commit, trailer, path)
            for commit in some
            for trailer in _TRAILERS
            if (path := commit.trailer(trailer)) is not None
        ]
        wanted = [(bytes.fromhex(commit.tree), path) for commit, _, path in named]
        read: dict[tuple[str, str], Record] = {}
        files = read_files(repository.git_dir, wanted)
        for (commit, trailer, path), found in zip(named, files, strict=True):
            if path not in found:
                raise UnreadableStateError(f"{commit.id} does not hold the record {path}")
            read[commit.id, trailer] = parse_record(found[path])
        for one in some:
            record, judgement = (read.get((one.id, trailer)) for trailer in _TRAILERS)
            yield one, record, judgement


def _note_sight(found: Observed, record: Record) -> None:
    day, who = day_of(record.taken_at), record.controller_id
    if record.changes.first:
        found.first_days[who] = day
    kinds = {change.kind for change in record.changes.changes}
    if kinds & _SIGHT or Aspect.SIGHT in record.changes.aspects:
        found.sight_moved[who] = max(found.sight_moved.get(who, day), day)


def _changes(
    repository: Repository, told: Sequence[tuple[Commit, Record, int]]
) -> list[ObservedChange]:
    folders = [Home(record.area, record.controller_id).folder(PLANT) for _, record, _ in told]
    wanted = [
        (bytes.fromhex(commit.tree), folder)
        for (commit, _, _), folder in zip(told, folders, strict=True)
    ]
    entries = find_entries(repository.git_dir, wanted)
    return [
        ObservedChange(
            record=record,
            commit=commit.id,
            committed_at=commit.when,
            tree_sha256=commit.trailer(TREE_TRAILER) or "",
            plant_tree="" if entry is None else entry.sha1.hex(),
            paths=(folder,),
            judgements=judgements,
        )
        for (commit, record, judgements), folder, entry in zip(told, folders, entries, strict=True)
    ]


def _with_paths(
    repository: Repository, changes: list[ObservedChange], keep: KeepDiff
) -> list[ObservedChange]:
    """Return the changes with the files that each touched; a first sight is new as a whole."""
    wanted = {one.commit: one for one in changes if not one.record.changes.first}
    paths: dict[str, tuple[str, ...]] = {}
    for commit, patch in read_patches(repository.git_dir, tuple(wanted)):
        keep(wanted[commit].record.change_id, patch)
        paths[commit] = tuple(_paths(patch))
    return [replace(one, paths=paths.get(one.commit, one.paths)) for one in changes]


def _paths(patch: str) -> Iterator[str]:
    """Yield the paths of a patch; the store's own names need no quoting, so none is quoted."""
    for line in patch.split("\n"):
        if line.startswith("diff --git a/"):
            yield line.removeprefix("diff --git a/").partition(" b/")[0]


def _known(
    repository: Repository,
    whose: tuple[str, Home, str],
    files: Mapping[str, bytes],
    observed: Observed,
) -> Known:
    head, home, family = whose
    folder = home.folder(PLANT)
    try:
        state = parse(files)
    except UnreadableStateError as error:
        # One controller of another version must not keep the others out of the pack: it is
        # listed as known by name, and everything of it as unread.
        state = State(home.controller_id, family, unlisted={"everything": str(error)})
    tree = repository.tree_of(folder, head)
    return Known(
        controller_id=home.controller_id,
        family=family,
        folder=folder,
        state=state,
        tree_sha256="" if tree is None else tree.sha256,
        first_seen=observed.first_days.get(home.controller_id),
        in_baseline=None,
    )
