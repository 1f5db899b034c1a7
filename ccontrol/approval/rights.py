"""What a commit on `approved` does, who may do that, and who may not. Pure; checks no signature."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ccontrol.approval.windows import NEAR, is_about
from ccontrol.canonical.names import encode
from ccontrol.model.approval import (
    Anchor,
    ChangeWindow,
    Decision,
    DecisionKind,
    People,
    Role,
    SignedCommit,
    WindowVersion,
)

_PLANT, _WINDOWS, _DECISIONS, _ATTESTATIONS = "plant/", "changes/", "decisions/", "attestations/"
_PEOPLE = "people/"
_CONFIGURATION = re.compile(r"configuration/[0-9a-f]{64}\.toml")
_FOLDERS = (_PLANT, _WINDOWS, _DECISIONS, _ATTESTATIONS, _PEOPLE)
_ATTRIBUTES = ".gitattributes"
_SAYS_ONLY = frozenset({Role.APPROVER, Role.INVESTIGATOR})
_BY_KIND = {DecisionKind.INVESTIGATE: _SAYS_ONLY, DecisionKind.ATTEST: _SAYS_ONLY}
_APPROVES = frozenset({Role.APPROVER})
_CONFIGURES = frozenset({Role.CONFIGURATOR})
_SIGNS = _SAYS_ONLY | _CONFIGURES
"""Whoever has none of these has no business on the branch, not even to change nothing."""
_DAY = timedelta(days=1)
_FIRST_YEAR, _LAST_YEAR = 1970, 9998
"""Years in which a day has one before it and one after it."""


@dataclass(frozen=True, slots=True)
class Signing:
    """What a commit would do, as far as it matters who had asked for that."""

    principal: str
    paths: tuple[str, ...]
    windows: tuple[ChangeWindow, ...]
    decisions: tuple[Decision, ...]
    requesters: tuple[str, ...]
    """Whom its own trailers name."""
    at: datetime
    """When it was seen first; now, for what nobody has seen yet."""


def belongs(path: str) -> bool:
    """Tell whether a file has a place on `approved` at all: none that tells git something has."""
    own = path == _ATTRIBUTES or (path.startswith(_FOLDERS) and "/.git" not in path)
    return own or _CONFIGURATION.fullmatch(path) is not None


def is_append_only(path: str) -> bool:
    """Tell whether a file may only be added, never edited nor taken away."""
    return path.startswith((_DECISIONS, _ATTESTATIONS, "configuration/"))


def roles_for(path: str, kind: DecisionKind | None = None) -> frozenset[Role]:
    """Return the roles of which a person needs one to change this file; none: any person may.

    `kind` is that of the decision in the file. Files of `people/` carry signatures of their own.
    """
    if path.startswith(_ATTESTATIONS):
        return _SAYS_ONLY
    if _CONFIGURATION.fullmatch(path):
        return _CONFIGURES
    if path.startswith(_DECISIONS):
        return _APPROVES if kind is None else _BY_KIND.get(kind, _APPROVES)
    return _APPROVES if path.startswith((_PLANT, _WINDOWS)) else frozenset()


def right_fault(
    people: People, principal: str, path: str, kind: DecisionKind | None = None
) -> str | None:
    """Return why a person may not change this file, None when it is theirs to change."""
    needed = roles_for(path, kind)
    person = people.person(principal)
    if not needed or (person is not None and person.roles & needed):
        return None
    words = " or ".join(sorted(role.value for role in needed))
    return f"{principal} is no {words} and changed {path}"


def idle_fault(people: People, principal: str) -> str | None:
    """Return why a person may not sign a commit that changes nothing, None when they may."""
    person = people.person(principal)
    if person is not None and person.roles & _SIGNS:
        return None
    return f"{principal} has no role by which they sign anything here"


def requester_fault(
    anchor: Anchor,
    people: People,
    signing: Signing,
    windows: Sequence[WindowVersion],
    commits: Sequence[SignedCommit],
) -> str | None:
    """Return a complaint when somebody approves what they had asked for, and may not.

    `people` are those in force at that place: what is configured today does not judge the past.
    Asked has whom the commit itself names, and whoever asked for a window in which that can have
    happened: silence in the commit does not help. `windows` and `commits` are those before it,
    oldest first; an earlier version of a window counts as well.
    """
    rule = people.requester_approves
    if anchor.requester_approves if rule is None else rule:
        return None
    who = _plain(signing.principal)
    named = [*signing.requesters, *(one.requester for one in signing.windows)]
    named += [one.requester for one in signing.decisions]
    if who in map(_plain, named):
        return f"{signing.principal} asked for it, and so may not approve it"
    own = [one.window for one in windows if _plain(one.window.requester) == who]
    anew = {one.id for one in signing.windows if not one.cancelled}
    taken = tuple(_taken_over(signing, commits)) if own else ()
    for window in own:
        if window.id in anew or any(_can_belong(one, window) for one in taken):
            asked = f"{signing.principal} asked for {window.id}"
            return f"{asked}, and so may not approve what can belong to it"
    return None


def succession_faults(anchor: Anchor, before: People | None, after: People) -> Iterator[str]:
    """Yield what is wrong with a new version of who may sign, apart from its signatures."""
    if before is not None and after.serial <= before.serial:
        yield f"its serial {after.serial} is not higher than {before.serial}"
    if after.threshold < anchor.threshold:
        yield f"its threshold {after.threshold} is below {anchor.threshold}, which is configured"


def root_rule(anchor: Anchor, before: People | None) -> tuple[frozenset[str], int]:
    """Return whose signatures a new version needs, and how many of them."""
    if before is None:
        return frozenset(anchor.roots), anchor.threshold
    return frozenset(before.roots), max(before.threshold, anchor.threshold)


def _plain(name: str) -> str:
    return name.strip().lower()


@dataclass(frozen=True, slots=True)
class _Taken:
    """What an approval takes over of one controller."""

    controller: str
    """Its id; or, of its files, its folder's name, which is the id in all but odd cases."""
    since: datetime | None
    """When it can have happened at the earliest; None: whenever."""
    until: datetime


def _taken_over(signing: Signing, commits: Sequence[SignedCommit]) -> Iterator[_Taken]:
    """Yield what a commit takes over.

    Of a controller's files one knows only that they changed since somebody approved any of them
    last; of a decision, the day that its change's id names.
    """
    for folder in sorted({_folder(path) for path in signing.paths} - {""}):
        since = _approved_last(folder, commits, signing.at)
        yield _Taken(folder.split("/")[2], since, signing.at)
    for decision in signing.decisions:
        day = _day_of(decision.change_id)
        if decision.kind is DecisionKind.APPROVE and day is not None:
            yield _Taken(decision.controller_id, day, day + _DAY)


def _can_belong(taken: _Taken, window: ChangeWindow) -> bool:
    """Tell whether it can have happened in a window, or next to it."""
    known = is_about(window, taken.controller)
    # Nearness moves the time, never the window: one may be signed until the year 9999.
    begins_before_end = taken.since is None or taken.since - NEAR < window.until
    is_near = window.since < taken.until + NEAR and begins_before_end
    return is_near and (known or taken.controller in map(encode, window.controllers))


def _approved_last(folder: str, commits: Sequence[SignedCommit], now: datetime) -> datetime | None:
    """Return when somebody approved anything of a controller before; None: nobody ever did."""
    for commit in reversed(commits):
        if any(path.startswith(folder) for path in commit.paths):
            return commit.seen_at or now
    return None


def _folder(path: str) -> str:
    """Return the folder of a controller in which a file lies, with a slash; empty: in none."""
    parts = path.split("/", 3)
    is_plant = len(parts) > 3 and f"{parts[0]}/" == _PLANT  # noqa: PLR2004 — plant, area, controller
    return f"{'/'.join(parts[:3])}/" if is_plant else ""


def _day_of(change_id: str) -> datetime | None:
    """Return the day that a change's id begins with; None: nothing was ever seen on such a day."""
    try:
        day = datetime.strptime(change_id[:8], "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    return day if _FIRST_YEAR <= day.year <= _LAST_YEAR else None
