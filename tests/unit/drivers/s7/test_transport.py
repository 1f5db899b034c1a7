"""One connection to a controller: what it survives, and how soon it gives up."""

import asyncio
import socket
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import uvloop
from snap7.s7protocol import S7Protocol

from ccontrol.drivers.s7.cotp import data_frame
from ccontrol.drivers.s7.transport import Line
from ccontrol.errors import (
    DriverError,
    GarbledError,
    NoSpareConnectionError,
    OverBudgetError,
    ReadOnlyViolationError,
    RefusedError,
    UnreachableError,
)
from tests.unit.drivers.s7.peers import AMPLE_S, Script, echo, envelope, line, peer, take

Run = Callable[[Coroutine[Any, Any, None]], None]
QUESTION = S7Protocol().build_read_szl_request(0x0424, 0)


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """Every story is told on both event loops."""
    return asyncio.run if request.param == "asyncio" else uvloop.run


async def asked(to: Line) -> bytes:
    try:
        await to.connect()
        return await to.ask(QUESTION)
    finally:
        to.close()


async def fails(script: Script, wanted: type[DriverError], text: str, **limits: float) -> Line:
    """Ask a peer that misbehaves; it must be found out with that error long before `AMPLE_S`."""
    began = time.monotonic()
    async with peer(script) as port:
        to = line(
            port,
            timeout_s=limits.get("timeout_s", AMPLE_S),
            bytes_limit=int(limits.get("bytes_limit", 100_000)),
        )
        with pytest.raises(wanted, match=text):
            await asked(to)
        assert time.monotonic() - began < AMPLE_S / 2
    assert to.error is not None
    return to


def test_an_answer_comes_back_whole_and_every_byte_is_counted(run: Run) -> None:
    async def story() -> None:
        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            frame = await take(reader)
            writer.write(envelope(echo(frame)))

        async with peer(script) as port:
            to = line(port)
            answer = await asked(to)
        assert answer == b"\x32\x07\x00\x00\x00\x01\x00\x00\x00\x00"
        assert (to.requests, to.bytes_sent, to.bytes_received) == (2, 22 + 33, 22 + 17)

    run(story())


def test_the_number_of_a_question_starts_again_after_65535(run: Run) -> None:
    async def story() -> None:
        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while True:
                writer.write(envelope(echo(await take(reader))))

        async with peer(script) as port:
            to = line(port)
            await to.connect()
            to.requests = 65_535
            numbers = [(await to.ask(QUESTION))[4:6].hex() for _ in range(3)]
            to.close()
        assert numbers == ["ffff", "0000", "0001"]

    run(story())


def test_an_answer_that_arrives_byte_by_byte_is_put_together(run: Run) -> None:
    async def story() -> None:
        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for byte in envelope(echo(await take(reader))):
                writer.write(bytes((byte,)))
                await asyncio.sleep(0.001)

        async with peer(script) as port:
            assert len(await asked(line(port))) == 10

    run(story())


def test_segments_of_an_answer_are_put_together(run: Run) -> None:
    async def story() -> None:
        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            pdu = echo(await take(reader), b"abcdefghij")
            writer.write(envelope(pdu[:4], last=False) + envelope(pdu[4:9], last=False))
            await asyncio.sleep(0.01)
            writer.write(envelope(pdu[9:]))

        async with peer(script) as port:
            assert (await asked(line(port))).endswith(b"abcdefghij")

    run(story())


def test_a_closed_port_is_named_with_host_and_port(run: Run) -> None:
    async def story() -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        with pytest.raises(UnreachableError, match=f"127.0.0.1:{port}: no connection"):
            await asked(line(port))

    run(story())


def test_a_name_that_nobody_knows_is_unreachable(run: Run) -> None:
    async def story() -> None:
        to = line(1)
        to._peer = to._cpu = type(to._cpu)("127.0.0.999", 102, to._cpu.connection_type, 0, 2)
        with pytest.raises(UnreachableError, match=r"127\.0\.0\.999:102"):
            await asked(to)

    run(story())


def test_a_peer_that_accepts_and_says_nothing_is_left(run: Run) -> None:
    async def story() -> None:
        async def script(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
            await reader.read()

        async with peer(script, confirm=None) as port:
            with pytest.raises(UnreachableError, match=r"no answer within 0.5 s"):
                await asked(line(port, timeout_s=0.5))

    run(story())


def test_a_silent_peer_costs_one_answer_timeout(run: Run) -> None:
    async def script(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async def story() -> None:
        await fails(script, UnreachableError, r"no answer within 0.5 s", timeout_s=0.5)

    run(story())


def test_a_trickle_does_not_extend_the_answer_timeout(run: Run) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for byte in envelope(echo(await take(reader), bytes(200))):
            writer.write(bytes((byte,)))
            await asyncio.sleep(0.1)
            if writer.is_closing():
                return

    async def story() -> None:
        await fails(script, UnreachableError, r"only part of an answer within 0.5 s", timeout_s=0.5)

    run(story())


def test_a_peer_that_closes_is_noticed_at_once(run: Run) -> None:
    async def script(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await take(reader)

    async def story() -> None:
        await fails(script, UnreachableError, "closed the connection without an answer")

    run(story())


def test_a_peer_that_closes_in_the_middle_of_an_answer_is_noticed_at_once(run: Run) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(envelope(echo(await take(reader)))[:9])

    async def story() -> None:
        await fails(script, UnreachableError, "closed the connection in the middle of an answer")

    run(story())


def test_a_peer_that_never_stops_sending_is_stopped_by_the_bytes_limit(run: Run) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pdu = echo(await take(reader), bytes(900))
        while True:
            writer.write(envelope(pdu, last=False))
            await writer.drain()
            await asyncio.sleep(0)

    async def story() -> None:
        to = await fails(script, OverBudgetError, "more than 3000 bytes", bytes_limit=3000)
        assert to.bytes_received < 300_000

    run(story())


def test_segments_without_end_are_refused_though_each_is_small(run: Run) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await take(reader)
        while True:
            writer.write(envelope(b"x", last=False))
            await writer.drain()
            await asyncio.sleep(0)

    async def story() -> None:
        await fails(script, GarbledError, "segments does not end", bytes_limit=10**7)

    run(story())


def test_empty_segments_are_refused(run: Run) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await take(reader)
        writer.write(envelope(b"", last=False))
        await reader.read()

    async def story() -> None:
        await fails(script, GarbledError, "does not end")

    run(story())


def test_an_answer_to_another_question_is_refused(run: Run) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await take(reader)
        writer.write(envelope(b"\x32\x07\x00\x00\x00\x09\x00\x00\x00\x00"))
        await reader.read()

    async def story() -> None:
        await fails(script, GarbledError, "an answer to another question: 0009 for 0001")

    run(story())


def test_a_second_answer_to_one_question_ends_the_connection(run: Run) -> None:
    async def story() -> None:
        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            frame = envelope(echo(await take(reader)))
            writer.write(frame + frame)
            await reader.read()

        async with peer(script) as port:
            to = line(port)
            await to.connect()
            await to.ask(QUESTION)
            with pytest.raises(GarbledError, match="speaks unasked"):
                await to.ask(QUESTION)
            to.close()

    run(story())


@pytest.mark.parametrize(
    "rubbish",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x03\x00\x00\x06\x02\xf0",
        b"\x03\x00\x00\x08\x02\xf0\x81\x32",
        b"\x03\x00\x00\x08\x03\xf0\x80\x32",
        b"\x03\x00\x00\x0b\x06\x80\x00\x01\x00\x02\x00",
        b"\x16",
    ],
)
def test_what_is_not_the_protocol_is_refused_at_once(run: Run, rubbish: bytes) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await take(reader)
        writer.write(rubbish)
        await reader.read()

    async def story() -> None:
        await fails(script, GarbledError, r"127\.0\.0\.1:")

    run(story())


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ("0300000b06800001000081", NoSpareConnectionError),
        ("0300000b06800001000003", RefusedError),
        ("0300000b06d00009000200", GarbledError),
        ("0300000b06700001000200", GarbledError),
        ("0300000b09d00001000200", GarbledError),
        ("0300000702f080", GarbledError),
    ],
)
def test_a_controller_that_turns_us_away_is_understood(
    run: Run, answer: str, wanted: type[DriverError]
) -> None:
    async def story() -> None:
        async def script(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
            await reader.read()

        async with peer(script, confirm=bytes.fromhex(answer)) as port:
            with pytest.raises(wanted):
                await asked(line(port))

    run(story())


def test_a_frame_that_is_no_read_never_reaches_the_socket(run: Run) -> None:
    async def story() -> None:
        heard: list[bytes] = []

        async def script(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
            heard.append(await reader.read())

        async with peer(script) as port:
            to = line(port)
            await to.connect()
            stop = S7Protocol().build_plc_control_request("stop")
            with pytest.raises(ReadOnlyViolationError):
                await to.ask(stop)
            to.close()
        assert heard == [b""]
        assert to.bytes_sent == 22
        assert len(data_frame(stop)) > 0

    run(story())


def test_whoever_waits_may_be_cancelled_and_nothing_is_left_behind(run: Run) -> None:
    async def story() -> None:
        async def script(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
            await reader.read()

        async with peer(script) as port:
            to = line(port, timeout_s=30)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await asked(to)
        assert len(asyncio.all_tasks()) == 1

    run(story())


def test_a_connection_that_was_never_opened_answers_nothing(run: Run) -> None:
    async def story() -> None:
        with pytest.raises(UnreachableError, match="not open"):
            await line(1).ask(QUESTION)

    run(story())
