"""Which key was the daemon's for which commits of `observed`, signed by people who hold root keys.

Dates in commits prove nothing against a stolen key that was retired: it can sign an old date. A
place in the history cannot be chosen so: commit 4,712 comes after 4,711. Pure.
"""

import base64
import binascii
import tomllib
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from ccontrol.errors import SigningError
from ccontrol.store import signing, sshwire
from ccontrol.store.allowed_signers import AllowedSigners
from ccontrol.store.commits import Commit
from ccontrol.store.keys import public_line

NAMESPACE = "ccontrol-keys"
"""What a root key signs this for, so that no other signature passes for it."""
_FORM = 1


@dataclass(frozen=True, slots=True)
class KeySpan:
    """One key and the commits that count with it, numbered from 1 along the history."""

    public_key: bytes
    first: int
    last: int | None = None
    """None: it is the daemon's still."""
    compromised: bool = False
    """Somebody else may have it: what it signed counts as far as a cosigner or mirror saw it."""

    def covers(self, public_key: bytes, number: int) -> bool:
        """Say whether this is the key of that commit."""
        within = self.first <= number and (self.last is None or number <= self.last)
        return within and self.public_key == public_key


def render(spans: tuple[KeySpan, ...]) -> str:
    """Return the file that is signed."""
    parts = [f"form = {_FORM}\n"]
    for span in spans:
        last = "" if span.last is None else f"last = {span.last}\n"
        word = "true" if span.compromised else "false"
        parts.append(
            f'\n[[key]]\npublic = "{public_line(span.public_key)}"\n'
            f"first = {span.first}\n{last}compromised = {word}\n"
        )
    return "".join(parts)


def parse(text: str) -> tuple[KeySpan, ...]:
    """Read the file. Raises SigningError unless its spans follow each other without a gap."""
    try:
        raw = tomllib.loads(text)
        spans = tuple(map(_span, raw["key"])) if raw["form"] == _FORM else ()
    except (tomllib.TOMLDecodeError, KeyError, TypeError, binascii.Error, IndexError) as error:
        raise SigningError(f"the history of keys cannot be read: {error}") from error
    if not spans or spans[0].first != 1 or spans[-1].last is not None:
        raise SigningError("the history of keys does not cover all commits")
    for before, after in pairwise(spans):
        if before.last is None or before.last < before.first - 1 or after.first != before.last + 1:
            raise SigningError("the keys in the history of keys do not follow each other")
    return spans


def require_signed(text: str, armor: str, roots: AllowedSigners, when: datetime) -> str:
    """Return the principal of a root key that signed the file. Raises SigningError."""
    signature = signing.parse(armor)
    signing.verify(signature, text.encode(), NAMESPACE)
    for line in roots.lines:
        for principal in line.principals:
            if line.allows(principal, signature.public_key, NAMESPACE, when):
                return principal
    name = sshwire.fingerprint(signature.public_key)
    raise SigningError(f"{name} signed the history of keys, and is no root key")


def span_fault(commit: Commit, number: int, spans: tuple[KeySpan, ...]) -> str | None:
    """Return why a commit's key does not count at its place; None where it does, or none is named.

    Whether the signature itself holds is judged elsewhere.
    """
    if not spans or commit.signature is None:
        return None
    try:
        key = signing.parse(commit.signature).public_key
    except SigningError:
        return None
    if any(span.covers(key, number) for span in spans):
        return None
    return f"{sshwire.fingerprint(key)} was not the daemon's key for commit {number} of the history"


def rotated(
    spans: tuple[KeySpan, ...], new: bytes, last: int, *, compromised: bool
) -> tuple[KeySpan, ...]:
    """Return the history with the newest key ended at a commit, and a new key from then on."""
    *before, current = spans
    ended = KeySpan(current.public_key, current.first, last, compromised)
    return (*before, ended, KeySpan(new, last + 1))


def _span(raw: dict[str, object]) -> KeySpan:
    public, first, last = raw["public"], raw["first"], raw.get("last")
    compromised = raw.get("compromised", False)
    if not (isinstance(public, str) and type(first) is int and type(last) in {int, type(None)}):
        raise TypeError("a key has no public key, or no numbers")
    if not isinstance(compromised, bool):
        raise TypeError("compromised is true or false")
    blob = base64.b64decode(public.split()[1], validate=True)
    return KeySpan(blob, first, last if isinstance(last, int) else None, compromised)
