"""A site that cannot be opened is told on its own channels, and so is its end."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ccontrol.config.settings import Config
from ccontrol.poll import closed_sites
from ccontrol.poll.engine import Engine
from ccontrol.poll.places import EngineLock
from ccontrol.poll.sites import Sites
from tests.e2e.engine_plant import CLOCK, Plant, make_plant
from tests.e2e.test_alerts import siem
from tests.unit.alerts.receivers import Received, syslog_tcp
from tests.unit.poll.toy import TABLE

PATIENCE = 1_500
"""Looks, of 20 ms: the host may be busy."""


@pytest.fixture
def receiver() -> Iterator[Received]:
    with syslog_tcp() as received:
        yield received


def plants(folder: Path, port: int) -> tuple[Plant, Plant]:
    """One that nobody tells of, and one with a channel."""
    (folder / "another").mkdir()
    north, south = make_plant(folder), make_plant(folder / "another", name="south")
    return north, replace(south, site=replace(south.site, alerts=(siem(port),)))


async def heard(received: Received, count: int) -> None:
    for _ in range(PATIENCE):
        if len(received.messages) >= count:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"only {received.texts} came")


async def nobody_asks(*_asked: object) -> bytes:
    return b""


def test_its_channels_hear_that_it_is_closed_once_and_that_it_is_open_again(
    tmp_path: Path, receiver: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closed_sites, "GRACE_S", 0.2)
    monkeypatch.setattr(closed_sites, "LOOK_S", 0.05)
    north, south = plants(tmp_path, receiver.port)
    config = Config(tmp_path / "ccontrol.toml", (north.site, south.site), north.engine)

    async def incident() -> None:
        engine = Engine(config, CLOCK, TABLE)
        sites = Sites(engine, CLOCK, nobody_asks)
        lock = EngineLock(south.places)
        try:
            await sites.open_first()
            assert "south" in sites.missing
            await heard(receiver, 1)
            await sites.settle()  # still closed
            await asyncio.sleep(0.3)
            assert len(receiver.messages) == 1
            lock.close()
            await sites.settle()
            assert not sites.missing
            await heard(receiver, 2)
        finally:
            await sites.close(None)

    asyncio.run(incident())
    raised, cleared = receiver.texts[:2]
    assert ' site-closed [ccontrol@32473 id="site-closed-' in raised
    assert 'phase="raised"' in raised
    assert "south: the site cannot be opened, nothing of it is watched" in raised
    assert 'phase="cleared"' in cleared


def test_a_site_that_is_closed_for_a_moment_is_not_cried_about(
    tmp_path: Path, receiver: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closed_sites, "LOOK_S", 0.05)
    north, south = plants(tmp_path, receiver.port)
    config = Config(tmp_path / "ccontrol.toml", (north.site, south.site), north.engine)

    async def moment() -> None:
        sites = Sites(Engine(config, CLOCK, TABLE), CLOCK, nobody_asks)
        lock = EngineLock(south.places)
        try:
            await sites.open_first()
            await asyncio.sleep(0.3)
            lock.close()
            await sites.settle()
            await asyncio.sleep(0.3)
        finally:
            await sites.close(None)

    asyncio.run(moment())
    assert [each for each in receiver.messages if b" log-head " not in each] == []
