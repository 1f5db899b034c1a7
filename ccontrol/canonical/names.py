"""Names that came from anywhere → names that are safe as files on every system, in every tree.

One way only: whoever reads a file finds the true name inside it.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable

LONGEST = 100
DIGEST_DIGITS = 32
"""128 bits: nobody finds two names that would share one file."""
_PASSES = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
_PLAIN = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)},
)


def encode(name: str) -> str:
    """Return the name with everything but [A-Za-z0-9._-] written as =XX, byte by byte of its UTF-8.

    A leading dot or dash, a trailing dot and the first letter of what Windows takes for a device
    are written so too; no name at all is "=". Longer than 100: cut, and closed by a digest.
    """
    encoded = name if _PLAIN.fullmatch(name) else _escaped(name)
    if encoded.partition(".")[0].lower() in _DEVICES:
        encoded = f"={ord(encoded[0]):02X}{encoded[1:]}"
    return encoded if len(encoded) <= LONGEST else _closed(name, encoded)


def encode_all(names: Iterable[str]) -> dict[str, str]:
    """Encode the names of one folder; those that differ only by case all end in a digest."""
    encoded = {name: encode(name) for name in names}
    met = Counter(short.lower() for short in encoded.values())
    return {
        name: short if met[short.lower()] == 1 else _closed(name, short)
        for name, short in encoded.items()
    }


def _escaped(name: str) -> str:
    if not name:
        return "="
    data = name.encode("utf-8", "surrogatepass")
    last = len(data) - 1
    return "".join(
        f"={code:02X}" if _steers(code, at, last) else chr(code) for at, code in enumerate(data)
    )


def _steers(code: int, at: int, last: int) -> bool:
    edge = (at == 0 and code in b".-") or (at == last and code == ord("."))
    return edge or code not in _PASSES


def _closed(name: str, encoded: str) -> str:
    """Return the name cut and closed by "@" and a digest; "@" itself never passes unescaped."""
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST_DIGITS]
    return f"{encoded.partition('@')[0][: LONGEST - DIGEST_DIGITS - 1]}@{digest}"
