"""Frames, replies, identities and routes: what is whole is read, all else is refused."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.drivers.enip import connection, frames
from ccontrol.drivers.enip.frames import Frame, Reply, Stream
from ccontrol.drivers.enip.identity import identity, label, listed
from ccontrol.drivers.enip.request import route_of
from ccontrol.drivers.enip.status import encapsulation_words, is_passing, table_is_full, words
from ccontrol.errors import GarbledError
from tests.unit.drivers.enip.peers import IDENTITY

# as a 1756-ENBT/A answered, recorded; its address is replaced
LISTED = bytes.fromhex(
    "0100 0c00 2d00 0100 0002af127f0000010000000000000000 01000c003a00040330008e4d5200"
    "0b313735362d454e42542f41 03"
)


def header(size: int, data: bytes) -> bytes:
    return struct.pack("<HHIIQI", 0x6F, size, 1, 0, 2, 0) + data


def test_frames_come_whole_out_of_any_pieces() -> None:
    stream, found = Stream(), list[Frame]()
    for byte in header(3, b"abc") + header(0, b""):
        found += stream.feed(bytes((byte,)))
    assert [one.data for one in found] == [b"abc", b""]
    assert not stream.midway


def test_a_frame_longer_than_any_answer_is_refused_before_it_is_awaited() -> None:
    with pytest.raises(GarbledError, match="more than any answer has"):
        list(Stream().feed(header(60_000, b"")))


@given(st.binary(max_size=200))
def test_no_rubbish_makes_the_parsers_stumble(rubbish: bytes) -> None:
    for parse in (
        frames.frame, frames.unconnected, frames.connected, frames.items, frames.reply,
        identity, listed, connection.opened, lambda data: list(Stream().feed(data)),
    ):  # fmt: skip
        with contextlib.suppress(GarbledError):
            parse(rubbish)


def test_a_reply_carries_its_status_words_and_data() -> None:
    reply = frames.reply(bytes.fromhex("d2 00 01 01 1203 02"))
    assert reply == Reply(0x52, 0x01, (0x0312,), b"\x02")


@pytest.mark.parametrize("broken", ["", "81", "01000000", "81010000", "81000102", "8100010211"])
def test_what_is_no_reply_is_refused(broken: str) -> None:
    with pytest.raises(GarbledError):
        frames.reply(bytes.fromhex(broken))


def test_the_answers_within_a_packet_lie_end_to_end_or_there_are_none() -> None:
    two = bytes.fromhex("0200 0600 0a00 81000000 8e000800")
    assert [one.service for one in frames.several(Reply(0x0A, 0, (), two))] == [0x01, 0x0E]
    for broken in ("", "ff00", "0200 0600 0600 81000000 8e000800", "0200 0600 ff00 81000000"):
        assert frames.several(Reply(0x0A, 0, (), bytes.fromhex(broken))) == ()
    assert frames.several(None) == ()


def test_an_identity_is_read_with_its_numbers() -> None:
    one = identity(IDENTITY)
    assert (one.vendor, one.product_type, one.product_code) == (1, 14, 54)
    assert (one.revision, one.status, one.serial) == ("16.020", 0x3060, 0x0051823F)
    assert one.name == "1756-L61/B LOGIX5561"
    assert not one.empty


def test_a_listed_identity_is_read_behind_its_address() -> None:
    one = listed(LISTED)
    assert (one.name, one.product_type, one.revision) == ("1756-ENBT/A", 12, "4.003")


def test_zeros_are_an_empty_identity() -> None:
    assert identity(bytes(15)).empty


def test_control_characters_of_a_name_are_shown_and_not_obeyed() -> None:
    assert label(b"1756\x1b[2J\x00  ") == "1756\\x1b[2J"


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ("", ()),
        ("1/0", ((1, "0"),)),
        ("1/3/2/192.168.1.5/1/0", ((1, "3"), (2, "192.168.1.5"), (1, "0"))),
        ("1/007", ((1, "7"),)),
    ],
)
def test_a_route_is_read_as_people_write_it(text: str, route: object) -> None:
    assert route_of(text) == route


@pytest.mark.parametrize(
    "text", ["1", "/", "1/", "0/1", "15/1", "1/256", "1/0/2", "2/1.2.3", "2/1.2.3.999", "bp/0",
             "1/-1", "1/0/" * 9 + "1/0"],
)  # fmt: skip
def test_what_is_no_route_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"route|port|link"):
        route_of(text)


def test_refusals_are_told_in_words_with_their_numbers() -> None:
    full, gone = Reply(0x54, 1, (0x0113,), b""), Reply(0x52, 1, (0x0204,), b"")
    assert table_is_full(full)
    assert not table_is_full(gone)
    assert words(full) == "it has no connection left (status 0x01, 0x0113)"
    assert words(gone) == "no answer came from behind the bridge (status 0x01, 0x0204)"
    assert words(Reply(0x52, 1, (0x0312,), b"")).startswith("the route leads to no module")
    assert words(Reply(0x52, 1, (0x9999,), b"")).startswith("a connection on the way failed")
    assert words(Reply(0x01, 0x08, (), b"")) == "it has no such service (status 0x08)"
    assert words(Reply(0x01, 0xEE, (), b"")) == "it refuses (status 0xee)"
    assert is_passing(gone)
    assert encapsulation_words(0x64).startswith("the session is not valid")
