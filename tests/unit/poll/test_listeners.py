"""A daemon's listeners: begun as configured, begun anew when that changes, told what goes wrong."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from ccontrol.clock import SystemClock
from ccontrol.errors import StoreFullError
from ccontrol.model.listening import Listening, Sender
from ccontrol.model.witness import Heard
from ccontrol.poll.listeners import Listeners
from ccontrol.poll.site import OpenSite, open_site
from ccontrol.sources.syslog import handing
from tests.e2e.engine_plant import make_plant
from tests.unit.poll.toy import controller
from tests.unit.sources.syslog.ear import CHANGED, HERE

SENDER = Sender(HERE, "press-1")
UDP = Listening((SENDER,), udp=f"{HERE}:0")


@dataclass
class Taking:
    """Takes what is heard, in the loop of whoever listens."""

    heard: list[Heard] = field(default_factory=list)
    refusals: int = 0

    async def take(self, site: OpenSite, heard: Sequence[Heard]) -> None:
        assert site.name == "north"
        if self.refusals:
            self.refusals -= 1
            raise StoreFullError("no room")
        self.heard.extend(heard)

    def of(self, controller_id: str) -> list[Heard]:
        return [one for one in self.heard if one.controller_id == controller_id]


@dataclass
class Ears:
    """Listeners of one open site."""

    site: OpenSite
    listeners: Listeners
    taking: Taking

    def configure(self, settings: Listening | None) -> None:
        self.site.site = replace(self.site.site, syslog=settings)
        self.listeners.see_to([self.site])

    async def until_open(self, way: str = "udp") -> int:
        async with asyncio.timeout(30):
            while way not in self.listeners.ports("north"):
                self.listeners.see_to([self.site])
                await asyncio.sleep(0.01)
        return self.listeners.ports("north")[way]

    async def until_heard(self, controller_id: str) -> Heard:
        async with asyncio.timeout(30):
            while True:
                for heard in self.taking.of(controller_id):
                    return heard
                await asyncio.sleep(0.01)


@asynccontextmanager
async def ears(folder: Path, taking: Taking | None = None) -> AsyncIterator[Ears]:
    taking = taking or Taking()
    plant = make_plant(folder, controller(1))
    site = open_site(plant.site, plant.folder, SystemClock())
    found = Ears(site, Listeners(taking.take, SystemClock()), taking)
    try:
        yield found
    finally:
        await found.listeners.stop()
        site.close(5)


def send(port: int, whence: str = HERE) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.bind((whence, 0))
        door.sendto(CHANGED, (HERE, port))


def test_what_a_controller_says_is_taken_for_its_site(tmp_path: Path) -> None:
    async def story() -> None:
        async with ears(tmp_path) as here:
            here.configure(UDP)
            send(await here.until_open())
            heard = await here.until_heard("press-1")
            assert heard.source == "syslog"

    asyncio.run(story())


def test_a_site_whose_table_changes_listens_as_it_says_now(tmp_path: Path) -> None:
    async def story() -> None:
        async with ears(tmp_path) as here:
            here.configure(UDP)
            old = await here.until_open()
            here.configure(
                replace(UDP, senders=(Sender("127.0.0.2", "press-1"),), udp=f"{HERE}:{old}")
            )
            assert await here.until_open() == old, "the old one has let go of its port"
            send(old, "127.0.0.2")
            await here.until_heard("press-1")
            here.configure(None)
            assert here.listeners.ports("north") == {}

    asyncio.run(story())


def test_what_a_store_refuses_is_taken_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing, "RETRY_S", 0.05)

    async def story() -> None:
        async with ears(tmp_path, Taking(refusals=3)) as here:
            here.configure(UDP)
            send(await here.until_open())
            await here.until_heard("press-1")
            assert here.taking.refusals == 0

    asyncio.run(story())


def test_a_stranger_is_noted_in_the_journal_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with ears(tmp_path) as here:
            here.configure(UDP)
            port = await here.until_open()
            for whence in ("127.0.0.9", "127.0.0.9", HERE):
                send(port, whence)
            await here.until_heard("press-1")
            assert here.site.ledger.flush(30)
            (day,) = here.site.journal.days()
            reasons = [entry.reason for entry in here.site.journal.read(day)]
            told = "syslog from 127.0.0.9, which is no configured sender, is not read"
            assert reasons.count(told) == 1

    asyncio.run(story())
