"""The answer to Get_Attribute_List: attributes, each with a status of its own. Pure."""

import struct
from collections.abc import Mapping

from ccontrol.errors import GarbledError

_HEAD = struct.Struct("<HH")
TEXT = -1
"""Width of an attribute that begins with its length in 16 bits."""
LONG_TEXT = -2
"""Width of an attribute that begins with its length in 32 bits."""
_LENGTHS = {TEXT: 2, LONG_TEXT: 4}


def attribute_list(data: bytes, widths: Mapping[int, int]) -> dict[int, bytes]:
    """Return the attributes that were had, by number; texts without their length.

    `widths` has the bytes of each attribute that was asked for. One that was refused is left out.
    Raises GarbledError where the answer breaks off or tells of what nobody asked for.
    """
    if len(data) < 2:  # noqa: PLR2004 — how many there are
        raise GarbledError("a list of attributes without any")
    at, found = 2, dict[int, bytes]()
    for _ in range(int.from_bytes(data[:2], "little")):
        if at + _HEAD.size > len(data):
            raise GarbledError("a list of attributes breaks off")
        number, status = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        if not status:
            found[number], at = _value(data, at, number, widths)
    return found


def number_of(found: Mapping[int, bytes], attribute: int) -> int | None:
    """Return an attribute that is a number; None when it was not had."""
    value = found.get(attribute)
    return None if value is None else int.from_bytes(value, "little")


def _value(data: bytes, at: int, number: int, widths: Mapping[int, int]) -> tuple[bytes, int]:
    width = widths.get(number)
    if width is None:
        raise GarbledError(f"attribute {number}, which nobody asked for")
    if width in _LENGTHS:
        begin = at + _LENGTHS[width]
        width = int.from_bytes(data[at:begin], "little")
        at = begin
    value = data[at : at + width]
    if len(value) != width:
        raise GarbledError(f"attribute {number} breaks off")
    return value, at + width
