"""The straight line of one poll: facts, state, differences, origin, verdict, files, commit.

One thread owns a Line. Everything here may be done twice: a second time it finds nothing to do.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ccontrol.attribution.judge import judge as attribute
from ccontrol.canonical.change_id import change_id
from ccontrol.canonical.layout import PLANT, STATE, VIEWS, folders
from ccontrol.canonical.message import message
from ccontrol.canonical.parse import parse
from ccontrol.canonical.records import record_path, render_record
from ccontrol.canonical.render import render
from ccontrol.clock import Clock
from ccontrol.diff.compare import compare
from ccontrol.diff.merge import merge
from ccontrol.model.change import ChangeSet
from ccontrol.model.controller import Controller
from ccontrol.model.record import Record
from ccontrol.model.snapshot import LogEntry, Snapshot
from ccontrol.model.state import State
from ccontrol.policy.judge import judge
from ccontrol.store.index import Index
from ccontrol.store.index_rows import IndexedChange
from ccontrol.store.message import Message
from ccontrol.store.room import Room
from ccontrol.store.vault import Vault
from ccontrol.store.writer import Writer


@dataclass(frozen=True, slots=True)
class Sighted:
    """One understood poll on its way into the history."""

    controller: Controller
    snapshot: Snapshot
    log: tuple[LogEntry, ...] = ()
    """Entries of the controller's log that are new, newest first."""
    previous_at: datetime | None = None
    """When the poll before this one succeeded."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of it."""

    state: State
    """All that is known of the controller now."""
    changes: ChangeSet
    record: Record | None = None
    """None when nothing differed."""
    commit: str = ""


class Line:
    """One site's store, opened for writing, and everything that a commit touches."""

    def __init__(
        self, writer: Writer, index: Index, vault: Vault | None, room: Room, clock: Clock
    ) -> None:
        self.writer = writer
        self.index = index
        self._vault = vault
        self._room = room
        self._clock = clock

    def close(self) -> None:
        """Let go of the store."""
        self.writer.close()

    def state_of(self, controller: Controller) -> State | None:
        """Return all that is known of a controller; None when nothing is stored of it."""
        files: dict[str, bytes] = {}
        for folder in folders(controller.area, controller.id):
            if not folder.startswith(f"{VIEWS}/"):
                files |= self.writer.repository.read(folder)
        return parse(files) if files else None

    def take(self, sighted: Sighted, capture: bytes = b"") -> Written:
        """Hold a poll against what is known; when it differs, commit it, signed and durable.

        `capture` is what it was made of, for the vault; empty for the engine's own findings.
        Raises StoreError when the store takes nothing now.
        """
        before = self.state_of(sighted.controller)
        after = merge(before, sighted.snapshot)
        changes = compare(before, after)
        if not changes:
            return Written(after, changes)
        self._room.check()
        artefact = self._vault.put(capture) if self._vault and capture else ""
        record = self._record(sighted, before, after, changes, artefact)
        commit = self._commit(record, after)
        self.index.add_change(indexed(record, commit))
        return Written(after, changes, record, commit)

    def commit_file(self, path: str, content: bytes, text: Message) -> str:
        """Commit one file that is no controller's; return the commit, "" when it stood there."""
        self._room.check()
        receipt = self.writer.commit({path: content}, message=text, when=self._clock.now())
        if receipt is None:
            return ""
        self.index.set_head(receipt.commit)
        return receipt.commit

    def _commit(self, record: Record, after: State) -> str:
        text = message(record)
        files = render(after, record.area)
        receipt = self.writer.commit(
            {**files, record_path(record): render_record(record)},
            message=Message(text.subject, text.body, text.trailers),
            when=self._clock.now(),
            replace=folders(record.area, record.controller_id),
        )
        head = self.writer.repository.head() or ""
        return head if receipt is None else receipt.commit

    def _record(
        self,
        sighted: Sighted,
        before: State | None,
        after: State,
        changes: ChangeSet,
        artefact: str,
    ) -> Record:
        controller, snapshot = sighted.controller, sighted.snapshot
        last = self.index.last_change(controller.id)
        previous = last.change_id if last else ""
        attribution = attribute(changes, sighted.log)
        return Record(
            change_id=change_id(
                controller.id,
                previous,
                _digest(render(before, controller.area)) if before else "",
                _digest(render(after, controller.area)),
                snapshot.taken_at,
            ),
            number=1,
            controller_id=controller.id,
            area=controller.area,
            site=controller.site,
            title=controller.title,
            taken_at=snapshot.taken_at,
            previous_at=sighted.previous_at,
            depth=snapshot.depth,
            changes=changes,
            attribution=attribution,
            verdict=judge(changes, attribution, controller),
            log=sighted.log,
            artefact=artefact,
            previous_change=previous,
        )


def indexed(record: Record, commit: str) -> IndexedChange:
    """Return the row of a record for the index."""
    return IndexedChange(
        change_id=record.change_id,
        controller_id=record.controller_id,
        commit=commit,
        taken_at=record.taken_at,
        severity=record.verdict.severity,
        subject=message(record).subject,
        aspects=record.changes.aspects,
        origin=record.attribution.origin,
        previous=record.previous_change,
    )


def _digest(files: Mapping[str, bytes]) -> str:
    """Name the facts of a controller; views follow from them."""
    digest = hashlib.sha256()
    for path in sorted(files):
        if path.startswith((f"{PLANT}/", f"{STATE}/")):
            digest.update(f"{path}\0{len(files[path])}\0".encode())
            digest.update(files[path])
    return digest.hexdigest()
