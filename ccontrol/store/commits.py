"""A commit as bytes: writing our own strict form, reading anybody's. Pure.

Trust is not decided here: see verify_commit.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from ccontrol.errors import StoreTamperedError
from ccontrol.store.message import trailers

_COMMIT = re.compile(
    rb"tree (?P<tree>[0-9a-f]{40})\n"
    rb"(?P<parents>(?:parent [0-9a-f]{40}\n)*)"
    rb"author (?P<author>[^\n]*) (?P<authored>-?\d{1,18}) (?P<author_zone>[+-]\d{4})\n"
    rb"committer (?P<committer>[^\n]*) (?P<committed>-?\d{1,18}) (?P<zone>[+-]\d{4})\n"
    rb"(?P<others>(?:(?!gpgsig )[a-z0-9-]+ [^\n]*\n(?: [^\n]*\n)*)*)"
    rb"(?P<gpgsig>(?:gpgsig [^\n]*\n(?: [^\n]*\n)*)?)"
    rb"(?P<late>(?:(?!gpgsig )[a-z0-9-]+ [^\n]*\n(?: [^\n]*\n)*)*)"
    rb"\n(?P<text>[\s\S]*)",
)
_LAST_S = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp())
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9 ._+@-]+")


@dataclass(frozen=True)
class Commit:
    """A commit as it was read. `raw` is what `git cat-file commit` prints."""

    id: str
    raw: bytes
    tree: str
    parents: tuple[str, ...]
    author: str
    committer: str
    authored_s: int
    committed_s: int
    is_plain: bool
    signature: str | None
    signature_at: tuple[int, int]
    text: str

    @property
    def signed_part(self) -> bytes:
        """What the signature covers: all of `raw` but the signature's own header."""
        start, end = self.signature_at
        return self.raw[:start] + self.raw[end:]

    @property
    def when(self) -> datetime:
        """The committer's date, the one that never runs backwards."""
        return datetime.fromtimestamp(self.committed_s, UTC)

    @property
    def subject(self) -> str:
        """The first line of the text."""
        return self.text.partition("\n")[0]

    @cached_property
    def trailers(self) -> tuple[tuple[str, str], ...]:
        """The trailers in their order; a name may stand more than once."""
        return trailers(self.text)

    def trailer(self, name: str) -> str | None:
        """Return the value of a trailer that stands exactly once, else None."""
        values = [value for key, value in self.trailers if key == name]
        return values[0] if len(values) == 1 else None


def parse(commit_id: str, raw: bytes) -> Commit:
    """Read a commit. `is_plain` is False when it has a form that ccontrol never writes.

    Raises StoreTamperedError when it cannot be read as a commit at all.
    """
    match = _COMMIT.fullmatch(raw)
    if match is None:
        raise StoreTamperedError(f"{commit_id} is not a readable commit")
    authored_s, committed_s = int(match["authored"]), int(match["committed"])
    if not (0 <= authored_s <= _LAST_S and 0 <= committed_s <= _LAST_S):
        raise StoreTamperedError(f"{commit_id} has a date that no calendar has")
    signature = match["gpgsig"].removeprefix(b"gpgsig ").replace(b"\n ", b"\n").rstrip(b"\n")
    extras = match["others"] or match["late"]
    zones = match["author_zone"], match["zone"]
    return Commit(
        id=commit_id,
        raw=raw,
        tree=match["tree"].decode("ascii"),
        parents=tuple(line[7:].decode("ascii") for line in match["parents"].splitlines()),
        author=match["author"].decode("utf-8", "replace"),
        committer=match["committer"].decode("utf-8", "replace"),
        authored_s=authored_s,
        committed_s=committed_s,
        is_plain=not extras and zones == (b"+0000", b"+0000"),
        signature=signature.decode("ascii", "replace") if signature else None,
        signature_at=match.span("gpgsig"),
        text=match["text"].decode("utf-8", "replace"),
    )


def unsigned(tree: str, parent: str | None, identity: str, when_s: int, text: str) -> bytes:
    """Return a commit as it goes to the signer; `identity` is `Name <mail>`."""
    stamp = f"{identity} {when_s} +0000"
    head = f"tree {tree}\n" + (f"parent {parent}\n" if parent else "")
    return f"{head}author {stamp}\ncommitter {stamp}\n\n{text}".encode()


def signed(payload: bytes, armor: str) -> bytes:
    """Return the commit with its signature where git looks for it: after the committer."""
    head, _, text = payload.partition(b"\n\n")
    folded = armor.rstrip("\n").replace("\n", "\n ").encode("ascii")
    return head + b"\ngpgsig " + folded + b"\n\n" + text


def principal(site: str) -> str:
    """Return the name under which the daemon of this site signs, as in allowed-signers files."""
    cleaned = _NOT_IN_A_NAME.sub("-", site).strip(" .-").replace(" ", "-").replace("@", "-")
    return f"ccontrol@{cleaned or 'site'}"


def identity(site: str) -> str:
    """Return the author of every commit that the daemon of this site makes."""
    return f"ccontrol <{principal(site)}>"
