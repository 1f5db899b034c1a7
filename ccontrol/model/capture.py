"""What a controller answered, exactly as heard. It can be decoded again years later.

Holds no meaning: `drivers.<family>.interpret` finds that. Authentication
payloads are never part of it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ccontrol.model.aspect import Depth

OWN_END = "own_end"
"""Note of every capture whose poll connected: our own end, "address:port"."""
_LONGEST_MS = 86_400_000
"""No poll lasts a day; a file that says so was made up."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and everything that came back for it.

    `answers` are the application-layer units (for S7: whole PDUs, from the protocol id on) in the
    order heard. `fault` says why the exchange is not whole; then `answers` holds what came before.
    """

    question: str
    """The question in the family's own words, e.g. "szl 0232 0004", "info OB 1", "upload OB 1"."""
    answers: tuple[bytes, ...] = ()
    fault: str | None = None
    after_ms: int = 0
    """Milliseconds from the poll's beginning to the last answer."""


@dataclass(frozen=True, slots=True)
class Capture:
    """One poll, as heard."""

    controller_id: str
    family: str
    depth: Depth
    started_at: datetime
    ended_at: datetime
    exchanges: tuple[Exchange, ...]
    requests: int
    """Requests sent, connecting included."""
    bytes_sent: int
    bytes_received: int
    fault: str | None = None
    """Why the poll ended early; None when it went through to its end."""
    fault_class: str = ""
    """Name of the error's class in ccontrol.errors when `fault` is set: "UnreachableError"."""
    notes: tuple[tuple[str, str], ...] = ()
    """Facts of the connection, sorted by name: ("connection_type", "op"), ("pdu_bytes", "240")."""


def heard_between(capture: Capture, position: int) -> tuple[datetime, datetime]:
    """Return between which times, by our clock, the exchange at that position was answered.

    Not before the answer to the one before had come: one question at a time is out.
    """
    before_ms = capture.exchanges[position - 1].after_ms if position else 0
    after_ms = max(before_ms, capture.exchanges[position].after_ms)
    limited = (min(one, _LONGEST_MS) for one in (before_ms, after_ms))
    asked_at, answered_at = (capture.started_at + timedelta(milliseconds=one) for one in limited)
    return asked_at, answered_at
