"""Which key was the daemon's for which commits of `observed`, by what people signed of it.

`people/people.toml` names the daemon's keys in the order in which they take over. Dates in commits
prove nothing against a stolen key that was retired: it can sign an old date. A place in the history
cannot be chosen so: commit 4,712 comes after 4,711. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ccontrol.errors import SigningError
from ccontrol.model.approval import DaemonKey, People
from ccontrol.store import signing, sshwire
from ccontrol.store.commits import Commit
from ccontrol.store.people import key_of


@dataclass(frozen=True, slots=True)
class KeySpan:
    """One of the daemon's keys; commits are numbered from 1 along the history."""

    public_key: bytes
    last: int | None = None
    """The last commit that counts with it; None: people have not said."""
    compromised_from: int | None = None
    """Somebody else may have had it from this commit on; None: nobody says so."""


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Commits that a compromised key signed when somebody else may have had it."""

    fingerprint: str
    first: int
    last: int


def spans_of(people: People | None) -> tuple[KeySpan, ...]:
    """Return the daemon's keys as people signed them; none: nobody has said."""
    return tuple(map(_span, people.daemon_keys)) if people is not None else ()


class Succession:
    """Takes commits in the order of the history, and says whose key does not count at its place.

    A key takes over by signing; those named before it sign no more from then on. Without any named
    key everything passes.
    """

    def __init__(self, spans: tuple[KeySpan, ...]) -> None:
        self._spans = spans
        self._current = 0
        self._places = {span.public_key: place for place, span in enumerate(spans)}
        self._doubtful: dict[int, tuple[int, int]] = {}

    def fault(self, commit: Commit, number: int) -> str | None:
        """Return why a commit's key does not count at its place, None where it does.

        Whether the signature itself holds is judged elsewhere.
        """
        if not self._spans or commit.signature is None:
            return None
        try:
            key = signing.parse(commit.signature).public_key
        except SigningError:
            return None
        return self.key_fault(key, number)

    def key_fault(self, key: bytes, number: int) -> str | None:
        """Return why a key may not have signed the commit of this number."""
        place, name = self._places.get(key), sshwire.fingerprint(key)
        if place is None:
            return f"{name} is not in the history of the daemon's keys that people signed"
        last = self._spans[place].last
        if place < self._current:
            return f"{name} was retired before commit {number}: a later key had taken over"
        if last is not None and number > last:
            return f"{name} was the daemon's key up to commit {last}, and signed commit {number}"
        self._current = place
        self._note_doubt(place, number)
        return None

    def doubtful(self) -> tuple[Doubtful, ...]:
        """Return what compromised keys signed, so far as it counts at all."""
        return tuple(
            Doubtful(sshwire.fingerprint(self._spans[place].public_key), first, last)
            for place, (first, last) in sorted(self._doubtful.items())
        )

    def _note_doubt(self, place: int, number: int) -> None:
        since = self._spans[place].compromised_from
        if since is not None and number >= since:
            first, _ = self._doubtful.get(place, (number, number))
            self._doubtful[place] = (first, number)


def closed(keys: tuple[DaemonKey, ...], last_signed: Mapping[bytes, int]) -> tuple[DaemonKey, ...]:
    """Return the keys with `last` filled in where a later key has taken over since.

    `last_signed`: the number of the last commit that each key signed.
    """
    used = [place for place, key in enumerate(keys) if key_of(key.line) in last_signed]
    newest = max(used, default=0)
    return tuple(
        replace(key, last=last_signed.get(key_of(key.line), 0))
        if place < newest and key.last is None
        else key
        for place, key in enumerate(keys)
    )


def _span(key: DaemonKey) -> KeySpan:
    return KeySpan(key_of(key.line), key.last, key.compromised_from)
