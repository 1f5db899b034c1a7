"""OpenSSH certificates: a key with a name and an end, vouched for by an authority's key.

Source: OpenSSH's PROTOCOL.certkeys. Whether the authority is one of ours: see allowed_signers.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from ccontrol.errors import SigningError
from ccontrol.store import sshwire

_ENDING = "-cert-v01@openssh.com"
_USER = 1
_FIELDS = {
    "ssh-ed25519": 1,
    "ecdsa-sha2-nistp256": 2,
    "ecdsa-sha2-nistp384": 2,
    "ecdsa-sha2-nistp521": 2,
    "ssh-rsa": 2,
    "sk-ssh-ed25519": 2,
    "sk-ecdsa-sha2-nistp256": 3,
}
"""How many strings make up the key, by its plain name."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as it was read; `signed_part` is what the authority signed."""

    public_key: bytes
    """The key that it is about, in SSH's binary form."""
    authority: bytes
    principals: tuple[str, ...]
    valid_after_s: int
    valid_before_s: int
    signed_part: bytes
    algorithm: str
    value: bytes

    def covers(self, principal: str, when: datetime) -> bool:
        """Tell whether it names this principal, and holds at that time."""
        at = int(when.astimezone(UTC).timestamp())
        return principal in self.principals and self.valid_after_s <= at < self.valid_before_s


def certificate_of(blob: bytes) -> Certificate | None:
    """Return the certificate that stands where a public key may; None when it is a plain key.

    Raises SigningError for one that is of hosts, or limited in ways that are not understood.
    """
    reader = sshwire.Reader(blob)
    name = reader.text()
    if not name.endswith(_ENDING):
        return None
    plain = name.removesuffix(_ENDING)
    if plain not in _FIELDS:
        raise SigningError(f"certificates of kind {name} are not supported")
    reader.string()  # the nonce
    fields = b"".join(sshwire.string(reader.string()) for _ in range(_FIELDS[plain]))
    reader.raw(8)  # the serial number
    is_user = reader.number32() == _USER
    reader.string()  # the key's id, for logs
    principals = _texts(reader.string())
    after_s, before_s = (int.from_bytes(reader.raw(8), "big") for _ in range(2))
    critical = reader.string()
    reader.string(), reader.string()  # extensions are leave to log in with; the rest is reserved
    authority = reader.string()
    signed_part = blob[: reader.at]
    signature = sshwire.Reader(reader.string())
    reader.end()
    if not is_user or critical:
        raise SigningError("the certificate is a host's, or has options that are not understood")
    full = f"{plain}@openssh.com" if plain.startswith("sk-") else plain
    return Certificate(
        sshwire.string(full.encode()) + fields,
        authority,
        principals,
        after_s,
        before_s,
        signed_part,
        signature.text(),
        signature.string(),
    )


def _texts(content: bytes) -> tuple[str, ...]:
    reader, found = sshwire.Reader(content), []
    while reader.at < len(content):
        found.append(reader.string().decode("utf-8", "replace"))
    return tuple(found)
