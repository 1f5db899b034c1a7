"""What is asked at which depth, and of which models of this family. Pure."""

from ccontrol.drivers.enip.identity import Identity
from ccontrol.model.aspect import Depth

FAMILY = "logix"
STRUCTURE = frozenset({Depth.INVENTORY, Depth.FULL})
"""Depths that read the program's structure."""
SURROUNDINGS = frozenset({Depth.DIAGNOSTICS, Depth.FULL})
"""Depths that read clock, network and slots."""
MODULE, FIRMWARE = "module", "module-firmware"
"""Kinds of units of a slot that holds a module."""
_MICRO = "2080"
"""Micro800 controllers have the catalogue number 2080-…; they tell of identity and tags alone."""
_ACCESS_SINCE = 18
"""Firmware from which on a tag has an external access."""


def slot_key(slot: int) -> str:
    """Return the key of a slot's units."""
    return f"slot-{slot:02d}"


def is_micro(product_name: str) -> bool:
    """Tell whether a product is a Micro800."""
    return product_name.startswith(_MICRO)


def has_access(who: Identity) -> bool:
    """Tell whether a controller says what others may do to a tag."""
    return not is_micro(who.name) and who.major >= _ACCESS_SINCE
