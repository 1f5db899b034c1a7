"""A real listener on 127.0.0.1, and a sink that keeps what it is given, or refuses it."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from ccontrol.clock import SystemClock
from ccontrol.errors import StoreFullError
from ccontrol.model.engineering import EngineeringEvent
from ccontrol.model.listening import Listening, Sender
from ccontrol.model.witness import Heard, Watch
from ccontrol.sources.syslog.listener import Listener

HERE = "127.0.0.1"
SENDERS = (Sender(HERE, "press-3"), Sender("127.0.0.2", "press-4"))
CHANGED = b"<109>1 - plc PG/HMIComm - - - SE_USER_PROGRAM_CHANGED"


@dataclass
class Kept:
    """What a sink was given, and how it behaves."""

    heard: list[Heard] = field(default_factory=list)
    refuses: bool = False
    breaks: bool = False
    hangs: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.hangs.set()

    def append_many(self, heard: Sequence[Heard]) -> None:
        self.hangs.wait(30)
        if self.breaks:
            self.breaks = False
            raise ValueError("no line can hold it")
        if self.refuses:
            raise StoreFullError("no room")
        self.heard.extend(heard)

    @property
    def events(self) -> list[EngineeringEvent]:
        return [one.said for one in self.heard if isinstance(one.said, EngineeringEvent)]

    @property
    def acts(self) -> list[EngineeringEvent]:
        return [event for event in self.events if event.action != "log.reported"]

    @property
    def lines(self) -> int:
        return sum(event.count for event in self.events)

    @property
    def watches(self) -> list[Watch]:
        return [one.said for one in self.heard if isinstance(one.said, Watch)]


@dataclass
class Ear:
    """A listener that runs, with what it told and what it handed over."""

    listener: Listener
    kept: Kept
    told: list[str]

    def port(self, way: str) -> int:
        return self.listener.ports[way]


@contextmanager
def listening(kept: Kept | None = None, /, **settings: Any) -> Iterator[Ear]:  # noqa: ANN401 — fields by name
    told: list[str] = []
    kept = kept or Kept()
    wanted = replace(Listening(SENDERS), **settings)
    ear = Ear(Listener(wanted, kept, SystemClock(), told.append), kept, told)
    ear.listener.start()
    try:
        assert ear.listener.wait_open(30)
        yield ear
    finally:
        kept.hangs.set()
        ear.listener.stop(30)
