"""What passed on the wire, held against what two polls read: equal, other, or not to be compared.

The bytes themselves cannot be held against each other: a unit's image is masked, and a data block's
values move. What a block says of itself can: its checksum, when it was compiled, how long it is; of
a Logix controller the change words that a load writes as its last act.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Final

from ccontrol.attribution.objects import BLOCKS
from ccontrol.model.engineering import Touched
from ccontrol.model.unit import Unit, UnitId, Value

CHANGE_WORDS: Final = "change-words"
EDITS: Final = UnitId("edits", "controller")
SIGNED: Final = frozenset(
    {"edits", "tags", "program", "type", "task", "io-module", "io-connection"}
)
"""Kinds of units whose every edit moves the change words. An edit of a rung moves none of them."""
_OF_BLOCKS: Final = {
    "checksum": "crc",
    "code-time": "code_time",
    "interface-time": "interface_time",
    "code-bytes": "mc7_bytes",
}
"""What a block on the wire says of itself → the field of its unit."""
_OF_WORDS: Final = {"attribute-3": "attribute_3", "attribute-4": "attribute_4"}
_NEEDED: Final = {True: frozenset({"checksum", "code-time"}), False: frozenset(_OF_WORDS)}
"""64 bits at least: less could be equal by chance."""


class Held(Enum):
    """What holding the two against each other showed."""

    EQUAL = "equal"
    """The controller holds what passed, and did not before."""
    OTHER = "other"
    """It holds something else, or held this already: what passed is not what changed it."""
    UNSAID = "unsaid"
    """There is not enough to compare."""


def held_against(touched: Touched, before: Unit | None, after: Unit | None) -> Held:
    """Hold what passed against a unit before and after a change."""
    said = dict(touched.facts)
    if after is None or not said:
        return Held.UNSAID
    needed = _NEEDED[touched.kind in BLOCKS]
    if not _agree(said, touched.size, after):
        return Held.OTHER
    if not needed <= {fact for fact, _, _ in _pairs(said, None, after)}:
        return Held.UNSAID
    if before is not None and _agree(said, touched.size, before):
        return Held.OTHER
    return Held.EQUAL


def _agree(said: Mapping[str, str], size: int | None, unit: Unit) -> bool:
    return all(ours == theirs for _, ours, theirs in _pairs(said, size, unit))


def _pairs(
    said: Mapping[str, str], size: int | None, unit: Unit
) -> Iterator[tuple[str, Value, Value]]:
    """Yield what both say: the fact, how the wire has it, how the unit has it."""
    known = dict(unit.fields) | dict(unit.moving)
    for fact, name in (_OF_WORDS if unit.id == EDITS else _OF_BLOCKS).items():
        if fact in said and name in known:
            yield fact, _as_polled(fact, said[fact]), known[name]
    if size is not None and "load_bytes" in known:
        yield "size", size, known["load_bytes"]


def _as_polled(fact: str, text: str) -> Value:
    """Return a fact of the wire in the form in which units have it."""
    if fact in _OF_WORDS:  # little endian on the wire, a number in the unit
        return "".join(reversed([text[at : at + 2] for at in range(0, len(text), 2)])).lower()
    if fact == "code-bytes":
        return int(text) if text.isascii() and text.isdigit() and len(text) < _DIGITS else text
    return text.lower() if fact == "checksum" else text


_DIGITS: Final = 12
