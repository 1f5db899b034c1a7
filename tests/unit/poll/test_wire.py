"""What a worker may send, and what it may not make the engine build."""

import io
import os
import pickle
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ccontrol.errors import EngineError
from ccontrol.model.aspect import Aspect, Depth, Strength
from ccontrol.model.finding import Finding
from ccontrol.model.secret import Seal
from ccontrol.model.snapshot import Listing, LogEntry, Read, Snapshot, Unread
from ccontrol.model.unit import Image, Unit, UnitId, fields
from ccontrol.poll.messages import Beat, Collected, Decode, Decoded
from ccontrol.poll.wire import (
    FRAME_AT_MOST,
    HEAD_BYTES,
    frame,
    frame_length,
    from_engine,
    from_worker,
    read_frame,
)

OB1, FC1 = UnitId("block", "OB1"), UnitId("block", "FC1")
SNAPSHOT = Snapshot(
    "press-3",
    "s7",
    Depth.FULL,
    datetime(2024, 5, 1, tzinfo=UTC),
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
    (LogEntry("4303", "stop", "2024-05-01T00:00:00", "ff"),),
    frozenset({Finding("checksum-mismatch", "block/OB1", Aspect.PROGRAM, "No match.")}),
    strengths={Aspect.PROGRAM: Strength.CONTENT},
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
    assert from_worker(body(frame(message))) == message


def test_what_the_engine_says_arrives_with_its_secrets() -> None:
    heard = from_engine(body(frame(Decode(1, b"capture", Seal(b"key" * 11), 3.0))))
    assert isinstance(heard, Decode)
    assert heard.seal.of(b"x") == Seal(b"key" * 11).of(b"x")


class Hostile:
    """Would run a program when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch /tmp/taken-over",)


@pytest.mark.parametrize("thing", [Hostile(), os.system, open, type, Beat, fields, [], {}, "text"])
def test_a_worker_cannot_make_the_engine_build_anything_else(thing: object) -> None:
    with pytest.raises(EngineError):
        from_worker(pickle.dumps(thing))


@given(some.binary(max_size=200))
def test_rubbish_is_refused_as_rubbish(rubbish: bytes) -> None:
    with pytest.raises(EngineError):
        from_worker(rubbish)


@given(some.integers(0, 200), some.binary(min_size=1, max_size=3))
def test_a_damaged_message_is_a_message_or_refused(at: int, other: bytes) -> None:
    good = body(frame(Decoded(2, SNAPSHOT)))
    with suppress(EngineError):
        from_worker(good[:at] + other + good[at + len(other) :])


def test_a_length_that_no_message_has_is_refused() -> None:
    with pytest.raises(EngineError):
        frame_length((FRAME_AT_MOST + 1).to_bytes(HEAD_BYTES, "big"))


def test_a_pipe_that_ends_in_the_middle_says_nothing() -> None:
    framed = frame(Beat())
    for length in range(len(framed)):
        assert read_frame(io.BytesIO(framed[:length])) is None
    assert read_frame(io.BytesIO(framed)) == body(framed)
