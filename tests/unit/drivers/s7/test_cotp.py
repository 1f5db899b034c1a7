"""The envelope: however a stream is cut on its way, the same messages come out."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.drivers.s7.cotp import (
    DISCONNECT,
    ConnectionType,
    Stream,
    connection_request,
    data_frame,
    judge_confirm,
)
from ccontrol.errors import GarbledError

messages = st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=5)


def segmented(message: bytes, size: int) -> bytes:
    parts = [message[at : at + size] for at in range(0, len(message), size)]
    frames = [bytearray(data_frame(part)) for part in parts]
    for frame in frames[:-1]:
        frame[6] = 0
    return b"".join(frames)


def open_stream() -> Stream:
    stream = Stream()
    stream.connecting = False
    return stream


@given(messages=messages, size=st.integers(1, 50), cuts=st.lists(st.integers(0, 400), max_size=8))
def test_segments_and_pieces_of_any_size_give_the_same_messages(
    messages: list[bytes], size: int, cuts: list[int]
) -> None:
    wire = b"".join(segmented(message, size) for message in messages)
    stream, heard, edges = open_stream(), [], sorted({0, len(wire), *(c % len(wire) for c in cuts)})
    for start, end in pairwise(edges):
        whole = stream.whole(wire[start:end])
        heard += stream.feed(wire[start:end]) if whole is None else [whole]
    assert heard == messages
    assert not stream.midway


@given(st.lists(st.binary(max_size=60), max_size=6))
def test_rubbish_gives_messages_or_garbled_and_nothing_else(pieces: list[bytes]) -> None:
    stream = open_stream()
    try:
        for piece in pieces:
            stream.feed(piece)
    except GarbledError:
        return


@given(st.binary(min_size=1, max_size=60))
def test_the_short_way_and_the_long_way_agree_on_one_frame(data: bytes) -> None:
    for frame in (data, data_frame(data)):
        whole = open_stream().whole(frame)
        if whole is not None:
            assert open_stream().feed(frame) == [whole]


@pytest.mark.parametrize(
    ("kind", "rack", "slot", "called"),
    [
        (ConnectionType.PG, 0, 2, "0102"),
        (ConnectionType.OP, 0, 3, "0203"),
        (ConnectionType.BASIC, 2, 4, "0344"),
    ],
)
def test_type_rack_and_slot_are_in_the_called_tsap(
    kind: ConnectionType, rack: int, slot: int, called: str
) -> None:
    frame = connection_request(kind, rack, slot)
    assert frame.hex() == f"0300001611e00000000100c1020{kind:x}00c202{called}c0010a"


def test_a_wrong_slot_is_named_with_what_to_check() -> None:
    unit = bytes([6, DISCONNECT, 0, 1, 0, 0, 0])
    refusal = judge_confirm(unit, 0, 3)
    assert refusal is not None
    assert "no CPU at rack 0, slot 3, or no free connection" in str(refusal)
    assert "slot 2" in str(refusal)
