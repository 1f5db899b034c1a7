"""Whose signature a commit of `approved` bears, and whether it counts.

Where the configuration pins the roots, only what `approval` lets count does. Elsewhere the
signature alone is held against allowed signers that somebody named: weaker, and the pack says so.
"""

from collections.abc import Callable
from datetime import datetime

from ccontrol.errors import SigningError
from ccontrol.evidence.facts import Signed
from ccontrol.store import signing, sshwire
from ccontrol.store.allowed_signers import AllowedSigners
from ccontrol.store.approved import Survey
from ccontrol.store.commits import Commit

Signatures = Callable[[Commit], Signed]


def by_signers(people: AllowedSigners) -> Signatures:
    """Judge each commit by its own date and these signers. Nobody tells when it was seen."""

    def signed(commit: Commit) -> Signed:
        key, who, fault = "", "", ""
        try:
            signature = signing.parse(commit.signature or "")
            key = sshwire.fingerprint(signature.public_key)
            signing.verify(signature, commit.signed_part)
            who = _principal(people, signature.public_key, commit.when)
            fault = "" if who else "the key belongs to nobody who may approve"
        except SigningError as error:
            fault = str(error)
        return Signed(commit.id, who, key, commit.when, None, fault)

    return signed


def by_survey(found: Survey) -> Signatures:
    """Judge each commit as the daemon and `verify` do: after the first bad one nothing counts."""
    counting = {one.id: one for one in found.approvals.commits}
    faults = dict(reversed(found.faults))
    first = next(iter(faults), "")

    def signed(commit: Commit) -> Signed:
        one = counting.get(commit.id)
        if one is None:
            fault = faults.get(commit.id, f"nothing counts after commit {first}")
            return Signed(commit.id, "", _fingerprint(commit), commit.when, None, fault)
        return Signed(commit.id, one.principal, one.fingerprint, one.dated, one.seen_at)

    return signed


def _fingerprint(commit: Commit) -> str:
    try:
        return sshwire.fingerprint(signing.parse(commit.signature or "").public_key)
    except SigningError:
        return ""  # it is not signed, which its fault says


def _principal(people: AllowedSigners, key: bytes, when: datetime) -> str:
    """Return the first name under which a key may sign commits; "" when there is none."""
    return next(
        (
            name
            for line in people.lines
            for name in line.principals
            if line.allows(name, key, signing.NAMESPACE, when)
        ),
        "",
    )
