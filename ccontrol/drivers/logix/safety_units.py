"""Units of the tags into which a project copies its safety signature, lock and mode.

No public document tells how to ask a GuardLogix for these over CIP; what is documented is a GSV
instruction that copies them into a tag. Their values are compared as bytes.
"""

from ccontrol.drivers.logix import questions
from ccontrol.drivers.logix.answers import GARBLED, Answers, why_not
from ccontrol.drivers.logix.symbols import ELEMENTARY
from ccontrol.drivers.sights import Sights
from ccontrol.model.aspect import Aspect
from ccontrol.model.snapshot import Read, Sighting
from ccontrol.model.unit import Unit, UnitId, fields

SAFETY = "safety"
_TYPE_BYTES = 2
_STRUCTURE = 0x02A0


def read_safety(answers: Answers) -> Sights:
    """Read the tags that the owner named; nothing where none is."""
    found: dict[UnitId, Sighting] = {}
    for name in answers.notes.get("safety_tags", "").split():
        unit = UnitId(SAFETY, name)
        answer = answers.last(f"{questions.TAG} {name}")
        if answer is None:
            continue
        why = why_not(answer)
        if why is None and len(answer.data) <= _TYPE_BYTES:
            why = GARBLED
        found[unit] = why or Read(_unit(unit, answer.data))
    return Sights(found)


def _unit(unit: UnitId, data: bytes) -> Unit:
    number = int.from_bytes(data[:_TYPE_BYTES], "little")
    kind = "structure" if number == _STRUCTURE else ELEMENTARY.get(number, f"type {number:04x}")
    value = data[_TYPE_BYTES:].hex()
    title = f"{unit.key}, a copy of what the safety task tells"
    return Unit(unit, Aspect.PROTECTION, title, fields(type=kind, value=value))
