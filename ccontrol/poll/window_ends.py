"""Change windows that are over: written into the signed history once, then journaled.

Whatever a kill leaves is finished by the next daemon. What is about to be written stands in a file
of ours until the journal has it, so that a journal is searched only after a kill in between.
"""

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime

from ccontrol.approval.windows import GRAIN, end_of
from ccontrol.canonical.window_ends import (
    ENDS,
    end_path,
    ends_message,
    parse_end,
    render_end,
    sentence,
)
from ccontrol.clock import Clock
from ccontrol.errors import UnreadableStateError
from ccontrol.model.approval import Approvals, ChangeWindow, WindowEnd, WindowEnded
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll.pipeline import Line
from ccontrol.poll.places import Places
from ccontrol.poll.window_uses import uses_of
from ccontrol.store import durable
from ccontrol.store.journal import Journal
from ccontrol.store.message import Message
from ccontrol.store.repository import Repository

AT_MOST = 20
"""So many are told in one commit; the next ones a moment later."""
_OVER = frozenset({WindowEnd.USED_UP, WindowEnd.USED, WindowEnd.NOT_USED})
_log = logging.getLogger(__name__)
_Ended = tuple[tuple[str, WindowEnded], ...]


class WindowEnds:
    """Which windows of a site are over, and which were told. Belongs to the writer's thread."""

    def __init__(self, site: str, places: Places, journal: Journal, clock: Clock) -> None:
        self._site = site
        self._places = places
        self._journal = journal
        self._clock = clock
        self._told: dict[str, WindowEnded] | None = None
        """By path; None: the history was not read yet."""
        self._is_finished = False
        """Whether the journal has all that was written into the history."""
        self._counted_at = ""
        """Head of the history at which windows were found not to be used up."""

    def tell(self, line: Line, approvals: Approvals) -> int:
        """Tell what ended since this was done last; return how many windows. Raises StoreError."""
        if not self._is_finished:
            self._told = ends(line.writer.repository)
            self._finish(self._told)
        now = self._clock.now().replace(microsecond=0)
        ended = tuple(self._ended(line, approvals, self._told or {}, now))[:AT_MOST]
        if ended:
            self._is_finished = False
            pending = "".join(f"{path}\n" for path, _ in ended)
            durable.write_whole(self._places.ending, pending.encode())
            words = ends_message(self._site, ended)
            files = {path: render_end(one) for path, one in ended}
            line.commit_files(files, Message(words.subject, words.body, words.trailers))
            self._told = {**(self._told or {}), **dict(ended)}
            self._note(ended)
        return len(ended)

    def _ended(
        self, line: Line, approvals: Approvals, told: Mapping[str, WindowEnded], now: datetime
    ) -> Iterator[tuple[str, WindowEnded]]:
        newest = {one.window.id: one.window for one in approvals.windows if one.commit.seen_at}
        left = [
            window
            for window in newest.values()
            if not window.cancelled and _is_news(window, told.get(end_path(window)), now)
        ]
        head = line.writer.repository.head() or ""
        due = [one for one in left if one.until + GRAIN <= now]
        if head != self._counted_at:  # only a change that is recorded can use a window up
            due += [one for one in left if one.changes_at_most and one not in due]
        ids = [window.id for window in due]
        uses = uses_of(line.writer.repository, line.index, approvals, ids)
        for window in due:
            how = end_of(window, uses[window.id], now)
            if how in _OVER:
                yield end_path(window), _told_of(window, how, uses[window.id], now)
        self._counted_at = head

    def _finish(self, known: Mapping[str, WindowEnded]) -> None:
        """Journal what was written into the history before a kill or a failure, and not there."""
        try:
            pending = self._places.ending.read_text("utf-8").splitlines()
        except (OSError, ValueError):
            pending = []
        left = [(path, known[path]) for path in pending if path in known]
        days = {one.told_at.date() for _, one in left}
        journaled = {
            (entry.at.replace(microsecond=0), entry.reason)
            for day in days
            for entry in self._journal.read(day)
            if entry.outcome is Outcome.WINDOW
        }
        missing = [one for one in left if (one[1].told_at, sentence(one[1])) not in journaled]
        self._note(tuple(missing))

    def _note(self, ended: _Ended) -> None:
        """Journal them, durably, then forget that they were about to be."""
        if ended:
            self._journal.append_many(
                JournalEntry(one.told_at, "", Outcome.WINDOW, reason=sentence(one))
                for _, one in ended
            )
        durable.remove(self._places.ending)
        self._is_finished = True


def ends(repository: Repository) -> dict[str, WindowEnded]:
    """Return how windows ended, by the path of what says so. Raises StoreError."""
    found = {}
    for path, content in repository.read(ENDS).items():
        try:
            found[path] = parse_end(content)
        except UnreadableStateError as error:
            _log.error("the end of a change window cannot be read path=%s: %s", path, error)
    return found


def _is_news(window: ChangeWindow, told: WindowEnded | None, now: datetime) -> bool:
    """Tell whether its end is still to be told.

    A clock that was ahead told of what was not over; one that was used up may be given more.
    """
    if told is None or told.told_at > now:
        return True
    may_be_used = not 0 < window.changes_at_most <= told.changes
    return told.how is WindowEnd.USED_UP and may_be_used


def _told_of(window: ChangeWindow, how: WindowEnd, uses: int, now: datetime) -> WindowEnded:
    return WindowEnded(
        window=window.id,
        controllers=window.controllers,
        until=window.until,
        how=how,
        changes=uses,
        told_at=now,
        ticket=window.ticket,
    )
