"""What a hostile controller can make us take in: so much at once, so much in a list, in a poll."""

import asyncio
from dataclasses import replace

import pytest

from ccontrol.clock import SystemClock
from ccontrol.drivers.api import Ask
from ccontrol.drivers.s7 import S7Driver
from ccontrol.model.aspect import Depth
from ccontrol.model.capture import Capture
from ccontrol.model.controller import Budget, Controller
from tests.contract.allowance import AMPLE, CountingPace
from tests.unit.drivers.s7.peers import envelope, peer, take

SETUP, USERDATA = 0xF0, 7
KIB = 1_024


def userdata(asked: bytes, payload: bytes) -> bytes:
    """A fragment that fits any such question, and says that more follows."""
    parameter = bytes((0, 1, 0x12, 8, 0x12, 0x80 | asked[15] & 0x0F, asked[16], 1, 0, 1, 0, 0))
    data = b"\xff\x09" + len(payload).to_bytes(2, "big") + payload
    sizes = len(parameter).to_bytes(2, "big") + len(data).to_bytes(2, "big")
    return b"\x32\x07\0\0" + asked[4:6] + sizes + parameter + data


def poll(depth: Depth, fragment: int, budget: Budget) -> Capture:
    """Poll a controller whose every list goes on for ever, in fragments of so many bytes."""
    endless = b"\x00\x00\x00\x00\xff\xff\xff\xff".ljust(fragment, b"\xaa")

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            asked = (await take(reader))[7:]
            if asked[1] == USERDATA:
                writer.write(envelope(userdata(asked, endless)))
            elif asked[10] == SETUP:
                agreed = b"\0\x08\0\0\0\0" + asked[10:18]
                writer.write(envelope(b"\x32\x03\0\0" + asked[4:6] + agreed))
            else:
                writer.write(envelope(b"\x32\x02\0\0" + asked[4:6] + b"\0\0\0\0\x81\x04"))
            await writer.drain()

    async def story() -> Capture:
        async with peer(script) as port:
            to = Controller("press-3", "north", "hall-1", "s7", "127.0.0.1", port, budget=budget)
            return await S7Driver().collect(to, Ask(depth), CountingPace(), SystemClock())

    return asyncio.run(story())


@pytest.mark.parametrize(
    ("depth", "most"), [(Depth.GLANCE, 256 * KIB), (Depth.DIAGNOSTICS, 4_096 * KIB)]
)
def test_a_poll_takes_in_what_its_depth_could_bring_and_no_more(depth: Depth, most: int) -> None:
    capture = poll(depth, 900, AMPLE)
    assert capture.bytes_received < most + 65_536
    for exchange in capture.exchanges:
        assert sum(map(len, exchange.answers)) < 80 * KIB


def test_a_glance_that_never_ends_is_over_its_budget() -> None:
    assert poll(Depth.GLANCE, 900, AMPLE).fault_class == "OverBudgetError"


def test_a_smaller_limit_of_the_owner_holds_for_a_glance_too() -> None:
    capture = poll(Depth.GLANCE, 900, replace(AMPLE, bytes_limit=65_536))
    assert "sent more than 65536 bytes in one poll" in str(capture.fault)


def test_an_answer_longer_than_what_was_agreed_upon_ends_the_poll() -> None:
    capture = poll(Depth.FULL, 60_000, AMPLE)
    assert capture.fault_class == "GarbledError"
    assert "where 960 were agreed" in str(capture.fault)
    assert capture.bytes_received < 130 * KIB
