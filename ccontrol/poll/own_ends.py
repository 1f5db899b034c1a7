"""Our own ends of connections: what a witness saw of them is nobody's work but ours.

A poll's end is noted as soon as the poll is back, for its own change is judged before its line
stands in the journal. The journal has those of older polls, as "127.0.0.1:40022" or "[::1]:40022".
"""

import ipaddress
from collections import deque
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from ccontrol.model.witness import OwnConnection
from ccontrol.store.journal import Journal

KEPT = 64
"""Ends of a controller's last polls that are remembered."""
DAYS_AT_MOST = 7
"""So many days of the journal, the last ones of the time that is asked for, are read."""


class OwnEnds:
    """Our ends at one site. Noted by the engine's loop, asked by any thread."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._last: dict[str, deque[OwnConnection]] = {}

    def note(self, controller_id: str, own_end: str, until: datetime, duration_ms: int) -> None:
        """Take in the end of a poll that is over; an empty one is none."""
        found = connection(own_end, until, duration_ms)
        if found is not None:
            self._last.setdefault(controller_id, deque(maxlen=KEPT)).append(found)

    def last(self, controller_id: str) -> frozenset[tuple[str, int]]:
        """Return address and port of a controller's last polls."""
        return frozenset((one.address, one.port) for one in self._recent(controller_id))

    def between(
        self, controller_id: str, since: datetime, until: datetime
    ) -> tuple[OwnConnection, ...]:
        """Return the ends of the polls of a controller in a time, sorted.

        Raises StoreError when the journal cannot be read.
        """
        found = {*self._recent(controller_id), *self._journaled(controller_id, since, until)}
        return tuple(sorted(one for one in found if one.since <= until and one.until >= since))

    def _recent(self, controller_id: str) -> tuple[OwnConnection, ...]:
        return tuple(self._last.get(controller_id, ()))

    def _journaled(
        self, controller_id: str, since: datetime, until: datetime
    ) -> Iterator[OwnConnection]:
        for day in self._days(since, until):
            for entry in self._journal.of(day).about(controller_id):
                if entry.controller_id == controller_id:
                    found = connection(entry.own_end, entry.at, entry.duration_ms)
                    if found is not None:
                        yield found

    def _days(self, since: datetime, until: datetime) -> list[date]:
        """Return the days whose files tell of a time: a line is written at a poll's end."""
        first = since.astimezone(UTC).date()
        last = min(until, datetime.max.replace(tzinfo=UTC) - timedelta(days=2)) + timedelta(days=1)
        days = [day for day in self._journal.days() if first <= day <= last.date()]
        return days[-DAYS_AT_MOST:]


def connection(own_end: str, until: datetime, duration_ms: int) -> OwnConnection | None:
    """Return the connection of a poll that ended then; None where it had none."""
    address, _, port = own_end.rpartition(":")
    try:
        plain = ipaddress.ip_address(address.strip("[]")).compressed
        return OwnConnection(plain, int(port), until - timedelta(milliseconds=duration_ms), until)
    except (ValueError, OverflowError):
        return None
