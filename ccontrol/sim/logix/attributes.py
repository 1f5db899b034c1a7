"""The attributes of every object, as bytes: a dictionary from attribute number to value.

Numbers, sizes and orders: captures of a 1756-L61 16.20 and of a 1756-ENBT unless another source is
named. Services that read them stand in objects.py.
"""

from datetime import UTC, datetime, timedelta

from ccontrol.sim.logix.chassis import Module
from ccontrol.sim.logix.cip import long_string, string, u8, u16, u32, u64
from ccontrol.sim.logix.controller import Controller
from ccontrol.sim.logix.memory import LoadedProgram, LoadedRoutine, Symbol
from ccontrol.sim.logix.project import Access, Task
from ccontrol.sim.logix.templates import Template

Attributes = dict[int, bytes]

# The object list of the L61, in its order.
CLASSES = (
    0x01, 0x02, 0x06, 0x304, 0xA1, 0x37, 0x77, 0x73, 0x67, 0x68, 0x69, 0x6A, 0x6B, 0x6C, 0x6D,
    0x6E, 0x6F, 0x70, 0x72, 0x74, 0x7F, 0x85, 0x8B, 0x8C, 0x8D, 0x8E, 0x7E, 0xA2, 0xA3, 0xF2,
    0xAC, 0xB0, 0xB1, 0x32B, 0xB2, 0x335, 0x31A, 0x317, 0x318, 0x316, 0x319, 0x66, 0x8A, 0x64,
)  # fmt: skip
NETWORK_CLASSES = (0xF4, 0xF5, 0xF6)
# Attribute 1 of instance 0.
CLASS_REVISIONS = {
    0x304: 2, 0x77: 1, 0x73: 1, 0x67: 1, 0x68: 5, 0x69: 6, 0x6A: 1, 0x6B: 3, 0x6C: 5, 0x6D: 6,
    0x6E: 1, 0x6F: 2, 0x70: 5, 0x72: 3, 0x74: 3, 0x7F: 1, 0x8B: 3, 0x8C: 1, 0x8D: 3, 0x8E: 7,
    0xA2: 3, 0xA3: 2, 0xF2: 1, 0xAC: 3, 0xB0: 5, 0xB1: 12, 0x32B: 4, 0xB2: 2, 0x31A: 3, 0x317: 1,
    0x66: 3, 0x64: 1,
}  # fmt: skip
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def identity(module: Module) -> Attributes:
    """Class 01; 65 and 66 are a controller's own and no part of all attributes."""
    if isinstance(module, Controller):
        return module.identity() | {0x65: u16(0x0102), 0x66: u32(8)}
    return module.identity()


def router(classes: tuple[int, ...]) -> Attributes:
    """Class 02: the list of objects."""
    return {1: u16(len(classes)) + b"".join(u16(number) for number in classes)}


def controller_name(cpu: Controller) -> Attributes:
    """Class 64: name and description."""
    return {
        1: string(cpu.project.name),
        2: string(cpu.project.description),
        3: u16(0),
        4: bytes.fromhex("02000100010002000900"),
    }


def edits(cpu: Controller) -> Attributes:
    """Class AC; while a download runs there is no such object (1756-PM020)."""
    now = cpu.edits
    return {
        1: u16(now.major), 2: u16(now.minor), 3: u32(now.changed), 4: u32(now.loaded), 5: u16(0),
        6: u16(1000), 7: u32(2), 8: u32(now.uploaded), 9: u16(1) + u16(1), 10: u32(now.visited),
    }  # fmt: skip


def controller_device(cpu: Controller) -> Attributes:
    """Class 8E: what an L61 answers, and AuditValue and ChangesToDetect (1756-PM015) from v21 on.

    The numbers 1B and 1C are from public tools, no capture holds them.
    """
    known = {
        1: u32(0), 3: u16(20), 6: u32(0), 7: u16(0), 8: u16(0), 9: u8(0), 0x0A: u8(0),
        0x0B: u16(90), 0x0C: u16(50), 0x0D: u32(0), 0x0F: u8(0), 0x10: u16(1), 0x11: u8(0),
    }  # fmt: skip
    if cpu.model.audits:
        known[0x1B] = u64(cpu.audit_value)
        known[0x1C] = u64(cpu.changes_to_detect)
    return known


def wall_clock(cpu: Controller) -> Attributes:
    """Class 8B. Times are microseconds since 1970, or seven DINTs; 11 is local time."""
    utc, local = cpu.clock.now(), cpu.local_time()
    return {
        1: u64((utc - _EPOCH) // _MICROSECOND), 2: u16(0), 3: u64(0), 4: u16(0), 5: _parts(local),
        6: u64((utc - _EPOCH) // _MICROSECOND), 7: _parts(utc), 8: long_string(cpu.zone),
        9: u16(60), 10: u8(0), 11: u64((local - _EPOCH) // _MICROSECOND),
    }  # fmt: skip


def _parts(time: datetime) -> bytes:
    six = (time.year, time.month, time.day, time.hour, time.minute, time.second)
    return b"".join(u32(part) for part in (*six, time.microsecond))


def program(one: LoadedProgram) -> Attributes:
    """Class 68."""
    return {
        1: u16(0), 0x0F: u32(0), 0x16: u32(one.instance), 0x18: u32(0), 0x19: u32(0),
        0x1C: long_string(one.name),
    }  # fmt: skip


def routine(one: LoadedRoutine) -> Attributes:
    """Class 6D within 68: 1 type, 2 address, 6 size, 19 name (public tools), 8 its symbol."""
    return {
        1: u16(one.routine.language.value), 2: u32(one.address + 0x100), 4: u32(0), 5: u32(0),
        6: u32(len(one.routine.code)), 8: u32(one.address), 9: u32(one.instance), 0x0B: u32(0),
        0x16: u32(40), 0x18: u32(0), 0x19: long_string(one.routine.name),
    }  # fmt: skip


def task(number: int, one: Task) -> Attributes:
    """Class 70."""
    return {
        1: u16(len(one.programs)), 2: u32(one.period_us), 3: u32(0), 4: u16(5),
        5: u16(4 if one.continuous else 2), 6: u16(one.priority), 9: u32(number),
        0x0C: u32(500_000), 0x18: long_string(one.name),
    }  # fmt: skip


def symbol(one: Symbol) -> Attributes:
    """Class 6B. A tag's 5 and 6 point into the controller; they move with its address."""
    access = Access.READ_WRITE if one.tag is None else one.tag.access
    return {
        1: string(one.name), 2: u16(one.type_code), 3: u32(one.address), 5: u32(one.address + 0x48),
        6: u32(0x0400_0000 | one.instance) if one.tag is not None else u32(0),
        7: u16(one.element_size), 8: b"".join(u32(size) for size in one.dimensions),
        10: u8(access),
    }  # fmt: skip


def template(one: Template) -> Attributes:
    """Class 6C: 1 handle, 2 members, 4 double words of the description, 5 bytes of a value."""
    return {
        1: u16(one.handle), 2: u16(len(one.places)), 3: u16(0), 4: u32(one.definition_words),
        5: u32(one.size),
    }  # fmt: skip
