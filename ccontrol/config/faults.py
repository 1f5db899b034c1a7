"""What is wrong with a configuration, said so that its owner can mend it. Reads no file.

Turns pydantic's complaints into one sentence each: the path, what is wanted, what was found.
"""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from ccontrol.config.lines import Lines
from ccontrol.config.place import LONGEST, Location, Place, quoted
from ccontrol.model.secret import Secret

M = TypeVar("M", bound=BaseModel)
_ALIKE = 0.6
_NOUNS: Mapping[object, str] = {
    str: "a text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    Secret: "a secret by reference",
    dict: "a table",
    list: "a list",
    tuple: "a list",
}


class Faults:
    """Everything wrong with one file, in the order in which it was found, each once."""

    def __init__(self) -> None:
        self._found: dict[tuple[Place, str], None] = {}

    def add(self, place: Place, said: str) -> None:
        """Note what is wrong with the table or setting that stands there."""
        self._found[place, said] = None

    def __len__(self) -> int:
        return len(self._found)

    def told(self, lines: Lines) -> tuple[str, ...]:
        """Return the faults, one sentence each, with their lines as far as those are known."""
        return tuple(f"{lines.words(place)}{place}: {said}" for place, said in self._found)


def check(
    model: type[M],
    raw: Mapping[str, object],
    place: Place,
    faults: Faults,
    *,
    siblings: Iterable[str] = (),
    reported: frozenset[str] = frozenset(),
    partial: bool = False,
) -> M | None:
    """Return the checked table, or None after noting every fault in it.

    `siblings` are keys that are allowed beside the model's and checked elsewhere; faults of the
    keys in `reported` were noted already, "" standing for the table as a whole; `partial` forgives
    what is missing (defaults).
    """
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        for complaint in error.errors(include_url=False):
            location = complaint["loc"]
            if partial and complaint["type"] == "missing":
                continue
            if (location[0] if location else "") in reported:
                continue
            said = _sentence(model, location, complaint, tuple(siblings))
            faults.add(place.at(*location), said)
    return None


def guess(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean 'slot'?" when one of the known words looks like it, else nothing."""
    folded = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold()[:LONGEST], folded, n=1, cutoff=_ALIKE)
    return f"; did you mean '{folded[close[0]]}'?" if close else ""


def shown(value: object) -> str:
    """Return a value as TOML would nearly write it, short and without control characters."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, str):
        return quoted(value)
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def wanted(kind: object, rules: Iterable[object] = (), *, whole: bool = False) -> str:
    """Return what a setting of that type wants, in words: "a number 0..7", "one of 'op', 'pg'"."""
    kind = plain(kind)
    if get_origin(kind) is Annotated:
        inner, *more = get_args(kind)
        return wanted(inner, (*rules, *more), whole=whole)
    if get_origin(kind) is Literal:
        return _one_of(get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _one_of(member.value for member in kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return "a table"
    noun = "a whole number" if whole and kind is int else _NOUNS.get(get_origin(kind) or kind)
    return f"{noun or 'something else'}{_bounds(_flat(rules))}"


def _sentence(
    model: type[BaseModel], location: Location, complaint: ErrorDetails, siblings: tuple[str, ...]
) -> str:
    kind, got = complaint["type"], complaint["input"]
    if kind == "extra_forbidden":
        known = (*_owner(model, location).model_fields, *siblings)
        return f"unknown key{guess(str(location[-1]), known)}"
    if kind == "value_error":
        return str(complaint["ctx"]["error"])
    want = _want(model, location, whole=isinstance(got, float)) or complaint["msg"]
    return f"is missing; want {want}" if kind == "missing" else f"want {want}, got {shown(got)}"


def _want(model: type[BaseModel], location: Location, *, whole: bool) -> str:
    """Return what the setting at a location wants, or what an item of it does."""
    names = [step for step in location if isinstance(step, str)]
    field = _owner(model, location).model_fields.get(names[-1]) if names else None
    if field is None:
        return ""
    kind = plain(field.annotation)
    if isinstance(location[-1], int) and get_args(kind):
        return wanted(get_args(kind)[0], whole=whole)
    return wanted(kind, field.metadata, whole=whole)


def _owner(model: type[BaseModel], location: Location) -> type[BaseModel]:
    """Return the model of the innermost table that a location leads to."""
    for step in location[:-1]:
        field = model.model_fields.get(str(step))
        inner = plain(field.annotation) if field else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return model
        model = inner
    return model


def plain(annotation: object) -> object:
    """Return a type without its "or None", a list of some without how many it wants."""
    if get_origin(annotation) in {Union, UnionType}:
        kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
        return plain(kinds[0]) if len(kinds) == 1 else annotation
    if get_origin(annotation) is Annotated and get_origin(get_args(annotation)[0]) is tuple:
        return get_args(annotation)[0]
    return annotation


def _one_of(values: Iterable[object]) -> str:
    words = [shown(value) for value in values]
    return words[0] if len(words) == 1 else f"one of {', '.join(words)}"


def _bounds(rules: Iterable[object]) -> str:
    low: object = ""
    high: object = ""
    for rule in rules:
        if pattern := getattr(rule, "pattern", None):
            return f" like {pattern}"
        if longest := getattr(rule, "max_length", None):
            return f" of at most {longest} characters"
        low = getattr(rule, "ge", low)
        high = getattr(rule, "le", high)
    return f" {low}..{high}" if low != "" or high != "" else ""


def _flat(rules: Iterable[object]) -> Iterator[object]:
    """Yield rules; those that pydantic's Field carries stand one level deeper."""
    for rule in rules:
        yield from rule.metadata if isinstance(rule, FieldInfo) else (rule,)
