"""One entry of the log of ref updates: that a branch moved, when, and to what. Pure.

An entry is one line of JSON in one form only, so that equal facts have equal hashes.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from ccontrol.errors import StoreTamperedError

LONGEST = 1_024
"""Most bytes of a line with its end; ours have about 330."""
NOTHING = "0" * 40
"""What a branch stood at before its first commit."""
_COMMIT, _TREE = re.compile(r"[0-9a-f]{40}"), re.compile(r"[0-9a-f]{64}")
_REF = re.compile(r"refs/heads/[a-z]+")
_TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class RefUpdate:
    """That a branch moved from one commit to another, as the daemon of this host saw it."""

    sequence: int
    """Number of the entry, from 0."""
    at: datetime
    """When it was written down: to the second, never before the entry before it."""
    ref: str
    old: str
    new: str
    tree_sha256: str
    """Of the files at the new commit."""

    def line(self) -> bytes:
        """Return the entry's line, with its end; the hash goes over the line without it."""
        at = self.at.astimezone(UTC).strftime(_TIME)
        fields = (
            ("sequence", self.sequence),
            ("at", at),
            ("ref", self.ref),
            ("old", self.old),
            ("new", self.new),
            ("tree_sha256", self.tree_sha256),
        )
        return json.dumps(dict(fields), separators=(",", ":")).encode("ascii") + b"\n"


def parse(line: bytes) -> RefUpdate:
    """Read a line with its end. Raises StoreTamperedError unless `line` would write it so."""
    try:
        raw = json.loads(line)
        update = RefUpdate(
            sequence=int(raw["sequence"]),
            at=datetime.strptime(raw["at"], _TIME).replace(tzinfo=UTC),
            ref=str(raw["ref"]),
            old=str(raw["old"]),
            new=str(raw["new"]),
            tree_sha256=str(raw["tree_sha256"]),
        )
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise StoreTamperedError("a line of the log of ref updates cannot be read") from error
    if update.line() != line or not _is_well_formed(update):
        raise StoreTamperedError("a line of the log of ref updates is not as ccontrol writes it")
    return update


def _is_well_formed(update: RefUpdate) -> bool:
    ids = (update.old, update.new)
    return (
        update.sequence >= 0
        and _REF.fullmatch(update.ref) is not None
        and all(_COMMIT.fullmatch(each) for each in ids)
        and _TREE.fullmatch(update.tree_sha256) is not None
    )
