"""A person's own key: in a file, in ssh-agent (tokens and PKCS#11 too), or behind a certificate.

As git does with `user.signingkey`: a .pub file names a key that an agent holds, or that lies beside
it. Nothing here unlocks a passphrase: that is ssh-add's business.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from ccontrol.errors import SigningError
from ccontrol.store import agent, signing, sshwire
from ccontrol.store.agent import AgentSigner
from ccontrol.store.certificates import certificate_of
from ccontrol.store.keys import FileSigner
from ccontrol.store.people import key_of

_LARGEST = 65_536
"""Bytes of a .pub file: a certificate has some 2,000."""
_PUBLIC = "Name the .pub file: `ssh-keygen` writes it beside the private key."
_HINT = "Run `ssh-add FILE`, then say --key FILE.pub; a token or a PKCS#11 card goes the same way."


@dataclass(frozen=True, slots=True)
class _Certified:
    """A key that signs under its certificate."""

    signer: signing.Signer
    public_key: bytes

    def sign(self, content: bytes) -> bytes:
        """Return an SSH signature by the key itself."""
        return self.signer.sign(content)


def signer_in(path: Path | None) -> signing.Signer:
    """Return what signs for a person. Raises SigningError that says how to get there.

    Without a path: the only key that the agent holds.
    """
    if path is None:
        return _only_one()
    if path.suffix == ".pub":
        return _named(path)
    try:
        return FileSigner.load(path)
    except SigningError as error:
        raise SigningError(str(error), hint=_HINT) from error


def _only_one() -> signing.Signer:
    where = os.environ.get("SSH_AUTH_SOCK", "")
    if not where:
        raise SigningError("no --key, and no ssh-agent: SSH_AUTH_SOCK is not set", hint=_HINT)
    held = agent.identities(Path(where))
    if len(held) != 1:
        shown = ", ".join(map(sshwire.fingerprint, held)) or "no key"
        raise SigningError(
            f"ssh-agent holds {shown}", hint="Say which one with --key FILE.pub, or run ssh-add."
        )
    return AgentSigner(held[0], Path(where))


def key_in(path: Path, hint: str = _PUBLIC) -> bytes:
    """Return the key of a .pub file. Raises SigningError for a file that holds none."""
    try:
        with path.open("rb") as file:
            line = file.read(_LARGEST).decode("utf-8")
    except OSError as error:
        raise SigningError(
            f"{path}: the key cannot be read ({error.strerror})", hint=hint
        ) from error
    except UnicodeDecodeError as error:
        raise SigningError(f"{path}: this is no public key", hint=hint) from error
    try:
        return key_of(" ".join(line.split()[:2]))
    except SigningError as error:
        raise SigningError(f"{path}: this is no public key", hint=hint) from error


def _named(path: Path) -> signing.Signer:
    wanted = key_in(path, _HINT)
    where = os.environ.get("SSH_AUTH_SOCK", "")
    held = agent.identities(Path(where)) if where else ()
    if wanted in held:
        return AgentSigner(wanted, Path(where))
    certificate = certificate_of(wanted)
    plain = wanted if certificate is None else certificate.public_key
    if plain in held:
        return _Certified(AgentSigner(plain, Path(where)), wanted)
    private = path.with_name(path.name.removesuffix(".pub").removesuffix("-cert"))
    if not private.is_file():
        name = sshwire.fingerprint(wanted)
        raise SigningError(f"{path}: ssh-agent does not hold {name}", hint=_HINT)
    return _Certified(FileSigner.load(private), wanted)
