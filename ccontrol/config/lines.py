"""In which lines of a configuration its tables and settings stand; tomllib does not tell.

Finds headers and keys of statements, not what lies inside a value. It expects text that tomllib has
taken; whatever it does not understand nevertheless makes it tell nothing rather than guess.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache

from ccontrol.config.place import Location, Place

_TOKEN = re.compile(
    r'''(?P<text>"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')'''
    r"""|(?P<remark>\#[^\n]*)|(?P<mark>[][{}=\n])|(?P<rest>[^]["'#{}=\n]+)|(?P<unknown>.)""",
    re.DOTALL,
)
"""TOML 1.0: strings (three quotes, with up to two more before their end), comments, the rest."""
_DEPTH = {"[": 1, "{": 1, "]": -1, "}": -1}
Statement = tuple[int, str]
"""The line that a statement begins in, from 1, and its header or its key with the equals sign."""


class Lines:
    """The lines of one file."""

    def __init__(self, text: str) -> None:
        self._lines = _located(text.replace("\r\n", "\n"))

    def words(self, place: Place) -> str:
        """Return "line 31, "; "table of line 30, " for what is not there itself; or nothing."""
        for length in range(len(place.steps), 0, -1):
            found = self._lines.get(place.steps[:length])
            if found is not None:
                line, table = found
                within = table and length < len(place.steps)
                return f"table of line {line}, " if within else f"line {line}, "
        return ""


def _located(text: str) -> Mapping[Location, tuple[int, bool]]:
    """Return the line of each table and setting, and whether it is a table."""
    lines: dict[Location, tuple[int, bool]] = {}
    counts: dict[Location, int] = {}
    table: Location = ()
    try:
        for line, statement in _statements(text):
            keys = _keys(statement)
            if statement.startswith("["):
                table = _entered(keys, counts, listed=statement.startswith("[["))
                _note(lines, table, line, table=True)
            else:
                _note(lines, (*table, *keys), line, table=False)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError):
        return {}
    return lines


def _note(
    lines: dict[Location, tuple[int, bool]], location: Location, line: int, *, table: bool
) -> None:
    """Note a statement's line, for the tables that it makes on its way too."""
    for length in range(1, len(location)):
        lines.setdefault(location[:length], (line, True))
    lines[location] = (line, table)


def _entered(keys: tuple[str, ...], counts: dict[Location, int], *, listed: bool) -> Location:
    """Return where a header leads: the newest table of each list on its way."""
    location: Location = ()
    for key in keys[:-1]:
        location = (*location, key)
        if location in counts:
            location = (*location, counts[location] - 1)
    location = (*location, keys[-1])
    if listed:
        counts[location] = counts.get(location, 0) + 1
        location = (*location, counts[location] - 1)
    return location


def _statements(text: str) -> Iterator[Statement]:
    """Yield what each statement begins with. Raises ValueError for what is no TOML."""
    line, began, depth, head, valued = 1, 1, 0, "", False
    for token in (*_TOKEN.finditer(text), None):
        kind, word = (token.lastgroup, token[0]) if token else ("mark", "\n")
        if kind == "unknown":
            raise ValueError(word)
        if word == "\n" and (depth == 0 or not valued):
            if head.strip() and not valued:
                yield began, head.strip()
            began, depth, head, valued = line + 1, 0, "", False
        elif valued:
            depth += _DEPTH.get(word, 0)
        elif word == "=":
            yield began, f"{head.strip()}="
            valued = True
        elif kind != "remark":
            head += word
        line += word.count("\n")


@lru_cache(maxsize=4_096)
def _keys(statement: str) -> tuple[str, ...]:
    """Return the keys of a header or of a setting, as tomllib reads them."""
    value: object = tomllib.loads(statement if statement.startswith("[") else f"{statement}0")
    keys = []
    while isinstance(value, dict | list) and value:
        if isinstance(value, list):
            (value,) = value
        else:
            ((key, value),) = value.items()
            keys.append(key)
    return tuple(keys)
