"""What the outcome of a poll says, in words that claim no more than was seen. Pure.

One place for `status` and `poll`; what stands in the journal stays as it is there.
"""

from collections.abc import Iterable

from ccontrol.model.aspect import Aspect
from ccontrol.model.journal import JournalEntry, Outcome

NO_BLIND_SPOTS = frozenset({Aspect.SIGHT, Aspect.VALUES})
"""Sight is how we see, and values are read only where somebody asks for them (docs/adr/0005)."""
_WORDS = {Outcome.GLANCED: "only glanced at"}


def outcome_words(outcome: Outcome, *, in_part: bool, owed: bool) -> str:
    """Return an outcome in words; `in_part`: not all is seen, `owed`: what moved was not read."""
    if outcome is not Outcome.UNCHANGED:
        return _WORDS.get(outcome, outcome.value)
    if owed:
        return "moved, not read yet"
    return "unchanged where seen" if in_part else "unchanged"


def look_words(look: JournalEntry) -> str:
    """Return the outcome of one poll in words."""
    in_part = bool(look.unread or blind_spots(look.unseen))
    return outcome_words(look.outcome, in_part=in_part, owed=look.owed_since is not None)


def blind_spots(unseen: Iterable[str]) -> tuple[str, ...]:
    """Return those of the aspects that nobody sees in which something would be missed."""
    return tuple(aspect for aspect in unseen if aspect not in NO_BLIND_SPOTS)
