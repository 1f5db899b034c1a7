"""Who a device says that it is: the Identity object (class 1) and the answer to ListIdentity. Pure.

Decoded from the raw bytes: the vendor library turns numbers that it does not know into the text
UNKNOWN, loses the key switch as soon as a fault stands, and reads nothing of a short answer.
Layout: The CIP Networks Library, volume 1, chapter 5-2; seen in captures of a 1756-L61 and a
1756-ENBT.
"""

import struct
from typing import NamedTuple

from ccontrol.drivers.enip.frames import items
from ccontrol.errors import GarbledError

CPU_TYPE, ADAPTER_TYPE = 0x0E, 0x0C
_ATTRIBUTES = struct.Struct("<HHHBBHI")
_SOCKET_BYTES = 16
_LIST_IDENTITY_ITEM = 0x000C
_VERSION_BYTES = 2


class Identity(NamedTuple):
    """What stands on the label of a device, and how it does."""

    vendor: int
    product_type: int
    product_code: int
    major: int
    minor: int
    status: int
    """Of 16 bits; the families decode it."""
    serial: int
    name: str
    """Characters that no label has (control characters, no Latin-1 letters) are escaped."""

    @property
    def revision(self) -> str:
        """The firmware as Rockwell writes it: "20.011"."""
        return f"{self.major}.{self.minor:03d}"

    @property
    def empty(self) -> bool:
        """True for zeros throughout: an object that was invented, no device."""
        return not (self.vendor or self.product_type or self.product_code or self.serial)


def identity(data: bytes) -> Identity:
    """Read all attributes of an Identity object. Raises GarbledError."""
    size = _ATTRIBUTES.size
    if len(data) <= size or len(data) < size + 1 + data[size]:
        raise GarbledError(f"an identity of {len(data)} bytes breaks off")
    name = data[size + 1 : size + 1 + data[size]]
    numbers: tuple[int, int, int, int, int, int, int] = _ATTRIBUTES.unpack_from(data)
    return Identity(*numbers, label(name))


def listed(data: bytes) -> Identity:
    """Read the data of a ListIdentity answer. Raises GarbledError."""
    found = [content for kind, content in items(data) if kind == _LIST_IDENTITY_ITEM]
    if len(found) != 1 or len(found[0]) < _VERSION_BYTES + _SOCKET_BYTES:
        raise GarbledError("an answer that lists no identity")
    return identity(found[0][_VERSION_BYTES + _SOCKET_BYTES :])


def label(raw: bytes) -> str:
    """Return a name from the wire as text that any terminal can bear, without trailing blanks."""
    text = raw.rstrip(b" \0").decode("latin-1")
    return "".join(one if one.isprintable() else f"\\x{ord(one):02x}" for one in text)
