"""What a controller answered, exactly as heard. It can be decoded again years later.

Holds no meaning: `drivers.<family>.interpret` finds that. Authentication
payloads are never part of it.
"""

from dataclasses import dataclass
from datetime import datetime

from ccontrol.model.aspect import Depth

OWN_END = "own_end"
"""Note of every capture whose poll connected: our own end, "address:port"."""


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
