"""Which recorded changes something new on `approved` can concern: those are judged anew.

What is named is judged however old it is. What is not named is looked for among the last changes of
a controller, those around a change window, and older ones that still wait for somebody; each with
a bound, and what lies beyond it is counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ccontrol.approval.windows import NEAR, is_about
from ccontrol.canonical.approvals import WINDOWS
from ccontrol.canonical.bindings import WITHIN
from ccontrol.canonical.layout import PLANT
from ccontrol.canonical.people import FOLDER
from ccontrol.model.approval import Approvals, Authorisation, SignedCommit, WindowVersion
from ccontrol.model.controller import Controller
from ccontrol.poll.authorising import expects_files
from ccontrol.poll.pipeline import Line
from ccontrol.store.index_rows import IndexedChange

LAST = 100
"""So many last changes of a controller are judged anew, whatever is new about it."""
OLDER = 200
"""So many older ones around a change window, and that wait for an approval."""
_WAITING = (
    Authorisation.UNAUTHORISED,
    Authorisation.UNEXPLAINED,
    Authorisation.OUT_OF_SCOPE,
    Authorisation.OUT_OF_WINDOW,
)
_LISTED = 10_000


@dataclass(frozen=True, slots=True)
class Concerned:
    """The changes of one controller that are to be judged anew."""

    changes: tuple[IndexedChange, ...] = ()
    """Oldest first."""
    left_out: int = 0
    """So many more may be concerned, and keep their word."""


def concerned(line: Line, controller: Controller, new: tuple[SignedCommit, ...]) -> Concerned:
    """Return what these commits, which were not seen before, can concern. Raises StoreError."""
    approvals = line.authority.approvals if line.authority else Approvals()
    named = tuple(_named(line, controller, approvals, new))
    windows = [window for commit in new for window in _written(commit, controller, approvals)]
    folder = f"{line.home(controller).folder(PLANT)}/"
    paths = [path for commit in new for path in commit.paths]
    is_approved = any(path.startswith(folder) for path in paths)
    is_wide = is_approved or bool(windows or named)
    if not is_wide and not any(path.startswith(f"{FOLDER}/") for path in paths):
        return Concerned()
    last = line.index.changes(controller.id, limit=LAST)
    groups = [tuple(_around(line, controller, window)) for window in windows]
    if is_approved:
        groups.append(line.index.changes(controller.id, limit=_LISTED, authorisations=_WAITING))
    return _together((*named, *last), groups)


def beside_files(line: Line, controller: Controller, at: datetime) -> tuple[IndexedChange, ...]:
    """Return the changes, oldest first, with which a file may go that was dropped at a time.

    None where no change window of the controller expects any. Raises StoreError.
    """
    if line.authority is None or not expects_files(line.authority.approvals, controller.id):
        return ()
    return tuple(reversed(line.index.changes(controller.id, at - WITHIN, LAST)))


def _together(
    surely: tuple[IndexedChange, ...], groups: list[tuple[IndexedChange, ...]]
) -> Concerned:
    """Return all of them, each once, oldest first; of each group no more than may be."""
    found = {one.change_id: one for one in surely}
    left_out: set[str] = set()
    for group in groups:
        more = [one for one in group if one.change_id not in found]
        found |= {one.change_id: one for one in more[:OLDER]}
        left_out |= {one.change_id for one in more[OLDER:]}
    oldest_first = sorted(found.values(), key=lambda one: one.taken_at)
    return Concerned(tuple(oldest_first), len(left_out - found.keys()))


def _named(
    line: Line, controller: Controller, approvals: Approvals, new: tuple[SignedCommit, ...]
) -> Iterator[IndexedChange]:
    """Yield the changes of a controller that decisions or approvals name."""
    commits = {commit.id for commit in new}
    ids = {one.decision.change_id for one in approvals.decisions if one.commit.id in commits} | {
        name for commit in new for name in commit.trailer("Change-Id").split()
    }
    for name in sorted(ids):
        change = line.index.change(name)
        if change is not None and change.controller_id == controller.id:
            yield change


def _written(
    commit: SignedCommit, controller: Controller, approvals: Approvals
) -> Iterator[WindowVersion]:
    """Yield every version of the windows of a controller that a commit wrote or took away."""
    written = {
        path.removeprefix(f"{WINDOWS}/").removesuffix(".toml")
        for path in commit.paths
        if path.startswith(f"{WINDOWS}/")
    }
    for version in approvals.windows:
        if version.window.id in written and is_about(version.window, controller.id):
            yield version


def _around(
    line: Line, controller: Controller, version: WindowVersion
) -> tuple[IndexedChange, ...]:
    """Return the changes that a window can be near to, those first that it is nearest to."""
    since = version.window.since - NEAR
    return tuple(reversed(line.index.changes(controller.id, since, _LISTED)))
