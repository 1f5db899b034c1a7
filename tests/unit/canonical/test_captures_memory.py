"""A large capture lies in memory as seldom as it can: one controller must not fill it alone."""

import io
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from ccontrol.canonical import captures
from ccontrol.model.aspect import Depth
from ccontrol.model.capture import Capture, Exchange
from ccontrol.poll.messages import Collected
from ccontrol.poll.wire import to_engine

T = TypeVar("T")
AT = datetime(2026, 3, 1, 6, 30, tzinfo=UTC)


def large() -> Capture:
    """4 MiB in 1,000 exchanges."""
    exchanges = tuple(Exchange(f"upload 43 {at:05d}", (bytes(4_096),)) for at in range(1_000))
    return Capture("press-3", "s7", Depth.FULL, AT, AT, exchanges, 1_000, 1_000, 4_096_000)


def peak(do: Callable[[], T]) -> tuple[T, int]:
    """Return what it gives, and the most bytes that it held meanwhile."""
    tracemalloc.start()
    try:
        done = do()
        return done, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_writing_a_capture_holds_a_small_part_of_it_at_a_time() -> None:
    capture = large()
    size, most = peak(lambda: sum(map(len, captures.pieces(capture))))
    assert size > 8_000_000
    assert most < 0.2 * size


def test_reading_a_capture_holds_little_beside_its_answers() -> None:
    capture = large()
    content = captures.encode(capture)
    found, most = peak(lambda: captures.read(io.BytesIO(content)))
    assert found == capture
    assert most < 0.7 * len(content)


def test_one_answer_without_end_is_no_more_than_the_others() -> None:
    one = Exchange("upload 43 00001", (bytes(240),) * 17_000)
    capture = replace(large(), exchanges=(one,))
    content = captures.encode(capture)
    found, most = peak(lambda: captures.read(io.BytesIO(content)))
    assert found == capture
    assert most < 0.8 * len(content)


def test_a_frame_is_built_in_one_piece() -> None:
    content = bytes(8 * 2**20)
    framed, most = peak(lambda: to_engine(Collected(1, content, 1, 1, 1, 1)))
    assert len(framed) > len(content)
    assert most < 1.3 * len(content)
