"""The unit: the smallest thing that a change is told about: a block, a module, a firmware, a lock.

The model knows units, not families: a new family of controllers brings new kinds and keys, no new
types. What moves by itself (dates, actual values, mode) stands apart from what people approve.
"""

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

from ccontrol.model.aspect import Aspect
from ccontrol.model.secret import Sealed

Value = str | int | bool | Sealed | tuple[str, ...]
Fields = tuple[tuple[str, Value], ...]
"""Named values, sorted by name, each name once."""


class UnitId(NamedTuple):
    """Which unit of a controller: its kind ("block", "module") and its key within it ("OB1")."""

    kind: str
    key: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.key}"


@dataclass(frozen=True, slots=True)
class Image:
    """The bytes of a unit with everything taken out that moves by itself.

    `mask` names the rules of what was taken out, with their version ("s7/1"); `sections` are
    (name, bytes) in the order of the original.
    """

    mask: str
    sections: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """Everything known of one unit.

    `fields` and `image` are what people approve. `moving` and `values` move by themselves.
    `fingerprint` (keyed, see Seal) tells a later poll whether the unit has to be read again; it is
    no fact and never compared.
    """

    id: UnitId
    aspect: Aspect
    title: str
    """What an engineer calls it, in one line: "OB1", "slot 4: CPU 315-2 PN/DP"."""
    fields: Fields = ()
    image: Image | None = None
    moving: Fields = ()
    values: bytes | None = None
    fingerprint: str = ""

    @property
    def content(self) -> str:
        """SHA-256 (hex) of what people approve: equal content, equal meaning."""
        digest = hashlib.sha256()
        for part in _parts(self.fields):
            _feed(digest, part)
        if self.image is not None:
            _feed(digest, self.image.mask.encode())
            for name, data in self.image.sections:
                _feed(digest, name.encode())
                _feed(digest, data)
        return digest.hexdigest()

    @property
    def full(self) -> str:
        """SHA-256 (hex) of content and of what moved with it, dates included; not of `values`."""
        digest = hashlib.sha256(self.content.encode())
        for part in _parts(self.moving):
            _feed(digest, part)
        return digest.hexdigest()


def fields(**named: Value | None) -> Fields:
    """Return named values sorted by name; a value of None is left out."""
    return tuple(sorted((name, value) for name, value in named.items() if value is not None))


def field(of: Fields, name: str) -> Value | None:
    """Return the value of that name, or None when there is no such field."""
    return next((value for known, value in of if known == name), None)


def _parts(of: Fields) -> list[bytes]:
    return [f"{name}\0{type(value).__name__}\0{value!r}".encode() for name, value in of]


def _feed(digest: "hashlib._Hash", part: bytes) -> None:
    """Add a part with its length, so that no two sequences of parts look alike."""
    digest.update(len(part).to_bytes(8, "big"))
    digest.update(part)
