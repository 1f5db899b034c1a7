"""The loop of the sensor: waits for packets, hands on what they mean, says how well it watched.

One thread. Whatever takes time here is caught up from the ring that the kernel fills meanwhile.
"""

import ipaddress
import logging
import select
from datetime import datetime
from typing import Final, Protocol

from ccontrol.canonical.witness import Act, Whom
from ccontrol.clock import Clock
from ccontrol.model.engineering import EngineeringEvent
from ccontrol.model.witness import Watch
from ccontrol.sensor.ear import Ear, Findings, Orders
from ccontrol.sensor.evidence import Evidence
from ccontrol.sensor.ring import Ring
from ccontrol.sources.wire.recording import Frame

TURN_S: Final = 0.5
WATCH_S: Final = 10.0
STOP_S: Final = 5.0
"""So long it waits at its end for the daemon to keep what it was handed."""

_log = logging.getLogger(__name__)


class Source(Protocol):
    """Where frames come from."""

    def filenos(self) -> tuple[int, ...]:
        """Return what to wait on."""

    def frames(self) -> list[Frame]:
        """Return some frames, none when there are none now. Does not wait."""

    def losses(self) -> int:
        """Return how many were dropped since the last call. Raises SensorError at its end."""


class Listener(Protocol):
    """Who is told. See DaemonLine and Printed."""

    @property
    def wants_to_send(self) -> bool:
        """Something waits for the socket to take it."""

    @property
    def is_done(self) -> bool:
        """Everything was taken."""

    def fileno(self) -> int | None:
        """Return what to wait on."""

    def put(self, said: EngineeringEvent | Watch) -> bool:
        """Take an event or a watch; False when there is no room."""

    def hint(self, act: Act) -> None:
        """Take a hint."""

    def close(self) -> None:
        """Nothing more is told."""

    def turn(self) -> Whom | None:
        """Go on, without waiting; return whom the daemon wants watched when it says so anew."""


class Notifier(Protocol):
    """The service manager."""

    def say(self, *words: str) -> None:
        """Send words like "READY=1"."""


class Sensor:
    """Listens until it is told to stop, or hears nothing any more."""

    def __init__(
        self, orders: Orders, listener: Listener, clock: Clock, ring: Ring | None = None
    ) -> None:
        self._listener = listener
        self._clock = clock
        self._ring = ring
        self._ports = frozenset(orders.watchlist.ports)
        evidence = None if ring is None else Evidence(ring.add)
        findings = Findings(self._hand, listener.hint)
        self.ear = Ear(orders, findings, evidence)
        self._unsaid = 0
        """Losses that no watch has told of yet."""
        self._since: datetime = clock.now()
        self._next_turn_s = self._next_watch_s = 0.0
        self._stopping = False

    def _know(self, whom: Whom) -> None:
        """Take the daemon's controllers: their packets are counted one by one from now on."""
        addresses = set()
        for address, port in whom.controllers:
            try:
                addresses.add(ipaddress.ip_address(address).packed)
            except ValueError:
                _log.warning("a controller without an IP address is not counted: %r", address)
            if port not in self._ports:
                _log.warning("nothing is heard of %s: --port %d=PROTOCOL is missing", address, port)
        self.ear.know(frozenset(addresses))

    def stop(self) -> None:
        """End soon. May be called by a signal's handler."""
        self._stopping = True

    def run(self, source: Source, notifier: Notifier) -> None:
        """Listen. Raises SensorError when an interface goes down: it has to be started anew."""
        self._since = self._clock.now()
        self._next_watch_s = self._clock.monotonic() + WATCH_S
        notifier.say("READY=1", "STATUS=listening")
        _log.info("the sensor listens")
        try:
            while not self._stopping:
                self._wait(source)
                for frame in source.frames():
                    self.ear.hear(frame)
                whom = self._listener.turn()
                if whom is not None:
                    self._know(whom)
                if self._clock.monotonic() >= self._next_turn_s:
                    self._turn(source, notifier)
            self._lost(source.losses())
        finally:
            notifier.say("STOPPING=1")
            self._end()
            self._listener.close()
            _log.info("the sensor ended")

    def _wait(self, source: Source) -> None:
        poll = select.poll()
        for door in source.filenos():
            poll.register(door, select.POLLIN)
        line = self._listener.fileno()
        if line is not None:
            sending = select.POLLOUT if self._listener.wants_to_send else 0
            poll.register(line, select.POLLIN | sending)
        poll.poll(TURN_S * 1000)

    def _turn(self, source: Source, notifier: Notifier) -> None:
        now_s = self._clock.monotonic()
        self._next_turn_s = now_s + TURN_S
        self._lost(source.losses())
        self.ear.turn(self._clock.now())
        if self._ring is not None:
            self._ring.tend()
        if now_s >= self._next_watch_s:
            self._next_watch_s = now_s + WATCH_S
            watch = self._watch()
            notifier.say(
                "WATCHDOG=1", f"STATUS=listening, {watch.packets} packets in {WATCH_S:.0f} s"
            )

    def _lost(self, count: int) -> None:
        self._unsaid += count
        if self._ring is not None:
            self._ring.dropped += count

    def _hand(self, event: EngineeringEvent) -> None:
        if not self._listener.put(event):
            self._unsaid += 1

    def _watch(self) -> Watch:
        """Say how well it watched. Where there is no room for that, the next one tells the loss."""
        now = self._clock.now()
        watch = self.ear.watch(self._since, max(now, self._since), self._unsaid)
        self._since = now
        self._unsaid = 0 if self._listener.put(watch) else watch.dropped + 1
        if watch.dropped:
            _log.warning(
                "not everything was heard dropped=%d packets=%d", watch.dropped, watch.packets
            )
        return watch

    def _end(self) -> None:
        """Tell what is there, and give the daemon a little time to take it."""
        self.ear.close()
        if self._ring is not None:
            self._ring.close()
        self._watch()
        until_s = self._clock.monotonic() + STOP_S
        while not self._listener.is_done and self._clock.monotonic() < until_s:
            self._listener.turn()
            fileno = self._listener.fileno()
            poll = select.poll()
            if fileno is not None:
                poll.register(fileno, select.POLLIN)
            poll.poll(50)
