"""Paths of CIP requests: which object of which class, by number or by name, and by which way. Pure.

Total: what is not understood ends the path where it stands.
"""

# ruff: noqa: PLR2004 — a wire format is made of numbers; each is named in the line beside it

from functools import lru_cache
from typing import NamedTuple

from ccontrol.sources.wire.text import printable

_LONGEST = 64
_REMEMBERED = 1024
_CLASS, _INSTANCE, _ATTRIBUTE = 0x20, 0x24, 0x30
_SYMBOL, _KEY = 0x91, 0x34


class Path(NamedTuple):
    """Where a request goes."""

    steps: tuple[tuple[int, int | None], ...]
    """Class and instance, outermost first."""
    symbol: str
    """Names of a tag, joined by dots; indices are left out."""
    attribute: int | None
    route: tuple[str, ...]
    """Ports and addresses that lead to the module: "1/0" is slot 0 of the backplane."""

    @property
    def name(self) -> str:
        """Return it as people write it: the tag, or "68:9248/6d:14052"."""
        if self.symbol:
            return self.symbol
        return "/".join(
            f"{kind:02x}" if instance is None else f"{kind:02x}:{instance}"
            for kind, instance in self.steps
        )


class _Reader:
    """Segments, one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.steps: list[tuple[int, int | None]] = []
        self.names: list[str] = []
        self.attribute: int | None = None
        self.route: list[str] = []

    def segment(self) -> bool:
        """Read one segment; False at one that is not known."""
        kind = self.data[self.at]
        if kind >> 5 == 0:
            return self._port(kind)
        if kind >> 5 == 1:
            return self._logical(kind)
        if kind == _SYMBOL:
            size = self.data[self.at + 1]
            self.names.append(printable(self.data[self.at + 2 : self.at + 2 + size])[:_LONGEST])
            self.at += 2 + size + (size & 1)
            return True
        if kind >> 5 == 2:  # network: a production inhibit time and the like, one byte
            self.at += 2
            return True
        return False

    def _port(self, kind: int) -> bool:
        port, extended, at = kind & 0x0F, bool(kind & 0x10), self.at + 1
        size = 1
        if extended:
            size = self.data[at]
            at += 1
        if port == 0x0F:
            port = int.from_bytes(self.data[at : at + 2], "little")
            at += 2
        link = self.data[at : at + size]
        self.route.append(f"{port}/{printable(link) if extended else link[0]}")
        self.at = at + size + (size & 1 if extended else 0)
        return True

    def _logical(self, kind: int) -> bool:
        if kind == _KEY:
            self.at += 10
            return True
        what, size = kind & 0xFC, (1, 2, 4, 0)[kind & 3]
        begin = self.at + (1 if size == 1 else 2)
        if not size or begin + size > len(self.data):
            return False
        value = int.from_bytes(self.data[begin : begin + size], "little")
        self.at = begin + size
        if what == _CLASS:
            self.steps.append((value, None))
        elif what == _INSTANCE and self.steps:
            self.steps[-1] = self.steps[-1][0], value
        elif what == _ATTRIBUTE:
            self.attribute = value
        return True


@lru_cache(maxsize=_REMEMBERED)
def path_of(data: bytes) -> Path:
    """Read a path of whole segments. The last ones are remembered: stations ask for few things."""
    reader = _Reader(data)
    try:
        while reader.at < len(data) and reader.segment():
            pass
    except IndexError:
        reader.at = len(data)  # it ends within a segment: what stood before it holds
    return Path(
        tuple(reader.steps), ".".join(reader.names)[:_LONGEST], reader.attribute,
        tuple(reader.route[:8]),
    )  # fmt: skip
