"""What bears on a requirement, counted: of how many, how many hold, and every one that does not.

A measure never says that a requirement is met: that is the auditor's. It says what was counted.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ccontrol.evidence.baseline import UNAVAILABLE, baseline, method_of
from ccontrol.evidence.chains import LATE, Chain, chains, was_before
from ccontrol.evidence.facts import Asset, Attested, Facts
from ccontrol.evidence.framework import Requirement
from ccontrol.evidence.tables import Table
from ccontrol.evidence.unassessed import not_assessed
from ccontrol.evidence.watch_tables import clock_steps, step_days
from ccontrol.model.attestation import Claim

PEOPLE = "people"
_BY_WORD = frozenset({"authorised", "investigated"})
_COLUMNS = ("requirement", "asset_id", "change_id", "exception")


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One thing that does not hold."""

    asset_id: str
    text: str
    change_id: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """A requirement with what was counted for it."""

    requirement: Requirement
    counted: str
    """What was counted: "assets", "changes"; empty: nothing can be."""
    of: int = 0
    shortfalls: tuple[Shortfall, ...] = ()
    words: tuple[tuple[str, int], ...] = ()
    """Of changes that have to be authorised: how many bear which word."""

    @property
    def told(self) -> str:
        """How many bear which word, as one line; empty: nothing is to be authorised here."""
        return "; ".join(f"{word} {number}" for word, number in self.words)

    @property
    def lacking(self) -> int:
        """How many of those counted have at least one shortfall."""
        return len({one.change_id or one.asset_id for one in self.shortfalls})

    @property
    def holding(self) -> int:
        """How many hold."""
        return self.of - self.lacking


@dataclass(frozen=True, slots=True)
class Scope:
    """What a requirement is about: its assets, and the changes of them."""

    facts: Facts
    requirement: Requirement
    assets: tuple[Asset, ...]
    told: tuple[Chain, ...]
    methods: Mapping[str, tuple[tuple[str, str], ...]]
    """Asset id to the items of its baseline and how each came about."""

    @property
    def departures(self) -> tuple[Chain, ...]:
        """The changes that depart from what people approved."""
        return tuple(chain for chain in self.told if chain.departs)


def measured(facts: Facts) -> tuple[Measured, ...]:
    """Return every requirement of the framework, measured, in its order."""
    told = chains(facts)
    methods: dict[str, tuple[tuple[str, str], ...]] = {}
    for row in baseline(facts).rows:
        asset_id, item = str(row[0]), str(row[1])
        methods[asset_id] = (*methods.get(asset_id, ()), (item, method_of(row)))
    return tuple(
        _measure(_scope(facts, one, told, methods)) for one in facts.framework.requirements
    )


def exceptions(results: Iterable[Measured]) -> Table:
    """Return every shortfall of every requirement."""
    rows = [
        (result.requirement.id, one.asset_id, one.change_id, one.text)
        for result in results
        for one in result.shortfalls
    ]
    return Table("exceptions", _COLUMNS, tuple(rows))


def not_verified(facts: Facts) -> Iterator[str]:
    """Yield what this pack says nothing about, or less than it seems: one sentence each."""
    yield from _framework_limits(facts)
    yield from _population_limits(facts)
    if facts.unsigned_days:
        first, last = facts.unsigned_days[0], facts.unsigned_days[-1]
        days = len(facts.unsigned_days)
        yield f"{days} days have no signed journal, between {first} and {last}"
    if facts.spoiled_lines:
        yield f"{facts.spoiled_lines} lines of the journal say nothing: torn or damaged"
    for where, why in sorted(facts.unreadable.items()):
        yield f"{where} could not be read: {why}"
    yield from facts.doubts
    own = [one for one in facts.approvals if not one.names_people]
    unseen = sum(one.signed.first_seen is None for one in own)
    if unseen:
        yield f"{unseen} approvals: nobody told when they were first seen, so none counts as before"


def _framework_limits(facts: Facts) -> Iterator[str]:
    yield from facts.framework.warnings(facts.period.until)
    people = [one.id for one in facts.framework.requirements if one.measure == PEOPLE]
    if people:
        yield f"nothing here bears on {', '.join(people)}"
    declared = [one.id for one in facts.framework.items if not one.aspects]
    if declared:
        yield f"items {', '.join(declared)} cannot be read: people declare them, nobody monitors"
    yield from not_assessed()
    yield "what a controller does not give away, and whether what is authorised is also right"


def _population_limits(facts: Facts) -> Iterator[str]:
    undeclared = [one.asset_id for one in facts.assets if not one.is_declared]
    if undeclared:
        shown = ", ".join(undeclared[:10]) + (" …" if len(undeclared) > 10 else "")  # noqa: PLR2004 — as many as are named
        yield f"{len(undeclared)} controllers stand in no population, impact unknown: {shown}"
    unpolled = [one.asset_id for one in facts.assets if one.controller_id not in facts.known]
    if unpolled:
        yield f"{len(unpolled)} assets of the population are not known to ccontrol"


def _scope(
    facts: Facts,
    requirement: Requirement,
    told: tuple[Chain, ...],
    methods: Mapping[str, tuple[tuple[str, str], ...]],
) -> Scope:
    assets = tuple(one for one in facts.assets if _is_for(requirement, one, facts))
    ids = {one.controller_id for one in assets}
    own = tuple(chain for chain in told if chain.change.record.controller_id in ids)
    return Scope(facts, requirement, assets, own, methods)


def _is_for(requirement: Requirement, asset: Asset, facts: Facts) -> bool:
    """Say whether a requirement is for an asset. What nobody rated is in: silence excuses none."""
    since, until = asset.in_scope_from, asset.in_scope_until
    if since is not None and since > facts.period.until:
        return False
    if until is not None and until < facts.period.since:
        return False
    by_impact = not requirement.impact or asset.impact in {"", *requirement.impact}
    by_class = not requirement.classes or asset.asset_class in {"", *requirement.classes}
    return by_impact and by_class


def _measure(scope: Scope) -> Measured:
    name = scope.requirement.measure
    if name == PEOPLE:
        return Measured(scope.requirement, "")
    counted, find = MEASURES[name]
    of = {"assets": len(scope.assets), "changes": len(scope.departures)}.get(counted, 1)
    words = Counter(one.classification for one in scope.departures) if name in _BY_WORD else {}
    return Measured(
        scope.requirement, counted, of, tuple(find(scope)), tuple(sorted(words.items()))
    )


def _without_baseline(scope: Scope) -> Iterator[Shortfall]:
    for asset in scope.assets:
        missing = [
            item for item, how in scope.methods.get(asset.asset_id, ()) if how == UNAVAILABLE
        ]
        if missing:
            yield Shortfall(asset.asset_id, f"items {', '.join(missing)} are not known")


def _unauthorised(scope: Scope) -> Iterator[Shortfall]:
    for chain in scope.departures:
        if not chain.is_authorised:
            yield _of(chain, _why_not_authorised(chain))


def _why_not_authorised(chain: Chain) -> str:
    word = chain.classification
    if chain.is_emergency:
        return f"an emergency, and {chain.days_since} days later its documentation is missing"
    if word in LATE:
        return f"{word}: a person approved it, and is not proven to have done so before it"
    return f"{word}: nobody has approved it"


def _not_updated(scope: Scope) -> Iterator[Shortfall]:
    limit = scope.requirement.limit_days
    for chain in scope.departures:
        days = chain.days_to_update if chain.days_to_update is not None else chain.days_open
        if days > limit:
            word = "after" if chain.days_to_update is not None else "not since"
            yield _of(chain, f"the baseline was updated {word} {days} days; the limit is {limit}")


def _not_verified(scope: Scope) -> Iterator[Shortfall]:
    for chain in scope.departures:
        said = chain.said(Claim.CONTROLS)
        if not said:
            yield _of(chain, "nobody attested which controls were verified")
        elif not said[-1].attestation.passed:
            yield _of(chain, "a control was found to be affected")


def _not_tested(scope: Scope) -> Iterator[Shortfall]:
    for chain in scope.departures:
        said = chain.said(Claim.TEST)
        fault = _test_fault(chain, said[-1]) if said else "nobody attested a test"
        if fault:
            yield _of(chain, fault)


def _test_fault(chain: Chain, said: Attested) -> str:
    if not said.attestation.passed:
        return "the test did not pass"
    if not said.attestation.differences:
        return "how the test differed from production is not said"
    return _late(chain, said, "tested")


def _without_source(scope: Scope) -> Iterator[Shortfall]:
    for chain in scope.departures:
        said = chain.said(Claim.SOURCE)
        if not said:
            yield _of(chain, "nobody attested where the software came from")
        for name in sorted({one.attestation.file_name for one in said}):
            own = [one for one in said if one.attestation.file_name == name]
            denied = _denial(own[-1])
            if denied or all(_source_fault(chain, one) for one in own):
                yield _of(chain, denied or _source_fault(chain, own[-1]))


def _denial(said: Attested) -> str:
    if said.attestation.hash_agrees is False:
        return "the hash of the file is not the vendor's"
    return "" if said.attestation.passed else "source or integrity of the software did not hold"


def _source_fault(chain: Chain, said: Attested) -> str:
    """Return why a saying shows no verification before the change; empty: it shows one.

    A file that the window expected by its hash was known before, whenever that was written down.
    """
    told = said.attestation
    denied = _denial(said)
    if denied:
        return denied
    if not told.hash_agrees and not told.method:
        return "no hash of the vendor was compared, and no method is said"
    foreseen = told.hash_agrees and told.file_sha256 in chain.foreseen
    return "" if foreseen else _late(chain, said, "verified")


def _late(chain: Chain, said: Attested, what: str) -> str:
    match was_before(chain, said):
        case True:
            return ""
        case False:
            return f"{what} before it is not proven: that was attested after the change"
        case _:
            return f"{what} before it is not proven: nobody can tell when that was attested"


def _unmonitored(scope: Scope) -> Iterator[Shortfall]:
    jumps = [one for one in clock_steps(scope.facts) if step_days(one) >= 1]
    for asset in scope.assets:
        found = scope.facts.monitors.get(asset.controller_id)
        if found is None or not found.clocks:
            yield Shortfall(asset.asset_id, "it is not monitored")
            continue
        for clock in found.clocks:
            longest = clock.longest.days if clock.longest else 0
            if not clock.kept:
                told = f"item {clock.item.id}: {longest} days without a complete read"
                weak = f", {clock.indicators} days by indicators" if clock.indicators else ""
                yield Shortfall(asset.asset_id, told + weak)
        if jumps:
            yield Shortfall(
                asset.asset_id, f"the clock was set {len(jumps)} times by a day or more"
            )


def _not_investigated(scope: Scope) -> Iterator[Shortfall]:
    for chain in scope.departures:
        looked = (*chain.decided("investigate"), *chain.decided("reject"))
        concluded = any(one.texts.get("conclusion") for one in looked)
        if chain.is_authorised or chain.is_emergency or concluded:
            continue
        if chain.classification not in LATE:
            yield _of(chain, "unauthorised, and no investigation with a conclusion")
        elif not chain.named:
            told = "no investigation, and no decision that names it"
            yield _of(chain, f"{chain.classification}: {told}")


def _not_listed(scope: Scope) -> Iterator[Shortfall]:
    for asset in scope.assets:
        if asset.controller_id not in scope.facts.known:
            yield Shortfall(asset.asset_id, "ccontrol knows nothing of it")


def _without_copy(scope: Scope) -> Iterator[Shortfall]:
    for asset in scope.assets:
        known = scope.facts.known.get(asset.controller_id)
        if known is None or not known.state.proven:
            yield Shortfall(asset.asset_id, "not everything of it was read")


def _badly_signed(scope: Scope) -> Iterator[Shortfall]:
    for one in scope.facts.approvals:
        if one.signed.fault:
            yield Shortfall("", f"approved {one.signed.commit}: {one.signed.fault}")


def _of(chain: Chain, text: str) -> Shortfall:
    return Shortfall(chain.change.record.controller_id, text, chain.change_id)


MEASURES: Mapping[str, tuple[str, Callable[[Scope], Iterator[Shortfall]]]] = {
    "baseline": ("assets", _without_baseline),
    "authorised": ("changes", _unauthorised),
    "baseline-updated": ("changes", _not_updated),
    "controls-verified": ("changes", _not_verified),
    "tested": ("changes", _not_tested),
    "sources-verified": ("changes", _without_source),
    "monitored": ("assets", _unmonitored),
    "investigated": ("changes", _not_investigated),
    "inventory": ("assets", _not_listed),
    "kept-copy": ("assets", _without_copy),
    "history-signed": ("histories", _badly_signed),
}
"""What can be counted: name to what is counted, and what finds the ones that do not hold."""
