"""Nouns as JSON: the same rules for every command, so that a program can rely on them. Pure.

Times are ISO 8601 in UTC, severities and other enums their words, units "kind/key", bytes hex.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path

from ccontrol.model.judgement import Severity
from ccontrol.model.secret import DOTS, Sealed, Secret
from ccontrol.model.unit import UnitId

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def jsonable(value: object) -> Json:
    """Return a value in the words of JSON. Raises TypeError for what has no form here."""
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | frozenset | set) and not isinstance(value, UnitId):
        items = sorted(value, key=str) if isinstance(value, frozenset | set) else value
        return [jsonable(item) for item in items]
    if is_dataclass(value) and not isinstance(value, type | Secret | Sealed):
        return {field.name: jsonable(getattr(value, field.name)) for field in fields(value)}
    return _scalar(value)


def _scalar(value: object) -> Json:
    match value:
        case Severity():
            return value.word
        case Enum():
            return _scalar(value.value)
        case None | bool() | int() | float() | str():
            return value
        case _:
            return _word(value)


def _word(value: object) -> str:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case UnitId() | Path():
            return str(value)
        case Sealed(digest):
            return f"sealed:{digest}"
        case Secret():
            return DOTS
        case bytes():
            return value.hex()
        case _:
            raise TypeError(f"a {type(value).__name__} has no form in JSON")
