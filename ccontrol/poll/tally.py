"""What came of a site's polls since the daemon began, counted. For whoever measures the daemon."""

from collections import Counter
from threading import Lock

from ccontrol.model.journal import JournalEntry, Outcome

POLLS = frozenset(
    {
        Outcome.UNCHANGED,
        Outcome.GLANCED,
        Outcome.CHANGED,
        Outcome.PENDING,
        Outcome.SUPPRESSED,
        Outcome.INCOMPLETE,
        Outcome.FAILED,
        Outcome.MISSED,
    }
)
"""The outcomes that a poll has, or one that was due."""


class Tally:
    """Counts that only grow. Threads share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._outcomes: Counter[Outcome] = Counter()
        self.requests = 0
        self.bytes_sent = 0
        self.bytes_received = 0
        self.commits = 0

    def add(self, entry: JournalEntry) -> None:
        """Count what a journal entry tells."""
        with self._lock:
            if entry.controller_id and entry.outcome in POLLS:
                self._outcomes[entry.outcome] += 1
            self.requests += entry.requests
            self.bytes_sent += entry.bytes_sent
            self.bytes_received += entry.bytes_received

    def committed(self) -> None:
        """Count a commit of a change."""
        with self._lock:
            self.commits += 1

    @property
    def outcomes(self) -> dict[Outcome, int]:
        """Polls by what came of them, those that never came included."""
        with self._lock:
            return {outcome: self._outcomes[outcome] for outcome in Outcome if outcome in POLLS}
