"""Something that is not a difference between two polls, yet has to be said."""

from dataclasses import dataclass

from ccontrol.model.aspect import Aspect

ENGINE_CODES = frozenset({"stale", "cannot-verify", "quarantined", "restless"}) | frozenset(
    {"new-engineering-station", "unusual-hour", "unusual-act", "unusual-role"}
)
"""Findings that the engine raises of any family: about its own sight of a controller, and about
what witnesses saw others do to it."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A standing fact of concern; it is raised, stays, and is cleared when checked and gone.

    `code` is stable and documented: "checksum-mismatch", "hidden-block", "cannot-verify", …
    """

    code: str
    subject: str
    """What it is about: a unit ("OB/OB1") or the controller ("")."""
    aspect: Aspect
    text: str
    """One plain sentence for an engineer."""
