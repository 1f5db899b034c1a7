"""One poll laid over what was known before. What the poll did not ask, or did not get, stays.

A fault of the line changes nothing here: shown in the journal, never compared. A refusal marks the
facts as stale. Only a complete list removes; what it names and nobody read is known to be there.
"""

from collections.abc import Mapping
from dataclasses import replace

from ccontrol.errors import ModelError
from ccontrol.model.finding import Finding
from ccontrol.model.snapshot import Confirmed, Listing, Read, Sighting, Snapshot, Unread
from ccontrol.model.state import Known, State
from ccontrol.model.unit import UnitId

UNCONFIRMED = "confirmed against nothing: ccontrol holds no facts with that fingerprint"
NOT_YET = "listed, not read yet"
NOT_IN_PART = "not in the part of the list that was had"


def merge(state: State | None, snapshot: Snapshot) -> State:
    """Return what is known after this poll; `state` is None for a controller never seen.

    The state of another family is not carried over. Merging the same snapshot twice changes
    nothing more. Raises ModelError when the two are about different controllers.
    """
    if state is not None and state.controller_id != snapshot.controller_id:
        raise ModelError(f"{snapshot.controller_id}: its poll met the facts of another controller")
    if state is not None and not snapshot.usable:
        return state
    if state is None or state.family != snapshot.family:
        state = State(snapshot.controller_id, snapshot.family)
    return _learnt(state, snapshot) if snapshot.usable else state


def _learnt(state: State, snapshot: Snapshot) -> State:
    units = _seen(state.units, snapshot)
    met = state.listed | state.unlisted.keys() | {unit_id.kind for unit_id in units}
    heard = {
        kind: one for kind, one in snapshot.listings.items() if _says_something(one, kind, met)
    }
    _hold_against(heard, units, snapshot.sightings)
    gone = {unit_id for unit_id in units if _is_gone(unit_id, heard, snapshot.sightings)}
    return replace(
        state,
        units={unit_id: known for unit_id, known in units.items() if unit_id not in gone},
        unlisted=_unlisted(state.unlisted, heard),
        listed=state.listed | {kind for kind, list_ in heard.items() if list_.complete},
        strengths={**state.strengths, **snapshot.strengths},
        findings=_findings(state.findings, snapshot, gone),
        facts=snapshot.facts or state.facts,  # the engine's own findings interpret nothing
    )


def _says_something(listing: Listing, kind: str, met: frozenset[str]) -> bool:
    """What this controller does not offer says something of kinds only that were met before."""
    return listing.complete or not (listing.transient or (listing.optional and kind not in met))


def _seen(before: Mapping[UnitId, Known], snapshot: Snapshot) -> dict[UnitId, Known]:
    units = dict(before)
    for unit_id, sighting in snapshot.sightings.items():
        known = _known(before.get(unit_id), sighting, snapshot.facts)
        if known is not None:
            units[unit_id] = known
    return units


def _known(before: Known | None, sighting: Sighting, facts: str) -> Known | None:
    """Return what is known of a unit after a sighting; None for nothing before and nothing now."""
    unit = before.unit if before else None
    match sighting:
        case Read(found):
            return Known(found, None, facts)
        case Confirmed(fingerprint) if unit and fingerprint and unit.fingerprint == fingerprint:
            return _stands(before, None)
        case Confirmed():
            return _stands(before, UNCONFIRMED)
        case Unread(_, transient=True):
            return before
        case Unread(_, optional=True) if unit is None:
            return before
        case Unread(reason):
            return _stands(before, reason)


def _stands(before: Known | None, unread: str | None) -> Known:
    """Return the same facts, stale for that reason or fresh."""
    return replace(before, unread=unread) if before else Known(None, unread)


def _hold_against(
    heard: Mapping[str, Listing],
    units: dict[UnitId, Known],
    sightings: Mapping[UnitId, Sighting],
) -> None:
    """Take in what lists say of units beside what was seen of these."""
    for kind, listing in heard.items():
        for key in listing.keys:
            units.setdefault(UnitId(kind, key), Known(None, NOT_YET))
    for unit_id, known in units.items():
        short = heard.get(unit_id.kind)
        if short is None or short.complete or unit_id.key in short.keys:
            continue
        if known.unread is None and not isinstance(sightings.get(unit_id), Read | Confirmed):
            units[unit_id] = replace(known, unread=NOT_IN_PART)


def _is_gone(
    unit_id: UnitId,
    heard: Mapping[str, Listing],
    sightings: Mapping[UnitId, Sighting],
) -> bool:
    """Tell whether a complete list lacks the unit; having been read all the same weighs more."""
    listing = heard.get(unit_id.kind)
    if listing is None or not listing.complete or unit_id.key in listing.keys:
        return False
    return not isinstance(sightings.get(unit_id), Read | Confirmed)


def _unlisted(before: Mapping[str, str], heard: Mapping[str, Listing]) -> dict[str, str]:
    kept = {kind: reason for kind, reason in before.items() if kind not in heard}
    return kept | {kind: list_.reason for kind, list_ in heard.items() if not list_.complete}


def _findings(
    before: frozenset[Finding],
    snapshot: Snapshot,
    gone: set[UnitId],
) -> frozenset[Finding]:
    """Keep what was not checked again, and drop what was said of units that are gone."""
    subjects = {str(unit_id) for unit_id in gone}
    kept = {
        finding
        for finding in before
        if (finding.code, finding.subject) not in snapshot.checked
        and finding.subject not in subjects
    }
    return frozenset(kept) | snapshot.findings
