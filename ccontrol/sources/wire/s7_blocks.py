"""Blocks of S7-300/400 on the wire: their names, and their content while it is loaded.

The head of a block says when its code was compiled; its last word is a checksum of the code. Both
can be asked of a controller later, which makes a load provable from either side.
"""

# ruff: noqa: PLR2004 — a wire format is made of numbers; each is named in the line beside it

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Final

from ccontrol.sources.acts import Act

_TYPES: Final = {
    b"08": "OB", b"0A": "DB", b"0B": "SDB", b"0C": "FC", b"0D": "SFC", b"0E": "FB", b"0F": "SFB",
}  # fmt: skip
_HEAD: Final = 36
_CHECKSUM: Final = slice(26, 28)
"""In the last 36 bytes."""
_MAGIC: Final = b"\x70\x70"
_EPOCH: Final = datetime(1984, 1, 1, tzinfo=UTC)
LONGEST: Final = 1 << 20
"""More than a block can have (64 KiB of code); beyond it content is not followed."""


def number(data: bytes, at: int) -> int:
    """Return a big-endian word. Raises IndexError where there is none."""
    return data[at] << 8 | data[at + 1]


def block_name(text: bytes) -> str:
    """Return "DB1" of "0A00001P"; empty when it is no block's name."""
    kind = _TYPES.get(text[:2])
    digits = text[2:7]
    return f"{kind}{int(digits)}" if kind and len(digits) == 5 and digits.isdigit() else ""


def block_of(parameter: bytes) -> str:
    """Return the name of the block that a job of loading names: "_0A00001P" at byte 9."""
    size = parameter[8] if len(parameter) > 8 else 0
    return block_name(parameter[10 : 9 + size]) if parameter[9:10] == b"_" else ""


def blocks_in(argument: bytes) -> list[str]:
    """Return the blocks that a service is applied to: their number, then eight characters each."""
    names = (
        block_name(argument[2 + 8 * at : 10 + 8 * at])
        for at in range(argument[0] if argument else 0)
    )
    return [name for name in names if name]


class Loading:
    """A block on its way into a controller; keeps a hash and a few words of it."""

    def __init__(self, start: bytes) -> None:
        """Take the parameter of the job that starts it, which says how long the code is."""
        at = 9 + start[8] if len(start) > 8 else len(start)
        sizes = start[at + 2 : at + 14]
        self._code = int(sizes[6:]) if len(sizes) == 12 and sizes.isdigit() else None
        self._hash = hashlib.sha256()
        self._head = b""
        self._tail = b""
        self._size = 0

    def add(self, piece: bytes) -> None:
        """Take the next piece."""
        self._size += len(piece)
        if self._size <= LONGEST:
            self._hash.update(piece)
            self._head += piece[: _HEAD - len(self._head)]
            self._tail = (self._tail + piece)[-_HEAD:]

    def tell(self, act: Act) -> None:
        """Write into an act what was loaded; without its hash when a piece is missing."""
        act.size = self._size
        if not self._whole() or self._size > LONGEST:
            return
        act.sha256 = self._hash.hexdigest()
        facts = {"code-bytes": str(self._code)} if self._code is not None else {}
        if self._head[:2] == _MAGIC:
            facts["code-time"] = _time(self._head[16:22])
            facts["interface-time"] = _time(self._head[22:28])
            facts["checksum"] = self._tail[_CHECKSUM].hex().upper()
        act.facts = tuple(sorted(facts.items()))

    def _whole(self) -> bool:
        """Tell whether as much passed as the head of the block says."""
        return len(self._head) == _HEAD and int.from_bytes(self._head[8:12], "big") == self._size


def _time(raw: bytes) -> str:
    """Return milliseconds of the day and days since 1984 as local time without a zone."""
    ms, days = int.from_bytes(raw[:4], "big"), number(raw, 4)
    return (_EPOCH + timedelta(days=days, milliseconds=ms)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
