"""Our driver reads the genuine C snap7 server: what it refuses is a refusal, not a failure."""

import asyncio

import pytest
import uvloop

from ccontrol.clock import SystemClock
from ccontrol.drivers.api import Ask
from ccontrol.drivers.s7 import S7Driver
from ccontrol.drivers.s7.options import S7Options
from ccontrol.drivers.s7.pdu import error_of
from ccontrol.model.aspect import Depth
from ccontrol.model.capture import Capture
from ccontrol.model.controller import Budget, Controller
from ccontrol.model.secret import Seal
from ccontrol.model.snapshot import Read, Unread
from ccontrol.model.unit import UnitId
from tests.strangers.conftest import CServer

pytestmark = pytest.mark.strangers


class Unpaced:
    async def turn(self) -> None:
        """Let everybody through."""


def poll(server: CServer, depth: Depth) -> Capture:
    controller = Controller(
        "stranger", "north", "hall-1", "s7", server.host, server.port,
        budget=Budget(time_limit_s=20.0), options=S7Options(),
    )  # fmt: skip
    return uvloop.run(S7Driver().collect(controller, Ask(depth), Unpaced(), SystemClock()))


def test_a_glance_is_answered_whole(c_server: CServer) -> None:
    capture = poll(c_server, Depth.GLANCE)
    assert capture.fault is None
    assert [one.question for one in capture.exchanges if one.fault] == []
    assert {error_of(one.answers[-1]) for one in capture.exchanges} == {0}


def test_a_full_read_goes_through_though_uploads_are_refused(c_server: CServer) -> None:
    capture = poll(c_server, Depth.FULL)
    assert capture.fault is None
    uploads = [one for one in capture.exchanges if one.question.startswith("upload ")]
    assert [one.question for one in uploads] == [f"upload 41 0000{n}" for n in (1, 2, 3)]
    assert {error_of(one.answers[-1]) for one in uploads} == {0xD241}
    assert [one.fault for one in uploads] == [None, None, None]


def test_the_blocks_that_it_refuses_are_unread_and_not_for_want_of_a_line(
    c_server: CServer,
) -> None:
    snapshot = S7Driver().interpret(poll(c_server, Depth.FULL), Seal(b"k" * 32))
    assert snapshot.usable
    for name in ("DB1", "DB2", "DB3"):
        sighting = snapshot.sightings[UnitId("DB", name)]
        assert isinstance(sighting, Unread)
        assert not sighting.transient
    assert isinstance(snapshot.sightings[UnitId("mode", "cpu")], Read)


def test_two_reads_give_the_same_snapshot(c_server: CServer) -> None:
    driver, seal = S7Driver(), Seal(b"k" * 32)
    first, second = (driver.interpret(poll(c_server, Depth.FULL), seal) for _ in range(2))
    assert first.sightings == second.sightings
    assert first.listings == second.listings


def test_it_can_be_read_on_plain_asyncio_too(c_server: CServer) -> None:
    controller = Controller("stranger", "north", "hall-1", "s7", c_server.host, c_server.port)
    driver = S7Driver()
    ask = Ask(Depth.GLANCE)
    assert asyncio.run(driver.collect(controller, ask, Unpaced(), SystemClock())).fault is None
