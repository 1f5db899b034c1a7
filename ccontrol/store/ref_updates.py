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
_LINE = re.compile(
    rb'\{"sequence":(0|[1-9][0-9]{0,17}),"at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)",'
    rb'"ref":"(refs/heads/[a-z]{1,40})","old":"([0-9a-f]{40})","new":"([0-9a-f]{40})",'
    rb'"tree_sha256":"([0-9a-f]{64})"\}\n'
)
_OTHER_FORM = "a line of the log of ref updates is not as ccontrol writes it"
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
    match = _LINE.fullmatch(line)
    if match is None:
        raise StoreTamperedError(_OTHER_FORM)
    sequence, at, ref, old, new, tree = (each.decode("ascii") for each in match.groups())
    try:
        return RefUpdate(int(sequence), datetime.fromisoformat(at), ref, old, new, tree)
    except ValueError as error:  # a date that no calendar has
        raise StoreTamperedError(_OTHER_FORM) from error
