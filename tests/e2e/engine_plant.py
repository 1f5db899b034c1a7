"""A small plant of toy controllers with a real store, for the engine's end-to-end tests."""

import asyncio
import json
import multiprocessing
import os
import signal
import subprocess  # noqa: TID251 — stock git judges what was written
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from ccontrol.clock import SystemClock
from ccontrol.config.settings import Config, EngineSettings, KeyFile, Site, StoreSettings
from ccontrol.model.alert import Channel, Syslog
from ccontrol.model.aspect import Depth
from ccontrol.model.controller import Controller
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.secret import Secret
from ccontrol.poll import control
from ccontrol.poll.by_hand import poll_and_follow, poll_once
from ccontrol.poll.engine import Engine
from ccontrol.poll.places import Places
from ccontrol.poll.recovery import recover
from ccontrol.poll.signers import signer_of
from ccontrol.poll.site import open_site
from ccontrol.poll.waiting import Key
from ccontrol.store import creation, keys
from ccontrol.store.index import IndexReader
from ccontrol.store.index_rows import IndexedChange
from ccontrol.store.journal import Journal
from ccontrol.store.repository import Repository
from ccontrol.store.standing import Enrolment, Standing
from ccontrol.store.writer import Daemon
from tests.e2e import engine_process
from tests.unit.poll.toy import TABLE

T = TypeVar("T")
FORKS = multiprocessing.get_context("forkserver")
"""Whence daemons come: each is a process of its own, and all of them load ccontrol once."""
FORKS.set_forkserver_preload([engine_process.__name__])
ROOT = Path(__file__).parents[2]
CONFIGURATION = "plant.json"
CLOCK = SystemClock()
BUSY_S = 4.0
"""What a busy host may add to what is done within a second. What never ends takes longer."""
PATIENCE_S = 300.0
"""Longest wait for what has no time of its own to keep: the host may be busy."""


@dataclass
class Plant:
    """One site on disk."""

    folder: Path
    site: Site
    engine: EngineSettings = field(default_factory=lambda: EngineSettings(in_flight=8))

    @property
    def config(self) -> Config:
        return Config(self.folder / "ccontrol.toml", (self.site,), self.engine)

    @property
    def places(self) -> Places:
        return Places(self.site.store.path)

    def set_low_water(self, low_water_bytes: int) -> None:
        store = replace(self.site.store, low_water_bytes=low_water_bytes)
        self.site = replace(self.site, store=store)

    def enrol(self, *names: str) -> None:
        standing = Standing(self.places.standing)
        for name in names:
            standing.enrol(name, Enrolment(CLOCK.now(), "test"))

    def poll(self, name: str, depth: Depth = Depth.GLANCE) -> tuple[JournalEntry, ...]:
        return poll_once(self.config, Key(self.site.name, name), depth, CLOCK, drivers=TABLE)

    def journal(self, name: str | None = None) -> list[JournalEntry]:
        journal = Journal(self.places.journal, CLOCK)
        entries = [entry for day in journal.days() for entry in journal.read(day)]
        return [entry for entry in entries if name is None or entry.controller_id == name]

    def outcomes(self, name: str) -> list[Outcome]:
        return [entry.outcome for entry in self.journal(name)]

    def changes(self) -> list[IndexedChange]:
        if not self.places.index.exists():
            return []
        reader = IndexReader(self.places.index)
        try:
            return list(reversed(reader.changes()))
        finally:
            reader.close()

    def subjects(self) -> list[str]:
        with Repository.open(self.site.store.path) as repository:
            return [commit.subject for commit in reversed(repository.history())]

    def fsck(self) -> str:
        done = git(self.site.store.path, "fsck", "--strict", "--no-dangling", "--full")
        return (done.stdout + done.stderr).strip()


def make_plant(folder: Path, *controllers: Controller, name: str = "north") -> Plant:
    keys.generate(folder / "key")
    settings = StoreSettings(
        path=folder / name,
        signing_key=KeyFile(folder / "key"),
        seal_key=Secret("11" * 32),
        vault_recipient="",
        low_water_bytes=0,
    )
    site = Site(name, name.title(), settings, controllers)
    creation.create(settings.path, Daemon(site.name, signer_of(settings.signing_key)), CLOCK)
    return Plant(folder, site)


def git(git_dir: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["git", "--git-dir", str(git_dir), *arguments], capture_output=True, text=True, check=False
    )


def wait_until(happened: Callable[[], bool], timeout_s: float = PATIENCE_S) -> None:
    end = time.monotonic() + timeout_s
    looked_at = time.monotonic()
    while not happened():
        if time.monotonic() > end:
            raise AssertionError("it did not happen in time")
        took_s = time.monotonic() - looked_at
        time.sleep(max(0.02, 3 * took_s))  # a look at a history must not starve who writes it
        looked_at = time.monotonic()


class RunningDaemon:
    """The real daemon, in a process of its own. Its log and its configuration lie in a folder."""

    def __init__(self, folder: Path, *plants: Plant) -> None:
        self._folder = folder
        self.said = folder / f"daemon-{time.monotonic_ns()}.log"
        self.configure(*plants)
        self.said.touch()
        surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._process = FORKS.Process(
            target=engine_process.begin, args=(folder, self.said, surroundings)
        )
        self._process.start()

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    @property
    def words(self) -> str:
        return self.said.read_text()

    def configure(self, *plants: Plant) -> None:
        """Write the configuration that it reads next."""
        engine = plants[0].engine if plants else EngineSettings()
        door = str(engine.witness_socket) if engine.witness_socket else ""
        told = {"sites": [_site(plant) for plant in plants], "metrics": engine.metrics}
        text = json.dumps({**told, "witness_socket": door})
        (self._folder / CONFIGURATION).write_text(text)

    def reload(self, *plants: Plant) -> None:
        """Have it read a new configuration; returns when it has taken or refused it."""
        answers = self._reloads()
        self.configure(*plants)
        self.signal(signal.SIGHUP)
        wait_until(lambda: self._reloads() > answers)

    def is_ready(self, plant: Plant) -> bool:
        if self._process.exitcode is not None:
            raise AssertionError(f"the daemon ended: {self.words}")
        return control.ask_status(plant.places) is not None

    def signal(self, number: signal.Signals) -> None:
        if self._process.exitcode is None:
            os.kill(self.pid, number)

    def wait(self, timeout_s: float = PATIENCE_S) -> int:
        self._process.join(timeout_s)
        if self._process.exitcode is None:
            raise AssertionError("the daemon did not end in time")
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()
        self.wait()

    def _reloads(self) -> int:
        return self.words.count("the new configuration ")


def _site(plant: Plant) -> dict[str, Any]:
    controllers = [
        {
            "id": each.id,
            "port": each.port,
            "schedule": _schedule(each),
            "answer_timeout_s": each.budget.answer_timeout_s,
        }
        for each in plant.site.controllers
    ]
    store = plant.site.store
    return {
        "name": plant.site.name,
        "folder": str(plant.folder),
        "path": str(store.path),
        "low_water": store.low_water_bytes,
        "controllers": controllers,
        "alerts": [_channel(each) for each in plant.site.alerts],
        "roots": list(plant.site.people.roots) if plant.site.people else [],
        "timestamps": _timestamps(plant.site),
    }


def _timestamps(site: Site) -> dict[str, str] | None:
    """Whom the daemon asks for time stamps, and whose count."""
    settings = site.timestamps
    if settings is None:
        return None
    return {"url": settings.url, "authority": str(settings.authorities[0])}


def _channel(channel: Channel) -> dict[str, Any]:
    assert isinstance(channel.way, Syslog)
    return {"name": channel.name, "port": channel.way.port, "events": channel.events}


def _schedule(controller: Controller) -> dict[str, float]:
    schedule = controller.schedule
    return {name: getattr(schedule, name) for name in schedule.__slots__}


@contextmanager
def starting(*plants: Plant) -> Iterator[RunningDaemon]:
    """Start a daemon and wait for nothing."""
    running = RunningDaemon(plants[0].folder, *plants)
    try:
        yield running
    finally:
        running.kill()


@contextmanager
def daemon(*plants: Plant) -> Iterator[RunningDaemon]:
    """Run a daemon that answers."""
    with starting(*plants) as running:
        for plant in plants:
            wait_until(partial(running.is_ready, plant))
        yield running


class Watch:
    """An engine without a schedule, in a thread of its own, to be asked by hand."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self.site = open_site(plant.site, plant.folder, CLOCK)
        self.engine: Engine

    def poll(self, name: str = "press-1", depth: Depth = Depth.GLANCE) -> tuple[JournalEntry, ...]:
        entries = self.do(poll_and_follow(self.engine, Key("north", name), depth))
        assert self.site.ledger.flush(PATIENCE_S)
        return entries

    async def glance(self, name: str = "press-1") -> JournalEntry:
        """One glance, without what follows it."""
        return await self.engine.ask(Key("north", name), Depth.GLANCE)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    def start(self) -> None:
        self._thread.start()
        self.do(self._start())

    def stop(self) -> None:
        self.do(self.engine.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self.site.close(5)

    async def _start(self) -> None:
        self.engine = Engine(self._plant.config, CLOCK, TABLE)
        self.engine.adopt([self.site])
        await recover(self.site, self.engine.roster, self.engine.crew, CLOCK)
        self.engine.start()


@contextmanager
def watching(plant: Plant) -> Iterator[Watch]:
    watch = Watch(plant)
    watch.start()
    try:
        yield watch
    finally:
        watch.stop()
