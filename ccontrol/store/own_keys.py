"""Whether the daemon signs, and has signed of late, with the keys that people signed as its own.

For a daemon that opens its store: it made what lies further back itself, and remembers its last
commit. The whole history is verify's business.
"""

from itertools import pairwise

from ccontrol.errors import SigningError, StoreForeignError
from ccontrol.store import signing, sshwire
from ccontrol.store.key_history import KeySpan, Succession
from ccontrol.store.repository import Repository

_LOOKED_AT = 200
"""Newest commits: a few ms, and more than anybody could add between two starts unseen."""
_HINT = "See docs/operations.md, Changing keys."


def require_in_order(repository: Repository, spans: tuple[KeySpan, ...], own: bytes) -> None:
    """Raise unless the newest commits are by the daemon's keys in their order, and `own` is next.

    StoreForeignError: of the commits. SigningError: of the key with which the daemon would sign.
    Without `spans` only the dates are held against each other.
    """
    head = repository.head()
    most = None if spans else _LOOKED_AT  # their numbers matter only where keys have places
    ids = repository.objects.list_commits(head, "", most) if head else ()
    newest = [repository.commit(name) for name in reversed(ids[:_LOOKED_AT])]
    succession = Succession(spans)
    for number, commit in enumerate(newest, start=len(ids) - len(newest) + 1):
        fault = succession.fault(commit, number)
        if fault is not None:
            raise StoreForeignError(f"commit {commit.id}: {fault}", hint=_HINT)
    for before, after in pairwise(newest):
        if after.committed_s < before.committed_s:
            raise StoreForeignError(f"commit {after.id} is dated before the commit before it")
    fault = succession.key_fault(own, len(ids) + 1) if spans else None
    if fault is not None:
        name = sshwire.fingerprint(own)
        raise SigningError(f"the configured key {name} may not sign: {fault}", hint=_HINT)


def last_signed(repository: Repository, head: str) -> dict[bytes, int]:
    """Return the number of the last commit up to `head` that names each key as its signer's."""
    ids = repository.objects.list_commits(head, "", None)
    found: dict[bytes, int] = {}
    for number, name in zip(range(len(ids), 0, -1), ids, strict=True):
        commit = repository.commit(name)
        if commit.signature is not None:
            found.setdefault(signing.parse(commit.signature).public_key, number)
    return found
