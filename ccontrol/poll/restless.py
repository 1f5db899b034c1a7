"""Which aspects of a controller change again and again, and what was held back for it. Pure.

Three commits of one aspect within an hour make it restless; an hour without a new difference ends
that. Meanwhile changes of restless aspects alone are committed once in the time between two deep
reads; what is held back is not taken over, so that each later look, in another process too, finds
the difference again. Deep reads have a limit of their own and are never held back. How a poll is
decided stands in triage.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from ccontrol.canonical.phrases import arrow, field_name, name
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Change, ChangeSet
from ccontrol.model.finding import ENGINE_CODES, Finding
from ccontrol.store.standing import Moves, Unrest

RESTLESS = "restless"
CHECKS = frozenset((RESTLESS, aspect.value) for aspect in Aspect)
"""The findings as a snapshot names what it checked: one for each aspect."""
COMMITS = 3
WITHIN = timedelta(hours=1)
QUIET = timedelta(hours=1)


def restless(unrest: Unrest, now: datetime) -> frozenset[Aspect]:
    """Return the aspects that pass for restless."""
    return frozenset(each.aspect for each in unrest.moves if _is_restless(each, now))


def is_noted(unrest: Unrest) -> bool:
    """Whether anything passes for restless, or did when it was asked last: cheap to find out."""
    return any(each.moved_at for each in unrest.moves)


def held(unrest: Unrest, now: datetime, pause_s: float) -> dict[Aspect, float]:
    """Return the restless aspects that were committed of late, with the seconds still to wait."""
    waits = {
        each.aspect: pause_s - abs((now - each.commits[-1]).total_seconds())
        for each in unrest.moves
        if each.commits and _is_restless(each, now)
    }
    return {aspect: wait_s for aspect, wait_s in waits.items() if wait_s > 0}


def after_commit(unrest: Unrest, aspects: frozenset[Aspect], at: datetime) -> Unrest:
    """Count a commit of changes of these aspects."""
    known = {each.aspect: each for each in unrest.moves}
    counted = {aspect: _counted(known.get(aspect, Moves(aspect)), at) for aspect in aspects}
    moves = tuple(moves for _, moves in sorted({**known, **counted}.items()))
    return replace(unrest, moves=moves)


def after_look(unrest: Unrest, changes: ChangeSet, at: datetime) -> Unrest:
    """Count a look that is held back; only one that shows something new keeps the unrest alive."""
    digest = _digest(changes)
    aspects = {change.aspect for change in _observed(changes)}
    moves = tuple(
        replace(each, moved_at=at) if each.moved_at and each.aspect in aspects else each
        for each in unrest.moves
    )
    return Unrest(
        moves=unrest.moves if digest == unrest.digest else moves,
        looks=unrest.looks + 1,
        first_at=unrest.first_at or at,
        last_at=at,
        digest=digest,
    )


def told(unrest: Unrest) -> Unrest:
    """Forget the looks that a commit has told of."""
    return Unrest(moves=unrest.moves)


def summary(unrest: Unrest) -> str:
    """Say in one sentence which looks were held back; "" when there were none."""
    if unrest.first_at is None or unrest.last_at is None:
        return ""
    looks = "1 look" if unrest.looks == 1 else f"{unrest.looks} looks"
    first, last = (f"{at:%Y-%m-%d %H:%M:%S} UTC" for at in (unrest.first_at, unrest.last_at))
    return (
        f"this sums up {looks} at a restless controller, the first at {first}, the last at {last};"
        " the journal tells what each of them showed"
    )


def sentence(changes: ChangeSet, digest: str, wait_s: float) -> str:
    """Say what a look showed that is held back, for the journal."""
    shown = "; ".join(_shown(change) for change in _observed(changes))
    return f"restless: committed in {wait_s:.0f} s at the earliest (look {digest}): {shown}"


def findings(unrest: Unrest, now: datetime) -> frozenset[Finding]:
    """Return what is to be said of it, one for each aspect. The texts carry no times."""
    return frozenset(_finding(aspect) for aspect in restless(unrest, now))


def _finding(aspect: Aspect) -> Finding:
    text = (
        f"Its {aspect.value} changed in {COMMITS} commits within an hour: further changes of it are"
        " summed up, and committed once in the time between two deep reads."
    )
    return Finding(RESTLESS, aspect.value, Aspect.SIGHT, text)


def _is_restless(moves: Moves, now: datetime) -> bool:
    """A clock that was set back by more ends it, too: the next commits tell anew."""
    return moves.moved_at is not None and abs(now - moves.moved_at) < QUIET


def _counted(moves: Moves, at: datetime) -> Moves:
    was_restless = _is_restless(moves, at)
    calm_again = moves.moved_at is not None and not was_restless
    commits = (*(() if calm_again else moves.commits), at)[-COMMITS:]
    often = len(commits) == COMMITS and abs(at - commits[0]) <= WITHIN
    return Moves(moves.aspect, commits, at if was_restless or often else None)


def _observed(changes: ChangeSet) -> Iterator[Change]:
    return (change for change in changes.changes if change.unit.kind not in ENGINE_CODES)


def _shown(change: Change) -> str:
    told = ", ".join(f"{field_name(one)} {arrow(one)}" for one in change.differences)
    return f"{name(change)} {change.kind.value}" + (f": {told}" if told else "")


def _digest(changes: ChangeSet) -> str:
    """Name what a look showed, in 16 hex digits: equal looks have equal names."""
    digest = hashlib.sha256()
    for change in _observed(changes):
        differences = [(one.name, repr(one.after)) for one in change.differences]
        digest.update(repr((change.kind, str(change.unit), differences, change.reason)).encode())
    return digest.hexdigest()[:16]
