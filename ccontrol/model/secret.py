"""Secrets that cannot be printed, and seals that stand in their place.

Holds no key management and no encryption: those are the store's.
"""

import hashlib
import hmac
from dataclasses import dataclass

DOTS = "•••"
SEAL_BYTES = 16
_ID_DIGITS = 8


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A password or key. Prints as dots wherever it ends up; `reveal()` is the way to its text."""

    _text: str

    def reveal(self) -> str:
        """Return the secret itself. Call it where it is used, never to store or log it."""
        return self._text

    def __repr__(self) -> str:
        return DOTS

    def __str__(self) -> str:
        return DOTS

    def __format__(self, spec: str) -> str:
        return DOTS


@dataclass(frozen=True, slots=True, order=True)
class Sealed:
    """Stands in the tree for something secret: equal secrets under one seal give equal digests."""

    digest: str
    """"<id of the seal>:<mac>", all hex."""

    @property
    def seal_id(self) -> str:
        """Which seal made it; two of different seals can not be compared."""
        return self.digest.partition(":")[0]


@dataclass(frozen=True, slots=True, repr=False)
class Seal:
    """A site's key for sealing. Without it a four-byte password could be guessed in seconds."""

    _key: bytes

    @property
    def id(self) -> str:
        """Name the key without giving it away: 8 hex digits."""
        return self._mac(b"id\0")[:_ID_DIGITS]

    def of(self, secret: bytes) -> Sealed:
        """Seal a secret: HMAC-SHA256 with the site's key, cut to 16 bytes, under the seal's id."""
        return Sealed(f"{self.id}:{self._mac(b'sealed' + bytes(1) + secret)}")

    def fingerprint(self, heard: bytes) -> str:
        """Return a keyed fingerprint of bytes that may contain a secret, as 32 hex digits."""
        return self._mac(b"fingerprint\0" + heard)

    def _mac(self, data: bytes) -> str:
        return hmac.new(self._key, data, hashlib.sha256).digest()[:SEAL_BYTES].hex()

    def __repr__(self) -> str:
        return DOTS
