"""Whether a change was authorised: by whom, or why not. Pure; the same in gives the same out.

Leave counts only when it was seen before the change. What people decide afterwards is told as that.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ccontrol.approval.case import Case
from ccontrol.approval.windows import (
    BY_ITSELF,
    held_beforehand,
    is_about,
    is_near,
    not_dropped,
    out_of_scope,
    out_of_time,
)
from ccontrol.model.approval import (
    Authorisation,
    Authorised,
    DecisionKind,
    GivenDecision,
    SignedCommit,
    WindowVersion,
)
from ccontrol.model.judgement import Origin

_SHORT = 12
_DECIDES = frozenset(DecisionKind) - {DecisionKind.ATTEST}


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why a window did not authorise a change."""

    word: Authorisation
    reason: str
    window: str


def authorise(case: Case) -> Authorised | None:
    """Return whether a change was authorised; None when nothing of it can be approved.

    A first sight is no change, and what moves by itself is nobody's to approve.
    """
    record = case.record
    if record.changes.first or all(one.aspect in BY_ITSELF for one in record.changes.changes):
        return None
    decided = _decided(case)
    return (
        _stopped(case, decided)
        or _by_window(case, decided)
        or _restored(case)
        or _emergency(decided)
        or _afterwards(case, decided)
        or _by_late_window(case, decided)
        or _by_nobody(case, decided)
    )


def _decided(case: Case) -> tuple[GivenDecision, ...]:
    """Return what people decided about it, oldest first."""
    change_id = case.record.change_id
    return tuple(
        one
        for one in case.approvals.decisions
        if one.decision.change_id == change_id and one.decision.kind in _DECIDES
    )


def _stopped(case: Case, decided: tuple[GivenDecision, ...]) -> Authorised | None:
    """Return the verdict of a last decision that leaves no room for others."""
    if not decided or _taken_over_since(case, decided[-1]):
        return None
    last, by = decided[-1].decision, _by(decided[-1].commit)
    if last.kind is DecisionKind.REJECT:
        why = f"{by} rejected it: {last.reason or 'no reason given'}"
        return Authorised(Authorisation.REJECTED, why, by, last.ticket)
    if last.kind is DecisionKind.INVESTIGATE and not last.conclusion:
        why = f"{last.who or by} is looking into it"
        return Authorised(Authorisation.UNDER_INVESTIGATION, why, by, last.ticket)
    return None


def _taken_over_since(case: Case, last: GivenDecision) -> bool:
    """Tell whether somebody took over what the change left after that was decided."""
    order = [commit.id for commit in case.approvals.commits]
    taken = case.accepted_last
    return (
        taken is not None
        and {taken.id, last.commit.id} <= set(order)
        and order.index(taken.id) > order.index(last.commit.id)
    )


def _by_window(case: Case, decided: tuple[GivenDecision, ...]) -> Authorised | None:
    for version in _held(case):
        window = version.window
        if _refusal(version, case) is None:
            by = f"{_by(version.commit)}, {window.id}"
            if window.emergency:
                rest = _documentation(decided)
                why = f"{window.id} was opened in an emergency: {window.reason}; {rest}"
                word = Authorisation.EMERGENCY
            else:
                why, word = f"{window.id} allows it", Authorisation.AUTHORISED
            why += not_dropped(window, case)
            return Authorised(word, why, by, window.ticket, window.id)
    return None


def _restored(case: Case) -> Authorised | None:
    if case.restored is None:
        return None
    by = _by(case.restored)
    why = f"it brings back what {by} had approved"
    return Authorised(Authorisation.AUTHORISED, why, by, case.restored.trailer("Ticket"))


def _emergency(decided: tuple[GivenDecision, ...]) -> Authorised | None:
    declared = [one for one in decided if one.decision.kind is DecisionKind.EMERGENCY]
    if not declared:
        return None
    first, by = declared[0].decision, _by(declared[0].commit)
    why = f"{by} declared an emergency: {first.reason}; {_documentation(decided)}"
    return Authorised(Authorisation.EMERGENCY, why, by, first.ticket)


def _documentation(decided: tuple[GivenDecision, ...]) -> str:
    """Return what was written down of an emergency afterwards."""
    found = (
        one.decision.conclusion
        for one in decided
        if one.decision.kind is DecisionKind.EMERGENCY and one.decision.conclusion
    )
    documented = next(found, "")
    return f"documented: {documented}" if documented else "its documentation is missing"


def _afterwards(case: Case, decided: tuple[GivenDecision, ...]) -> Authorised | None:
    approving = [one for one in decided if one.decision.kind is DecisionKind.APPROVE]
    if approving:
        last, by = approving[-1].decision, _by(approving[-1].commit)
        why = f"{by} approved it after it had happened"
        return Authorised(Authorisation.ACCEPTED_AFTERWARDS, why, by, last.ticket)
    if case.accepted is None:
        return None
    by = _by(case.accepted)
    why = f"{by} took over what it left, after it had happened"
    ticket = case.accepted.trailer("Ticket")
    return Authorised(Authorisation.ACCEPTED_AFTERWARDS, why, by, ticket)


def _by_nobody(case: Case, decided: tuple[GivenDecision, ...]) -> Authorised:
    refusals = tuple(filter(None, (_refusal(one, case) for one in _held(case))))
    for word in (Authorisation.OUT_OF_SCOPE, Authorisation.OUT_OF_WINDOW):
        for refusal in refusals:
            if refusal.word is word:
                return Authorised(word, refusal.reason, window=refusal.window)
    looked = decided[-1].decision.conclusion if decided else ""
    more = f"; looked into: {looked}" if looked else ""
    if case.record.attribution.origin is Origin.UNKNOWN:
        why = f"nobody authorised it, and nobody can tell where it came from{more}"
        return Authorised(Authorisation.UNEXPLAINED, why)
    return Authorised(Authorisation.UNAUTHORISED, f"nobody authorised it{more}")


def _held(case: Case) -> Iterator[WindowVersion]:
    """Yield the windows of the controller that held before the change, the newest first."""
    for version in reversed(case.approvals.windows):
        about = is_about(version.window, case.record.controller_id)
        near = is_near(version.window, case.since, case.until)
        if about and near and held_beforehand(version, case.since):
            yield version


def _refusal(version: WindowVersion, case: Case) -> _Refusal | None:
    window = version.window
    if reason := out_of_time(window, case.since, case.until):
        return _Refusal(Authorisation.OUT_OF_WINDOW, reason, window.id)
    if window.changes_at_most and case.uses.get(window.id, 0) >= window.changes_at_most:
        reason = f"{window.id} was used up before it"
        return _Refusal(Authorisation.OUT_OF_WINDOW, reason, window.id)
    if reason := out_of_scope(window, case):
        return _Refusal(Authorisation.OUT_OF_SCOPE, reason, window.id)
    return None


def _by_late_window(case: Case, decided: tuple[GivenDecision, ...]) -> Authorised | None:
    """Return the verdict of a window that would have allowed it, had it been seen in time."""
    for version in reversed(case.approvals.windows):
        window = version.window
        stands = version.ended_at is None and not window.cancelled
        about = stands and is_about(window, case.record.controller_id)
        if about and _refusal(version, case) is None:
            by = f"{_by(version.commit)}, {window.id}"
            word = (
                Authorisation.EMERGENCY if window.emergency else Authorisation.ACCEPTED_AFTERWARDS
            )
            why = f"{window.id} allows it, and was seen only after it may have happened"
            why += not_dropped(window, case)
            why += f"; {_documentation(decided)}" if window.emergency else ""
            return Authorised(word, why, by, window.ticket, window.id)
    return None


def _by(commit: SignedCommit) -> str:
    return f"{commit.principal} ({commit.id[:_SHORT]})"
