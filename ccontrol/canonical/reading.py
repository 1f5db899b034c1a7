"""TOML that may be rubbish → typed values, or an UnreadableStateError that says where and what."""

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from ccontrol.canonical.quick import quick
from ccontrol.errors import UnreadableStateError
from ccontrol.model.secret import Sealed
from ccontrol.model.unit import Fields, Value

_E = TypeVar("_E", bound=StrEnum)
_INTEGERS = range(-(2**63), 2**63)
LARGEST_WRITTEN = 1_000_000
"""Bytes of a file that people write; whatever is larger is rubbish."""
_STRING = re.compile(r"""\"(?:[^"\\\n]|\\.)*+"?|'[^'\n]*+'?""")
"""Also one that is not closed: nothing is looked at twice."""
_DEEP = re.compile(r"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){20}")


class Table:
    """One table of a file. What is not there, or of another type, is an UnreadableStateError."""

    def __init__(self, where: str, content: dict[str, Any]) -> None:
        self.where = where
        self._content = content

    def text(self, name: str, default: str | None = None) -> str:
        """Return a string; without a default it has to be there."""
        return str(self._get(name, str, default))

    def integer(self, name: str) -> int:
        """Return an integer that has to be there."""
        found = int(self._get(name, int, None))
        if found not in _INTEGERS:
            raise self._wrong(name)
        return found

    def flag(self, name: str) -> bool:
        """Return a truth value that has to be there."""
        return bool(self._get(name, bool, None))

    def time(self, name: str) -> datetime:
        """Return an aware time in UTC that has to be there."""
        found: datetime = self._get(name, datetime, None)
        if found.tzinfo is None:
            raise self._wrong(name)
        try:
            return found.astimezone(UTC)
        except OverflowError as error:
            raise self._wrong(name) from error

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of strings; none when it is not there."""
        items = self._get(name, list, [])
        if not all(isinstance(item, str) for item in items):
            raise self._wrong(name)
        return tuple(items)

    def word(self, name: str, words: type[_E]) -> _E:
        """Return one of a set of words."""
        return self._word(name, words, self.text(name))

    def names(self, words: type[_E]) -> tuple[_E, ...]:
        """Return the names in the table, which have to be of a set of words."""
        return tuple(self._word(name, words, name) for name in self._content)

    def table(self, name: str) -> "Table":
        """Return a table within this one; empty when it is not there."""
        return Table(f"{self.where}: {name}", self._get(name, dict, {}))

    def tables(self, name: str) -> Iterator["Table"]:
        """Yield the tables of a list."""
        for number, item in enumerate(self._get(name, list, []), start=1):
            if not isinstance(item, dict):
                raise self._wrong(name)
            yield Table(f"{self.where}: {name} {number}", item)

    def require_only(self, *names: str) -> None:
        """Refuse any other name: in what people write, a slip of the pen must not say nothing."""
        for name in self._content:
            if name not in names:
                raise UnreadableStateError(f"{self.where}: {name[:80]!r} is not known here")

    def named(self) -> Iterator[tuple[str, "Table"]]:
        """Yield the tables within this one with their names."""
        for name in self._content:
            yield name, self.table(name)

    def named_texts(self) -> dict[str, str]:
        """Return the table itself as names and strings."""
        return {name: self.text(name) for name in self._content}

    def fields(self) -> Fields:
        """Return the table itself as fields, sorted by name."""
        return tuple(sorted((name, self._value(name)) for name in self._content))

    def value(self, name: str) -> Value | None:
        """Return a field's value, or None when it is not there."""
        return self._value(name) if name in self._content else None

    def data(self) -> bytes:
        """Return the bytes that the table holds as hex."""
        try:
            found = bytes.fromhex(self.text("hex"))
        except ValueError as error:
            raise self._wrong("hex") from error
        if len(found) != self.integer("bytes"):
            raise UnreadableStateError(
                f"{self.where}: {len(found)} bytes where others were announced"
            )
        return found

    def __contains__(self, name: str) -> bool:
        return name in self._content

    def _value(self, name: str) -> Value:
        found = self._content[name]
        if isinstance(found, str | bool) or (isinstance(found, int) and found in _INTEGERS):
            return found
        if isinstance(found, list):
            return self.texts(name)
        if isinstance(found, dict) and list(found) == ["sealed"]:
            return Sealed(self.table(name).text("sealed"))
        raise self._wrong(name)

    def _word(self, name: str, words: type[_E], text: str) -> _E:
        try:
            return words(text)
        except ValueError as error:
            raise self._wrong(name) from error

    def _get(self, name: str, kind: type, default: object) -> Any:  # noqa: ANN401 — checked here
        found = self._content.get(name, default)
        if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
            raise self._wrong(name)
        return found

    def _wrong(self, name: str) -> UnreadableStateError:
        return UnreadableStateError(f"{self.where}: {name!r} is missing or not what it should be")


def read_written(where: str, content: bytes) -> Table:
    """Parse a file that people wrote, perhaps to hurt: in a blink, whatever it holds.

    Raises UnreadableStateError as `read` does, and for what no such file needs: more than a
    megabyte, or names of twenty parts, over which tomllib's time grows with the square.
    """
    if len(content) > LARGEST_WRITTEN:
        raise UnreadableStateError(f"{where}: larger than anything that people write")
    if _DEEP.search(_STRING.sub("x", content.decode("utf-8", "replace"))):
        raise UnreadableStateError(f"{where}: a name of twenty parts is not known here")
    return read(where, content)


def read(where: str, content: bytes) -> Table:
    """Parse one file. Raises UnreadableStateError for anything that is not TOML in UTF-8."""
    try:
        text = content.decode("utf-8")
        content_read = quick(text)
        return Table(where, tomllib.loads(text) if content_read is None else content_read)
    except (ValueError, RecursionError) as error:  # tomllib recurses into nested brackets
        raise UnreadableStateError(f"{where}: not a TOML file: {str(error)[:200]}") from error
