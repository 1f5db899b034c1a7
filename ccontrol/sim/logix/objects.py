"""What a module answers to a CIP service: find the object, then perform the service. Reads only.

Whatever is not in here is refused: unknown classes with 05, unknown services with 08.
"""

from collections.abc import Callable, Iterable

from ccontrol.sim.logix import attributes as known
from ccontrol.sim.logix import tag_values
from ccontrol.sim.logix.attributes import Attributes
from ccontrol.sim.logix.chassis import Module, Place
from ccontrol.sim.logix.cip import (
    Message,
    RefusedError,
    Service,
    Status,
    answer,
    exactly,
    parse_path,
    u16,
    u32,
    words,
)
from ccontrol.sim.logix.controller import Controller
from ccontrol.sim.logix.memory import LoadedProgram, LoadedRoutine, Table
from ccontrol.sim.logix.network import network_attributes
from ccontrol.sim.logix.project import Access
from ccontrol.sim.logix.target import Target, target_of
from ccontrol.sim.logix.templates import Template

_HEAD = 4  # bytes of an answer before its data
_PROJECT_CLASSES = {0x68, 0x69, 0x6B, 0x6C, 0x6D, 0x70, 0xAC}
OUT_OF_RANGE = 0x2105
_FIRST_OF_VENDOR = 0x64  # attributes from here on are no part of "all"


def perform(place: Place, message: Message, room: int) -> bytes:
    """Answer a request in at most `room` bytes; raises RefusedError."""
    target = target_of(parse_path(message.path))
    module = place.module
    if isinstance(module, Controller):
        if module.downloading and (target.tag or target.kind in _PROJECT_CLASSES):
            raise RefusedError(Status.PATH_UNKNOWN)
        special = _special(module, target, message, room - _HEAD)
        if special is not None:
            return special
    return _get(_attributes(place, target), target, message, room)


# ---- attributes


def _get(found: Attributes, target: Target, message: Message, room: int) -> bytes:
    if message.service == Service.GET_SINGLE:
        if target.attribute not in found:
            raise RefusedError(Status.NO_ATTRIBUTE)
        return answer(message.service, found[target.attribute])
    if message.service == Service.GET_ALL:
        own = sorted(number for number in found if number < _FIRST_OF_VENDOR)
        return answer(message.service, b"".join(found[number] for number in own))
    if message.service == Service.GET_LIST:
        return _list(found, words(message.data), message.service, room)
    raise RefusedError(Status.NO_SERVICE)


def _list(found: Attributes, wanted: Iterable[int], service: int, room: int) -> bytes:
    """Each attribute with its own status; those that do not fit are left to another request."""
    status, count, listed = Status.OK, 0, b""
    for number in wanted:
        value = found.get(number)
        entry = u16(number) + (u16(Status.NO_ATTRIBUTE) if value is None else u16(0) + value)
        if _HEAD + 2 + len(listed) + len(entry) > room:
            status = Status.PARTIAL
            break
        if value is None:
            status = Status.LIST_ERROR
        listed += entry
        count += 1
    return answer(service, u16(count) + listed, status)


def _attributes(place: Place, target: Target) -> Attributes:
    module, kind = place.module, target.kind
    if target.instance == 0 and kind in known.CLASS_REVISIONS:
        return {1: u16(known.CLASS_REVISIONS[kind])}
    if kind == 1 and target.instance == 1:
        return known.identity(module)
    if kind == 2 and target.instance == 1:  # noqa: PLR2004 — the message router
        return known.router(_classes(module))
    if kind in known.NETWORK_CLASSES:
        return network_attributes(place, kind, target.instance)
    if isinstance(module, Controller):
        return _of_controller(module, target)
    raise RefusedError(Status.PATH_UNKNOWN)


def _classes(module: Module) -> tuple[int, ...]:
    own = known.CLASSES if isinstance(module, Controller) else (0x01, 0x02, 0x06)
    return own + known.NETWORK_CLASSES if module.ethernet else own


_SINGLES: dict[int, Callable[[Controller], Attributes]] = {
    0x64: known.controller_name,
    0x8B: known.wall_clock,
    0x8E: known.controller_device,
    0xAC: known.edits,
}


def _of_controller(cpu: Controller, target: Target) -> Attributes:
    if target.kind in _SINGLES and target.instance == 1:
        return _SINGLES[target.kind](cpu)
    if target.kind == 0x6B:  # noqa: PLR2004 — symbol
        symbol = _table(cpu, target).at(target.instance)
        if symbol is not None:
            return known.symbol(symbol)
    if target.kind == 0x6C:  # noqa: PLR2004 — template
        return known.template(_template(cpu, target))
    if target.kind == 0x68:  # noqa: PLR2004 — program
        return known.program(_program(cpu, target.instance))
    if target.kind == 0x6D:  # noqa: PLR2004 — routine
        return known.routine(_routine(cpu, target))
    if target.kind == 0x70 and target.instance in cpu.memory.tasks:  # noqa: PLR2004 — task
        return known.task(target.instance, cpu.memory.tasks[target.instance])
    raise RefusedError(Status.PATH_UNKNOWN)


# ---- finding things of the project


def _program(cpu: Controller, instance: int) -> LoadedProgram:
    found = cpu.memory.programs.get(instance)
    if found is None:
        raise RefusedError(Status.PATH_UNKNOWN)
    return found


def _scope(cpu: Controller, target: Target) -> LoadedProgram | None:
    if target.program:
        found = cpu.memory.program_named(target.program)
        if found is None:
            raise RefusedError(Status.PATH_UNKNOWN)
        return found
    if target.outer is not None and target.outer[0] == 0x68:  # noqa: PLR2004 — program
        return _program(cpu, target.outer[1])
    return None


def _table(cpu: Controller, target: Target) -> Table:
    scope = _scope(cpu, target)
    return cpu.memory.symbols if scope is None else scope.symbols


def _template(cpu: Controller, target: Target) -> Template:
    found = cpu.memory.templates.by_instance.get(target.instance)
    if found is None:
        raise RefusedError(Status.PATH_UNKNOWN)
    return found


def _routine(cpu: Controller, target: Target) -> LoadedRoutine:
    scope = _scope(cpu, target)
    found = scope.routines.get(target.instance) if scope is not None else None
    if found is None:
        raise RefusedError(Status.PATH_UNKNOWN)
    return found


# ---- services of single classes


def _special(cpu: Controller, target: Target, message: Message, room: int) -> bytes | None:
    if target.tag:
        return _read_tag(cpu, target, message, room)
    handler = _SPECIAL.get((target.kind, message.service))
    if handler is None and message.service == Service.INSTANCES:
        return _instances(cpu, target, room)
    return handler(cpu, target, message, room) if handler is not None else None


def _read_tag(cpu: Controller, target: Target, message: Message, room: int) -> bytes:
    table = _table(cpu, target)
    if target.pairs:  # by the instance of its symbol
        symbol, steps = table.at(target.instance), target.tag
    else:
        symbol, steps = table.named(target.tag[0].name), target.tag[1:]
    if symbol is None or symbol.tag is None:
        raise RefusedError(Status.PATH_UNKNOWN)
    if symbol.tag.access is Access.NONE:
        raise RefusedError(Status.PRIVILEGE)
    found = tag_values.locate(cpu.memory.templates, symbol, steps)
    return tag_values.read(found, message, room)


def _read_symbol(cpu: Controller, target: Target, message: Message, room: int) -> bytes:
    return _read_tag(cpu, target, message, room)


def _symbols(cpu: Controller, target: Target, message: Message, room: int) -> bytes:
    """As many whole entries as fit, from an instance on; 06 says that more follow."""
    wanted = words(message.data)
    listed = bytearray()
    for symbol in _table(cpu, target).since(target.instance):
        values = known.symbol(symbol)
        entry = u32(symbol.instance) + b"".join(values[n] for n in wanted if n in values)
        if len(listed) + len(entry) > room:
            return answer(message.service, bytes(listed), Status.PARTIAL)
        listed += entry
    return answer(message.service, bytes(listed))


def _read_template(cpu: Controller, target: Target, message: Message, room: int) -> bytes:
    offset, length = exactly(message.data, "<IH")
    whole = _template(cpu, target).description
    if offset > len(whole):
        raise RefusedError(Status.VENDOR, OUT_OF_RANGE)
    piece = whole[offset : offset + length]
    partial = len(piece) > room
    return answer(message.service, piece[:room], Status.PARTIAL if partial else Status.OK)


def _read_routine(cpu: Controller, target: Target, message: Message, room: int) -> bytes:
    """Ladder by 4C with an offset in double words, the other languages by 52 in bytes.

    As an L61 answers 4C: four zeros before the code, FF/2105 when the first word is none or the
    offset lies outside. Service 52 and its form are known from public tools only.
    """
    code = _routine(cpu, target).routine.code
    if message.service == Service.READ:
        zero, offset = exactly(message.data, "<IH")
        start, head, room = 4 * offset, bytes(4), (room - 4) // 4 * 4
    else:
        _count, start = exactly(message.data, "<HI")
        zero, head = 0, b""
    if zero or start > len(code):
        raise RefusedError(Status.VENDOR, OUT_OF_RANGE)
    partial = len(code) - start > room
    status = Status.PARTIAL if partial else Status.OK
    return answer(message.service, head + code[start : start + room], status)


def _instances(cpu: Controller, target: Target, room: int) -> bytes:
    """Service 4B: the instances of a class, from the one in the path on."""
    if target.kind == 0x68:  # noqa: PLR2004 — program
        numbers: Iterable[int] = cpu.memory.programs
    elif target.kind == 0x70:  # noqa: PLR2004 — task
        numbers = cpu.memory.tasks
    elif target.kind == 0x6B:  # noqa: PLR2004 — symbol
        numbers = (symbol.instance for symbol in _table(cpu, target).since(0))
    elif target.kind == 0x6C:  # noqa: PLR2004 — template
        numbers = cpu.memory.templates.by_instance
    elif target.kind == 0x6D and (scope := _scope(cpu, target)) is not None:  # noqa: PLR2004 — routine
        numbers = scope.routines
    else:
        raise RefusedError(Status.NO_SERVICE)
    listed = b"".join(u32(number) for number in sorted(numbers) if number >= target.instance)
    fits = room // 4 * 4
    partial = len(listed) > fits
    return answer(Service.INSTANCES, listed[:fits], Status.PARTIAL if partial else Status.OK)


_Handler = Callable[[Controller, Target, Message, int], bytes]
_SPECIAL: dict[tuple[int, int], _Handler] = {
    (0x6B, Service.SYMBOLS): _symbols,
    (0x6B, Service.READ): _read_symbol,
    (0x6B, Service.READ_FRAGMENT): _read_symbol,
    (0x6C, Service.READ): _read_template,
    (0x6D, Service.READ): _read_routine,
    (0x6D, Service.READ_FRAGMENT): _read_routine,
}
