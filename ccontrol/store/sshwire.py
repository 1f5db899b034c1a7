"""How SSH writes strings and numbers (RFC 4251 section 5), and nothing about what they mean."""

import base64
import hashlib
import struct

from ccontrol.errors import SigningError

_LENGTH = struct.Struct(">I")


def string(value: bytes) -> bytes:
    """Return the value behind its length, four bytes, most significant first."""
    return _LENGTH.pack(len(value)) + value


def number(value: int) -> bytes:
    """Return a non-negative integer as an `mpint`: shortest form, with room for the sign bit."""
    size = (value.bit_length() + 8) // 8 if value else 0
    return string(value.to_bytes(size, "big"))


def fingerprint(public_key: bytes) -> str:
    """Return the name under which ssh-keygen shows this public key: `SHA256:…` without padding."""
    digest = hashlib.sha256(public_key).digest()
    return "SHA256:" + base64.b64encode(digest).decode("ascii").rstrip("=")


class Reader:
    """Takes one field after another from bytes that somebody else wrote.

    Every method raises SigningError when the bytes end too early.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    @property
    def at(self) -> int:
        """How many bytes have been taken."""
        return self._at

    def rest(self) -> bytes:
        """Take whatever is left."""
        return self.raw(len(self._content) - self._at)

    def raw(self, size: int) -> bytes:
        """Take `size` bytes as they stand."""
        piece = self._content[self._at : self._at + size]
        if len(piece) != size:
            raise SigningError(f"an SSH structure ends {size - len(piece)} bytes too early")
        self._at += size
        return piece

    def number32(self) -> int:
        """Take an unsigned integer of four bytes."""
        (value,) = _LENGTH.unpack(self.raw(_LENGTH.size))
        return int(value)

    def string(self) -> bytes:
        """Take a string."""
        return self.raw(self.number32())

    def text(self) -> str:
        """Take a string of ASCII: names of algorithms and namespaces."""
        value = self.string()
        if not value.isascii():
            raise SigningError("an SSH structure holds a name that is not ASCII")
        return value.decode("ascii")

    def end(self) -> None:
        """Refuse bytes that nobody asked for."""
        rest = len(self._content) - self._at
        if rest:
            raise SigningError(f"an SSH structure is followed by {rest} stray bytes")
