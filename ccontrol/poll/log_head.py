"""The head of a site's log of ref updates, as it is told to others."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LogHead:
    """How long the log is, and the hash that stands for all of it."""

    origin: str
    size: int
    root: bytes
    commit: str
    """The newest commit of `observed` then; empty: none."""
    at: datetime
