"""Where the parts of a controller's story are read: history, journal, witnesses, alerts.

Each source yields in its own order and is read as a stream. None of them needs a daemon, and none
is changed.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pydantic import TypeAdapter, ValidationError

from ccontrol.cli.concerning import Concerning
from ccontrol.cli.plant import Watched
from ccontrol.clock import Clock
from ccontrol.model.alert import Alert, Event, ToldAlert
from ccontrol.model.journal import JournalEntry
from ccontrol.model.witness import Heard, OwnConnection, Watch
from ccontrol.poll import tellable
from ccontrol.poll.catching_up import record_in
from ccontrol.poll.own_ends import connection
from ccontrol.poll.places import Places, queue_folder, told_folder
from ccontrol.store.commits import Commit
from ccontrol.store.journal import Journal
from ccontrol.store.outbox import read_waiting
from ccontrol.store.repository import Repository
from ccontrol.store.told import read_told
from ccontrol.store.witness_log import WitnessLog
from ccontrol.story.changes import Judgement

_STEP = 512
_DAY = timedelta(days=1)
_ALERT = TypeAdapter(Alert)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything that is kept of one controller between two times."""

    watched: Watched
    since: datetime
    until: datetime
    clock: Clock

    @property
    def _places(self) -> Places:
        return Places(self.watched.site.store.path)

    def journal(self) -> Iterator[JournalEntry]:
        """Yield the entries of its journal, and of its site's that are not about others alone."""
        with Repository.open(self.watched.site.store.path) as repository:
            concerning = Concerning(self.watched, repository)
            for entry in self._entries():
                if entry.controller_id or concerning.keeps(entry):
                    yield entry

    def _entries(self) -> Iterator[JournalEntry]:
        journal = Journal(self._places.journal, self.clock)
        for day in journal.days():
            if self._has_day(day):
                yield from journal.read(day).about(self.watched.controller.id, "")

    def own(self) -> Iterator[OwnConnection]:
        """Yield our own ends of the connections of its polls."""
        for entry in self._entries():
            found = connection(entry.own_end, entry.at, entry.duration_ms)
            if found is not None and entry.controller_id:
                yield found

    def judgements(self) -> Iterator[Judgement]:
        """Yield its records, oldest commit first. Raises StoreError, UnreadableStateError."""
        found: list[Judgement] = []
        with Repository.open(self.watched.site.store.path) as repository:
            for commit in self._commits(repository):
                if commit.trailer("Controller") != self.watched.controller.id:
                    continue
                record = record_in(commit, repository, "Record", "Judgement")
                if record is not None:
                    found.append(Judgement(record, commit.id, commit.when))
        yield from reversed(found)

    def heard(self) -> Iterator[Heard]:
        """Yield what witnesses said of it, and every watch, in the order in which it came in."""
        log = WitnessLog(self._places.witness, self.clock)
        for day in filter(self._has_day, log.days()):
            reading = log.read(day)
            yield from filter(self._is_about, reading)
            if reading.spoiled_count:
                text = "%d lines of the log of witnesses are damaged file=%s"
                _log.warning(text, reading.spoiled_count, reading.path)

    def _is_about(self, heard: Heard) -> bool:
        return isinstance(heard.said, Watch) or heard.controller_id == self.watched.controller.id

    def told(self) -> Iterator[ToldAlert]:
        """Yield the alerts about it that were told, then those that wait in queues.

        Log heads are left out: they say every hour that the history of the site stands.
        """
        days = (self.since - _DAY).date(), (self.until + _DAY).date()
        for alert in read_told(told_folder(self._places.alerts), *days):
            if self._concerns(alert):
                yield alert
        yield from self._waiting()

    def _waiting(self) -> Iterator[ToldAlert]:
        for channel in self.watched.site.alerts:
            for content in read_waiting(queue_folder(self._places.alerts, channel.name)):
                try:
                    alert = _ALERT.validate_json(content)
                except ValidationError:
                    continue  # its courier puts it aside, and tells of it
                if self._concerns(alert):
                    yield tellable.told(alert, channel.name, None)

    def _concerns(self, alert: Alert | ToldAlert) -> bool:
        is_near = alert.controller in {"", self.watched.controller.id}
        return is_near and alert.event is not Event.LOG_HEAD

    def _has_day(self, day: date) -> bool:
        """Say whether a day's file may hold anything: an entry may be written after midnight."""
        return (self.since - _DAY).date() <= day <= (self.until + _DAY).date()

    def _commits(self, repository: Repository) -> Iterator[Commit]:
        """Yield commits, newest first. What a commit tells of is never newer than it is."""
        start = repository.head()
        while start is not None:
            commits = repository.history(limit=_STEP, start=start)
            for commit in commits:
                if commit.when < self.since:
                    return
                yield commit
            start = commits[-1].parents[0] if commits and commits[-1].parents else None
