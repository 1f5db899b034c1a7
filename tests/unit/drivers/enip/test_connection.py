"""Connections to a message router: opened, spoken over, closed, refused."""

import asyncio
import struct
from collections.abc import Awaitable, Callable

import pytest

from ccontrol.drivers.enip.client import Client
from ccontrol.drivers.enip.frames import Reply
from ccontrol.drivers.enip.request import Request, Route, route_of
from ccontrol.drivers.enip.status import table_is_full
from ccontrol.errors import GarbledError, OverBudgetError, UnreachableError
from tests.contract.allowance import CountingPace
from tests.unit.drivers.enip import peers

WHO = Request(0x01, ((1, 1),))
ALL = b"\x81\x00\x00\x00" + peers.IDENTITY
THEIRS = 0x00790D01


class Adapter:
    """An adapter that opens connections and answers over them; `spoil` alters what it says."""

    def __init__(self, open_reply: bytes = b"") -> None:
        self.open_reply = open_reply
        self.sent: list[bytes] = []
        self.spoil: Callable[[bytes], bytes] = lambda frame: frame
        self.ours = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            asked = await peers.take(reader)
            self.sent.append(asked)
            writer.write(self.spoil(self._answer(asked)))

    def _answer(self, asked: bytes) -> bytes:
        if asked[0] == 0x63:
            return peers.frame(asked, b"\x01\x00", session=0)
        if asked[0] == 0x70:
            return peers.connected(asked, ALL, self.ours)
        message = peers.message(asked)
        if message[0] in (0x54, 0x5B):
            self.ours = int.from_bytes(message[12:16], "little")
            opened = struct.pack("<II", THEIRS, self.ours) + bytes(18)
            return peers.unconnected(
                asked, self.open_reply or bytes((message[0] | 0x80, 0, 0, 0)) + opened
            )
        if message[0] == 0x4E:
            return peers.unconnected(asked, b"\xce\x00\x00\x00" + bytes(10))
        return peers.unconnected(asked, ALL)


def run(
    adapter: Adapter,
    story: Callable[[Client], Awaitable[object]],
    route: Route = ((1, "0"),),
    *,
    timeout_s: float = peers.AMPLE_S,
) -> object:
    async def whole() -> object:
        async with peers.peer(adapter.serve) as port:
            line = peers.line(port, timeout_s=timeout_s)
            client = Client(line, CountingPace(), route)
            try:
                await client.connect()
                return await story(client)
            finally:
                line.close()

    return asyncio.run(whole())


async def opened(client: Client, *, large: bool = True) -> Reply:
    return await client.open([], large=large)


def test_a_large_connection_is_opened_to_the_message_router_through_the_route() -> None:
    adapter = Adapter()

    async def story(client: Client) -> tuple[int, int]:
        reply = await opened(client)
        return reply.status, client.message_bytes

    assert run(adapter, story, route_of("1/3/2/192.168.1.5/1/0")) == (0, 4000)
    message = peers.message(adapter.sent[0])
    assert message[:6] == bytes.fromhex("5b02 2006 2401")
    assert message.endswith(bytes.fromhex("0100 2002 2401"))
    assert message[6 + 38 : 6 + 40] == bytes((0xA3, 11))  # explicit, and the path in words


def test_a_small_connection_is_asked_for_by_the_small_service() -> None:
    adapter = Adapter()

    async def story(client: Client) -> int:
        await opened(client, large=False)
        return client.message_bytes

    assert run(adapter, story) == 500
    assert peers.message(adapter.sent[0])[0] == 0x54


def test_questions_go_over_the_connection_and_modules_are_asked_beside_it() -> None:
    adapter = Adapter()

    async def story(client: Client) -> list[int]:
        await opened(client)
        await client.ask(WHO, [])
        await client.ask(WHO, [], route=((1, "3"),))
        await client.close([])
        await client.ask(WHO, [])
        return [client.message_bytes]

    assert run(adapter, story) == [504]
    commands = [one[0] for one in adapter.sent]
    assert commands == [0x6F, 0x70, 0x6F, 0x6F, 0x6F]
    assert int.from_bytes(adapter.sent[1][36:40], "little") == THEIRS
    assert peers.message(adapter.sent[3])[0] == 0x4E


def test_closing_where_none_is_open_says_nothing() -> None:
    adapter = Adapter()

    async def story(client: Client) -> object:
        return await client.close([])

    assert run(adapter, story) is None
    assert adapter.sent == []


def test_a_full_table_is_told_and_questions_go_without_a_connection() -> None:
    adapter = Adapter(bytes.fromhex("db 00 01 01 1301"))

    async def story(client: Client) -> tuple[bool, bool]:
        reply = await opened(client)
        await client.ask(WHO, [])
        return table_is_full(reply), client.connected

    assert run(adapter, story) == (True, False)
    assert [one[0] for one in adapter.sent] == [0x6F, 0x6F]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda frame: frame[:36] + b"\x99" + frame[37:],
        lambda frame: frame[:44] + b"\x99\x99" + frame[46:],
    ],
    ids=["another connection", "another sequence count"],
)
def test_an_answer_of_another_connection_or_question_ends_the_line(
    spoil: Callable[[bytes], bytes],
) -> None:
    adapter = Adapter()
    adapter.spoil = lambda frame: spoil(frame) if frame[0] == 0x70 else frame

    async def story(client: Client) -> None:
        await opened(client)
        with pytest.raises(GarbledError, match="another question"):
            await client.ask(WHO, [])
        with pytest.raises(GarbledError):
            await client.ask(WHO, [])

    run(adapter, story)


def test_a_peer_that_sends_more_than_allowed_is_let_go() -> None:
    adapter = Adapter()

    async def story() -> None:
        async with peers.peer(adapter.serve) as port:
            line = peers.line(port, bytes_limit=60)
            client = Client(line, CountingPace(), ())
            await client.connect()
            with pytest.raises(OverBudgetError, match="more than 60 bytes"):
                await client.ask(WHO, [])
            line.close()

    asyncio.run(story())


def test_a_silent_peer_is_given_up_after_the_time_of_one_answer() -> None:
    adapter = Adapter()
    adapter.spoil = lambda _: b""

    async def story(client: Client) -> None:
        with pytest.raises(UnreachableError, match=r"no answer within 1 s"):
            await client.ask(WHO, [])

    run(adapter, story, timeout_s=1.0)
