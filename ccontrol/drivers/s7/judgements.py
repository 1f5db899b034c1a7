"""Judgements over a whole poll: findings, and how well changes are seen."""

from ccontrol.drivers.s7.block_sights import BlockSights
from ccontrol.drivers.s7.cpu_units import Cpu
from ccontrol.drivers.s7.findings import (
    CHECKSUM_MISMATCH,
    HIDDEN_BLOCK,
    INFO_MISMATCH,
)
from ccontrol.drivers.s7.program_word import PROGRAM_TYPES
from ccontrol.drivers.s7.word_check import HARDWARE_TYPES, NOT_IN_WORDS, PROGRAM, WordCheck
from ccontrol.logic.mc7.block import CODE_TYPES
from ccontrol.model.aspect import Aspect, Depth, Strength
from ccontrol.model.capture import Capture
from ccontrol.model.finding import Finding
from ccontrol.model.snapshot import Read, Sighting, Unread, Word
from ccontrol.model.unit import UnitId

WORDS = (
    Word(PROGRAM, PROGRAM_TYPES, "crc"),
    Word(
        UnitId("checksum", "hardware"),
        HARDWARE_TYPES,
        "crc",
        frozenset(UnitId("SDB", f"SDB{number}") for number in NOT_IN_WORDS),
    ),
)
"""What the CPU's own words are made of, see `checks`."""


def checks(words: WordCheck, blocks: BlockSights) -> tuple[set[Finding], set[tuple[str, str]]]:
    """Return the findings of this poll, and those that it could have raised: code and subject."""
    findings = set(blocks.findings)
    checked = {(INFO_MISMATCH, str(unit)) for unit in blocks.read}
    checked |= {(CHECKSUM_MISMATCH, str(unit)) for unit in blocks.read if unit.kind in CODE_TYPES}
    if words.hidden is not None:
        findings |= words.hidden
        checked.add((HIDDEN_BLOCK, ""))
    return findings, checked


def strengths(
    capture: Capture, cpu: Cpu, blocks: BlockSights, sightings: dict[UnitId, Sighting]
) -> dict[Aspect, Strength]:
    """Say how well a change of each aspect would be seen, as far as this poll can tell.

    An aspect that the depth did not ask for, or that a fault of the line hid, is not named: what
    an earlier poll said of it stands.
    """
    found = {
        Aspect.PROTECTION: _of_kind(sightings, "protection"),
        Aspect.MODE: _of_kind(sightings, "mode"),
    }
    if capture.depth in (Depth.DIAGNOSTICS, Depth.FULL):
        found[Aspect.IDENTITY] = _of_kind(sightings, "identity")
        found[Aspect.FIRMWARE] = _of_kind(sightings, "firmware")
        found[Aspect.HARDWARE] = _hardware(sightings)
    if capture.depth in (Depth.INVENTORY, Depth.FULL):
        found[Aspect.PROGRAM] = _of_blocks(cpu, blocks, PROGRAM_TYPES)
        found[Aspect.CONFIGURATION] = _of_blocks(cpu, blocks, HARDWARE_TYPES)
        found[Aspect.INVENTORY] = _inventory(cpu, blocks)
    if capture.depth is Depth.FULL:
        found[Aspect.VALUES] = _values(sightings)
    return {
        aspect: strength
        for aspect, strength in found.items()
        if strength is not None and (capture.fault is None or strength is Strength.CONTENT)
    }


def _of_kind(sightings: dict[UnitId, Sighting], kind: str) -> Strength | None:
    found = [sighting for unit, sighting in sightings.items() if unit.kind == kind]
    if any(isinstance(sighting, Read) for sighting in found):
        return Strength.CONTENT
    if any(isinstance(sighting, Unread) and sighting.transient for sighting in found):
        return None
    return Strength.NONE


def _hardware(sightings: dict[UnitId, Sighting]) -> Strength | None:
    modules = _of_kind(sightings, "module")
    if modules is Strength.NONE and _of_kind(sightings, "hardware") is Strength.CONTENT:
        return Strength.INDICATOR  # the memory card is seen, the rack is not
    return modules


def _of_blocks(cpu: Cpu, blocks: BlockSights, types: frozenset[str]) -> Strength | None:
    whys = [one.why for name, one in blocks.lists.items() if name in types and one.why]
    found = [sighting for unit, sighting in blocks.sightings.items() if unit.kind in types]
    unread = [*whys, *(one for one in found if isinstance(one, Unread))]
    if any(why.transient for why in unread):
        return None
    if blocks.lists and not unread:
        return Strength.CONTENT
    if any(cpu.words[:1]) or any(name in types for name, _ in blocks.infos):
        return Strength.FINGERPRINT
    return Strength.INDICATOR if cpu.counts else Strength.NONE


def _inventory(cpu: Cpu, blocks: BlockSights) -> Strength | None:
    if blocks.all_listed:
        return Strength.CONTENT
    if any(one.why and one.why.transient for one in blocks.lists.values()):
        return None
    return Strength.INDICATOR if cpu.counts else Strength.NONE


def _values(sightings: dict[UnitId, Sighting]) -> Strength | None:
    kept = any(
        isinstance(sighting, Read) and sighting.unit.values is not None
        for sighting in sightings.values()
    )
    if kept:
        return Strength.CONTENT
    blocks = [sighting for unit, sighting in sightings.items() if unit.kind == "DB"]
    if any(isinstance(sighting, Unread) and sighting.transient for sighting in blocks):
        return None
    return Strength.NONE
