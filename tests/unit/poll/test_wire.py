"""What a worker may send, and what it may not make the engine build."""

import io
import json
import os
import pickle
import time
import tracemalloc
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ccontrol.errors import EngineError, ModelError
from ccontrol.model.aspect import Aspect, Depth, Strength
from ccontrol.model.clock import ClockReading
from ccontrol.model.engineering import Reach
from ccontrol.model.finding import Finding
from ccontrol.model.secret import Seal
from ccontrol.model.snapshot import Extent, Listing, LogEntry, Read, Snapshot, Unread
from ccontrol.model.unit import Image, Unit, UnitId, fields
from ccontrol.poll.frames import FRAME_AT_MOST, HEAD_BYTES, frame_length, read_frame
from ccontrol.poll.messages import Beat, Collected, Decode, Decoded
from ccontrol.poll.wire import from_engine, from_worker, to_engine, to_worker

MOST_TIMES = 64
ANY_MESSAGE_BYTES = 128 * 1024
MOST_S_PER_BYTE = 20e-6
"""Fifty times what it takes; what is not in proportion takes thousands of times as long."""
ANY_MESSAGE_S = 0.5

NOW = datetime(2024, 5, 1, tzinfo=UTC)
OB1, FC1 = UnitId("block", "OB1"), UnitId("block", "FC1")
SNAPSHOT = Snapshot(
    "press-3",
    "s7",
    Depth.FULL,
    NOW,
    {
        OB1: Read(
            Unit(
                OB1,
                Aspect.PROGRAM,
                "OB1",
                fields(password=Seal(bytes(16)).of(b"x"), size=3, calls=("FC1",)),
                Image("s7/1", (("code", b"\x00\xff"),)),
            )
        ),
        FC1: Unread("protected"),
    },
    {"block": Listing(frozenset({"OB1"}), complete=True)},
    (LogEntry("4303", "stop", "2024-05-01T00:00:00", "ff", "mode.stop", Reach.LOCAL, NOW),),
    frozenset({Finding("checksum-mismatch", "block/OB1", Aspect.PROGRAM, "No match.")}),
    strengths={Aspect.PROGRAM: Strength.CONTENT},
    log_extent=Extent.NEWEST,
    clock=ClockReading("2024-05-01T00:00:00", NOW, -7_200_000, 12),
)


def body(framed: bytes) -> bytes:
    assert frame_length(framed[:HEAD_BYTES]) == len(framed) - HEAD_BYTES
    return framed[HEAD_BYTES:]


@pytest.mark.parametrize(
    "message",
    [
        Beat(),
        Collected(1, b"capture", 4, 100, 200, 31, "silent", "UnreachableError"),
        Decoded(2, SNAPSHOT),
        Decoded(2, None, "ValueError: x"),
    ],
)
def test_whatever_a_worker_has_to_say_arrives_as_it_was(
    message: Collected | Decoded | Beat,
) -> None:
    assert from_worker(body(to_engine(message))) == message


def test_what_the_engine_says_arrives_with_its_secrets() -> None:
    heard = from_engine(body(to_worker(Decode(1, b"capture", Seal(b"key" * 11), 3.0))))
    assert isinstance(heard, Decode)
    assert heard.seal.of(b"x") == Seal(b"key" * 11).of(b"x")


def lists(written: bytes, blobs: bytes = b"") -> bytes:
    """Return the body of a frame with these as its lists."""
    return len(written).to_bytes(HEAD_BYTES, "big") + written + blobs


def assert_cheap(hostile: bytes) -> None:
    """Read it, and see that it took memory and time in proportion to its length."""
    tracemalloc.start()
    begun = time.process_time()
    try:
        with suppress(EngineError):
            from_worker(hostile)
        took_s, peak = time.process_time() - begun, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MOST_TIMES * len(hostile) + ANY_MESSAGE_BYTES
    assert took_s < MOST_S_PER_BYTE * len(hostile) + ANY_MESSAGE_S


class Hostile:
    """Would run a program when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch /tmp/taken-over",)


@pytest.mark.parametrize(
    "thing",
    [Hostile(), os.system, open, type, Beat(), Decoded(2, SNAPSHOT), fields, [], {}, "text"],
)
def test_no_pickle_of_a_worker_is_ever_opened(thing: object) -> None:
    pickled = pickle.dumps(thing)
    for hostile in (pickled, lists(pickled)):
        with pytest.raises(EngineError):
            from_worker(hostile)


@pytest.mark.parametrize(
    "raw",
    [
        [],
        {},
        "text",
        7,
        None,
        [3, []],
        [-1, []],
        [True, [2, None, "", False]],
        [2, [2, None, "", False]],
        [1, [2, None, ""]],
        [1, [2, None, 3, False]],
        [1, [2, None, "", 0]],
        [1, [True, None, "", False]],
        [1, [2.0, None, "", False]],
        [1, [2**63, None, "", False]],
        [0, [1, 1, 4, 100, 200, 31, "", "", False, False, ""]],
        [0, [1, -1, 4, 100, 200, 31, "", "", False, False, ""]],
    ],
)
def test_whatever_else_a_worker_says_is_refused(raw: object) -> None:
    with pytest.raises(EngineError):
        from_worker(lists(json.dumps(raw).encode()))


def test_bytes_that_belong_to_nothing_are_refused() -> None:
    with pytest.raises(EngineError):
        from_worker(body(to_engine(Beat())) + b"x")


def test_a_unit_that_the_model_does_not_allow_is_refused() -> None:
    good = body(to_engine(Decoded(2, SNAPSHOT)))
    for allowed, odd in ((b'"calls"', b'"sizes"'), (b"+00:00", b"+05:00"), (b'"full"', b'"fall"')):
        assert allowed in good
        with pytest.raises(EngineError):
            from_worker(good.replace(allowed, odd))


def test_facts_that_no_message_can_hold_are_told_where_they_arise() -> None:
    with pytest.raises(ModelError):
        to_engine(Decoded(2, replace(SNAPSHOT, reason=b"bytes")))  # type: ignore[arg-type]  # a defect


def test_a_fault_may_name_a_file_whose_name_is_no_text() -> None:
    message = Decoded(2, None, b"/mnt/\xff".decode("utf-8", "surrogateescape"))
    assert from_worker(body(to_engine(message))) == message


@given(some.binary(max_size=200))
def test_rubbish_is_refused_as_rubbish(rubbish: bytes) -> None:
    for hostile in (rubbish, lists(rubbish)):
        with pytest.raises(EngineError):
            from_worker(hostile)


@given(some.data())
def test_a_damaged_message_is_a_message_or_refused_and_costs_no_memory(
    data: some.DataObject,
) -> None:
    good = body(to_engine(Decoded(2, SNAPSHOT)))
    at = data.draw(some.integers(0, len(good)))
    other = data.draw(some.binary(min_size=1, max_size=12))
    assert_cheap(good[:at] + other + good[at + len(other) :])


FRAGMENTS = (
    b"[]",
    b"{}",
    b'{"a":0}',
    b"0",
    b"1e9",
    b'"\xc4\x80"',
    b"9" * 4_299,
    b"[0,0]",
    b"[[],[]]",
    b'[["",""],[]]',
    b'[["",""],[0,[]]]',
    b'[["a","%d"],[0,[[["a","%d"],"mode","",[],null,[],null,""]]]]',
    b'[["a","%d"],[2,["",false,false]]]',
    b'["%d",[[""],true,"",false,false]]',
    b'["","","",""]',
    b'["%d",""]',
    b'["","%d","mode",""]',
    b'[["",""],[],"",[]]',
    b'[["",""],["%d"],"",[["",""]]]',
)
"""What costs much for its length, in one place of a snapshot or another; %d differs each time."""


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_a_hostile_message_costs_no_more_than_so_many_times_its_length(fragment: bytes) -> None:
    count = 20_000 // len(fragment)
    many = b"[" + b",".join(fragment.replace(b"%d", b"%d" % at) for at in range(count)) + b"]"
    snapshot = [b'"p"', b'"s7"', b'"full"', b'"2024-05-01T00:00:00+00:00"'] + [b"[]"] * 6
    snapshot += [b"true", b'""', b'""', b"null", b"[]"]
    assert_cheap(lists(many))
    for at in range(len(snapshot)):
        facts = b",".join([*snapshot[:at], many, *snapshot[at + 1 :]])
        assert_cheap(lists(b'[1,[2,[0,[%s]],"",false]]' % facts))


@pytest.mark.parametrize(
    "hostile",
    [
        b"\x80\x04r\xba\x86\x73\x2d",  # pickle: LONG_BINPUT, a memo of 762,540,730 places
        b"\x80\x04\x8e" + (2**40).to_bytes(8, "little"),  # pickle: BINBYTES8 of a terabyte
        b"\x80\x04\x95" + (2**40).to_bytes(8, "little"),  # pickle: FRAME of a terabyte
        b"\x80\x04)" + b"2\x86" * 60 + b".",  # pickle: a pair of pairs of pairs, 2 ** 60 in all
        b"[" * 100_000,
        b"9" * 100_000,
        b"[" + b"0," * 50_000,
        b'[0,[1,1099511627776,4,100,200,31,"","",false,false,""]]',  # bytes that are not there
    ],
)
def test_a_bomb_is_refused_before_it_grows(hostile: bytes) -> None:
    assert_cheap(hostile)
    assert_cheap(lists(hostile))
    assert_cheap(b"\xff\xff\xff\xff" + hostile)


def test_a_length_that_no_message_has_is_refused() -> None:
    with pytest.raises(EngineError):
        frame_length((FRAME_AT_MOST + 1).to_bytes(HEAD_BYTES, "big"))


def test_a_pipe_that_ends_in_the_middle_says_nothing() -> None:
    framed = to_engine(Beat())
    for length in range(len(framed)):
        assert read_frame(io.BytesIO(framed[:length])) is None
    assert read_frame(io.BytesIO(framed)) == body(framed)
