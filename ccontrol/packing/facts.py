"""A store at a commit → the facts of a pack."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from ccontrol.errors import StoreError
from ccontrol.evidence.facts import Asset, Facts, Heads, Known
from ccontrol.evidence.framework import Framework
from ccontrol.evidence.monitoring import Blind, Monitor, monitor
from ccontrol.evidence.period import Period, day_of
from ccontrol.evidence.population import merged
from ccontrol.model.journal import JournalDay, JournalEntry, WatchedDay
from ccontrol.packing.approved import Approved, read_approved
from ccontrol.packing.observed import (
    KeepDiff,
    Observed,
    blind_of,
    owners,
    read_changes,
    read_days,
    read_known,
)
from ccontrol.packing.signatures import by_signers, by_survey
from ccontrol.poll.authority import sightings
from ccontrol.store.allowed_signers import AllowedSigners
from ccontrol.store.approved import Survey
from ccontrol.store.baseline import held
from ccontrol.store.message import TREE_TRAILER
from ccontrol.store.repository import Repository

LOOK_BACK = timedelta(days=70)
"""So long before the period a complete read is looked for that starts its clocks: twice 35 days."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a pack is to be about."""

    site: str
    framework: Framework
    period: Period
    population: tuple[Asset, ...]
    observed: str
    """Commit."""
    approved: str
    """Commit; empty: nobody has approved anything."""
    people: AllowedSigners | Survey
    """Whose approvals count: what holds by the configured roots; where there are none, signers."""
    configured: frozenset[str] = frozenset()
    """Controllers that are to be polled, whether anything of them was ever stored or not."""
    sampled: frozenset[str] = frozenset()
    """Controllers of which each day is kept."""

    @property
    def baseline(self) -> str:
        """The last commit of `approved` that counts; empty: none does."""
        return (self.people.trusted or "") if isinstance(self.people, Survey) else self.approved


@dataclass(slots=True)
class Read:
    """The facts, and what is needed for the sampled assets beside them."""

    facts: Facts
    days: dict[str, list[tuple[date, WatchedDay | None]]]
    """Controller id to its days, of those that are sampled."""


@dataclass(slots=True)
class _Journal:
    """What the days said."""

    events: list[JournalEntry] = field(default_factory=list)
    unsigned: list[date] = field(default_factory=list)
    spoiled: int = 0
    unreadable: dict[str, str] = field(default_factory=dict)
    days: dict[str, list[tuple[date, WatchedDay | None]]] = field(default_factory=dict)


def read_facts(repository: Repository, wanted: Wanted, keep: KeepDiff) -> Read:
    """Return the facts of a pack. Raises the store's errors, and UnreadableStateError."""
    head = repository.commit(wanted.observed)
    if day_of(head.when) < wanted.period.since:
        raise StoreError(
            f"the history ends on {day_of(head.when)}, before the period begins",
            hint="Choose a period that the history covers.",
        )
    since = wanted.period.since - LOOK_BACK
    observed = read_changes(repository, head.id, wanted.period, since, keep)
    known = {one.controller_id: one for one in read_known(repository, head.id, observed)}
    approved = _approved(repository, wanted)
    known = _with_baseline(repository, known, wanted.baseline, head.id)
    assets = merged(wanted.population, {*known, *wanted.configured})
    monitors = _monitors(wanted, assets, known, observed)
    journal = _journal(repository, wanted, monitors)
    facts = Facts(
        site=wanted.site,
        period=wanted.period,
        framework=wanted.framework,
        heads=Heads(head.id, head.when, head.trailer(TREE_TRAILER) or "", wanted.approved),
        assets=assets,
        known=known,
        changes=tuple(observed.changes),
        approvals=tuple(approved.approvals),
        decisions=tuple(approved.decisions),
        attested=tuple(approved.attested),
        monitors=monitors,
        events=tuple(journal.events),
        unsigned_days=tuple(journal.unsigned),
        spoiled_lines=journal.spoiled,
        unreadable={**approved.unreadable, **journal.unreadable, **_unread_states(known)},
        counting=_counting(wanted.people),
        doubts=tuple(_doubts(repository, wanted)) if wanted.approved else (),
    )
    return Read(facts, journal.days)


def _approved(repository: Repository, wanted: Wanted) -> Approved:
    if not wanted.approved:
        return Approved()
    whose = owners(repository, wanted.observed)
    people = wanted.people
    signatures = by_survey(people) if isinstance(people, Survey) else by_signers(people)
    return read_approved(repository, wanted.approved, signatures, whose)


def _counting(people: AllowedSigners | Survey) -> frozenset[str] | None:
    if not isinstance(people, Survey):
        return None
    return frozenset(one.id for one in people.approvals.commits)


def _doubts(repository: Repository, wanted: Wanted) -> Iterator[str]:
    counting = _counting(wanted.people)
    if counting is None or not isinstance(wanted.people, Survey):
        yield (
            "whether those who signed on approved might do so: [site.people] names no roots, so "
            "roles, change windows, who asked, the daemon's own key and the time of approvals were "
            "held against nothing"
        )
        return
    for commit, what in wanted.people.faults:
        yield f"nothing on approved counts from commit {commit} on: {what}"
    reached = {one.commit for one in sightings(repository, wanted.observed)} - counting
    if reached and not wanted.people.faults:
        yield f"commit {min(reached)} was seen on approved and is gone from it"


def _unread_states(known: Mapping[str, Known]) -> dict[str, str]:
    return {
        one.controller_id: one.state.unlisted["everything"]
        for one in known.values()
        if "everything" in one.state.unlisted
    }


def _with_baseline(
    repository: Repository, known: Mapping[str, Known], approved: str, observed: str
) -> dict[str, Known]:
    if not approved:
        return dict(known)
    found = {}
    for controller_id, one in known.items():
        tree = repository.tree_of(one.folder, approved)
        same, by = None if tree is None else tree.sha256 == one.tree_sha256, ""
        newer = held(repository, one.folder, approved, observed) if same is False else None
        if newer is not None and newer.by is not None:
            same, by = not newer.differs, newer.by.words
        is_held = None if same is None else same and one.state.proven
        found[controller_id] = replace(one, in_baseline=is_held, baseline_by=by)
    return found


def _monitors(
    wanted: Wanted, assets: tuple[Asset, ...], known: Mapping[str, Known], observed: Observed
) -> dict[str, Monitor]:
    limit = max(
        (one.limit_days for one in wanted.framework.requirements if one.measure == "monitored"),
        default=0,
    )
    found = {}
    for asset in assets:
        scope = scope_of(asset, wanted.period, observed.first_days.get(asset.controller_id))
        if not asset.controller_id or scope is None:
            continue
        here = known.get(asset.controller_id)
        moved = observed.sight_moved.get(asset.controller_id)
        blind = Blind() if here is None else blind_of(here, moved)
        found[asset.controller_id] = monitor(
            asset.controller_id, scope, wanted.framework.items, blind, limit
        )
    return found


def scope_of(asset: Asset, period: Period, first_seen: date | None) -> Period | None:
    """Return the days on which an asset had to be monitored; None: on none of the period.

    A first sight within the period begins them only where the population does not say when: that
    nobody polled it is else no excuse. Only the population ends them.
    """
    begin = asset.in_scope_from or first_seen or period.since
    since = max(period.since, begin)
    until = min(period.until, asset.in_scope_until or period.until)
    return Period(since, until) if since <= until else None


def _journal(repository: Repository, wanted: Wanted, monitors: dict[str, Monitor]) -> _Journal:
    found = _Journal()
    period = wanted.period
    days = Period(period.since - LOOK_BACK, period.until).days()
    for day, said, fault in read_days(repository, wanted.observed, days):
        if fault:
            found.unreadable[f"journal of {day}"] = fault
        _note_day(found, day, said, wanted, monitors)
    for one in monitors.values():
        one.end()
    return found


def _note_day(
    found: _Journal,
    day: date,
    said: JournalDay | None,
    wanted: Wanted,
    monitors: Mapping[str, Monitor],
) -> None:
    watched = {} if said is None else said.controllers
    for controller_id, one in monitors.items():
        one.note(day, watched.get(controller_id), signed=said is not None)
    if day not in wanted.period:
        return
    for controller_id in wanted.sampled:
        found.days.setdefault(controller_id, []).append((day, watched.get(controller_id)))
    if said is None:
        found.unsigned.append(day)
        return
    found.events += said.events
    found.spoiled += said.spoiled
