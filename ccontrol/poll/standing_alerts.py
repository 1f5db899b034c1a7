"""What was raised and is not over, kept on the disk: it is cleared after a restart, too."""

import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ccontrol.model.alert import Alert, Event
from ccontrol.store import durable
from ccontrol.store.disk import named_failures

MOST = 10_000
"""So many are remembered; what is raised beyond that is told, and never reminded of."""
_log = logging.getLogger(__name__)
_ROWS = TypeAdapter(tuple[Alert, ...])


class StandingAlerts:
    """Alerts by what they are about. One thread uses it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: dict[str, Alert] | None = None
        self._reminded: dict[tuple[str, str], datetime] = {}

    def __contains__(self, about: str) -> bool:
        return about in self._known()

    def get(self, about: str) -> Alert | None:
        """Return what was raised about something; None when nothing stands."""
        return self._known().get(about)

    def of(self, event: Event) -> tuple[Alert, ...]:
        """Return what was raised of one sort, and stands."""
        return tuple(alert for alert in self._known().values() if alert.event is event)

    def add(self, alert: Alert) -> None:
        """Remember what was raised."""
        rows = self._known()
        if rows.get(alert.about) != alert and (alert.about in rows or len(rows) < MOST):
            rows[alert.about] = alert
            self._write(rows)

    def remove(self, about: str) -> None:
        """Forget what is over."""
        rows = self._known()
        if rows.pop(about, None) is not None:
            self._write(rows)

    def due(self, channel: str, remind_s: float, now: datetime) -> Iterator[Alert]:
        """Yield what a channel has to be reminded of now; nothing with `remind_s` 0."""
        for alert in tuple(self._known().values()) if remind_s else ():
            last = self._reminded.get((channel, alert.about), alert.at)
            if (now - last).total_seconds() >= remind_s:
                self._reminded[channel, alert.about] = now
                yield alert

    def _known(self) -> dict[str, Alert]:
        if self._rows is None:
            self._rows = {alert.about: alert for alert in _stored(self._path)}
        return self._rows

    def _write(self, rows: dict[str, Alert]) -> None:
        durable.make_folder(self._path.parent)
        durable.write_whole(self._path, _ROWS.dump_json(tuple(rows.values())))


def _stored(path: Path) -> tuple[Alert, ...]:
    with named_failures(path):
        if not path.is_file():
            return ()
        content = path.read_bytes()
    try:
        return _ROWS.validate_json(content)
    except ValidationError as error:  # what happens from now on must be told all the same
        _log.error("what was raised is forgotten, %s is damaged: %s", path, error)
        return ()
