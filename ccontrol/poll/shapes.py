"""Values as nested lists of texts and numbers, and back, by the types that they declare.

Knows records (frozen dataclasses, named tuples) and what they are made of; builds nothing that the
declared type does not name. Works on many values of a type at once, so that the checks and loops
over all fields of a program run in C. Knows no messages and no pipes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from functools import cache
from itertools import chain, islice
from operator import methodcaller
from types import NoneType, UnionType
from typing import Any, Protocol, get_args, get_origin, get_type_hints

from ccontrol.errors import ModelError

_INTEGERS = range(-(2**63), 2**63)


@dataclass(slots=True)
class Blobs:
    """The bytes beside the lists, in the order in which they are met; a list holds their length."""

    whole: bytes
    at: int = 0
    texts: dict[str, str] = field(default_factory=dict)
    """Each text once: the name of a field stands in every unit."""

    def take(self, length: object) -> bytes:
        """Return the next bytes. Raises ModelError when there are not so many."""
        if type(length) is not int or not 0 <= length <= len(self.whole) - self.at:
            raise ModelError("it names bytes that are not there")
        self.at += length
        return self.whole[self.at - length : self.at]


class Shape(Protocol):
    """How values of one type are laid down and built; both raise ModelError for any others."""

    def lay(self, values: Sequence[Any], blobs: list[bytes]) -> Sequence[Any]:
        """Return each value as lists, texts and numbers; add its bytes to the blobs."""
        ...

    def build(self, raws: Sequence[Any], blobs: Blobs) -> Sequence[Any]:
        """Return the values that were laid down, in the same order."""
        ...


@dataclass(frozen=True, slots=True)
class _Plain:
    """Texts, numbers, truths, nothing: written as they are."""

    kind: type

    def lay(self, values: Sequence[Any], _blobs: list[bytes]) -> Sequence[Any]:
        _require_all(values, self.kind)
        return values

    def build(self, raws: Sequence[Any], blobs: Blobs) -> Sequence[Any]:
        _require_all(raws, self.kind)
        if self.kind is int and raws and (min(raws) not in _INTEGERS or max(raws) not in _INTEGERS):
            raise ModelError("a number has more than 64 bits")
        return list(map(blobs.texts.setdefault, raws, raws)) if self.kind is str else raws


class _Bytes:
    def lay(self, values: Sequence[Any], blobs: list[bytes]) -> Sequence[Any]:
        _require_all(values, bytes)
        blobs.extend(values)
        return list(map(len, values))

    def build(self, raws: Sequence[Any], blobs: Blobs) -> Sequence[Any]:
        return list(map(blobs.take, raws))


class _Moment:
    """Times, in UTC."""

    def lay(self, values: Sequence[Any], _blobs: list[bytes]) -> Sequence[Any]:
        _require_all(values, datetime)
        return [moment.isoformat() for moment in values]

    def build(self, raws: Sequence[Any], _blobs: Blobs) -> Sequence[Any]:
        _require_all(raws, str)
        moments = list(map(datetime.fromisoformat, raws))
        if any(moment.utcoffset() != timedelta(0) for moment in moments):
            raise ModelError("a time is not in UTC")
        return moments


@dataclass(frozen=True, slots=True)
class _Word:
    """Members of an enumeration, of texts or of whole numbers."""

    kind: type[StrEnum | IntEnum]
    raw: type[str | int]
    members: Mapping[object, StrEnum | IntEnum]

    def lay(self, values: Sequence[Any], _blobs: list[bytes]) -> Sequence[Any]:
        _require_all(values, self.kind)
        return values

    def build(self, raws: Sequence[Any], _blobs: Blobs) -> Sequence[Any]:
        _require_all(raws, self.raw)
        if not self.members.keys() >= set(raws):
            raise ModelError(f"something is no {self.kind.__name__}")
        return [self.members[raw] for raw in raws]


@dataclass(frozen=True, slots=True)
class _Record:
    """So many parts, each of its own type."""

    kind: type
    parts: tuple[Shape, ...]
    take_apart: Callable[[Any], tuple[Any, ...]]
    make: Callable[..., object]

    def lay(self, values: Sequence[Any], blobs: list[bytes]) -> Sequence[Any]:
        _require_all(values, self.kind)
        rows = list(map(self.take_apart, values))
        return self._in_columns(rows, lambda part, column: part.lay(column, blobs), _row)

    def build(self, raws: Sequence[Any], blobs: Blobs) -> Sequence[Any]:
        _require_all(raws, list)
        return self._in_columns(raws, lambda part, column: part.build(column, blobs), self.make)

    def _in_columns(
        self,
        rows: Sequence[Sequence[Any]],
        do: Callable[[Shape, Sequence[Any]], Sequence[Any]],
        make: Callable[..., object],
    ) -> Sequence[Any]:
        if not {len(self.parts)}.issuperset(map(len, rows)):
            raise ModelError(f"something has not the parts of a {self.kind.__name__}")
        if not rows or not self.parts:
            return [make() for _ in rows]
        columns = zip(self.parts, zip(*rows, strict=True), strict=True)
        return list(map(make, *(do(part, column) for part, column in columns)))


@dataclass(frozen=True, slots=True)
class _Many:
    """Any number of items of one type."""

    kind: type
    item: Shape
    items: Callable[[Any], Iterable[Any]]
    gather: Callable[[Iterable[Any]], Any]

    def lay(self, values: Sequence[Any], blobs: list[bytes]) -> Sequence[Any]:
        if not all(isinstance(value, self.kind) for value in values):
            raise ModelError(f"something is no {self.kind.__name__}")
        rows = list(map(list, map(self.items, values)))
        laid = iter(self.item.lay(list(chain.from_iterable(rows)), blobs))
        return [list(islice(laid, len(row))) for row in rows]

    def build(self, raws: Sequence[Any], blobs: Blobs) -> Sequence[Any]:
        _require_all(raws, list)
        built = iter(self.item.build(list(chain.from_iterable(raws)), blobs))
        values = [self.gather(islice(built, len(raw))) for raw in raws]
        if list(map(len, values)) != list(map(len, raws)):
            raise ModelError("something stands twice")
        return values


@dataclass(frozen=True, slots=True)
class _Either:
    """One of several types: a plain one as it is, of the others each with its number."""

    plain: Mapping[type, Shape]
    others: tuple[tuple[type, Shape], ...]

    def lay(self, values: Sequence[Any], blobs: list[bytes]) -> Sequence[Any]:
        numbers = {kind: number for number, (kind, _) in enumerate(self.others)}
        laid = list(values)
        if self.plain.keys() >= set(map(type, values)):
            return laid
        for which, places in _places(numbers.get(type(value), type(value)) for value in values):
            group = self._shape(which).lay([values[place] for place in places], blobs)
            for place, raw in zip(places, group, strict=True):
                laid[place] = raw if which in self.plain else (which, raw)
        return laid

    def build(self, raws: Sequence[Any], blobs: Blobs) -> Sequence[Any]:
        built = list(raws)
        numbered = list in set(map(type, raws))
        for which, places in _places(map(_which if numbered else type, raws)):
            shape = self._shape(which)
            group = [raws[place] if which in self.plain else raws[place][1] for place in places]
            for place, value in zip(places, shape.build(group, blobs), strict=True):
                built[place] = value
        return built

    def _shape(self, which: object) -> Shape:
        if type(which) is int and 0 <= which < len(self.others):
            return self.others[which][1]
        if isinstance(which, type) and which in self.plain:
            return self.plain[which]
        raise ModelError("something is of a type that it may not have")


def _which(raw: object) -> object:
    if type(raw) is not list:
        return type(raw)
    match raw:
        case [number, _] if type(number) is int:
            return number
    raise ModelError("something does not say of which type it is")


def _places(groups: Iterable[object]) -> Iterable[tuple[object, list[int]]]:
    """Return where each group stands, in an order that both sides find: blobs go by it."""
    found: dict[object, list[int]] = {}
    for place, group in enumerate(groups):
        found.setdefault(group, []).append(place)
    return found.items()


def _row(*parts: object) -> tuple[object, ...]:
    return parts


def _require_all(values: Iterable[object], kind: type) -> None:
    if not {kind}.issuperset(map(type, values)):
        raise ModelError(f"something is no {kind.__name__}")


@cache
def shape_of(declared: Any) -> Shape:  # noqa: ANN401 — a class, a generic one or a union of them
    """Return the shape of a declared type. Raises TypeError for one that cannot be sent."""
    if declared in (str, int, bool, NoneType):
        return _Plain(declared)
    if declared is bytes:
        return _Bytes()
    if declared is datetime:
        return _Moment()
    if isinstance(declared, type) and issubclass(declared, StrEnum | IntEnum):
        raw = str if issubclass(declared, StrEnum) else int
        return _Word(declared, raw, {member.value: member for member in declared})
    return _record(declared) or _generic(get_origin(declared), get_args(declared))


def _record(declared: Any) -> Shape | None:  # noqa: ANN401 — see shape_of
    if is_dataclass(declared):
        names = [each.name for each in fields(declared)]
    elif isinstance(declared, type) and issubclass(declared, tuple):
        names = list(declared.__annotations__)
    else:
        return None
    hints = get_type_hints(declared)
    parts = tuple(shape_of(hints[name]) for name in names)

    def take_apart(value: object) -> tuple[object, ...]:
        return tuple([getattr(value, name) for name in names])

    return _Record(declared, parts, take_apart, declared)


def _generic(origin: Any, of: tuple[Any, ...]) -> Shape:  # noqa: ANN401 — see shape_of
    if origin is UnionType:
        plain = {kind: shape_of(kind) for kind in of if isinstance(shape_of(kind), _Plain)}
        others = [kind for kind in of if kind not in plain]
        return _Either(plain, tuple((get_origin(kind) or kind, shape_of(kind)) for kind in others))
    if origin is tuple and of[1:] == (...,):
        return _Many(tuple, shape_of(of[0]), iter, tuple)
    if origin is tuple:
        return _Record(tuple, tuple(map(shape_of, of)), tuple, _row)
    if origin is frozenset:
        return _Many(frozenset, shape_of(of[0]), iter, frozenset)
    if origin is Mapping:
        pair = _Record(tuple, tuple(map(shape_of, of)), tuple, _row)
        return _Many(Mapping, pair, methodcaller("items"), dict)
    raise TypeError(f"{origin} cannot be sent")
