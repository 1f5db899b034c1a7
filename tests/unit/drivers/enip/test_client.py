"""What leaves and what is made of what comes back, over real sockets."""

import asyncio
from collections.abc import Callable

import pytest

from ccontrol.drivers.enip.client import Client
from ccontrol.drivers.enip.frames import Reply
from ccontrol.drivers.enip.identity import identity
from ccontrol.drivers.enip.request import Request, Route, attributes, route_of
from ccontrol.drivers.enip.transport import Line
from ccontrol.errors import (
    CcontrolError,
    GarbledError,
    NoSpareConnectionError,
    ReadOnlyViolationError,
    RefusedError,
    UnreachableError,
)
from tests.contract.allowance import CountingPace
from tests.unit.drivers.enip import peers

WHO = Request(0x01, ((1, 1),))
EDITS = Request(0x03, ((0xAC, 1),), attributes(1, 2, 3, 4, 10))


class Talk:
    """One line to one peer that answers each frame by a function of it."""

    def __init__(self, answer: Callable[[bytes], bytes], route: Route = ()) -> None:
        self.answer, self.route = answer, route
        self.sent: list[bytes] = []
        self.heard: list[bytes] = []
        self.line: Line | None = None

    def run(self, *requests: Request) -> list[object]:
        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while True:
                asked = await peers.take(reader)
                self.sent.append(asked)
                answer = self.answer(asked)
                writer.write(answer)
                if not answer:
                    return

        async def story() -> list[object]:
            async with peers.peer(script, register=False) as port:
                self.line = peers.line(port)
                client = Client(self.line, CountingPace(), self.route)
                try:
                    await client.connect()
                    return [await client.ask(one, self.heard) for one in requests]
                finally:
                    self.line.close()

        return asyncio.run(story())


def polite(reply: bytes) -> Callable[[bytes], bytes]:
    def answer(asked: bytes) -> bytes:
        if asked[0] == 0x65:
            return peers.registered(asked)
        return peers.unconnected(asked, reply)

    return answer


ALL = b"\x81\x00\x00\x00" + peers.IDENTITY


def test_a_controller_behind_no_bridge_is_asked_directly() -> None:
    talk = Talk(polite(ALL))
    (reply,) = talk.run(WHO)
    assert identity(reply.data).name == "1756-L61/B LOGIX5561"  # type: ignore[attr-defined]  # not None
    assert talk.heard == [ALL]
    assert peers.message(talk.sent[1]) == bytes.fromhex("0102 2001 2401")


def test_a_controller_in_a_chassis_is_asked_through_its_backplane() -> None:
    talk = Talk(polite(ALL), route_of("1/0"))
    talk.run(WHO)
    assert peers.message(talk.sent[1]) == bytes.fromhex(
        "5202 2006 2401 0a05 0600 0102 2001 2401 0100 0100"
    )


def test_a_controller_behind_two_bridges_is_asked_through_both() -> None:
    talk = Talk(polite(ALL), route_of("1/3/2/192.168.1.5/1/0"))
    talk.run(WHO)
    way = bytes.fromhex("0900 0103 120b") + b"192.168.1.5\x00" + bytes.fromhex("0100")
    assert peers.message(talk.sent[1]).endswith(way)


def test_an_odd_message_is_padded_before_its_route() -> None:
    odd = Request(0x03, ((0xAC, 1),), attributes(1, 2))
    talk = Talk(polite(b"\x83\x00\x05\x00"), route_of("1/0"))
    talk.run(odd)
    assert len(peers.message(talk.sent[1])) % 2 == 0


def test_the_frames_are_those_of_factorytalk_but_for_session_context_and_time_out() -> None:
    talk = Talk(polite(ALL), route_of("1/0"))
    talk.run(WHO)
    # registering and asking the Identity of slot 0, as recorded
    assert talk.sent[0] == bytes.fromhex("65000400" + "00" * 20 + "01000000")
    recorded = bytes.fromhex("6f002400" + "00" * 20 + "00000000 0a00 0200 0000 0000 b200 1400")
    assert talk.sent[1][:4] == bytes.fromhex("6f002400")
    assert talk.sent[1][24:40] == recorded[24:40]


def test_an_instance_beyond_16_bits_is_named_in_the_format_that_cip_has_for_it() -> None:
    talk = Talk(polite(b"\xd5\x00\x00\x00"))
    talk.run(Request(0x55, ((0x6B, 0x12345),), attributes(1)))
    assert peers.message(talk.sent[1])[:10] == bytes.fromhex("5504 206b 2600 4523 0100")


def test_a_name_that_no_path_can_hold_is_told_and_nothing_is_sent() -> None:
    talk = Talk(polite(ALL))
    with pytest.raises(GarbledError, match="no path can hold"):
        talk.run(Request(0x55, ((0x6B, 0),), attributes(1), symbol="Program:" + "x" * 300))
    assert len(talk.sent) == 1  # the session alone


def refused(status: int) -> Callable[[bytes], bytes]:
    return lambda asked: peers.frame(asked, b"", session=0, status=status)


@pytest.mark.parametrize(
    ("status", "error", "says"),
    [
        (0x02, NoSpareConnectionError, "no memory left for another session"),
        (0x01, RefusedError, "does not know the command"),
        (0x69, RefusedError, "another version"),
        (0x77, RefusedError, "encapsulation status 0x77"),
    ],
)
def test_a_refused_registration_says_why(
    status: int, error: type[CcontrolError], says: str
) -> None:
    with pytest.raises(error, match=says):
        Talk(refused(status)).run(WHO)


def test_a_session_without_a_number_is_none() -> None:
    with pytest.raises(GarbledError, match="without a number"):
        Talk(lambda asked: peers.frame(asked, asked[24:28], session=0)).run(WHO)


def spoilt(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    return lambda asked: polite(ALL)(asked) if asked[0] == 0x65 else change(polite(ALL)(asked))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda one: b"\x70" + one[1:], "command 0x0070"),
        (lambda one: one[:4] + b"\x01" + one[5:], "of session"),
        (lambda one: one[:12] + b"\x99" + one[13:], "another question"),
        (lambda one: one[:40] + b"\x8e" + one[41:], "service 0E, not 01"),
    ],
)
def test_an_answer_to_another_question_ends_the_line(
    change: Callable[[bytes], bytes], says: str
) -> None:
    talk = Talk(spoilt(change))
    with pytest.raises(GarbledError, match=says):
        talk.run(WHO)
    assert talk.line is not None
    assert talk.line.error is not None


def test_an_adapter_that_refuses_one_message_is_still_spoken_to() -> None:
    refusing = iter((True, False))

    def answer(asked: bytes) -> bytes:
        whole = polite(ALL)(asked)
        return whole[:8] + b"\x08" + whole[9:] if asked[0] != 0x65 and next(refusing) else whole

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            writer.write(answer(await peers.take(reader)))

    async def story() -> None:
        async with peers.peer(script) as port:
            line = peers.line(port)
            client = Client(line, CountingPace(), ())
            await client.connect()
            with pytest.raises(GarbledError, match="encapsulation status 0x08"):
                await client.ask(WHO, [])
            assert (await client.ask(WHO, [])).status == 0
            line.close()

    asyncio.run(story())


def test_a_peer_that_closes_in_mid_reply_ends_the_line_at_once() -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await peers.take(reader)
        writer.write(polite(ALL)(asked)[:50])

    async def story() -> float:
        async with peers.peer(half) as port:
            line = peers.line(port)
            client = Client(line, CountingPace(), ())
            await client.connect()
            began = asyncio.get_running_loop().time()
            with pytest.raises(UnreachableError, match="in the middle of an answer"):
                await client.ask(WHO, [])
            line.close()
            return asyncio.get_running_loop().time() - began

    assert asyncio.run(story()) < peers.AMPLE_S / 2


def test_a_question_that_is_no_read_never_leaves() -> None:
    talk = Talk(polite(ALL))
    with pytest.raises(ReadOnlyViolationError):
        talk.run(Request(0x05, ((1, 1),)))
    assert len(talk.sent) == 1  # the session alone


def test_a_bridge_may_refuse_in_the_controllers_place_and_never_answer_for_it() -> None:
    refused = Talk(polite(b"\xd2\x00\x01\x01\x04\x02"), route_of("1/0"))
    (reply,) = refused.run(WHO)
    assert reply == Reply(0x52, 0x01, (0x0204,), b"")
    for status in (b"\x00", b"\x06"):
        posing = Talk(polite(b"\xd2\x00" + status + b"\x00" + peers.IDENTITY), route_of("1/0"))
        with pytest.raises(GarbledError, match="an answer to service 52, not 01"):
            posing.run(WHO)
