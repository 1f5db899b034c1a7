"""Which facts move only by a hand at the controller, by the names that drivers give them.

What a driver calls so must be so: no message over any network may move it. A key or a switch that
was turned explains a stop; it loads nothing, and whoever wants to load may have waited for it.
"""

from enum import StrEnum

from ccontrol.model.unit import UnitId


class Hand(StrEnum):
    """What was touched."""

    CARD = "card"
    """Another memory card: with it may come another program."""
    SWITCH = "switch"
    """The mode switch or the key: it loads nothing by itself."""


_SWITCHES = frozenset({"key", "mode_switch", "start_switch"})
_CARD = "memory-card"


def moved_by_hand(unit: UnitId, field: str) -> Hand | None:
    """Return what must have been touched when that field of that unit differs; None: nothing."""
    if unit.kind == "protection" and field in _SWITCHES:
        return Hand.SWITCH
    if unit.kind == "hardware" and unit.key.startswith(_CARD) and field == "serial":
        return Hand.CARD
    return None
