"""Signatures of hardware tokens (FIDO2, `sk-` keys): what a token signs in place of the content.

Sources: OpenSSH's PROTOCOL.u2f. Making one is the agent's business; a token never leaves its key.
"""

import hashlib
from dataclasses import dataclass

from ccontrol.errors import SigningError
from ccontrol.store import sshwire

_ED25519, _P256 = "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"
_TAIL = 5  # a byte of flags, four of the counter
_PRESENT = 0x01


@dataclass(frozen=True, slots=True)
class Token:
    """The key of a token, taken apart: the plain key in it, and what it was made for."""

    plain_key: bytes
    """SSH's binary form, without the token."""
    plain_algorithm: str
    application: bytes


def token_of(public_key: bytes) -> Token | None:
    """Return the token whose key this is; None for any other key."""
    reader = sshwire.Reader(public_key)
    name = reader.text()
    if name == _ED25519:
        token = Token(
            sshwire.string(b"ssh-ed25519") + sshwire.string(reader.string()),
            "ssh-ed25519",
            reader.string(),
        )
    elif name == _P256:
        fields = sshwire.string(reader.string()) + sshwire.string(reader.string())
        algorithm = "ecdsa-sha2-nistp256"
        token = Token(sshwire.string(algorithm.encode()) + fields, algorithm, reader.string())
    else:
        return None
    reader.end()
    return token


def signed_by_token(token: Token, tail: bytes, content: bytes) -> bytes:
    """Return what the token signed. Raises SigningError unless somebody touched it."""
    if len(tail) != _TAIL:
        raise SigningError("the signature of a token lacks its flags and its counter")
    if not tail[0] & _PRESENT:
        raise SigningError("the token signed without anybody touching it")
    return hashlib.sha256(token.application).digest() + tail + hashlib.sha256(content).digest()
