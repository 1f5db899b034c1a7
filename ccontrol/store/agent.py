"""Signing through ssh-agent, whose keys may live in a TPM, a token or another account.

The agent's protocol is draft-miller-ssh-agent; only listing and signing are spoken.
"""

import os
import socket
from pathlib import Path
from typing import Self

from ccontrol.errors import SigningError
from ccontrol.store import sshwire

_REQUEST_IDENTITIES, _IDENTITIES_ANSWER = 11, 12
_SIGN_REQUEST, _SIGN_RESPONSE = 13, 14
_RSA_SHA2_512 = 4
_TIMEOUT_S = 10.0  # a token may wait for a finger, but the writer may not wait for ever
_LARGEST_ANSWER = 256 * 1024  # OpenSSH's own limit


class AgentSigner:
    """Signs with one of the keys that an agent holds; each signature is a connection of its own."""

    def __init__(self, public_key: bytes, socket_path: Path) -> None:
        self._public_key = public_key
        self._socket_path = socket_path

    @classmethod
    def find(cls, fingerprint: str, socket_path: Path | None = None) -> Self:
        """Return the signer for the key of this fingerprint (`SHA256:…`).

        Without a path the agent is the one that SSH_AUTH_SOCK names.
        """
        path = socket_path or _default_socket()
        held = identities(path)
        for public_key in held:
            if sshwire.fingerprint(public_key) == fingerprint:
                return cls(public_key, path)
        shown = ", ".join(map(sshwire.fingerprint, held)) or "no key at all"
        raise SigningError(f"ssh-agent at {path} does not hold {fingerprint}; it holds {shown}")

    @property
    def public_key(self) -> bytes:
        """The public key in SSH's own binary form."""
        return self._public_key

    def sign(self, content: bytes) -> bytes:
        """Return an SSH signature: the algorithm's name and the signature, as two strings."""
        is_rsa = sshwire.Reader(self._public_key).string() == b"ssh-rsa"
        flags = _RSA_SHA2_512 if is_rsa else 0
        request = (
            bytes([_SIGN_REQUEST])
            + sshwire.string(self._public_key)
            + sshwire.string(content)
            + flags.to_bytes(4, "big")
        )
        answer = _ask(self._socket_path, request)
        if answer.raw(1)[0] != _SIGN_RESPONSE:
            name = sshwire.fingerprint(self._public_key)
            raise SigningError(f"ssh-agent at {self._socket_path} refused to sign with {name}")
        return answer.string()


def identities(socket_path: Path) -> tuple[bytes, ...]:
    """Return the public keys that the agent offers, in its own order."""
    answer = _ask(socket_path, bytes([_REQUEST_IDENTITIES]))
    if answer.raw(1)[0] != _IDENTITIES_ANSWER:
        raise SigningError(f"ssh-agent at {socket_path} did not list its keys")
    pairs = [(answer.string(), answer.string()) for _ in range(answer.number32())]
    return tuple(public_key for public_key, _comment in pairs)


def _default_socket() -> Path:
    path = os.environ.get("SSH_AUTH_SOCK")
    if not path:
        raise SigningError("no ssh-agent: SSH_AUTH_SOCK is not set")
    return Path(path)


def _ask(socket_path: Path, request: bytes) -> sshwire.Reader:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_TIMEOUT_S)
            connection.connect(str(socket_path))
            connection.sendall(sshwire.string(request))
            size = int.from_bytes(_receive(connection, 4), "big")
            if size > _LARGEST_ANSWER:
                raise SigningError(f"ssh-agent at {socket_path} announced {size} bytes")
            return sshwire.Reader(_receive(connection, size))
    except OSError as error:
        raise SigningError(f"ssh-agent at {socket_path} does not answer: {error}") from error


def _receive(connection: socket.socket, size: int) -> bytes:
    content = b""
    while len(content) < size:
        piece = connection.recv(size - len(content))
        if not piece:
            raise SigningError("ssh-agent hung up in the middle of an answer")
        content += piece
    return content
