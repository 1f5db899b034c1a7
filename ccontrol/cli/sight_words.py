"""How well a change of one aspect would be seen, and when that was looked at last. Pure.

Each depth reads something else (see `model.aspect.Depth`): what only a full read compares is never
said to have been compared by a glance.
"""

from dataclasses import dataclass
from datetime import datetime

from ccontrol.cli.times import stamp
from ccontrol.model.aspect import Aspect, Strength

_BLOCKS = frozenset({Aspect.PROGRAM, Aspect.CONFIGURATION})
_MODULES = frozenset({Aspect.HARDWARE, Aspect.FIRMWARE, Aspect.IDENTITY})
_BYTE_BY_BYTE = "read and compared byte by byte"
_CHECKSUM = "the controller's own checksum compared"
_INDICATOR = "only something that usually moves with it is read"

Look = tuple[str, datetime | None]


@dataclass(frozen=True, slots=True)
class Looks:
    """When each depth last brought something that was held against the history; None: never."""

    glance_at: datetime | None = None
    """Of whatever depth: each begins with a glance."""
    modules_at: datetime | None = None
    blocks_at: datetime | None = None
    everything_at: datetime | None = None
    checksums: frozenset[Aspect] = frozenset()
    """Aspects of which a glance reads a checksum of the controller's own."""


def sight_words(looks: Looks, aspect: Aspect, strength: Strength) -> str:
    """Return what can be said of one aspect, each kind of look with its own time."""
    if strength is Strength.NONE:
        return "cannot tell: nothing of it is read"
    told: list[str] = []
    latest: datetime | None = None
    for words, at in _looks(looks, aspect, strength):
        if at is not None and (latest is None or at > latest):
            told.append(f"{words}, last at {stamp(at)}")
            latest = at
    return "; ".join(told) or "cannot tell since when: no look at it is on record"


def _looks(looks: Looks, aspect: Aspect, strength: Strength) -> tuple[Look, ...]:
    """Return the looks that show something of an aspect, the one that shows most first."""
    if strength is Strength.INDICATOR:
        return ((_INDICATOR, looks.modules_at if aspect in _MODULES else looks.glance_at),)
    if aspect in _BLOCKS:
        return _of_blocks(looks, aspect, strength)
    if aspect in _MODULES:
        return ((_BYTE_BY_BYTE, looks.modules_at),)
    if aspect is Aspect.INVENTORY:
        return (("listed and compared", looks.blocks_at),)
    if aspect is Aspect.VALUES:
        return ((_BYTE_BY_BYTE, looks.everything_at),)
    return ((_BYTE_BY_BYTE, looks.glance_at),)


def _of_blocks(looks: Looks, aspect: Aspect, strength: Strength) -> tuple[Look, ...]:
    glance = (_CHECKSUM, looks.glance_at if aspect in looks.checksums else None)
    blocks = ("each part compared, at least by its checksum", looks.blocks_at)
    if strength is Strength.CONTENT:
        return ((_BYTE_BY_BYTE, looks.everything_at), blocks, glance)
    return (glance,) if aspect in looks.checksums else (blocks,)
