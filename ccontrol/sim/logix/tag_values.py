"""Tags as services 4C and 52 read them: where a path ends in a tag's bytes, and what is sent."""

from dataclasses import dataclass

from ccontrol.sim.logix.cip import (
    Message,
    RefusedError,
    Segment,
    Service,
    Status,
    Step,
    answer,
    exactly,
    u16,
)
from ccontrol.sim.logix.memory import Symbol, value_of
from ccontrol.sim.logix.templates import BIT_ARRAY, STRUCTURE, Templates

_STRUCTURE_MARK = 0x02A0
_BOOL = 0xC1
OUT_OF_RANGE = 0x2105


@dataclass(frozen=True)
class Located:
    """A run of elements: `data` from the first one on, `count` of them at most."""

    kind: bytes
    data: bytes
    size: int
    count: int


@dataclass(frozen=True)
class _Spot:
    """Where the walk stands: a type, the bytes from there, and dimensions not yet indexed."""

    type: str
    code: int
    data: bytes
    size: int
    dimensions: tuple[int, ...]


def locate(templates: Templates, symbol: Symbol, steps: tuple[Step, ...]) -> Located:
    """Walk indices and member names into a tag; raises RefusedError where the way ends."""
    if symbol.tag is None:
        raise RefusedError(Status.PATH_UNKNOWN)
    dimensions = tuple(size for size in symbol.dimensions if size)
    spot = _Spot(
        symbol.tag.type, symbol.type_code, value_of(symbol), max(symbol.element_size, 1), dimensions
    )
    at = 0
    while at < len(steps):
        if steps[at].kind is Segment.MEMBER:
            run = 0
            while at + run < len(steps) and steps[at + run].kind is Segment.MEMBER:
                run += 1
            spot = _indexed(spot, tuple(step.number for step in steps[at : at + run]))
            at += run
        elif steps[at].kind is Segment.SYMBOL:
            spot = _member(templates, spot, steps[at].name)
            at += 1
        else:
            raise RefusedError(Status.PATH_SEGMENT)
    return _located(templates, spot)


def _located(templates: Templates, spot: _Spot) -> Located:
    count = 1
    for size in spot.dimensions:
        count *= size
    if spot.code & STRUCTURE:
        kind = u16(_STRUCTURE_MARK) + u16(templates.template(spot.type).handle)
    else:
        kind = u16(spot.code & 0xFF)
    return Located(kind, spot.data, spot.size, count)


def _indexed(spot: _Spot, numbers: tuple[int, ...]) -> _Spot:
    if len(numbers) != len(spot.dimensions):
        raise RefusedError(Status.PATH_UNKNOWN)
    flat = 0
    for number, size in zip(numbers, spot.dimensions, strict=True):
        if number >= size:
            raise RefusedError(Status.VENDOR, OUT_OF_RANGE)
        flat = flat * size + number
    total = 1
    for size in spot.dimensions:
        total *= size
    rest = (total - flat,)
    return _Spot(spot.type, spot.code, spot.data[flat * spot.size :], spot.size, rest)


def _member(templates: Templates, spot: _Spot, name: str) -> _Spot:
    if not spot.code & STRUCTURE:
        raise RefusedError(Status.PATH_UNKNOWN)
    place = templates.template(spot.type).place(name)
    if place is None:
        raise RefusedError(Status.PATH_UNKNOWN)
    data = spot.data[place.offset :]
    if place.code == _BOOL:
        lit = bool(data[:1] and data[0] >> place.bit & 1)
        return _Spot("BOOL", _BOOL, b"\xff" if lit else b"\0", 1, ())
    size = 4 if place.code & 0xFF == BIT_ARRAY else templates.size(place.type)
    dimensions = (place.array,) if place.array else ()
    return _Spot(place.type, place.code, data, size, dimensions)


def read(found: Located, message: Message, room: int) -> bytes:
    """Answer a read, whole or from an offset on; what does not fit is left for the next one."""
    if message.service == Service.READ:
        (count,), offset = exactly(message.data, "<H"), 0
    elif message.service == Service.READ_FRAGMENT:
        count, offset = exactly(message.data, "<HI")
    else:
        raise RefusedError(Status.NO_SERVICE)
    if count > found.count:
        raise RefusedError(Status.VENDOR, OUT_OF_RANGE)
    whole = found.data[: count * found.size]
    if offset > len(whole):
        raise RefusedError(Status.VENDOR, OUT_OF_RANGE)
    fits = room - len(found.kind)
    piece = whole[offset:]
    partial = len(piece) > fits
    if partial:
        piece = piece[: fits // found.size * found.size or fits]
    return answer(message.service, found.kind + piece, Status.PARTIAL if partial else Status.OK)
