"""From what a Logix controller answered to what is known of it: Capture → Snapshot. Pure and total.

What is not understood becomes Unread with its reason; what a controller does not have is not named.
The parts: controller_units, marks, module_units, surroundings, program_units, routine_units,
safety_units, and judgements over all of it.
"""

from collections.abc import Iterator

from ccontrol.drivers.logix import questions
from ccontrol.drivers.logix.answers import Answers
from ccontrol.drivers.logix.controller_units import read_controller, read_project
from ccontrol.drivers.logix.judgements import checks, strengths
from ccontrol.drivers.logix.marks import Marks, read_marks
from ccontrol.drivers.logix.models import STRUCTURE
from ccontrol.drivers.logix.module_units import read_modules
from ccontrol.drivers.logix.program_units import KINDS, read_program
from ccontrol.drivers.logix.routine_units import ROUTINE, read_routines
from ccontrol.drivers.logix.safety_units import read_safety
from ccontrol.drivers.logix.surroundings import read_clock, read_surroundings
from ccontrol.drivers.sights import Sights, joined, short
from ccontrol.model.capture import Capture
from ccontrol.model.snapshot import Extent, Read, Snapshot, Unread

FACTS = "logix/1"
"""Raised whenever equal answers would give other facts than before: see docs/drivers/logix.md."""
_UNSURE = Unread("the poll ended before it was known that nothing had moved", transient=True)


def interpret(capture: Capture) -> Snapshot:
    """Turn raw answers into facts. Asks the controller nothing; may be run again years later."""
    answers = Answers(capture)
    marks = read_marks(answers)
    clock = read_clock(capture, answers)
    sights = joined(
        (
            read_controller(answers),
            read_project(answers),
            marks.sights,
            read_modules(answers),
            read_surroundings(answers, clock),
            read_safety(answers),
            *_structure(capture, answers, marks),
        )
    )
    findings, checked = checks(marks)
    usable, reason = _usable(capture, answers, marks, sights)
    return Snapshot(
        controller_id=capture.controller_id,
        family=capture.family,
        depth=capture.depth,
        taken_at=capture.started_at,
        sightings=sights.sightings,
        listings=sights.listings,
        log=marks.log,
        findings=frozenset(findings),
        checked=frozenset(checked),
        strengths=strengths(capture, marks, sights),
        usable=usable,
        reason=reason,
        facts=FACTS,
        read_by=capture.ended_at,
        log_extent=Extent.LAST,
        clock=clock,
    )


def _structure(capture: Capture, answers: Answers, marks: Marks) -> Iterator[Sights]:
    """Read programs, tags and routines, but only between two looks at the marks of an edit."""
    if capture.depth in STRUCTURE and not marks.held:
        kinds = (*KINDS, ROUTINE) if answers.last(questions.PROGRAMS) else KINDS
        yield Sights({}, {kind: short((), _UNSURE) for kind in kinds})
        return
    yield read_program(answers)
    yield read_routines(answers)


def _usable(capture: Capture, answers: Answers, marks: Marks, sights: Sights) -> tuple[bool, str]:
    """Say whether the poll may be compared, and why not or why it ended early."""
    if "download" in answers.notes:
        return False, "a download is in progress (class AC answers 0x05): it is asked again later"
    if marks.moved:
        return False, "the program was edited while it was read"
    certain = any(isinstance(sighting, Read) for sighting in sights.sightings.values())
    return certain, capture.fault or ("" if certain else "the controller answered nothing of use")
