"""What an approval would take over, and what somebody has to know before they sign it.

Reads a store or a clone; signs nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from ccontrol.canonical.home import home_of
from ccontrol.canonical.layout import PLANT, Home
from ccontrol.cli.output import Tone, say
from ccontrol.cli.plant import Watched
from ccontrol.cli.signing_desk import Desk
from ccontrol.cli.times import stamp
from ccontrol.errors import StoreError, UnknownNameError
from ccontrol.model.approval import Approvals, DecisionKind
from ccontrol.poll.authorising import left_by
from ccontrol.poll.stored_state import state_at
from ccontrol.store.approved import changed_files
from ccontrol.store.approving import Content
from ccontrol.store.index_rows import IndexedChange
from ccontrol.store.objects import Entry

Chosen = Watched | IndexedChange
_FILES_SHOWN = 20
_NEAR = 3
_CHANGES_SHOWN = 10
_LOOKED_BACK = 500
"""Commits of one controller; a longer time without an approval is told as that."""


@dataclass(frozen=True, slots=True)
class Approvable:
    """What one name stands for."""

    name: str
    controller_id: str
    folder: str
    observed: str
    """The commit of `observed` from which it is taken."""
    change_id: str = ""
    """Empty: it is the whole controller."""
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changes: tuple[tuple[str, str], ...] = ()
    """Id and subject of what happened since the last approval, newest first."""
    unread: tuple[str, ...] = ()
    """What cannot be read of the controller: an equal folder proves nothing of it."""
    edits: Mapping[str, Content] = field(default_factory=dict, repr=False)
    differing: tuple[str, ...] = ()
    """All files that would change, also those that `paths` leave out."""
    stopped: bool = False
    """Its last decision stands against it: an approval has to say that this is over."""
    in_part: bool = False
    """Only some of it is meant: that is no decision about a change."""

    @property
    def is_decided(self) -> bool:
        """Whether an approval has a decision with it that names the change."""
        return bool(self.change_id) and (self.stopped or (self.is_news and not self.in_part))

    @property
    def is_news(self) -> bool:
        """Whether an approval would change anything."""
        return bool(self.edits) or self.stopped


def approvable(
    desk: Desk, name: str, one: Chosen, commit: str, paths: tuple[str, ...]
) -> Approvable:
    """Return what a name would take over; a controller as of a commit, a change as it left things.

    With `paths` only what lies at or below these. Raises UnknownNameError, StoreError.
    """
    repository, approved = desk.repository, desk.heads.approved
    if isinstance(one, Watched):
        home = home_of(repository, one.controller.id, one.controller.area, commit)
        edits = _differing(desk, home.folder(PLANT), commit)
        unread = tuple(_unread(desk, home, commit))
    else:
        commit = one.commit
        home, unread = home_of(repository, one.controller_id, "", commit), ()
        edits = _left(desk, home, commit)
    differing = tuple(edits)
    edits = {path: entry for path, entry in edits.items() if _is_meant(path, paths)}
    there = {path: repository.entry(path, approved) if approved else None for path in edits}
    return Approvable(
        name=name,
        controller_id=home.controller_id,
        folder=home.folder(PLANT),
        observed=commit,
        change_id=one.change_id if isinstance(one, IndexedChange) else "",
        added=tuple(path for path, new in edits.items() if new and not there[path]),
        changed=tuple(path for path, new in edits.items() if new and there[path]),
        removed=tuple(path for path, new in edits.items() if new is None),
        changes=tuple(_changes(desk, home, commit)) if isinstance(one, Watched) else (),
        unread=unread,
        edits=edits,
        differing=differing,
        stopped=isinstance(one, IndexedChange) and _is_stopped(desk.approvals, one.change_id),
        in_part=bool(paths),
    )


def require_paths(desk: Desk, told: tuple[Approvable, ...], paths: tuple[str, ...]) -> None:
    """Refuse a path that means no file of what is to be approved. Raises UnknownNameError."""
    for path in paths:
        if any(_means(desk, one, path.rstrip("/")) for one in told):
            continue
        names = ", ".join(one.name for one in told)
        raise UnknownNameError(
            f"--paths {path}: no such file or folder of {names}", hint=_near(told, path)
        )


def _means(desk: Desk, one: Approvable, path: str) -> bool:
    """Tell whether a path means something of it that differs, or that is approved already."""
    if any(_is_meant(each, (path,)) for each in one.differing):
        return True
    commits = filter(None, (one.observed, desk.heads.approved))
    is_near = path.startswith(f"{one.folder}/") or f"{one.folder}/".startswith(f"{path}/")
    return is_near and any(desk.repository.entry(path, commit) for commit in commits)


def _near(told: tuple[Approvable, ...], path: str) -> str:
    """Return the next step: the paths whose ends look most like it, else where all of them lie."""
    ends: dict[str, str] = {}
    for one in told:
        for each in one.differing:
            inner = each.removeprefix(f"{one.folder}/")
            ends |= {inner: each, inner.rpartition("/")[2]: each}
            if folder := inner.rpartition("/")[0]:
                ends[folder] = f"{one.folder}/{folder}"
    wanted = path.strip("/")
    found = get_close_matches(wanted, ends, n=_NEAR) or get_close_matches(
        wanted.rpartition("/")[2], ends, n=_NEAR
    )
    near = dict.fromkeys([ends[each] for each in found] or [one.folder for one in told])
    shown = ", ".join(list(near)[:_NEAR])
    return f"Near: {shown}. `--dry-run` without --paths lists all that would change."


def require_unmoved(desk: Desk, one: Approvable, reviewed: str) -> None:
    """Refuse a controller that changed since it was reviewed. Raises StoreError."""
    repository = desk.repository
    if repository.entry(one.folder, reviewed) == repository.entry(one.folder, one.observed):
        return
    moved = repository.history(one.folder, _CHANGES_SHOWN, one.observed)
    after = [each for each in moved if each.committed_s >= repository.commit(reviewed).committed_s]
    last = f"; last: {after[0].subject}" if after else ""
    raise StoreError(
        f"{one.name} has moved since {reviewed[:12]} was reviewed{last}",
        hint=f"Review it again, or approve what you saw: --observed {reviewed[:12]}.",
    )


def tell(desk: Desk, one: Approvable) -> None:
    """Show what would be approved."""
    when = stamp(desk.repository.commit(one.observed).when)
    say(f"{one.name}: {one.folder}, as observed at {one.observed[:12]} of {when} UTC")
    if one.stopped:
        say("  it was rejected, or is looked into: that would be over", Tone.CAUTION)
    if not one.is_news:
        say("  approved as it is already: nothing would change")
    if not one.edits:
        return
    counts = ((one.added, "added"), (one.changed, "changed"), (one.removed, "removed"))
    say("  " + ", ".join(f"{len(paths)} {word}" for paths, word in counts if paths))
    signs = ((one.added, "+"), (one.changed, "~"), (one.removed, "-"))
    files = [f"{sign} {path}" for paths, sign in signs for path in paths]
    _tell_some([each.replace(f"{one.folder}/", "") for each in files], _FILES_SHOWN)
    if one.changes:
        say("  since it was approved last, newest first:")
        _tell_some([f"{change}  {subject}" for change, subject in one.changes], _CHANGES_SHOWN)
    for what in one.unread:
        say(f"  unread: {what}", Tone.CAUTION)
    say(f"  → git diff approved {one.observed[:12]} -- {one.folder}", Tone.QUIET)


def _tell_some(lines: list[str], at_most: int) -> None:
    for line in lines[:at_most]:
        say(f"    {line}")
    if len(lines) > at_most:
        say(f"    … and {len(lines) - at_most} more")


def _is_stopped(approvals: Approvals, change_id: str) -> bool:
    kinds = [
        one.decision.kind for one in approvals.decisions if one.decision.change_id == change_id
    ]
    return bool(kinds) and kinds[-1] in {DecisionKind.REJECT, DecisionKind.INVESTIGATE}


def _differing(desk: Desk, folder: str, commit: str) -> dict[str, Content]:
    repository, approved = desk.repository, desk.heads.approved
    wanted = repository.entry(folder, commit)
    if wanted is None:
        raise UnknownNameError(f"nothing of {folder} was observed yet")
    standing = repository.entry(folder, approved) if approved else None
    names = changed_files(repository, standing, wanted, folder)
    return {path: repository.entry(path, commit) for path in names}


def _left(desk: Desk, home: Home, commit: str) -> dict[str, Content]:
    repository, approved = desk.repository, desk.heads.approved
    left = {
        path: None if sha1 is None else Entry(is_folder=False, sha1=sha1)
        for path, sha1 in left_by(repository, home, commit).items()
    }
    return {
        path: new
        for path, new in left.items()
        if (repository.entry(path, approved) if approved else None) != new
    }


def _is_meant(path: str, paths: tuple[str, ...]) -> bool:
    ways = [each.rstrip("/") for each in paths]
    return not ways or any(path == each or path.startswith(f"{each}/") for each in ways)


def _unread(desk: Desk, home: Home, commit: str) -> Iterator[str]:
    state = state_at(desk.repository, home, commit, kinds=())
    if state is None:
        return
    yield from (f"list of {kind}s: {why}" for kind, why in sorted(state.unlisted.items()))
    for unit, known in sorted(state.units.items()):
        if known.unread is not None:
            yield f"{unit}: {known.unread}"


def _changes(desk: Desk, home: Home, commit: str) -> Iterator[tuple[str, str]]:
    """Yield what changed the folder since it was as it is approved; all of it if it never was."""
    repository, folder = desk.repository, home.folder(PLANT)
    approved = desk.heads.approved
    standing = repository.entry(folder, approved) if approved else None
    for each in repository.history(folder, _LOOKED_BACK, commit):
        if repository.entry(folder, each.id) == standing:
            return
        if (change_id := each.trailer("Change-Id")) is not None:
            yield change_id, each.subject
