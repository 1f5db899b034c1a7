"""The door to python-snap7: what its parsers would say, and what is asked of a bad peer."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snap7.s7protocol import S7Protocol

from ccontrol.drivers.s7 import pdu as wire
from ccontrol.drivers.s7.client import Client, Heard
from ccontrol.errors import DriverError, GarbledError
from ccontrol.model.secret import Secret
from tests.contract.allowance import CountingPace
from tests.laws import examples
from tests.unit.drivers.s7.peers import envelope, line, peer, take

SERVICES = [(3, 1), (3, 2), (3, 3), (4, 1)]


def userdata(
    payload: bytes, service: tuple[int, int], *, more: int = 0, sequence: int = 2
) -> bytes:
    group, sub = service
    parameter = bytes((0, 1, 0x12, 8, 0x12, 0x80 | group, sub, sequence, 0, more, 0, 0))
    data = b"\xff\x09" + len(payload).to_bytes(2, "big") + payload
    sizes = len(parameter).to_bytes(2, "big") + len(data).to_bytes(2, "big")
    return b"\x32\x07\x00\x00\x00\x01" + sizes + parameter + data


def fragment(payload: bytes, *, more: bool = False) -> bytes:
    data = len(payload).to_bytes(2, "big") + b"\x00\xfb" + payload
    return (
        b"\x32\x03\x00\x00\x00\x01\x00\x02"
        + len(data).to_bytes(2, "big")
        + (b"\x00\x00\x1e" + bytes((more,)) + data)
    )


changes = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 255)), max_size=3)


@given(payload=st.binary(max_size=30), service=st.sampled_from(SERVICES), spoil=changes)
@settings(max_examples=examples(400))
def test_whatever_the_quick_look_takes_for_user_data_the_vendor_takes_for_the_same(
    payload: bytes, service: tuple[int, int], spoil: list[tuple[int, int]]
) -> None:
    answer = spoilt(userdata(payload, service, more=len(payload) % 2), spoil)
    quick = wire.plain_userdata(answer, bytes((0x80 | service[0], service[1])))
    if quick is None:
        assert spoil
        return
    vendor = S7Protocol()
    parsed = vendor.parse_response(answer)
    vendor.check_userdata_response(parsed, *service)
    parameters = parsed["parameters"]
    following = parameters["sequence_number"] if parameters["last_data_unit"] else None
    assert quick == (parsed["data"].get("data", b""), following)
    assert wire.error_of(answer) == 0


@given(payload=st.binary(max_size=30), more=st.booleans(), spoil=changes)
@settings(max_examples=examples(400))
def test_whatever_the_quick_look_takes_for_an_upload_the_vendor_takes_for_the_same(
    payload: bytes, more: bool, spoil: list[tuple[int, int]]
) -> None:
    answer = spoilt(fragment(payload, more=more), spoil)
    quick = wire.plain_upload(answer)
    if quick is None:
        assert spoil
        return
    vendor = S7Protocol()
    part, last = vendor.parse_upload_fragment(
        vendor.parse_response(answer), include_block_header=True
    )
    assert quick == (part, not last) == wire.upload_fragment(answer)


def spoilt(answer: bytes, spoil: list[tuple[int, int]]) -> bytes:
    changed = bytearray(answer)
    for at, byte in spoil:
        changed[at % len(changed)] = byte
    return bytes(changed)


@given(st.binary(max_size=60).map(lambda rest: b"\x32" + rest))
def test_taking_a_message_apart_never_fails_with_anything_but_garbled(answer: bytes) -> None:
    looks: list[Callable[[bytes], object]] = [
        wire.parse,
        wire.error_of,
        wire.group_of,
        wire.more_follows,
        wire.item_of,
        wire.upload_begun,
        wire.upload_fragment,
        wire.info_fingerprint,
        lambda pdu: wire.userdata_payload((pdu,)),
        lambda pdu: wire.upload_payload((pdu, pdu)),
    ]
    for look in looks:
        try:
            look(answer)
        except GarbledError:
            continue


Talk = Callable[[Client, Heard], Awaitable[int]]


async def against(answers: list[bytes], talk: Talk) -> tuple[int, Heard, list[bytes]]:
    """Ask a peer that answers with these messages, whatever it is asked."""
    asked: list[bytes] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            frame = await take(reader)
            asked.append(frame[7:])
            writer.write(envelope(answer[:4] + frame[11:13] + answer[6:]))
        await reader.read()

    async with peer(script) as port:
        to, heard = line(port), Heard()
        try:
            client = Client(to, CountingPace())
            await client.connect()
            return await talk(client, heard), heard, asked
        finally:
            to.close()


def test_fragments_are_asked_for_with_the_number_that_the_controller_gave() -> None:
    answers = [
        userdata(b"\x00\x11\x00\x00\x00\x04\x00\x02abcd", (4, 1), more=1, sequence=0x81),
        userdata(b"efgh", (4, 1), sequence=0x81),
    ]
    error, heard, asked = asyncio.run(against(answers, lambda c, h: c.szl(0x11, 0, h)))
    assert error == 0
    assert b"".join(heard.parts)[8:] == b"abcdefgh"
    assert asked[1][10:] == bytes.fromhex("00011208124401810000 0000 0a000000")


def test_more_than_101_fragments_are_read() -> None:
    answers = [userdata(b"\x00\x01\x22\x01", (3, 2), more=1) for _ in range(150)]
    answers.append(userdata(b"\x00\x02\x22\x01", (3, 2)))
    _, heard, _ = asyncio.run(against(answers, lambda c, h: c.listing(0x41, h)))
    assert len(b"".join(heard.parts)) == 151 * 4


@pytest.mark.parametrize("last", [True, False])
def test_a_list_is_no_longer_than_any_cpus_whatever_it_announces(last: bool) -> None:
    everything = b"\x00\x11\x00\x00\xff\xff\xff\xff"
    answers = [
        userdata(everything.ljust(40_000, b"x"), (4, 1), more=1),
        userdata(bytes(40_000), (4, 1), more=not last),
    ]
    with pytest.raises(GarbledError, match="at most 65544 bytes"):
        asyncio.run(against(answers, lambda c, h: c.szl(0x11, 0, h)))


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ("3207000000010 00c0004 0001120812840102 0000d402 0a000000", 0xD402),
        ("3207000000010 00c0004 0001120812840102 00000000 0a000000", 0x0A),
        ("3207000000010 00c0004 0001120812840102 00000000 05000000", 0x05),
        ("32020000000100000000 8104", 0x8104),
        ("32020000000100000000 0000", None),
        ("3203000000010002 0008 0000 0401 ff04002000000000", None),
        ("3207000000010 00c0004 0001120812830102 00000000 ff090000", None),
    ],
)
def test_a_refusal_is_told_from_rubbish(answer: str, wanted: int | None) -> None:
    message = bytes.fromhex(answer.replace(" ", ""))
    poll = against([message], lambda client, heard: client.szl(0x0424, 0, heard))
    if wanted is None:
        with pytest.raises(GarbledError):
            asyncio.run(poll)
    else:
        error, heard, _ = asyncio.run(poll)
        assert (error, len(heard.answers)) == (wanted, 1)


START = bytes.fromhex("320300000001001000000000 1d000100000000070730303030303230")
END = bytes.fromhex("320300000001000100000000 1f")


SETUP = bytes.fromhex("320300000001000800000000 f0000001000103c0")
numbers, codes = st.integers(0, 65_535), st.sampled_from(sorted(wire.BLOCK_TYPES.values()))


@given(code=codes, number=numbers, szl=st.tuples(numbers, numbers), upload=st.integers(0, 255))
@settings(max_examples=60)
def test_every_question_is_byte_for_byte_what_the_vendor_builds(
    code: int, number: int, szl: tuple[int, int], upload: int
) -> None:
    async def everything(client: Client, heard: Heard) -> int:
        await client.setup(heard)
        await client.counts(heard)
        await client.listing(code, heard)
        await client.szl(*szl, heard)
        await client.clock(heard)
        await client.info(code, number, heard)
        return await client.upload(code, number, heard)

    begun = START[:19] + bytes((upload,)) + START[20:]
    answers = [SETUP, userdata(b"", (3, 1)), userdata(b"", (3, 2)), userdata(b"", (4, 1))]
    answers += [userdata(b"", (7, 1))]
    answers += [userdata(b"", (3, 3)), begun, fragment(b"x", more=True), fragment(b"y" * 19), END]
    _, _, asked = asyncio.run(against(answers, everything))
    vendor = S7Protocol()  # it numbers them too: from 1, as the line does
    assert asked == [
        vendor.build_setup_communication_request(1, 1, 960),
        vendor.build_list_blocks_request(),
        vendor.build_list_blocks_of_type_request(code),
        vendor.build_read_szl_request(*szl),
        vendor.build_get_clock_request(),
        vendor.build_get_block_info_request(code, number),
        vendor.build_start_upload_request(code, number),
        vendor.build_upload_request(upload),
        vendor.build_upload_request(upload),
        vendor.build_end_upload_request(upload),
    ]


def test_an_upload_is_read_and_ended() -> None:
    answers = [START, fragment(b"x" * 12, more=True), fragment(b"y" * 8), END]
    error, heard, asked = asyncio.run(against(answers, lambda c, h: c.upload(0x38, 1, h)))
    assert (error, b"".join(heard.parts)) == (0, b"x" * 12 + b"y" * 8)
    assert asked[-1][10:] == b"\x1f\0\0\0\0\0\0\x07"


@pytest.mark.parametrize(
    "bad", [fragment(b"x" * 21), fragment(b"", more=True), fragment(b"x")[:-1]]
)
def test_an_upload_that_goes_wrong_is_ended_all_the_same(bad: bytes) -> None:
    asked: list[bytes] = []

    async def upload(client: Client, heard: Heard) -> int:
        with pytest.raises(GarbledError):
            await client.upload(0x38, 1, heard)
        asked.extend(heard.answers)
        return 0

    asyncio.run(against([START, bad, END], upload))
    assert asked[-1][10:] == END[10:]


def test_a_block_larger_than_any_is_not_read_and_the_upload_is_ended() -> None:
    asked: list[bytes] = []

    async def upload(client: Client, heard: Heard) -> int:
        with pytest.raises(GarbledError, match="a block of 9000020 bytes"):
            await client.upload(0x38, 1, heard)
        asked.extend(heard.answers)
        return 0

    huge = START[:-7] + b"9000020"
    asyncio.run(against([huge, END], upload))
    assert asked == [huge[:4] + asked[0][4:6] + huge[6:], asked[1]]
    assert asked[1][10:] == END[10:]


def test_a_refused_part_of_an_upload_is_a_refusal_and_the_upload_is_ended() -> None:
    refusal = bytes.fromhex("320200000001000000008702")
    error, heard, _ = asyncio.run(against([START, refusal, END], lambda c, h: c.upload(0x38, 1, h)))
    assert error == 0x8702
    assert len(heard.answers) == 3


def test_a_password_that_cannot_be_sent_is_not_named_in_the_error() -> None:
    async def enter(client: Client, _: Heard) -> int:
        with pytest.raises(GarbledError) as caught:
            await client.enter_password(Secret("gehütet"))
        assert "geh" not in repr(caught.value) + str(caught.value.__context__ or "")
        assert caught.value.__suppress_context__
        return 0

    asyncio.run(against([], enter))


def test_the_vendors_loggers_stay_silent_even_at_debug(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    refusal = bytes.fromhex("320700000001000c00040001120812840102 0000d402 0a000000")
    asyncio.run(against([refusal], lambda client, heard: client.szl(0x0424, 0, heard)))
    assert not [one for one in caplog.records if one.name.startswith("snap7")]


@given(st.lists(st.binary(max_size=80), min_size=1, max_size=4))
@settings(max_examples=60)
def test_rubbish_answers_end_in_an_error_of_ours(answers: list[bytes]) -> None:
    padded = [(b"\x32" + answer).ljust(6, b"\0") for answer in answers]

    async def talk(client: Client, heard: Heard) -> int:
        try:
            await client.upload(0x38, 1, heard)
            await client.counts(heard)
        except DriverError:
            return 1
        return 0

    asyncio.run(against(padded, talk))


def test_no_other_module_of_the_driver_imports_the_vendor() -> None:
    folder = Path(wire.__file__).parent
    importing = re.compile(r"^\s*(?:import|from) snap7", re.MULTILINE)
    found = [path.name for path in folder.glob("*.py") if importing.search(path.read_text())]
    assert found == ["client.py"]
