"""Units about the controller itself: who it is, what runs on it, its key, its mode, its project.

Made from the Identity object and class 64. The status word is decoded here from its bits: 4 to 7
are the mode, 8 to 11 the faults, 12 and 13 the key switch.
"""

from collections.abc import Iterable, Iterator
from itertools import compress

from ccontrol.drivers.enip.attributes import TEXT, attribute_list
from ccontrol.drivers.enip.identity import Identity, identity, label
from ccontrol.drivers.logix import questions
from ccontrol.drivers.logix.answers import Answers, told
from ccontrol.drivers.sights import Sights
from ccontrol.model.aspect import Aspect
from ccontrol.model.unit import Unit, UnitId, fields

CONTROLLER = "controller"
_KINDS = ("identity", "firmware", "mode", "protection")
_MODES = {
    1: "firmware update",
    4: "STOPPED: its stored configuration is bad",
    5: "STOPPED: major fault",
    6: "RUN",
    7: "PROGRAM: STOPPED",
}
_FAULTS = (
    "minor, recoverable",
    "minor, unrecoverable",
    "major, recoverable",
    "major, unrecoverable",
)
_KEYS = {1: ("RUN", 2), 2: ("PROG", 0), 3: ("REMOTE", 1)}
"""Position of the key, and how much it protects: in RUN nobody edits or stops over the network."""
_NAMES = {1: TEXT, 2: TEXT}


def read_controller(answers: Answers) -> Sights:
    """Read everything that the Identity object tells of the controller."""
    wanted = tuple(UnitId(kind, CONTROLLER) for kind in _KINDS)
    redundant = "redundant" in answers.notes
    return told(
        answers, questions.IDENTITY, lambda data: _units(data, redundant=redundant), *wanted
    )


def read_project(answers: Answers) -> Sights:
    """Read name and description of the project."""
    return told(answers, questions.PROJECT, _project, UnitId("project", CONTROLLER))


def faults(status: int) -> tuple[str, ...]:
    """Return the faults in a status word."""
    return tuple(compress(_FAULTS, (status >> bit & 1 for bit in range(8, 12))))


def device(who: Identity, *, redundant: bool) -> dict[str, str | int | None]:
    """Return the facts on a device's label; the partner of a redundant pair has another serial."""
    return {
        "name": who.name,
        "vendor": who.vendor,
        "product_type": who.product_type,
        "product_code": who.product_code,
        "serial": None if redundant else f"{who.serial:08X}",
    }


def _units(data: bytes, *, redundant: bool) -> Iterator[Unit]:
    who = identity(data)
    yield Unit(
        UnitId("identity", CONTROLLER),
        Aspect.IDENTITY,
        who.name or "controller",
        fields(**device(who, redundant=redundant)),
    )
    yield Unit(
        UnitId("firmware", CONTROLLER),
        Aspect.FIRMWARE,
        "firmware of the controller",
        fields(revision=who.revision),
    )
    yield Unit(
        UnitId("mode", CONTROLLER),
        Aspect.MODE,
        "mode",
        moving=fields(mode=_mode(who.status), faults=faults(who.status)),
    )
    key, level = _KEYS.get(who.status >> 12 & 0b11, ("none", None))
    yield Unit(
        UnitId("protection", CONTROLLER),
        Aspect.PROTECTION,
        "key switch",
        fields(key=key, level=level),
    )


def _mode(status: int) -> str:
    number = status >> 4 & 0b1111
    return _MODES.get(number, f"mode {number}")


def _project(data: bytes) -> Iterable[Unit]:
    found = attribute_list(data, _NAMES)
    if 1 in found:
        description = label(found.get(2, b""))
        yield Unit(
            UnitId("project", CONTROLLER),
            Aspect.IDENTITY,
            "project",
            fields(name=label(found[1]), description=description or None),
        )
