"""The clock of the engine: APScheduler, which does nothing but say whose turn it is.

It never polls, never waits for a poll and keeps nothing: what is due after a restart is told to it.
APScheduler is imported nowhere else.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.events import (
    EVENT_JOB_ERROR,
    EVENT_JOB_MAX_INSTANCES,
    EVENT_JOB_MISSED,
    JobExecutionEvent,
)
from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from ccontrol.clock import Clock
from ccontrol.model.aspect import Depth
from ccontrol.poll.waiting import Key

STEP_S = 2.0
"""The wall clock may drift from the monotonic one by so much between two looks."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_log = logging.getLogger(__name__)
logging.getLogger("apscheduler").setLevel(logging.WARNING)  # it has two lines for every turn


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn comes how often."""

    key: Key
    depth: Depth
    interval_s: float
    next_at: datetime | None = None
    """When it is due first; None: at its next phase."""
    late_by_s: float = 0.0
    """How long one that is overdue waits yet, so that a restart brings no herd."""


@dataclass(frozen=True, slots=True)
class Tick:
    """It is this controller's turn."""

    key: Key
    depth: Depth
    missed: int = 0
    """Turns before this one that could not be told: the host was suspended or starved."""


def phase_s(key: Key, depth: Depth, interval_s: float) -> float:
    """Return where in its interval a controller's turn lies: spread evenly, the same for ever."""
    digest = hashlib.sha256(f"{key} {depth}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 * interval_s


def next_phase(turn: Turn, now: datetime) -> datetime:
    """Return the next moment at which a turn is due by its phase."""
    phase = phase_s(turn.key, turn.depth, turn.interval_s)
    since_s = (now - _EPOCH).total_seconds() - phase
    whole = since_s // turn.interval_s + 1
    return _EPOCH + timedelta(seconds=whole * turn.interval_s + phase)


class Timetable:
    """Tells ticks, from a thread of its own. `on_tick` must only enqueue."""

    def __init__(self, on_tick: Callable[[Tick], None], clock: Clock) -> None:
        self._on_tick = on_tick
        self._clock = clock
        self._told: dict[str, float] = {}
        self._offset_s = self._wall_offset_s()
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": DebugExecutor()},  # in the clock's own thread: it only enqueues
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._scheduler.add_listener(
            self._tell_gap, EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES | EVENT_JOB_ERROR
        )

    def start(self) -> None:
        """Begin to tell ticks."""
        self._scheduler.start()

    def stop(self) -> None:
        """Tell no more ticks."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    @property
    def is_alive(self) -> bool:
        """Whether its thread still runs."""
        thread = getattr(self._scheduler, "_thread", None)
        return thread is not None and thread.is_alive()

    def lay(self, turns: Iterable[Turn]) -> None:
        """Make this the timetable: other turns are dropped, each of these is due at its time."""
        self._scheduler.remove_all_jobs()
        now = self._clock.now()
        for turn in turns:
            first = next_phase(turn, now)
            if turn.next_at is not None and turn.next_at < first:
                first = max(turn.next_at, now + timedelta(seconds=turn.late_by_s))
            self._scheduler.add_job(
                self._tell,
                IntervalTrigger(
                    seconds=turn.interval_s, start_date=next_phase(turn, now), timezone=UTC
                ),
                args=(turn,),
                id=_name(turn),
                next_run_time=first,
            )
        self._told.clear()

    def next_at(self, key: Key, depth: Depth) -> datetime | None:
        """Return when a turn is due next."""
        job = self._scheduler.get_job(f"{key} {depth}")
        found = None if job is None else job.next_run_time
        return found if isinstance(found, datetime) else None

    def clock_step_s(self) -> float:
        """Return by how much the wall clock stepped since the last look; 0 for mere drift.

        APScheduler reads the wall clock: after a step its turns come late or all at once, so the
        timetable must be laid anew.
        """
        step_s = self._wall_offset_s() - self._offset_s
        if abs(step_s) < STEP_S:
            return 0.0
        self._offset_s += step_s
        return step_s

    def _wall_offset_s(self) -> float:
        return (self._clock.now() - _EPOCH).total_seconds() - self._clock.monotonic()

    def _tell(self, turn: Turn) -> None:
        now = self._clock.monotonic()
        last = self._told.get(_name(turn))
        self._told[_name(turn)] = now
        missed = 0 if last is None else max(0, round((now - last) / turn.interval_s) - 1)
        self._on_tick(Tick(turn.key, turn.depth, missed))

    def _tell_gap(self, event: JobExecutionEvent) -> None:
        site, _, rest = str(event.job_id).partition("/")
        controller_id, _, depth = rest.rpartition(" ")
        _log.error("a turn was not told job=%s", event.job_id)
        self._on_tick(Tick(Key(site, controller_id), Depth(depth), missed=1))


def _name(turn: Turn) -> str:
    return f"{turn.key} {turn.depth}"
