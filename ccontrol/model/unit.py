"""The unit: the smallest thing that a change is told about: a block, a module, a firmware, a lock.

The model knows units, not families: a new family of controllers brings new kinds and keys, no new
types. What moves by itself (dates, actual values, mode) stands apart from what people approve.
"""

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

from ccontrol.errors import ModelError
from ccontrol.model.aspect import Aspect
from ccontrol.model.secret import Sealed
from ccontrol.model.shape import require_fields, require_kind, require_names, require_text

Value = str | int | bool | Sealed | tuple[str, ...]
"""What a field may hold; integers within 64 bits."""
Fields = tuple[tuple[str, Value], ...]
"""Named values, sorted by name, each name once."""


class UnitId(NamedTuple):
    """Which unit of a controller: its kind ("OB", "module") and its key within it ("OB1").

    A kind is letters, digits and dashes, so that "<kind>/<key>" names one unit only; a key is any
    text.
    """

    kind: str
    key: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.key}"


@dataclass(frozen=True, slots=True)
class Image:
    """The bytes of a unit with everything taken out that moves by itself.

    `mask` names the rules of what was taken out, with their version ("s7/1"); `sections` are
    (name, bytes) in the order of the original, each name once.

    Raises ModelError for a name that stands twice or is no text.
    """

    mask: str
    sections: tuple[tuple[str, bytes], ...]

    def __post_init__(self) -> None:
        require_text("the name of a mask", self.mask)
        require_names("section", (name for name, _ in self.sections))


@dataclass(frozen=True, slots=True)
class Unit:
    """Everything known of one unit.

    `fields` and `image` are what people approve. `moving` and `values` move by themselves.
    `fingerprint` (keyed, see Seal) tells a later poll whether the unit has to be read again; it is
    no fact and never compared.

    Raises ModelError for fields that are not sorted or stand twice, for values that are none, and
    for a kind that names no folder.
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

    def __post_init__(self) -> None:
        require_kind(self.id.kind)
        require_text("a key", self.id.key)
        require_text("a title", self.title)
        require_text("a fingerprint", self.fingerprint)
        require_fields(self.fields)
        require_fields(self.moving)
        if self.values is not None and type(self.values) is not bytes:
            raise ModelError(f"{self.id}: its actual values are no bytes")

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
