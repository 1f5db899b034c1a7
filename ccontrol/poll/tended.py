"""What came of a maintenance. Apart from the chores: who only hears of it imports no store."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tended:
    """What a maintenance did."""

    loose_before: int
    loose_after: int
    packs: int
    bytes_used: int
    complaints: tuple[str, ...]
    """Of `git fsck --strict`; empty when all is well."""
    artefacts_expired: int
    journal_days_removed: int
