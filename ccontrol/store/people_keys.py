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


def _named(path: Path) -> signing.Signer:
    try:
        line = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SigningError(f"{path}: the key cannot be read ({error})", hint=_HINT) from error
    wanted = key_of(" ".join(line.split()[:2]))
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
