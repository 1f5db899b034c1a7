"""Commands become the bytes that a real client sends; replies are taken apart, or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.drivers.pccc import commands
from ccontrol.errors import GarbledError
from tests.unit.drivers.pccc.heard import REQUESTOR


def test_a_typed_read_is_the_one_that_rslogix_sends() -> None:
    fields = commands.typed_read(0x22, 2, 40, 22)
    data = commands.execute(commands.TYPED_READ, 7, fields).data
    assert data[len(commands.REQUESTOR) :].hex() == "0f000700a21602220028"


def test_a_far_word_and_a_high_file_take_two_bytes_behind_ff() -> None:
    assert commands.typed_read(0x22, 2, 254, 80).hex() == "50022200fe"
    assert commands.typed_read(0x22, 2, 255, 80).hex() == "50022200ffff00"
    assert commands.typed_read(0x89, 300, 1000, 2).hex() == "02ff2c018900ffe803"


def test_an_address_of_a_plc5_is_that_of_the_manual() -> None:
    """N7:30 is 07 00 07 1E (1770-6.5.16, page 13-12)."""
    assert commands.word_range_read(7, 30, 2).hex() == "00000100" + "0700071e" + "02"


def test_a_reply_is_taken_apart() -> None:
    told = commands.reply(REQUESTOR + bytes.fromhex("4f00 63c5 0102"), 0x0F)
    assert told == (0xC563, 0, b"\x01\x02")


def test_a_refusal_has_its_status_and_no_data() -> None:
    assert commands.reply(REQUESTOR + bytes.fromhex("4f10 0700 ff"), 0x0F) == (7, 0x1000, b"")
    assert commands.reply(REQUESTOR + bytes.fromhex("4ff0 0700 0b"), 0x0F) == (7, 0xF00B, b"")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        REQUESTOR,
        REQUESTOR + b"\x4f\x00\x07",
        REQUESTOR + bytes.fromhex("46000700"),
        REQUESTOR + bytes.fromhex("4ff00700"),
        b"\xff" + bytes.fromhex("4f000700"),
    ],
    ids=["nothing", "no reply", "cut off", "of another command", "no extended status", "overruns"],
)
def test_what_is_no_reply_is_garbled(data: bytes) -> None:
    with pytest.raises(GarbledError):
        commands.reply(data, 0x0F)


@given(data=st.binary(max_size=60), command=st.sampled_from((0x06, 0x0F)))
def test_any_bytes_are_a_reply_or_garbled(data: bytes, command: int) -> None:
    try:
        told = commands.reply(data, command)
    except GarbledError:
        return
    assert not (told.status and told.data)
