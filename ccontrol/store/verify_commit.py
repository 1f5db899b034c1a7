"""Whether one commit is what the daemon would have written, and by whom it is signed. Pure.

The chain of commits is judged in verify; whether the objects exist, too.
"""

import hashlib
from dataclasses import dataclass

from ccontrol.errors import SigningError
from ccontrol.store import signing, sshwire
from ccontrol.store.allowed_signers import AllowedSigners
from ccontrol.store.commits import Commit
from ccontrol.store.message import PARENT_TRAILER, TREE_TRAILER


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose signatures count: this principal's, with the keys that the file gives it."""

    principal: str
    signers: AllowedSigners


def signature_fault(commit: Commit, trust: Trust) -> str | None:
    """Return why the signature of a commit does not count, or None when it does."""
    if commit.signature is None:
        return "it is not signed"
    try:
        signature = signing.parse(commit.signature)
        signing.verify(signature, commit.signed_part)
    except SigningError as error:
        return str(error)
    key, when = signature.public_key, commit.when
    if trust.signers.allow(trust.principal, key, signing.NAMESPACE, when):
        return None
    name = sshwire.fingerprint(key)
    return f"{name} was not allowed to sign as {trust.principal} on {when:%Y-%m-%d %H:%M:%S} UTC"


def chain_faults(commit: Commit, parent: Commit | None) -> tuple[str, ...]:
    """Return what is wrong between a commit and the one that has to be its only parent."""
    faults = []
    if not commit.is_plain:
        faults.append("it has headers or time zones that ccontrol never writes")
    if commit.parents != (() if parent is None else (parent.id,)):
        faults.append("its parents are not the one commit before it")
    if parent is not None and commit.committed_s < parent.committed_s:
        faults.append("its date lies before its parent's")
    wanted = None if parent is None else parent_shadow(parent)
    if commit.trailer(PARENT_TRAILER) != wanted:
        faults.append(f"{PARENT_TRAILER} does not fit the commit before it")
    return tuple(faults)


def tree_fault(commit: Commit, tree_sha256: bytes) -> str | None:
    """Return whether the signed shadow id of the tree differs from what the tree holds."""
    if commit.trailer(TREE_TRAILER) == tree_sha256.hex():
        return None
    return f"{TREE_TRAILER} does not fit the files"


def parent_shadow(parent: Commit) -> str:
    """Return SHA-256 over what `git cat-file commit` prints of a commit."""
    return hashlib.sha256(parent.raw).hexdigest()
