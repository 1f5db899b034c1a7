"""What changed, who answers for it, and what people verified: one row each."""

from collections.abc import Iterator, Sequence

from ccontrol.canonical.origins import origin_words
from ccontrol.evidence.chains import Chain, was_before, when
from ccontrol.evidence.facts import Approval, Attested, Decided, Facts
from ccontrol.evidence.tables import Cell, Row, Table
from ccontrol.model.aspect import Aspect
from ccontrol.model.attestation import Claim
from ccontrol.policy.patterns import looks_like

_CATEGORIES = (
    (Aspect.FIRMWARE, "firmware"),
    (Aspect.HARDWARE, "hardware"),
    (Aspect.PROTECTION, "protection"),
    (Aspect.PROGRAM, "logic"),
    (Aspect.CONFIGURATION, "configuration"),
)
_CHANGES = (
    *("change_id", "asset_id", "detected_utc", "window_from_utc", "window_to_utc", "categories"),
    *("items", "title", "paths", "observed_commit", "tree_sha256", "origin", "severity"),
    *("classification", "authorization_id", "baseline_updated_utc", "days_to_baseline_update"),
    *("days_open", "previous_change", "judgements"),
)
_AUTHORIZATIONS = (
    *("authorization_id", "asset_id", "change_ids", "requested_by", "approved_by"),
    *("approver_key", "approved_utc", "claimed_utc", "ticket", "reason", "emergency"),
    *("scope", "valid_from_utc", "valid_until_utc"),
    *("counts", "why_not"),
)
_VERIFICATION = (
    *("change_id", "asset_id", "kind", "controls", "passed", "result", "differences", "done_by"),
    *("done_utc", "before_change", "signed_by", "signed_utc", "commit", "counts"),
)
_SOURCES = (
    *("change_id", "asset_id", "file", "sha256", "vendor_hash", "agrees", "method", "verified_by"),
    *("verified_utc", "before_change", "signed_by", "signed_utc", "commit", "counts"),
)
_INVESTIGATIONS = (
    *("change_id", "asset_id", "decision", "reason", "findings", "conclusion", "ticket"),
    *("signed_by", "signed_utc", "commit", "counts"),
)


def changes(told: tuple[Chain, ...]) -> Table:
    """Return every change of the period, first sights and moving modes included."""
    return Table("changes", _CHANGES, tuple(map(_change, told)))


def authorizations(facts: Facts, told: tuple[Chain, ...]) -> Table:
    """Return every approval and emergency, one row for each controller that it is about.

    So does who says who may sign; a change window names the changes for which it answers.
    """
    answered: dict[str, list[str]] = {}
    for chain in told:
        answered.setdefault(chain.authorized_by, []).append(chain.change_id)
    ids = tuple(sorted({one.controller_id for one in facts.assets} - {""}))
    rows = [
        row
        for one in facts.approvals
        for row in _approvals(one, ids, answered.get(one.signed.commit, ()))
    ]
    owners = {one.record.change_id: one.record.controller_id for one in facts.changes}
    words = {"approve", "emergency"}
    rows += [_decided_row(one, owners) for one in facts.decisions if one.decision in words]
    return Table("authorizations", _AUTHORIZATIONS, tuple(rows))


def verification(told: tuple[Chain, ...]) -> Table:
    """Return what people attested of controls and tests."""
    rows = [
        _verified(chain, one)
        for chain in told
        for one in chain.sayings
        if one.attestation.claim in {Claim.CONTROLS, Claim.TEST}
    ]
    return Table("verification", _VERIFICATION, tuple(rows))


def software_sources(told: tuple[Chain, ...]) -> Table:
    """Return what people attested of where a file came from."""
    rows = [
        _source(chain, one)
        for chain in told
        for one in chain.sayings
        if one.attestation.claim is Claim.SOURCE
    ]
    return Table("software_sources", _SOURCES, tuple(rows))


def investigations(told: tuple[Chain, ...]) -> Table:
    """Return the decisions by which people looked into a change or refused it."""
    rows = [
        _investigation(chain, one)
        for chain in told
        for one in chain.decisions
        if one.decision in {"investigate", "reject", "emergency"}
    ]
    return Table("investigations", _INVESTIGATIONS, tuple(rows))


def _change(chain: Chain) -> Row:
    record, change = chain.change.record, chain.change
    attribution, taken = record.attribution, chain.taken_over
    return (
        record.change_id,
        record.controller_id,
        record.taken_at,
        record.previous_at,
        record.not_after or record.taken_at,
        " ".join(_categories(chain)),
        " ".join(chain.items),
        record.title,
        " ".join(change.paths),
        change.commit,
        change.tree_sha256,
        origin_words(attribution.origin, attribution.confidence),
        record.verdict.severity.word,
        chain.classification,
        chain.authorized_by,
        when(taken.signed) if taken else None,
        chain.days_to_update,
        chain.days_open,
        record.previous_change,
        change.judgements,
    )


def _categories(chain: Chain) -> Iterator[str]:
    aspects = chain.change.record.changes.aspects
    yield from (word for aspect, word in _CATEGORIES if aspect in aspects)
    named = {aspect for aspect, _ in _CATEGORIES}
    yield from (aspect.value for aspect in aspects if aspect not in named)


def _approvals(approval: Approval, ids: tuple[str, ...], answered: Sequence[str]) -> Iterator[Row]:
    signed, owned = approval.signed, sorted(approval.trees)
    about = approval.change_ids
    if approval.window:
        owned = [one for one in ids if any(looks_like(of, one) for of in approval.controllers)]
        about = tuple(answered)
    for controller in owned or ("",):
        yield (
            *(signed.commit, controller, " ".join(about), approval.requested_by),
            *(signed.signed_by, signed.key, signed.first_seen, signed.committed_at),
            *(approval.ticket, approval.reason, approval.emergency, approval.scope),
            *(approval.valid_from, approval.valid_until, not signed.fault, signed.fault),
        )


def _decided_row(decided: Decided, owners: dict[str, str]) -> Row:
    signed, texts = decided.signed, decided.texts
    return (
        *(signed.commit, owners.get(decided.change_id, ""), decided.change_id),
        *(texts.get("requested_by", ""), signed.signed_by, signed.key, signed.first_seen),
        *(signed.committed_at, texts.get("ticket", ""), texts.get("reason", "")),
        *(decided.decision == "emergency", "", None, None, not signed.fault, signed.fault),
    )


def _verified(chain: Chain, said: Attested) -> Row:
    told, signed = said.attestation, said.signed
    return (
        *(chain.change_id, chain.change.record.controller_id, told.claim.value),
        *("; ".join(told.controls), told.passed, told.text, told.differences, told.by),
        *(told.done_at, _before(chain, said), signed.signed_by, when(signed), signed.commit),
        not signed.fault,
    )


def _source(chain: Chain, said: Attested) -> Row:
    told, signed = said.attestation, said.signed
    agrees = told.hash_agrees
    return (
        *(chain.change_id, chain.change.record.controller_id, told.file_name, told.file_sha256),
        *(told.vendor_hash, "not compared" if agrees is None else agrees, told.method, told.by),
        *(told.done_at, _before(chain, said), signed.signed_by),
        *(when(signed), signed.commit, not signed.fault),
    )


def _before(chain: Chain, said: Attested) -> Cell:
    before = was_before(chain, said)
    return "not proven" if before is None else before


def _investigation(chain: Chain, decided: Decided) -> Row:
    signed, texts = decided.signed, decided.texts
    return (
        *(chain.change_id, chain.change.record.controller_id, decided.decision),
        *(texts.get("reason", ""), texts.get("findings", ""), texts.get("conclusion", "")),
        *(texts.get("ticket", ""), signed.signed_by, when(signed), signed.commit),
        not signed.fault,
    )
