"""The record of a change, as it is signed into the store, and the receipt for having done so."""

from dataclasses import dataclass
from datetime import datetime

from ccontrol.model.aspect import Depth
from ccontrol.model.change import ChangeSet
from ccontrol.model.judgement import Attribution, Verdict, Window
from ccontrol.model.snapshot import LogEntry


@dataclass(frozen=True, slots=True)
class Record:
    """One judgement of one change. Never edited: later evidence adds the next number."""

    change_id: str
    """"<yyyymmdd>-<16 hex>": day of the poll (UTC) and a hash, see `canonical.change_id`."""
    number: int
    controller_id: str
    area: str
    site: str
    title: str
    taken_at: datetime
    previous_at: datetime | None
    """When everything was last seen as it was; None: nobody can tell. See poll.window."""
    depth: Depth
    changes: ChangeSet
    attribution: Attribution
    verdict: Verdict
    log: tuple[LogEntry, ...] = ()
    """Entries of the controller's own log that are new since the last poll, newest first."""
    artefact: str = ""
    """SHA-256 (hex) of the capture in the vault; empty: none was kept."""
    not_after: datetime | None = None
    """When the last answer that shows it had been heard; None, in older records: `taken_at`."""
    windows: tuple[Window, ...] = ()
    """The window of each change, in their order; empty: all have that of the whole record."""
    previous_change: str = ""
    """Change id of this controller's change before; empty for its first."""

    def window_of(self, at: int) -> Window:
        """Return when the change at this place can have happened."""
        if self.windows:
            return self.windows[at]
        return Window(self.previous_at, self.not_after or self.taken_at)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A commit that is durable and signed."""

    commit: str
    """Object id of the commit, 40 hex digits."""
    tree_sha256: str
    committed_at: datetime
    """The commit's date; after the clock's where the clock was set back."""
    change_id: str = ""
