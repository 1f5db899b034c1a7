"""Units about the processor itself: who it is, what runs on it, how it is locked, its forces.

Made from the identity, the diagnostic status and the status words, each as first heard. A unit that
needs two answers is not made of one: half of it would look like a change.
"""

from dataclasses import dataclass

from ccontrol.drivers.enip.identity import Identity, identity
from ccontrol.drivers.pccc import status_file
from ccontrol.drivers.pccc.answers import Answer, Answers, read_question, words_question
from ccontrol.drivers.pccc.diagnostics import Status, status
from ccontrol.drivers.pccc.refusals import is_not_supported, why_not
from ccontrol.drivers.pccc.status_file import System, letter, system
from ccontrol.drivers.sights import Sights, joined, not_seen, seen
from ccontrol.errors import GarbledError
from ccontrol.model.aspect import Aspect
from ccontrol.model.snapshot import Unread
from ccontrol.model.unit import Fields, Unit, UnitId, Value, fields

MODE, FAULT = UnitId("mode", "cpu"), UnitId("fault", "cpu")
PROTECTION, FORCES = UnitId("protection", "cpu"), UnitId("forces", "cpu")
IDENTITY, FIRMWARE = UnitId("identity", "cpu"), UnitId("firmware", "cpu")
PROGRAM_ID = UnitId("program-id", "cpu")
_SYSTEM = read_question(
    status_file.FILE, status_file.NUMBER, status_file.SYSTEM_WORD, status_file.SYSTEM_BYTES
)
_FAULTS = words_question(status_file.NUMBER, status_file.PLC5_WORD, status_file.PLC5_BYTES)
_GARBLED = Unread("its answer is not what the question asks for", transient=True)


@dataclass(frozen=True, slots=True)
class Processor:
    """What the other parts of a snapshot need to know of the processor."""

    sights: Sights
    told: Status | None = None
    """Its diagnostic status as first heard."""
    closing: Status | None = None
    """The same as heard last, where it was asked for again."""


def read_processor(answers: Answers) -> Processor:
    """Read everything about the processor itself."""
    heard = answers.of("status")
    if not heard:
        return Processor(Sights())
    told = _status(heard[0])
    if isinstance(told, Unread):
        return Processor(
            not_seen(told, MODE, FAULT, PROTECTION, FORCES, PROGRAM_ID, IDENTITY, FIRMWARE)
        )
    closing = _status(heard[-1]) if len(heard) > 1 else None
    parts = (
        _one(_mode(told)),
        _fault(answers, told),
        _one(_protection(told)),
        _one(_forces(told)),
        _identity(_label(answers), told),
        _of_system(answers, told),
    )
    return Processor(joined(parts), told, None if isinstance(closing, Unread) else closing)


def _one(unit: Unit) -> Sights:
    """Return a unit that was read, the only one of its kind."""
    return seen(unit.id.kind, (unit,))


def _status(answer: Answer) -> Status | Unread:
    if why := why_not(answer):
        return why
    try:
        return status(answer.data)
    except GarbledError:
        return _GARBLED


def _label(answers: Answers) -> Identity | Unread | None:
    """Return the label of the device; None where it has no such object."""
    answer = answers.first("identity")
    if answer is None or is_not_supported(answer):
        return None
    if why := why_not(answer):
        return why
    try:
        found = identity(answer.data)
    except GarbledError:
        return _GARBLED
    return _GARBLED if found.empty else found


def _mode(told: Status) -> Unit:
    owner = "nobody" if told.owner is None else f"node {told.owner}"
    moving = fields(edits=told.edits, mode=told.mode, program_owner=owner)
    return Unit(MODE, Aspect.MODE, "operating mode", moving=moving)


def _fault(answers: Answers, told: Status) -> Sights:
    """A MicroLogix or SLC tells its major error at once, a PLC-5 in its status file."""
    if told.major_error is not None:
        moving = fields(faulted=told.faulted, major_error=f"{told.major_error:04x}")
        return _one(Unit(FAULT, Aspect.MODE, "major fault", moving=moving))
    answer = answers.first(_FAULTS)
    if answer is None:
        return Sights()
    if why := why_not(answer):
        return not_seen(why, FAULT)
    minor, major, code = (int.from_bytes(answer.data[at : at + 2], "little") for at in (0, 2, 4))
    moving = fields(
        faulted=told.faulted, minor=f"{minor:04x}", major_error=f"{major:04x}", code=code
    )
    return _one(Unit(FAULT, Aspect.MODE, "major fault", moving=moving))


def _protection(told: Status) -> Unit:
    return Unit(
        PROTECTION,
        Aspect.PROTECTION,
        "protection and key",
        fields(key=told.key or None, level=int(told.locked)),
    )


def _forces(told: Status) -> Unit:
    return Unit(
        FORCES,
        Aspect.PROGRAM,
        "forces",
        fields(enabled=told.forces_enabled, installed=told.forces_installed),
    )


def _identity(label: Identity | Unread | None, told: Status) -> Sights:
    if isinstance(label, Unread):
        return not_seen(label, IDENTITY)
    facts: dict[str, Value] = {"processor_type": f"{told.processor:02x}"}
    if told.bulletin:
        facts |= {
            "bulletin": told.bulletin,
            "hardware_revision": told.revision,
            "hardware_series": letter(told.series),
        }
    if told.ram_kb is not None:
        facts["ram_kb"] = told.ram_kb
    if label is not None:
        facts |= {
            "product_code": label.product_code,
            "product_type": label.product_type,
            "serial": f"{label.serial:08x}",
            "vendor": label.vendor,
        }
    title = told.bulletin or (label.name if label else "") or "processor"
    return _one(Unit(IDENTITY, Aspect.IDENTITY, title, fields(**facts)))


def _of_system(answers: Answers, told: Status) -> Sights:
    """Firmware and program as the status words have them; a PLC-5 tells both in its status."""
    label = _label(answers)
    if told.family == "plc5":
        made = fields(
            data_files=told.data_files, edited=told.edited, program_files=told.program_files
        )
        own: dict[str, Value] = {
            "os_release": letter(told.revision),
            "os_series": letter(told.series),
        }
        return joined((_program_id(made), _firmware(label, own)))
    words = _system(answers)
    if words is None:
        return Sights()
    if isinstance(words, Unread):
        return not_seen(words, PROGRAM_ID, FIRMWARE)
    made = fields(
        compiler=words.compiler,
        functionality=f"{words.functionality:04x}",
        program_id=f"{told.program_id:04x}",
    )
    own = {
        "os_catalogue": words.os_catalogue,
        "os_release": words.os_release,
        "os_series": letter(words.os_series),
        "processor_catalogue": words.catalogue,
    }
    return joined((_program_id(made), _firmware(label, own)))


def _system(answers: Answers) -> System | Unread | None:
    answer = answers.first(_SYSTEM)
    if answer is None:
        return None
    if why := why_not(answer):
        return why
    try:
        return system(answer.data)
    except GarbledError:
        return _GARBLED


def _program_id(made: Fields) -> Sights:
    return _one(Unit(PROGRAM_ID, Aspect.PROGRAM, "what the processor says of its program", made))


def _firmware(label: Identity | Unread | None, own: dict[str, Value]) -> Sights:
    if isinstance(label, Unread):
        return not_seen(label, FIRMWARE)
    if label is not None:
        own |= {"label": label.name, "revision": label.revision}
    return _one(Unit(FIRMWARE, Aspect.FIRMWARE, "operating system", fields(**own)))
