"""SSH signatures (OpenSSH's PROTOCOL.sshsig) over bytes: making, reading and checking them.

Who may sign what is not decided here: see allowed_signers. Where keys come from: keys and agent.
"""

import base64
import binascii
import functools
import hashlib
import re
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

from ccontrol.errors import SigningError
from ccontrol.store import sshwire
from ccontrol.store.certificates import certificate_of
from ccontrol.store.tokens import signed_by_token, token_of

NAMESPACE = "git"
"""What git puts into a signature, so that one made for another purpose cannot be passed off."""

_MAGIC = b"SSHSIG"
_VERSION = 1
_HASHES = {"sha256": hashlib.sha256, "sha512": hashlib.sha512}
_RSA_HASHES = {"rsa-sha2-256": hashes.SHA256(), "rsa-sha2-512": hashes.SHA512()}
_CURVE_HASHES = {
    "ecdsa-sha2-nistp256": hashes.SHA256(),
    "ecdsa-sha2-nistp384": hashes.SHA384(),
    "ecdsa-sha2-nistp521": hashes.SHA512(),
}
_ARMOR = re.compile(
    r"-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=\n]+)\n-----END SSH SIGNATURE-----\n?",
)
_LINE = 70  # where ssh-keygen wraps

PublicKey = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey


class Signer(Protocol):
    """Whatever can sign: a key file, or an agent that never shows its key."""

    @property
    def public_key(self) -> bytes:
        """The public key in SSH's own binary form."""
        ...

    def sign(self, content: bytes) -> bytes:
        """Return an SSH signature: the algorithm's name and the signature, as two strings."""
        ...


@dataclass(frozen=True, slots=True)
class Signature:
    """What an armoured signature claims, before anybody checked it."""

    public_key: bytes
    namespace: str
    hash_name: str
    algorithm: str
    value: bytes
    tail: bytes = b""
    """What a token adds: flags and a counter."""


def sign(signer: Signer, content: bytes, namespace: str = NAMESPACE) -> str:
    """Return the armoured signature over `content`, as `ssh-keygen -Y sign` would write it."""
    blob = b"".join(
        (
            _MAGIC,
            _VERSION.to_bytes(4, "big"),
            sshwire.string(signer.public_key),
            _statement(namespace, "sha512"),
            sshwire.string(signer.sign(_to_be_signed(content, namespace, "sha512"))),
        ),
    )
    text = base64.b64encode(blob).decode("ascii")
    lines = [text[start : start + _LINE] for start in range(0, len(text), _LINE)]
    return "\n".join(
        ("-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""),
    )


def parse(armor: str) -> Signature:
    """Read an armoured signature without checking it. Raises SigningError when it is none."""
    match = _ARMOR.fullmatch(armor)
    if match is None:
        raise SigningError("this is not an SSH signature")
    try:
        blob = base64.b64decode(match[1].replace("\n", ""), validate=True)
    except binascii.Error as error:
        raise SigningError("an SSH signature is not valid base64") from error
    reader = sshwire.Reader(blob)
    if reader.raw(len(_MAGIC)) != _MAGIC or reader.number32() != _VERSION:
        raise SigningError("this is not an SSH signature of version 1")
    public_key, namespace, _reserved = reader.string(), reader.text(), reader.string()
    hash_name, inner = reader.text(), sshwire.Reader(reader.string())
    reader.end()
    algorithm, value, tail = inner.text(), inner.string(), inner.rest()
    if tail and not algorithm.startswith("sk-"):
        raise SigningError("an SSH signature is followed by stray bytes")
    return Signature(public_key, namespace, hash_name, algorithm, value, tail)


def verify(signature: Signature, content: bytes, namespace: str = NAMESPACE) -> None:
    """Raise SigningError unless the key named in the signature signed exactly this content.

    Where a certificate stands for the key, its authority has to have signed it; whether that
    authority is ours, and the certificate still held, is for allowed_signers to say.
    """
    if signature.namespace != namespace:
        raise SigningError(f"signed for {signature.namespace!r}, not for {namespace!r}")
    if signature.hash_name not in _HASHES:
        raise SigningError(f"signed over an unknown hash, {signature.hash_name!r}")
    signed_key = _certified(signature.public_key)
    content = _to_be_signed(content, namespace, signature.hash_name)
    try:
        _verify_any(signed_key, signature, content)
    except InvalidSignature as error:
        name = sshwire.fingerprint(signature.public_key)
        raise SigningError(f"the signature by {name} does not fit the content") from error


@functools.lru_cache(maxsize=64)
def load_public_key(blob: bytes) -> PublicKey:
    """Turn SSH's binary form of a public key into one that can verify."""
    name = sshwire.Reader(blob).string()
    try:
        key = serialization.load_ssh_public_key(name + b" " + base64.b64encode(blob))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SigningError("the public key in a signature is not readable") from error
    if not isinstance(key, PublicKey):
        raise SigningError(f"keys of kind {name.decode('ascii', 'replace')} are not supported")
    return key


def _certified(public_key: bytes) -> bytes:
    """Return the key itself; of a certificate only when its authority signed it."""
    certificate = certificate_of(public_key)
    if certificate is None:
        return public_key
    authority = load_public_key(certificate.authority)
    try:
        _verify_raw(authority, certificate.algorithm, certificate.value, certificate.signed_part)
    except InvalidSignature as error:
        raise SigningError("the certificate is not signed by the authority it names") from error
    return certificate.public_key


def _verify_any(public_key: bytes, signature: Signature, content: bytes) -> None:
    token = token_of(public_key)
    if token is None:
        key = load_public_key(public_key)
        _verify_raw(key, signature.algorithm, signature.value, content)
        return
    if signature.algorithm != sshwire.Reader(public_key).text():
        raise SigningError(f"the algorithm {signature.algorithm!r} does not belong to the token")
    said = signed_by_token(token, signature.tail, content)
    _verify_raw(load_public_key(token.plain_key), token.plain_algorithm, signature.value, said)


def _verify_raw(key: PublicKey, algorithm: str, value: bytes, content: bytes) -> None:
    if isinstance(key, ed25519.Ed25519PublicKey) and algorithm == "ssh-ed25519":
        key.verify(value, content)
    elif isinstance(key, rsa.RSAPublicKey) and algorithm in _RSA_HASHES:
        key.verify(value, content, padding.PKCS1v15(), _RSA_HASHES[algorithm])
    elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm in _CURVE_HASHES:
        pair = sshwire.Reader(value)
        r, s = (int.from_bytes(pair.string(), "big") for _ in range(2))
        der = utils.encode_dss_signature(r, s)
        key.verify(der, content, ec.ECDSA(_CURVE_HASHES[algorithm]))
    else:
        raise SigningError(f"the algorithm {algorithm!r} does not belong to the key")


def _statement(namespace: str, hash_name: str) -> bytes:
    reserved = b""
    return b"".join(map(sshwire.string, (namespace.encode(), reserved, hash_name.encode())))


def _to_be_signed(content: bytes, namespace: str, hash_name: str) -> bytes:
    digest = _HASHES[hash_name](content).digest()
    return _MAGIC + _statement(namespace, hash_name) + sshwire.string(digest)
