"""One poll laid over what was known before. What the poll did not ask, or did not get, stays.

A fault of the line changes nothing here: shown in the journal, never compared. A refusal marks the
facts as stale. Only a complete list removes.
"""

from collections.abc import Mapping
from dataclasses import replace

from ccontrol.model.finding import Finding
from ccontrol.model.snapshot import Confirmed, Listing, Read, Sighting, Snapshot, Unread
from ccontrol.model.state import Known, State
from ccontrol.model.unit import UnitId

UNCONFIRMED = "confirmed against nothing: ccontrol holds no facts with that fingerprint"


def merge(state: State | None, snapshot: Snapshot) -> State:
    """Return what is known after this poll; `state` is None for a controller never seen.

    The state of another family is not carried over. Merging the same snapshot twice changes
    nothing more.
    """
    if state is not None and not snapshot.usable:
        return state
    if state is None or state.family != snapshot.family:
        state = State(snapshot.controller_id, snapshot.family)
    if not snapshot.usable:
        return state
    heard = {kind: list_ for kind, list_ in snapshot.listings.items() if _says_something(list_)}
    units = _seen(state.units, snapshot.sightings)
    gone = {unit_id for unit_id in units if _is_gone(unit_id, heard, snapshot.sightings)}
    return replace(
        state,
        units={unit_id: known for unit_id, known in units.items() if unit_id not in gone},
        unlisted=_unlisted(state.unlisted, heard),
        listed=state.listed | {kind for kind, list_ in heard.items() if list_.complete},
        strengths={**state.strengths, **snapshot.strengths},
        findings=_findings(state.findings, snapshot, gone),
    )


def _says_something(listing: Listing) -> bool:
    return listing.complete or not listing.transient


def _seen(
    before: Mapping[UnitId, Known],
    sightings: Mapping[UnitId, Sighting],
) -> dict[UnitId, Known]:
    units = dict(before)
    for unit_id, sighting in sightings.items():
        known = _known(before.get(unit_id), sighting)
        if known is not None:
            units[unit_id] = known
    return units


def _known(before: Known | None, sighting: Sighting) -> Known | None:
    """Return what is known of a unit after a sighting; None for nothing before and nothing now."""
    unit = before.unit if before else None
    match sighting:
        case Read(found):
            return Known(found)
        case Confirmed(fingerprint) if unit and fingerprint and unit.fingerprint == fingerprint:
            return Known(unit)
        case Confirmed():
            return Known(unit, UNCONFIRMED)
        case Unread(_, transient=True):
            return before
        case Unread(reason):
            return Known(unit, reason)


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
        if finding.code not in snapshot.checked and finding.subject not in subjects
    }
    return frozenset(kept) | snapshot.findings
