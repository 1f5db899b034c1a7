"""From what a S7-300/400 answered to what is known of it: Capture → Snapshot. Pure and total.

What is not understood becomes Unread with its reason; what a CPU does not have is not named. The
parts: cpu_units (the CPU itself), modules (racks and buses), block_sights (blocks), diagnostics
(the log), times (the clock), word_check and judgements (over all of it).
"""

from ccontrol.drivers.s7.answers import Answers
from ccontrol.drivers.s7.block_sights import read_blocks
from ccontrol.drivers.s7.cpu_units import read_cpu
from ccontrol.drivers.s7.diagnostics import extent, read_log
from ccontrol.drivers.s7.judgements import WORDS, checks, strengths
from ccontrol.drivers.s7.modules import read_modules
from ccontrol.drivers.s7.times import clock_sights, read_clock
from ccontrol.drivers.s7.word_check import PROGRAM, WordCheck, check_words
from ccontrol.drivers.sights import Sights, joined
from ccontrol.model.capture import Capture
from ccontrol.model.secret import Seal
from ccontrol.model.snapshot import Read, Snapshot

FACTS = "s7/1"
"""Raised whenever equal answers would give other facts than before: see docs/drivers/s7.md."""


def interpret(capture: Capture, seal: Seal) -> Snapshot:
    """Turn raw answers into facts. Asks the controller nothing; may be run again years later."""
    answers = Answers(capture)
    cpu = read_cpu(answers)
    blocks = read_blocks(capture, answers, cpu, seal)
    of_blocks = Sights(blocks.sightings, blocks.listings)
    clock = read_clock(capture, answers)
    told = clock_sights(answers, clock)
    sights = joined((cpu.sights, read_modules(answers), told, of_blocks))
    words = check_words(capture, cpu, blocks)
    if words.program is not None:
        sights.sightings[PROGRAM] = words.program
    findings, checked = checks(words, blocks)
    usable, reason = _usable(capture, words, sights)
    return Snapshot(
        controller_id=capture.controller_id,
        family=capture.family,
        depth=capture.depth,
        taken_at=capture.started_at,
        sightings=sights.sightings,
        listings=sights.listings,
        log=read_log(answers, clock),
        log_extent=extent(answers),
        clock=clock,
        findings=frozenset(findings),
        checked=frozenset(checked),
        strengths=strengths(capture, cpu, blocks, sights.sightings),
        usable=usable,
        reason=reason,
        facts=FACTS,
        read_by=capture.ended_at,
        words=WORDS,
        hints=words.hints,
    )


def _usable(capture: Capture, words: WordCheck, sights: Sights) -> tuple[bool, str]:
    """Say whether the poll may be compared, and why not or why it ended early."""
    if words.moved:
        return False, "the program or the hardware configuration changed while it was read"
    certain = any(isinstance(sighting, Read) for sighting in sights.sightings.values())
    return certain, capture.fault or ("" if certain else "the controller answered nothing of use")
