"""The sockets of one site's syslog listener, read in a thread of its own with its own loop.

A flood of lines costs this thread its time, and others no more than their turn of the interpreter.
A way that cannot be opened is told and tried again; the others go on meanwhile.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from ccontrol.clock import Clock
from ccontrol.model.listening import Listening
from ccontrol.model.witness import LISTENER
from ccontrol.sources.syslog.datagrams import Datagrams
from ccontrol.sources.syslog.handing import Handing, Sink
from ccontrol.sources.syslog.hearing import Hearing
from ccontrol.sources.syslog.intake import Intake
from ccontrol.sources.syslog.streams import Streams

LOOK_S: Final = 1.0
WATCH_S: Final = 60.0
TRY_AGAIN_S: Final = 30.0
STOP_S: Final = 2.0
_log = logging.getLogger(__name__)

Told = Callable[[str], None]
"""Told of what a person should know, in a sentence: at most once for each address or way."""


class Listener:
    """Listens for one site until it is stopped."""

    def __init__(
        self, settings: Listening, sink: Sink, clock: Clock, told: Told, name: str = LISTENER
    ) -> None:
        self.settings = settings
        self.ports: dict[str, int] = {}
        """The ports that are open, by way; a test or a person may ask for port 0."""
        self._why: dict[str, str] = {}
        """Why a way could not be opened, by way."""
        self._clock = clock
        self._told = told
        self._handing = Handing(sink, name)
        senders = {each.address: each.controller for each in settings.senders}
        hearing = Hearing(name, senders, clock.now())
        self._intake = Intake(hearing, self._handing, clock, told)
        self._stop: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._opened = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"listener {name}", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._handing.start()
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether it listens; False after a defect, and when it was stopped."""
        return self._thread.is_alive()

    @property
    def taken(self) -> int:
        """How many lines of configured senders it has taken in so far."""
        return self._intake.taken

    @property
    def shut(self) -> tuple[str, ...]:
        """Say of each way that is wanted and not open why; it is tried again."""
        return tuple(
            f"{way} {self._why.get(way, 'is not open yet')}"
            for way, _ in self.settings.ways
            if way not in self.ports
        )

    def wait_open(self, timeout_s: float) -> bool:
        """Return whether every way was tried once within that time."""
        return self._opened.wait(timeout_s)

    def stop(self, timeout_s: float) -> None:
        """Close every socket, hand over what was heard, end both threads."""
        self._stopping.set()
        self._opened.wait(timeout_s)  # the loop is there by then
        if self._loop is not None and self._stop is not None:
            with suppress(RuntimeError):  # the loop has ended already
                self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout_s)
        self._handing.stop(timeout_s)

    def _run(self) -> None:
        try:
            asyncio.run(self._listen())
        except Exception:  # noqa: BLE001 — supervised border: told, and begun anew by its owner
            _log.exception("a syslog listener ended by a defect")
            self._opened.set()
            self._stopping.wait(TRY_AGAIN_S)  # whoever begins it anew does not do so at once

    async def _listen(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        datagrams = Datagrams(self._intake)
        streams = Streams(self._intake, self._clock, self.settings)
        looks = 0
        try:
            while not self._stop.is_set():
                if looks % TRY_AGAIN_S == 0:
                    await self._open(datagrams, streams)
                looks += 1
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), LOOK_S)
                self._intake.look(watch=looks % WATCH_S == 0)
                streams.look()
        finally:
            datagrams.close()
            await streams.close()
            self._intake.close()

    async def _open(self, datagrams: Datagrams, streams: Streams) -> None:
        """Open what is configured and not open yet."""
        for way, named in self.settings.ways:
            if way in self.ports:
                continue
            try:
                if way == "udp":
                    self.ports[way] = datagrams.open(named)
                else:
                    self.ports[way] = await streams.open(named, tls=way == "tls")
            except (OSError, ValueError) as error:
                why = getattr(error, "strerror", None) or str(error)
                self._why[way] = why
                self._told(f"syslog over {way} cannot listen on {named}: {why}; it is tried again")
            else:
                _log.info("listening for syslog way=%s on=%s", way, named)
        self._opened.set()
