"""Whoever carries the alerts of one channel: a thread that sends, and does not give up.

A receiver that hangs or refuses holds up its own channel alone. What it takes is acknowledged in
the queue, oldest first; what it does not take is tried again, after pauses that double.
"""

import logging
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from pydantic import TypeAdapter, ValidationError

from ccontrol.alerts.matching import as_wanted
from ccontrol.clock import Clock
from ccontrol.errors import CcontrolError, DeliveryError
from ccontrol.model.alert import Alert, Channel, Event, Phase, Syslog, When
from ccontrol.model.judgement import Severity

TOGETHER = 50
"""So many alerts go out together at most: after an outage nobody wants five thousand mails."""
DOUBT_AFTER = 6
"""After so many failures in a row an alert may be what is refused, and not the channel."""
RETRY_FIRST_S = 1.0
RETRY_MOST_S = 300.0
IDLE_S = 1.0
_PERIODS = {When.HOURLY: timedelta(hours=1), When.DAILY: timedelta(days=1)}
_ALERT = TypeAdapter(Alert)
_log = logging.getLogger(__name__)

Send = Callable[[Channel, Sequence[Alert], Clock], None]
Pulse = Callable[[int], Alert | None]
"""Number of the heartbeat → what to send now, or None when there is no proof of life."""
Told = Callable[[Channel, Sequence[Alert]], None]
"""Keeps that a channel has acknowledged alerts."""


class Queue(Protocol):
    """Where alerts wait. `store.outbox` is one."""

    def put(self, name: str, content: bytes) -> bool:
        """Keep one; False when there is no room, which is counted."""
        ...

    def waiting(self) -> tuple[str, ...]:
        """Return the names of what waits, oldest first."""
        ...

    @property
    def count(self) -> int:
        """How many wait; answered at once, whatever the disk does."""
        ...

    def read(self, name: str) -> bytes:
        """Return one. Raises CcontrolError."""
        ...

    def acknowledge(self, name: str) -> None:
        """Let go of one. Raises CcontrolError."""
        ...

    def put_aside(self, name: str, reason: str) -> None:
        """Keep what nobody understands out of the way, counted as lost."""
        ...

    @property
    def lost(self) -> int:
        """How many were kept out and not told as lost yet."""
        ...

    def told_lost(self, count: int) -> None:
        """Note that so many losses have been told."""
        ...

    def note_failure(self, since: str, failure: str) -> None:
        """Note for `status` that the other side takes nothing; empty words: it does."""
        ...


@dataclass(frozen=True, slots=True)
class Failing:
    """A channel that takes nothing."""

    since: datetime
    times: int
    reason: str


@dataclass(frozen=True, slots=True)
class ChannelStanding:
    """How a channel does."""

    name: str
    waiting: int
    lost: int
    """Kept out and not told as lost yet."""
    failing_since: datetime | None


@dataclass(frozen=True, slots=True)
class Means:
    """What a courier works with beside its channel and its queue."""

    site: str
    clock: Clock
    send: Send
    pulse: Pulse
    told: Told


class Courier:
    """The thread of one channel. `offer` may be called from any other one."""

    def __init__(self, channel: Channel, queue: Queue, means: Means) -> None:
        self.channel = channel
        self.failing: Failing | None = None
        self._site = means.site
        self._queue = queue
        self._clock = means.clock
        self._send = means.send
        self._pulse = means.pulse
        self._told = means.told
        self._retry_at = self._pulse_at = means.clock.monotonic()
        self._pulses = 0
        self._singly = 0
        """So many alerts go out one by one, until the one that is refused is found."""
        self._suspect = ""
        """The oldest, when the receiver has just taken the one behind it instead."""
        self._wake = threading.Event()
        self._stopping = threading.Event()
        name = f"courier of {channel.name}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; what waits from before goes out first."""
        self._thread.start()

    @property
    def standing(self) -> ChannelStanding:
        """How this channel does now. Waits for nothing: the engine's loop asks it."""
        failing, queue = self.failing, self._queue
        since = failing.since if failing else None
        return ChannelStanding(self.channel.name, queue.count, queue.lost, since)

    def offer(self, alert: Alert) -> None:
        """Take an alert for sending; returns once it waits as safely as the disk allows."""
        self._queue.put(alert.id, _ALERT.dump_json(as_wanted(self.channel, alert)))
        self._wake.set()

    def stop(self, timeout_s: float) -> bool:
        """End after the attempt in hand; False when that takes longer. The queue keeps the rest."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                went_out = self._turn()
            except Exception as error:  # noqa: BLE001 — supervised border: told, and tried again
                _log.exception("a courier's turn broke channel=%s", self.channel.name)
                self._failed(f"a defect: {error!r}")
                went_out = False
            if not went_out:
                self._wake.wait(IDLE_S)

    def _turn(self) -> bool:
        """Send what is due; True when there may be more."""
        self._beat()
        if self._clock.monotonic() < self._retry_at:
            return False
        waiting = self._queue.waiting()
        names = self._parcel(waiting)
        alerts = [alert for name in names if (alert := self._read(name)) is not None]
        lost = self._queue.lost
        if not (alerts or lost) or not self._is_due(alerts):
            return False
        told = [*alerts, *([self._loss(lost)] if lost else [])]
        if not self._attempt(told):
            self._give_up_on(names)
            return False
        self._suspect = waiting[0] if names and names[0] != waiting[0] else ""
        self._singly = max(0, self._singly - 1)
        for alert in alerts:
            self._queue.acknowledge(alert.id)
        if lost:
            self._queue.told_lost(lost)
        self._told(self.channel, told)
        return True

    def _parcel(self, waiting: Sequence[str]) -> Sequence[str]:
        """Return what goes out now: as much as fits together, unless one of them is in doubt.

        Then the oldest goes alone, and the one behind it in turns: which of them is refused tells
        the alert's fault from the receiver's.
        """
        doubts = (self.failing.times if self.failing else 0) - DOUBT_AFTER
        if doubts >= 0:
            self._singly = TOGETHER
            behind = waiting[1:2] if doubts % 2 else ()
            return behind or waiting[:1]
        return waiting[:1] if self._singly else waiting[:TOGETHER]

    def _give_up_on(self, names: Sequence[str]) -> None:
        """Put an alert aside that is refused just after the receiver took the one behind it.

        As long as nothing is taken, it is the receiver, and nothing is put aside.
        """
        if self._suspect and tuple(names) == (self._suspect,) and self.failing is not None:
            self._queue.put_aside(self._suspect, f"refused again and again: {self.failing.reason}")
            self._suspect = ""

    def _beat(self) -> None:
        """Send a heartbeat when one is due. It never waits in the queue: late, it says nothing."""
        way = self.channel.way
        now = self._clock.monotonic()
        if not isinstance(way, Syslog) or not way.heartbeat_s or now < self._pulse_at:
            return
        alert = self._pulse(self._pulses + 1)
        if alert is None:
            return
        self._pulse_at = now + way.heartbeat_s
        if self._attempt([alert]):
            self._pulses += 1

    def _attempt(self, alerts: Sequence[Alert]) -> bool:
        try:
            self._send(self.channel, alerts, self._clock)
        except DeliveryError as error:
            self._failed(str(error))
            return False
        if self.failing is not None:
            text = "a channel takes its alerts again site=%s channel=%s failures=%d"
            _log.warning(text, self._site, self.channel.name, self.failing.times)
            self._queue.note_failure("", "")
        self.failing = None
        self._retry_at = self._clock.monotonic()
        return True

    def _failed(self, reason: str) -> None:
        old = self.failing
        now = self._clock.now()
        times = old.times + 1 if old else 1
        self.failing = Failing(old.since if old else now, times, reason)
        wait_s = min(RETRY_FIRST_S * 2 ** min(times - 1, 20), RETRY_MOST_S)
        jitter = 0.75 + random.random() / 2  # noqa: S311 — spreads attempts, hides nothing
        self._retry_at = self._clock.monotonic() + wait_s * jitter
        if old is None or old.reason != reason:
            text = "a channel does not take its alerts: %s site=%s channel=%s"
            _log.error(text, reason, self._site, self.channel.name)
            self._queue.note_failure(self.failing.since.isoformat(), reason)

    def _read(self, name: str) -> Alert | None:
        try:
            return _ALERT.validate_json(self._queue.read(name))
        except ValidationError as error:
            self._queue.put_aside(name, f"nobody understands it: {error.error_count()} faults")
        except CcontrolError as error:
            _log.error("an alert in a queue cannot be read: %s", error)
        return None

    def _is_due(self, alerts: Sequence[Alert]) -> bool:
        """Say whether a digest's hour or day, of UTC, has ended since its oldest alert."""
        period = _PERIODS.get(self.channel.when)
        if period is None or not alerts:
            return True
        begun = datetime.min.replace(tzinfo=UTC)
        oldest = min(alert.at for alert in alerts)
        return (self._clock.now() - begun) // period > (oldest - begun) // period

    def _loss(self, count: int) -> Alert:
        now = self._clock.now()
        name = self.channel.name
        text = f"{count} alerts never went out on channel {name}: no room, or it refused them"
        return Alert(
            id=f"lost-{self.channel.name}-{now:%Y%m%dT%H%M%S}",
            event=Event.LOST,
            phase=Phase.HAPPENED,
            at=now,
            site=self._site,
            severity=Severity.HIGH,
            weighs=Severity.HIGH,
            text=text,
            facts=(("count", str(count)),),
        )
