"""Units about the chassis: what sits in each slot, and its firmware.

Three things are told apart where a slot gives no module: none is there (no unit: what was there is
removed); no answer came (its module is dormant, or there is none: a chassis may not tell these
apart); the way there failed (unread). What held a module is removed, or told as silent, only when
several polls in a row found the same.
"""

from collections.abc import Iterator

from ccontrol.drivers.enip.frames import Reply
from ccontrol.drivers.enip.identity import Identity, identity
from ccontrol.drivers.enip.status import is_silent, leads_nowhere, words
from ccontrol.drivers.logix import questions
from ccontrol.drivers.logix.answers import GARBLED, ZEROS, Answers, why_not
from ccontrol.drivers.logix.controller_units import device, faults
from ccontrol.drivers.logix.models import FIRMWARE, MODULE, slot_key
from ccontrol.drivers.sights import Sights
from ccontrol.errors import GarbledError
from ccontrol.model.aspect import Aspect
from ccontrol.model.snapshot import Listing, Read, Sighting, Unread
from ccontrol.model.unit import Unit, UnitId, fields


def read_modules(answers: Answers) -> Sights:
    """Read all slots that were asked."""
    found: dict[UnitId, Sighting] = {}
    missing = frozenset(answers.notes.get("slots_missing", "").split())
    asked = [(question, slot) for question, slot in answers.questions(questions.SLOT)]
    for question, slot in asked:
        if slot.isdecimal():
            found.update(_slot(answers, question, slot, is_missing=slot in missing))
    if not asked:
        return Sights()
    return Sights(found, {kind: _listing(kind, found) for kind in (MODULE, FIRMWARE)})


def _slot(
    answers: Answers, question: str, slot: str, *, is_missing: bool
) -> Iterator[tuple[UnitId, Sighting]]:
    units = tuple(UnitId(kind, slot_key(int(slot))) for kind in (MODULE, FIRMWARE))
    answer = answers.last(question)
    if answer is None:
        return
    if not answer.fault and (leads_nowhere(answer.last) or is_silent(answer.last)):
        yield from _no_module(units, slot, answer.last, is_missing=is_missing)
        return
    why = why_not(answer)
    if why is None:
        try:
            who = identity(answer.data)
        except GarbledError:
            why = GARBLED
        else:
            why = ZEROS if who.empty else None
    if why is not None:
        yield from ((unit, why) for unit in units)
        return
    yield from _present(units, slot, who, redundant="redundant" in answers.notes)


def _no_module(
    units: tuple[UnitId, ...], slot: str, reply: Reply, *, is_missing: bool
) -> Iterator[tuple[UnitId, Sighting]]:
    if is_missing:
        why = f"it held a module and gives none now: {words(reply)}; it counts when found so again"
        yield from ((unit, Unread(why, optional=True)) for unit in units)
    elif is_silent(reply):
        title = f"slot {int(slot)}: no answer"
        yield units[0], Read(Unit(units[0], Aspect.HARDWARE, title, fields(name="no answer")))


def _present(
    units: tuple[UnitId, ...], slot: str, who: Identity, *, redundant: bool
) -> Iterator[tuple[UnitId, Sighting]]:
    title = f"slot {slot}: {who.name}"
    label, moving = fields(**device(who, redundant=redundant)), fields(faults=faults(who.status))
    yield units[0], Read(Unit(units[0], Aspect.HARDWARE, title, label, moving=moving))
    revision = fields(revision=who.revision)
    yield units[1], Read(Unit(units[1], Aspect.FIRMWARE, f"firmware of {title}", revision))


def _listing(kind: str, found: dict[UnitId, Sighting]) -> Listing:
    keys = frozenset(unit.key for unit in found if unit.kind == kind)
    broken = [
        seen
        for unit, seen in found.items()
        if unit.kind == kind and isinstance(seen, Unread) and not seen.optional
    ]
    if not broken:
        return Listing(keys, complete=True)
    transient = any(one.transient for one in broken)
    return Listing(keys, complete=False, reason=broken[0].reason, transient=transient)
