"""Where something stands in a configuration: its exact steps, and the words that people read.

A table of a list is called by its id, which stays true when another table is put before it.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Raw = Mapping[str, object]
Location = tuple[str | int, ...]
Placed = tuple["Place", Raw]
"""A raw table and where it stands."""
LONGEST = 60
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BARE_ID = re.compile(r"(?![0-9]+\Z)[A-Za-z0-9._-]+")
"""A number is quoted, since it would be taken for the table's place in the list."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table or a setting stands; `Place()` is the file itself."""

    steps: Location = ()
    """Keys, and numbers from 0 in lists: ("site", 0, "controller", 2, "port")."""
    words: str = ""
    """The same for people: site[north].controller[press-3].port."""

    def at(self, *steps: str | int) -> "Place":
        """Return a place within this one."""
        words = self.words
        for step in steps:
            if isinstance(step, int):
                words = f"{words}[{step}]"
            else:
                key = step if _BARE_KEY.fullmatch(step) else quoted(step)
                words = f"{words}.{key}" if words else key
        return Place((*self.steps, *steps), words)

    def tables(self, tables: Sequence[object], key: str) -> tuple[Placed, ...]:
        """Return the tables of the list that stands here, each called by what its `key` says.

        The second of one name is called `name#2`; what has no name keeps its number in the list.
        """
        seen: Counter[str] = Counter()
        placed = []
        for number, table in enumerate(tables):
            if not isinstance(table, dict):
                continue
            steps, name = (*self.steps, number), table.get(key)
            if not isinstance(name, str) or not 0 < len(name) <= LONGEST:
                placed.append((Place(steps, f"{self.words}[{number}]"), table))
                continue
            seen[name] += 1
            word = name if _BARE_ID.fullmatch(name) else quoted(name)
            again = f"#{seen[name]}" if seen[name] > 1 else ""
            placed.append((Place(steps, f"{self.words}[{word}{again}]"), table))
        return tuple(placed)

    def __str__(self) -> str:
        return self.words


def quoted(text: str) -> str:
    """Return a text in quotes, short and without control characters."""
    shown = ascii(text)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"
