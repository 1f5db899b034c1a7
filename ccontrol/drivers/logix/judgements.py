"""Judgements over a whole poll: findings, and how well changes are seen."""

from ccontrol.drivers.logix.findings import AUDIT_MASK_REDUCED, audit_mask_reduced
from ccontrol.drivers.logix.marks import AUDIT, EDIT_EVENTS, EDITS, Marks, names_of
from ccontrol.drivers.logix.models import MODULE, STRUCTURE, SURROUNDINGS
from ccontrol.drivers.logix.program_units import KINDS
from ccontrol.drivers.logix.routine_units import ROUTINE
from ccontrol.drivers.sights import Sights
from ccontrol.model.aspect import Aspect, Strength
from ccontrol.model.capture import Capture
from ccontrol.model.finding import Finding
from ccontrol.model.snapshot import Read, Unread

_EVERY_POLL = {
    Aspect.IDENTITY: "identity",
    Aspect.FIRMWARE: "firmware",
    Aspect.PROTECTION: "protection",
    Aspect.MODE: "mode",
}


def checks(marks: Marks) -> tuple[set[Finding], set[tuple[str, str]]]:
    """Return the findings of this poll, and those that it could have raised: code and subject."""
    if marks.left_out is None:
        return set(), set()
    checked = {(AUDIT_MASK_REDUCED, "")}
    if not marks.left_out:
        return set(), checked
    return {audit_mask_reduced(names_of(marks.left_out))}, checked


def strengths(capture: Capture, marks: Marks, sights: Sights) -> dict[Aspect, Strength]:
    """Say how well a change of each aspect would be seen, as far as this poll can tell.

    An aspect that the depth did not ask for, or that a fault of the line hid, is not named: what
    an earlier poll said of it stands.
    """
    found = {aspect: _of_kinds(sights, kind) for aspect, kind in _EVERY_POLL.items()}
    if capture.depth in SURROUNDINGS:
        found[Aspect.HARDWARE] = _of_kinds(sights, MODULE, "ethernet-link")
    if capture.depth in STRUCTURE:
        found[Aspect.CONFIGURATION] = found[Aspect.INVENTORY] = _structure(sights)
        found[Aspect.PROGRAM] = _program(marks, sights)
    return {
        aspect: strength
        for aspect, strength in found.items()
        if strength is not None and (capture.fault is None or strength is Strength.CONTENT)
    }


def _of_kinds(sights: Sights, *kinds: str) -> Strength | None:
    seen = [sighting for unit, sighting in sights.sightings.items() if unit.kind in kinds]
    if any(isinstance(sighting, Read) for sighting in seen):
        return Strength.CONTENT
    if any(isinstance(sighting, Unread) and sighting.transient for sighting in seen):
        return None
    return Strength.NONE


def _structure(sights: Sights) -> Strength | None:
    lists = [sights.listings[kind] for kind in KINDS if kind in sights.listings]
    unread = [
        sighting
        for unit, sighting in sights.sightings.items()
        if unit.kind in KINDS and isinstance(sighting, Unread)
    ]
    short = [one for one in lists if not one.complete]
    if any(one.transient for one in unread) or any(one.transient for one in short):
        return None
    if lists and not unread and not short:
        return Strength.CONTENT
    return Strength.INDICATOR if isinstance(sights.sightings.get(EDITS), Read) else Strength.NONE


def _program(marks: Marks, sights: Sights) -> Strength | None:
    """Say how well an edit within a routine would be seen: by its bytes, by AuditValue, or not."""
    listed = sights.listings.get(ROUTINE)
    if listed is not None and listed.complete:
        return Strength.FINGERPRINT
    audit = sights.sightings.get(AUDIT)
    if isinstance(audit, Unread) and audit.transient:
        return None
    if not isinstance(audit, Read):
        return Strength.NONE
    blind = marks.left_out is not None and bool(marks.left_out & EDIT_EVENTS)
    return Strength.NONE if blind else Strength.INDICATOR
