"""Between a poll and the writer: hands results over, waits a while, and hears of late ones.

A store that takes nothing must not hold up the polls; what it took in the end is told all the same.
"""

import asyncio
import hashlib
import logging
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import BinaryIO

from ccontrol.clock import Clock
from ccontrol.diff.merge import merge
from ccontrol.errors import EngineError, StoreError, StoreFullError
from ccontrol.model.aspect import Depth
from ccontrol.model.change import ChangeSet
from ccontrol.model.controller import Controller
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.record import Record
from ccontrol.model.state import State
from ccontrol.poll import restless
from ccontrol.poll.approved_news import see_approved
from ccontrol.poll.pipeline import Line
from ccontrol.poll.sighted import Sighted, Written
from ccontrol.poll.site import OpenSite
from ccontrol.poll.stored_state import read_state
from ccontrol.poll.telling import tell_commit
from ccontrol.poll.triage import face_of, observed
from ccontrol.poll.vital import Unrecorded, known_changes
from ccontrol.poll.watched import Watched
from ccontrol.store.disk import named_failures

WAIT_S = 10.0
"""Longest wait for a store that is busy."""
WAIT_IN_TROUBLE_S = 0.5
READ_WAIT_S = 2.0
"""After so long with a writer that is busy (maintenance takes its time) somebody else reads."""
WAITING_AT_MOST = 1_000
"""Results that may wait for a store that takes nothing: they lie in memory, too."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parcel:
    """One result on its way to the writer."""

    watched: Watched
    site: OpenSite
    sighted: Sighted
    spooled: str = ""
    """Its name in the spool, to be let go of once it is durable."""
    triggered: bool = False
    """Whether the poll was made because of something that was seen or decided."""


def spool_name(controller: Controller, depth: Depth, at: datetime) -> str:
    """Return the name under which a capture waits: unique, and made of harmless characters."""
    who = hashlib.sha256(controller.id.encode()).hexdigest()[:16]
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%S.%f}-{who}-{depth}"


def write(line: Line, site: OpenSite, sighted: Sighted, spooled: str, clock: Clock) -> Written:
    """Commit a result in the writer's thread, then let go of its capture in the spool.

    What people signed until now is taken in before: it may have given leave for what was found.
    When letting go fails, the result stays and is taken again after a restart: that changes
    nothing. A result that can never be written is put aside.
    """
    see_approved(line, site, clock)
    try:
        with _kept(site, spooled) if spooled and site.vault else nullcontext() as capture:
            written = line.take(sighted, capture)
    except StoreError:
        raise
    except Exception as error:  # whatever it was: put aside, and told on
        if spooled:
            site.spool.quarantine(spooled, f"cannot be written: {error}")
        raise
    if spooled:
        try:
            site.spool.acknowledge(spooled)
        except StoreError as error:
            _log.warning("a result stays in the spool although it is written: %s", error)
    return written


class Delivery:
    """The engine's side of the writer's door."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._landing: set[asyncio.Task[Written]] = set()

    async def state_of(
        self, watched: Watched, site: OpenSite, kinds: frozenset[str] | None = None
    ) -> State | None:
        """Return what the history holds of a controller, of some kinds or of all.

        A busy writer is not waited for when nothing of this controller waits for it. Raises
        StoreError when nobody can tell.
        """
        future = site.scribe.give(lambda line: line.state_of(watched.controller, kinds))
        wrapped = asyncio.wrap_future(future)
        readable = site.scribe.trouble is None and not watched.unwritten
        patience_s = READ_WAIT_S if readable else _patience_s(site)
        done, _ = await asyncio.wait({wrapped}, timeout=patience_s)
        if not done:
            wrapped.cancel()  # and with it the work, unless it has begun
            if readable and site.scribe.trouble is None:
                path = site.site.store.path
                return await asyncio.to_thread(read_state, path, watched.controller, kinds)
            raise site.trouble or StoreError("the store is busy", hint="It is asked again.")
        return wrapped.result()

    def require_room(self, site: OpenSite) -> None:
        """Raise StoreFullError when too many results wait already."""
        if site.scribe.waiting >= WAITING_AT_MOST:
            raise StoreFullError(f"{site.scribe.waiting} results wait for the store")

    async def send(self, parcel: Parcel) -> Written | None:
        """Hand a result over; None when the store has not taken it within a while.

        Raises CcontrolError when the result itself cannot be written.
        """
        watched, site, sighted = parcel.watched, parcel.site, parcel.sighted
        future = site.scribe.give(
            lambda line: write(line, site, sighted, parcel.spooled, self._clock)
        )
        watched.unwritten += 1
        landing = asyncio.create_task(self._land(parcel, future))
        self._landing.add(landing)
        landing.add_done_callback(self._landing.discard)
        done, _ = await asyncio.wait({landing}, timeout=_patience_s(site))
        if done:
            return landing.result()
        landing.add_done_callback(lambda task: self._late(parcel, task))
        changes = ChangeSet(watched.controller.id, ())
        if watched.memory.face is not None:  # the next glance is held against what waits
            face = merge(watched.memory.face, sighted.snapshot)
            changes = known_changes(watched.memory.face, face)
            watched.memory = replace(watched.memory, face=face)
        taken_at = sighted.snapshot.taken_at
        site.unrecorded.put(Unrecorded(watched.controller, changes, taken_at, future))
        return None

    async def stop(self) -> None:
        """Wait for nothing any more; the spool has what was not written."""
        for landing in self._landing:
            landing.cancel()
        await asyncio.gather(*self._landing, return_exceptions=True)

    async def _land(self, parcel: Parcel, future: "Future[Written]") -> Written:
        watched = parcel.watched
        try:
            written = await asyncio.wrap_future(future)
        finally:
            watched.unwritten -= 1
        if written.record is not None:
            tell_commit(written.record, written.commit)
            parcel.site.tally.committed()
            self._count(parcel, written.record)
        watched.memory = replace(watched.memory, unread=written.state.unread_count)
        face = watched.memory.face
        if face is not None and not watched.unwritten:
            seen = parcel.sighted.snapshot
            glanced = set(face.units) | (
                set(seen.sightings) if seen.depth is Depth.GLANCE else set()
            )
            seen_now = face_of(written.state, glanced)
            others = {
                one: kept for one, kept in face.units.items() if one.kind not in written.kinds
            }
            units = {**seen_now.units, **others}
            watched.memory = replace(watched.memory, face=replace(seen_now, units=units))
        return written

    def _count(self, parcel: Parcel, record: Record) -> None:
        """Count a change, to know when a controller is restless.

        The enrolment's own read does not count among the triggered deep ones: what the owner
        enrolled for holds back nothing, however late the store takes it.
        """
        watched, unrest = parcel.watched, parcel.watched.health.unrest
        if record.changes.first and parcel.triggered:
            watched.health = replace(watched.health, last_deep_at=None)
        if parcel.sighted.sums_up:
            unrest = restless.told(unrest)
        if not record.changes.first:
            unrest = restless.after_commit(unrest, observed(record.changes), self._clock.now())
        watched.health = replace(watched.health, unrest=unrest)
        parcel.site.ledger.remember(watched.controller.id, watched.health)

    def _late(self, parcel: Parcel, task: "asyncio.Task[Written]") -> None:
        """Tell the journal of a result that the store took after all."""
        if task.cancelled() or isinstance(task.exception(), EngineError):
            return  # the engine ended first; the spool has it
        told = JournalEntry(
            self._clock.now(),
            parcel.watched.controller.id,
            Outcome.CHANGED,
            parcel.sighted.snapshot.depth,
            reason="written late, from the spool",
        )
        error = task.exception()
        record = None if error else task.result().record
        if error is not None:
            reason = f"cannot be written: {error}"
            parcel.site.note(replace(told, outcome=Outcome.FAILED, reason=reason))
        elif record is not None:
            parcel.site.note(replace(told, change_id=record.change_id))


def _kept(site: OpenSite, spooled: str) -> AbstractContextManager[BinaryIO | None]:
    """Open a capture in the spool; without it the change itself still counts."""
    try:
        path = site.spool.path(spooled)
        with named_failures(path):
            return path.open("rb")
    except StoreError as error:
        _log.warning("a change is committed without its artefact: %s", error)
        return nullcontext()


def _patience_s(site: OpenSite) -> float:
    return WAIT_S if site.scribe.trouble is None else WAIT_IN_TROUBLE_S
