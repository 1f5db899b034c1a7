"""Each change with all that people signed about it: authorised, verified, taken over, or not.

The time of an approval is when the daemon first saw it. Where nobody told, it counts
as given, and never as given in time. Where the record of a change says whether it was authorised,
and those who are said to have done so count, its word is taken: it knows of windows and scopes.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from ccontrol.evidence.facts import Approval, Attested, Decided, Facts, ObservedChange, Signed
from ccontrol.evidence.framework import Item
from ccontrol.evidence.period import day_of, days_between
from ccontrol.model.approval import Authorised
from ccontrol.model.attestation import Claim

AUTHORISED = "authorised"
AFTERWARDS = "accepted afterwards"
UNPROVEN = "accepted, time not proven"
EMERGENCY = "emergency"
REJECTED = "rejected"
INVESTIGATED = "under investigation"
UNRESOLVED = "unresolved"
FIRST = "first sight"
NO_DEPARTURE = "no departure from the baseline"
LATE = frozenset({AFTERWARDS, UNPROVEN})
"""Somebody answers for it, and is not known to have done so before it."""
_ANSWERED = frozenset({AUTHORISED, EMERGENCY, *LATE})
_COMMIT = re.compile(r"\(([0-9a-f]{12})\)")
"""How a record names the commit of `approved` that decided."""


@dataclass(frozen=True, slots=True)
class Chain:
    """One change and what is signed about it."""

    change: ObservedChange
    classification: str
    authorized_by: str
    """The commit of `approved` that answers for it; empty: none."""
    taken_over: Approval | None
    """The approval by which the baseline was updated, which may have brought later changes too."""
    days_to_update: int | None
    """Calendar days from the change to that; None: it was not updated."""
    days_open: int
    """Calendar days that it stood open at the period's end; 0 when it was updated."""
    days_since: int
    """Calendar days from the change to the period's end."""
    documented: bool
    """Whether somebody documented it as an emergency."""
    named: bool
    """Whether an approval or a decision to approve names it: somebody looked at just this."""
    foreseen: frozenset[str]
    """SHA-256 of the files that the window which allowed it expects, signed before it."""
    items: tuple[str, ...]
    """Of the framework, that it touches."""
    decisions: tuple[Decided, ...]
    sayings: tuple[Attested, ...]

    @property
    def change_id(self) -> str:
        """Name the change."""
        return self.change.record.change_id

    @property
    def departs(self) -> bool:
        """Whether it has to be authorised at all."""
        return self.change.touches_plant

    @property
    def is_authorised(self) -> bool:
        """Whether a person authorised it before it, or documented it as an emergency."""
        return self.classification == AUTHORISED or (self.is_emergency and self.documented)

    @property
    def is_emergency(self) -> bool:
        """Whether a person says that it was one, documented or not."""
        return self.classification == EMERGENCY

    def said(self, claim: Claim) -> tuple[Attested, ...]:
        """Return what people attested of one kind, whose signatures count."""
        return tuple(
            one for one in self.sayings if one.attestation.claim is claim and not one.signed.fault
        )

    def decided(self, word: str) -> tuple[Decided, ...]:
        """Return the decisions of one kind whose signatures count."""
        return tuple(one for one in self.decisions if one.decision == word and not one.signed.fault)


def chains(facts: Facts) -> tuple[Chain, ...]:
    """Return the chain of each change of the period, in their order."""
    valid = tuple(one for one in facts.approvals if not one.signed.fault)
    return tuple(_chain(change, facts, valid) for change in facts.changes)


def when(signed: Signed) -> datetime:
    """Return the time that counts for something signed, else the one that its commit claims."""
    return signed.first_seen or signed.committed_at


def was_before(chain: Chain, said: Attested) -> bool | None:
    """Say whether a saying is proven to be of before the change; None: nobody can tell."""
    seen, opened = said.signed.first_seen, chain.change.record.previous_at
    return None if seen is None or opened is None else seen <= opened


def _chain(change: ObservedChange, facts: Facts, approvals: tuple[Approval, ...]) -> Chain:
    record = change.record
    decisions = tuple(one for one in facts.decisions if one.change_id == record.change_id)
    exact = next((one for one in approvals if _takes(one, change)), None)
    taken = exact or _overtaken(change, facts.changes, approvals)
    updated = None if taken is None else day_of(when(taken.signed))
    done = day_of(record.not_after or record.taken_at)
    known = _said(change, facts, taken, decisions)
    word = known.word.value if known else _classified(change, taken, decisions)
    answering = _deciding(known, facts) or (taken.signed.commit if taken else "")
    answering = answering if word in _ANSWERED else ""
    window = known.window if known and answering else ""
    about = {record.change_id, window} - {""}
    return Chain(
        change=change,
        classification=word,
        authorized_by=answering,
        taken_over=taken,
        days_to_update=None if updated is None else days_between(done, updated),
        days_open=_days_open(change, updated, done, facts.period.until),
        days_since=days_between(done, facts.period.until),
        documented=any(map(_documents, decisions)),
        named=_is_named(record.change_id, approvals, decisions),
        foreseen=_foreseen(change, window, answering, approvals),
        items=_items(change, facts.framework.items),
        decisions=decisions,
        sayings=tuple(one for one in facts.attested if one.attestation.change_id in about),
    )


def _said(
    change: ObservedChange, facts: Facts, taken: Approval | None, decisions: tuple[Decided, ...]
) -> Authorised | None:
    """Return what the record says, where it may be believed; None where it is not to be.

    What nobody had seen yet it cannot know of, and whose commit does not count gave no leave.
    """
    known = change.record.verdict.authorised
    if known is None or facts.counting is None or not change.touches_plant:
        return None
    about = [one.signed for one in decisions if not one.signed.fault]
    about += [taken.signed] if taken else []
    if any(one.first_seen is None for one in about):
        return None
    is_founded = known.word.value not in _ANSWERED or _deciding(known, facts)
    return known if is_founded else None


def _deciding(known: Authorised | None, facts: Facts) -> str:
    """Return the commit by which a record says that a change was decided; empty: none counts."""
    named = _COMMIT.search(known.by) if known else None
    if named is None:
        return ""
    return next((one for one in sorted(facts.counting or ()) if one.startswith(named[1])), "")


def _takes(approval: Approval, change: ObservedChange) -> bool:
    """Say whether an approval took over exactly what stood after the change, or names it."""
    record = change.record
    same = approval.trees.get(record.controller_id) == change.plant_tree != ""
    return same or record.change_id in approval.change_ids


def _overtaken(
    change: ObservedChange, every: Iterable[ObservedChange], approvals: tuple[Approval, ...]
) -> Approval | None:
    """Return the approval of a later change of the controller, in which this one is contained."""
    own = [one for one in every if one.record.controller_id == change.record.controller_id]
    later = own[own.index(change) + 1 :]
    return next((one for one in approvals if any(_takes(one, each) for each in later)), None)


def _classified(
    change: ObservedChange, approval: Approval | None, decisions: tuple[Decided, ...]
) -> str:
    if not change.touches_plant:
        return FIRST if change.record.changes.first else NO_DEPARTURE
    words = {one.decision for one in decisions if not one.signed.fault}
    if "emergency" in words:
        return EMERGENCY
    if approval is not None:
        return _in_time(change, approval)
    for word, told in (("reject", REJECTED), ("investigate", INVESTIGATED)):
        if word in words:
            return told
    return UNRESOLVED


def _in_time(change: ObservedChange, approval: Approval) -> str:
    seen = approval.signed.first_seen
    if seen is None:
        return UNPROVEN
    opened = change.record.previous_at
    return AUTHORISED if opened is not None and seen <= opened else AFTERWARDS


def _days_open(change: ObservedChange, updated: date | None, done: date, until: date) -> int:
    if not change.touches_plant or (updated is not None and updated <= until):
        return 0
    return days_between(done, until)


def _documents(decided: Decided) -> bool:
    is_whole = decided.decision == EMERGENCY and decided.texts.get("conclusion")
    return bool(is_whole) and not decided.signed.fault


def _is_named(
    change_id: str, approvals: tuple[Approval, ...], decisions: tuple[Decided, ...]
) -> bool:
    agreed = any(one.decision == "approve" and not one.signed.fault for one in decisions)
    return agreed or any(change_id in one.change_ids for one in approvals)


def _foreseen(
    change: ObservedChange, window: str, commit: str, approvals: tuple[Approval, ...]
) -> frozenset[str]:
    opened = change.record.previous_at
    found: set[str] = set()
    for one in approvals:
        seen = one.signed.first_seen
        is_meant = one.window != "" and (one.window, one.signed.commit) == (window, commit)
        if is_meant and seen is not None and opened is not None and seen <= opened:
            found.update(one.files)
    return frozenset(found)


def _items(change: ObservedChange, items: Iterable[Item]) -> tuple[str, ...]:
    touched = set(change.record.changes.aspects)
    return tuple(one.id for one in items if touched.intersection(one.aspects))


def unlinked(facts: Facts) -> Iterator[Approval]:
    """Yield the approvals whose signature does not count: they approve nothing."""
    return (one for one in facts.approvals if one.signed.fault)
