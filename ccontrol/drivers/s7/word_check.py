"""The CPU's own checksum words held against its blocks: what moved, what hides, what counts.

The word for the program follows from its blocks with the DBs that the running program made for
itself, or without them: what a CPU does with those is not known, and both are believed. Either way
the unit tells the word of the blocks that were loaded, so that such DBs come and go unnoticed.
"""

import re
from typing import NamedTuple

from ccontrol.drivers.s7.block_sights import BlockSights
from ccontrol.drivers.s7.cpu_units import Cpu, program_word
from ccontrol.drivers.s7.findings import hidden_block
from ccontrol.drivers.s7.program_word import PROGRAM_TYPES, Word, word_of
from ccontrol.model.aspect import Aspect, Depth
from ccontrol.model.capture import Capture
from ccontrol.model.finding import Finding
from ccontrol.model.snapshot import Read
from ccontrol.model.unit import UnitId

PROGRAM = UnitId("checksum", "program")
HARDWARE_TYPES = frozenset({"SDB"})
NOT_IN_WORDS = frozenset({2, 4})
"""SDBs that the CPU's word for its hardware configuration leaves out."""
_NOTE = re.compile(r"([0-9a-f]{4}) ([0-9a-f]{4})")


class WordCheck(NamedTuple):
    """What came of it."""

    moved: bool
    """Whether program or hardware configuration changed while they were read."""
    hidden: frozenset[Finding] | None
    """None where the words cannot be held against the blocks."""
    program: Read | None = None
    """The unit of the program's word, where it is another one than was told."""
    hints: frozenset[UnitId] = frozenset()
    """The program's word, where DBs of the program's making move it without any engineer."""


def check_words(capture: Capture, cpu: Cpu, blocks: BlockSights) -> WordCheck:
    """Judge the words of one poll."""
    first, last = (cpu.words[0], cpu.words[-1]) if cpu.words else (None, None)
    if len(cpu.words) < 2 or first is None:  # noqa: PLR2004 — heard when it began and when it ended
        return _at_a_glance(capture, cpu)
    if last is None:
        return WordCheck(moved=True, hidden=None)
    loaded, told = _word(blocks, PROGRAM_TYPES), Word(last.program_length, last.program_crc)
    follows = loaded is not None and told in (loaded, _with_made(loaded, blocks))
    hardware_moved = last[:2] != first[:2]
    if hardware_moved or (last != first and not follows):
        return WordCheck(moved=True, hidden=None)
    program = Read(program_word(loaded)) if loaded is not None and follows else None
    hardware = _word(blocks, HARDWARE_TYPES)
    unsteady = not follows and set(cpu.words) != {last}
    if loaded is None or hardware is None or unsteady:
        return WordCheck(moved=False, hidden=None, program=program)
    hidden = set() if follows else {hidden_block(Aspect.PROGRAM)}
    if hardware != Word(last.hardware_length, last.hardware_crc):
        hidden.add(hidden_block(Aspect.CONFIGURATION))
    return WordCheck(moved=False, hidden=frozenset(hidden), program=program)


def _at_a_glance(capture: Capture, cpu: Cpu) -> WordCheck:
    """Take out of the word what such DBs added to it when they were seen last."""
    note = _NOTE.fullmatch(dict(capture.notes).get("made_dbs", ""))
    last = cpu.words[-1] if cpu.words else None
    if note is None or last is None or capture.depth not in (Depth.GLANCE, Depth.DIAGNOSTICS):
        return WordCheck(moved=False, hidden=None)
    made = Word(int(note[1], 16), int(note[2], 16))
    told = Word(last.program_length, last.program_crc).beside(made)
    return WordCheck(False, None, Read(program_word(told)), frozenset({PROGRAM}))


def _word(blocks: BlockSights, types: frozenset[str]) -> Word | None:
    """Return the word over the blocks that were loaded; None where lists or infos are missing."""
    wanted = [(name, at) for name, one in blocks.lists.items() for at in one.numbers]
    if not blocks.all_listed or not all(at in blocks.infos for at in wanted):
        return None
    return word_of(
        blocks.infos[name, at].raw
        for name, at in wanted
        if name in types and (name != "SDB" or at not in NOT_IN_WORDS)
    )


def _with_made(loaded: Word, blocks: BlockSights) -> Word:
    return loaded.beside(word_of(info.raw for info in blocks.made.values() if info))
