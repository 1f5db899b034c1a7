"""How the assets were monitored: runs of days, clocks of items, gaps, steps of the host's clock."""

import re
from collections.abc import Iterator

from ccontrol.evidence.chains import when
from ccontrol.evidence.facts import Asset, Facts, Signed
from ccontrol.evidence.monitoring import ItemClock, Monitor, silences
from ccontrol.evidence.tables import Row, Table
from ccontrol.model.journal import JournalEntry, Outcome

_STEP = re.compile(r"the host's clock stepped by (-?\d+) s")
_RUNS = (
    *("asset_id", "from_day", "to_day", "days", "coverage", "attempts", "answers", "unanswered"),
    *("full_reads", "longest_silence_s"),
)
_ITEMS = (
    *("asset_id", "item", "limit_days", "kept", "days_with_complete_read", "last_complete_read"),
    *("max_gap_days", "gap_from", "gap_to", "gap_is_open", "clock_begins", "days_indicator_only"),
)
_GAPS = ("asset_id", "item", "kind", "from_day", "to_day", "days", "why")
_ACCESS = ("at_utc", "asset_id", "what", "who_or_why", "source")


def monitoring(facts: Facts) -> Table:
    """Return each asset's days as runs of equal coverage."""
    rows = [
        (
            *(asset.asset_id, run.since, run.until, (run.until - run.since).days + 1),
            *(run.quality.value, run.answers + run.unanswered, run.answers, run.unanswered),
            run.full_reads,
            run.longest_silence_s,
        )
        for asset, found in _monitored(facts)
        for run in found.runs
    ]
    return Table("monitoring", _RUNS, tuple(rows))


def monitoring_items(facts: Facts) -> Table:
    """Return the clock of each item of each asset."""
    rows = [_clock(a, clock) for a, found in _monitored(facts) for clock in found.clocks]
    return Table("monitoring_items", _ITEMS, tuple(rows))


def monitoring_gaps(facts: Facts) -> Table:
    """Return everything that stands in the way of saying that somebody watched."""
    rows: list[Row] = [row for one, found in _monitored(facts) for row in _gaps(one, found)]
    rows += [("", "", "no signed journal", day, day, 1, "") for day in facts.unsigned_days]
    rows += [
        ("", "", "clock step", one.at.date(), one.at.date(), 0, one.reason)
        for one in clock_steps(facts)
    ]
    return Table("monitoring_gaps", _GAPS, tuple(rows))


def access(facts: Facts) -> Table:
    """Return who began, ended or paused the watching, and who signed something on `approved`.

    One row for each commit, at its first sight.
    """
    told = [
        (one.at, one.controller_id, one.outcome.value, one.reason, "journal")
        for one in facts.events
        if one.outcome is not Outcome.MISSED
    ]
    commits: dict[str, tuple[Signed, set[str]]] = {}
    for one, what in _signed(facts):
        commits.setdefault(one.commit, (one, set()))[1].add(what)
    told += [
        (when(one), "", " ".join(sorted(what)), one.signed_by or one.key, _source(one))
        for one, what in commits.values()
        if when(one).date() in facts.period
    ]
    return Table("access", _ACCESS, tuple(sorted(told)))


def _signed(facts: Facts) -> Iterator[tuple[Signed, str]]:
    for approval in facts.approvals:
        word = "window" if approval.window else "approval"
        yield approval.signed, "people" if approval.names_people else word
    yield from ((one.signed, one.decision) for one in facts.decisions)
    yield from ((one.signed, "attestation") for one in facts.attested)


def _source(signed: Signed) -> str:
    unseen = "" if signed.first_seen else ", by its own date: nobody told when it was seen"
    return f"approved {signed.commit}{unseen}"


def clock_steps(facts: Facts) -> Iterator[JournalEntry]:
    """Yield the entries in which the daemon told that its host's clock was set."""
    return (one for one in facts.events if _STEP.search(one.reason))


def step_days(entry: JournalEntry) -> float:
    """Return by how many days the clock was set, either way."""
    found = _STEP.search(entry.reason)
    return 0.0 if found is None else abs(int(found[1])) / 86_400


def _monitored(facts: Facts) -> Iterator[tuple[Asset, Monitor]]:
    for asset in facts.assets:
        found = facts.monitors.get(asset.controller_id)
        if asset.controller_id and found is not None:
            yield asset, found


def _clock(asset: Asset, clock: ItemClock) -> Row:
    longest = clock.longest
    begins = "a read before the period" if clock.known_before else "the first day in scope"
    return (
        *(asset.asset_id, clock.item.id, clock.limit_days, clock.kept, clock.reads, clock.last),
        longest.days if longest else None,
        longest.since if longest else None,
        longest.until if longest else None,
        longest.is_open if longest else None,
        begins,
        clock.indicators,
    )


def _gaps(asset: Asset, found: Monitor) -> Iterator[Row]:
    for clock in found.clocks:
        for gap in clock.gaps:
            why = "not ended" if gap.is_open else ""
            told = (gap.since, gap.until, gap.days, why)
            yield asset.asset_id, clock.item.id, "no complete read", *told
    for run in silences(found):
        days = (run.until - run.since).days + 1
        yield asset.asset_id, "", run.quality.value, run.since, run.until, days, ""
