"""From what a MicroLogix, SLC or PLC-5 answered to what is known of it: Capture → Snapshot.

Pure and total. What is not understood becomes Unread with its reason. The parts: processor_units
(the processor itself), file_units (program, configuration and data files), findings.
"""

from ccontrol.drivers.pccc.answers import Answers
from ccontrol.drivers.pccc.file_units import (
    CONFIG_FILE,
    DATA_FILE,
    INVENTORY,
    FileSights,
    read_files,
)
from ccontrol.drivers.pccc.findings import FINDINGS, standing
from ccontrol.drivers.pccc.processor_units import (
    FIRMWARE,
    IDENTITY,
    MODE,
    PROGRAM_ID,
    PROTECTION,
    Processor,
    read_processor,
)
from ccontrol.drivers.sights import Sights, joined
from ccontrol.model.aspect import Aspect, Strength
from ccontrol.model.capture import Capture
from ccontrol.model.controller import SHALLOW
from ccontrol.model.secret import Seal
from ccontrol.model.snapshot import Read, Sighting, Snapshot, Unread
from ccontrol.model.unit import UnitId

FACTS = "pccc/1"
"""Raised whenever equal answers would give other facts than before: see docs/drivers/pccc.md."""


def interpret(capture: Capture, seal: Seal) -> Snapshot:
    """Turn raw answers into facts. Asks the controller nothing; may be run again years later."""
    answers = Answers(capture)
    processor = read_processor(answers)
    files = _files(capture, answers, processor, seal)
    sights = joined((processor.sights, files.sights))
    usable, reason = _usable(capture, processor, files, sights)
    told = processor.told
    return Snapshot(
        controller_id=capture.controller_id,
        family=capture.family,
        depth=capture.depth,
        taken_at=capture.started_at,
        sightings=sights.sightings,
        listings=sights.listings,
        findings=standing(told) if told else frozenset(),
        checked=frozenset((code, "") for code in FINDINGS) if told else frozenset(),
        strengths=_strengths(capture, processor, files, sights.sightings),
        usable=usable,
        reason=reason,
        facts=FACTS,
        read_by=capture.ended_at,
    )


def _files(capture: Capture, answers: Answers, processor: Processor, seal: Seal) -> FileSights:
    told = processor.told
    if told is None or told.family == "plc5" or capture.depth in SHALLOW:
        return FileSights()
    notes = dict(capture.notes)
    return read_files(answers, told, seal, frozenset(notes.get("actual_values", "").split()))


def _usable(
    capture: Capture, processor: Processor, files: FileSights, sights: Sights
) -> tuple[bool, str]:
    """Say whether the poll may be compared, and why not or why it ended early."""
    told, closing = processor.told, processor.closing
    if told and closing and (told.program_id != closing.program_id or closing.downloading):
        return False, "the program changed while it was read"
    if files.moved:
        return False, "the files changed while they were read"
    certain = any(isinstance(sighting, Read) for sighting in sights.sightings.values())
    return certain, capture.fault or ("" if certain else "the controller answered nothing of use")


def _strengths(
    capture: Capture,
    processor: Processor,
    files: FileSights,
    sightings: dict[UnitId, Sighting],
) -> dict[Aspect, Strength]:
    """Say how well a change of each aspect would be seen, as far as this poll can tell.

    An aspect that the depth did not ask for, or that a fault of the line hid, is not named: what
    an earlier poll said of it stands.
    """
    found = {
        Aspect.IDENTITY: _of(sightings, IDENTITY),
        Aspect.FIRMWARE: _of(sightings, FIRMWARE),
        Aspect.PROTECTION: _of(sightings, PROTECTION),
        Aspect.MODE: _of(sightings, MODE),
    }
    if capture.depth not in SHALLOW and processor.told is not None:
        found[Aspect.PROGRAM] = _program(processor, files, sightings)
        found[Aspect.CONFIGURATION] = _of_kind(sightings, CONFIG_FILE)
        found[Aspect.INVENTORY] = _of(sightings, INVENTORY)
        found[Aspect.VALUES] = _values(sightings)
    return {
        aspect: strength
        for aspect, strength in found.items()
        if strength is not None and (capture.fault is None or strength is Strength.CONTENT)
    }


def _of(sightings: dict[UnitId, Sighting], unit: UnitId) -> Strength | None:
    sighting = sightings.get(unit)
    if isinstance(sighting, Read):
        return Strength.CONTENT
    return None if isinstance(sighting, Unread) and sighting.transient else Strength.NONE


def _of_kind(sightings: dict[UnitId, Sighting], kind: str) -> Strength | None:
    found = [sighting for unit, sighting in sightings.items() if unit.kind == kind]
    lost = [one for one in found if isinstance(one, Unread)]
    if any(one.transient for one in lost):
        return None
    return Strength.CONTENT if found and not lost else Strength.NONE


def _program(
    processor: Processor, files: FileSights, sightings: dict[UnitId, Sighting]
) -> Strength | None:
    if files.complete:
        return Strength.CONTENT
    directory = sightings.get(INVENTORY)
    if isinstance(directory, Unread) and directory.transient:
        return None
    told = processor.told
    tells = told is not None and (told.program_id is not None or told.edited is not None)
    return Strength.INDICATOR if tells and PROGRAM_ID in sightings else Strength.NONE


def _values(sightings: dict[UnitId, Sighting]) -> Strength | None:
    found = [sighting for unit, sighting in sightings.items() if unit.kind == DATA_FILE]
    if any(isinstance(one, Read) and one.unit.values is not None for one in found):
        return Strength.CONTENT
    if any(isinstance(one, Unread) and one.transient for one in found):
        return None
    return Strength.NONE
