"""Why there is no time stamp of today yet.

On the disk, so that `ccontrol status` tells it with and without a running daemon.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ccontrol.poll.places import Places
from ccontrol.store import durable
from ccontrol.store.disk import named_failures


@dataclass(frozen=True, slots=True)
class StampingTrouble:
    """What went wrong last, and since when nothing came of asking."""

    since: datetime
    what: str


def stamping_trouble(places: Places) -> StampingTrouble | None:
    """Return what was noted; None when the last attempt went well. Raises StoreError."""
    with named_failures(places.stamping):
        if not places.stamping.is_file():
            return None
        content = places.stamping.read_bytes()
    try:
        told = json.loads(content)
        if not isinstance(told, Mapping):
            return None
        return StampingTrouble(datetime.fromisoformat(str(told["since"])), str(told["what"]))
    except (ValueError, KeyError):
        return None  # damaged: the next attempt writes it anew


def note_trouble(places: Places, trouble: StampingTrouble | None) -> None:
    """Write it down, or that there is none any more. Raises StoreError."""
    if trouble is None:
        durable.remove(places.stamping)
        return
    told = {"since": trouble.since.isoformat(), "what": trouble.what}
    durable.write_whole(places.stamping, json.dumps(told).encode())
