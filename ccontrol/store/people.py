"""Who may sign, held against keys: signatures of roots, and whose key signed a commit.

What the file says is canonical's business, what a person may do approval's.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from ccontrol.canonical.people import NAMESPACE, PEOPLE, SIGNATURES, signature_path
from ccontrol.errors import SigningError
from ccontrol.model.approval import People
from ccontrol.store import allowed_signers, signing, sshwire
from ccontrol.store.allowed_signers import AllowedSigner, AllowedSigners
from ccontrol.store.certificates import certificate_of
from ccontrol.store.commits import Commit
from ccontrol.store.keys import public_line

GIT = signing.NAMESPACE


def key_of(line: str) -> bytes:
    """Return the key of a .pub file's line in SSH's binary form. Raises SigningError."""
    return allowed_signers.parse(f"who {line}\n").lines[0].public_key


def signers_of(people: People) -> AllowedSigners:
    """Return who may sign commits, in the form that stock git takes."""
    return AllowedSigners(
        tuple(
            AllowedSigner(
                principals=(person.principal,),
                public_key=key_of(key.line),
                namespaces=(GIT,),
                valid_after=key.valid_from,
                valid_before=key.valid_until,
                is_authority=key.is_authority,
            )
            for person in sorted(people.persons, key=lambda one: one.principal)
            for key in person.keys
        )
    )


def root_signature_path(line: str) -> str:
    """Return where the signature of a root over `people.toml` lies."""
    return signature_path(hashlib.sha256(key_of(line)).hexdigest())


def root_faults(files: Mapping[str, bytes], roots: Iterable[str], threshold: int) -> Iterator[str]:
    """Yield what is wrong with the root signatures in `people/`; `files` maps paths to contents."""
    content = files[PEOPLE]
    good = set()
    for line in roots:
        armor = files.get(root_signature_path(line))
        if armor is None:
            continue
        fault = signature_fault(armor, content, line)
        if fault is None:
            good.add(line)
        else:
            yield f"{root_signature_path(line)}: {fault}"
    if len(good) < threshold:
        yield f"signed by {len(good)} of the roots that count; {threshold} are needed"


def signature_fault(armor: bytes, content: bytes, line: str) -> str | None:
    """Return why a signature over who may sign is not one by this root; None when it is."""
    try:
        signature = signing.parse(armor.decode("ascii", "replace"))
        signing.verify(signature, content, NAMESPACE)
    except SigningError as error:
        return str(error)
    return None if signature.public_key == key_of(line) else "another key signed it"


def signatures_in(files: Mapping[str, bytes]) -> frozenset[str]:
    """Return the paths of the signatures that lie in `people/`."""
    return frozenset(path for path in files if path.startswith(f"{SIGNATURES}/"))


def signing_key(commit: Commit) -> bytes:
    """Return the key, or certificate, that signed a commit. Raises SigningError unless it holds."""
    if commit.signature is None:
        raise SigningError("it is not signed")
    signature = signing.parse(commit.signature)
    signing.verify(signature, commit.signed_part)
    return signature.public_key


def owner_of(key: bytes, people: People, when: datetime) -> str:
    """Return whose key signed a commit. Raises SigningError when it is nobody's.

    `when` is when that was first seen: the commit's own date is whatever its author wanted. A
    certificate that names several of these people is nobody's.
    """
    signers = signers_of(people)
    owners = [
        person.principal
        for person in people.persons
        if signers.allow(person.principal, key, GIT, when)
    ]
    if len(owners) > 1:
        raise SigningError(
            f"the certificate {sshwire.fingerprint(key)} names {' and '.join(owners)}: nobody can "
            "tell which of them signed"
        )
    if owners:
        return owners[0]
    if public_line(key) in people.roots:
        return f"root {sshwire.fingerprint(key)}"
    raise SigningError(
        f"{sshwire.fingerprint(key)} belongs to nobody who may sign at {when:%Y-%m-%d %H:%M} UTC",
        hint="`ccontrol people show` lists whose keys count; `ssh-add -l` those of the agent.",
    )


def plain_key(key: bytes) -> bytes:
    """Return the key itself, also of a certificate."""
    certificate = certificate_of(key)
    return key if certificate is None else certificate.public_key
