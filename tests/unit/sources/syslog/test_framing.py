"""A stream is cut into lines, however it arrives and whoever counts."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ccontrol.alerts.syslog_text import framed
from ccontrol.sources.syslog.framing import MOST_COUNTED, FramingError, Splitter
from ccontrol.sources.syslog.message import LONGEST_LINE

lines = some.binary(min_size=1, max_size=40).map(lambda text: b"<13>" + text)
plain = lines.filter(lambda line: not {10, 13, 0} & set(line))


def pieces(stream: bytes, size: int) -> Iterable[bytes]:
    return (stream[at : at + size] for at in range(0, len(stream), size))


def split(stream: bytes, size: int) -> list[bytes]:
    splitter = Splitter()
    found = [line for piece in pieces(stream, size) for line in splitter.feed(piece)]
    rest = splitter.end()
    return found + ([rest] if rest else [])


@given(some.lists(lines), some.integers(1, 50))
def test_counted_messages_come_out_as_they_went_in(sent: list[bytes], size: int) -> None:
    assert split(b"".join(map(framed, sent)), size) == sent


@given(some.lists(plain), some.integers(1, 50))
def test_lines_come_out_as_they_went_in(sent: list[bytes], size: int) -> None:
    assert split(b"".join(line + b"\n" for line in sent), size) == sent


@given(some.lists(some.tuples(plain, some.booleans())), some.integers(1, 50))
def test_each_message_says_by_itself_how_it_is_framed(
    sent: list[tuple[bytes, bool]], size: int
) -> None:
    stream = b"".join(framed(line) if counted else line + b"\n" for line, counted in sent)
    assert split(stream, size) == [line for line, _ in sent]


@pytest.mark.parametrize("size", [7, 100_000])
def test_the_end_of_a_line_that_is_too_long_is_cut_and_counted(size: int) -> None:
    long = b"<13>" + b"x" * 20_000
    for stream in (long + b"\n<13>y\n", framed(long) + framed(b"<13>y")):
        splitter = Splitter()
        found = [line for piece in pieces(stream, size) for line in splitter.feed(piece)]
        assert [len(line) for line in found] == [LONGEST_LINE, 5]
        assert splitter.cut == 1


def test_a_message_that_says_it_is_endless_ends_the_conversation() -> None:
    with pytest.raises(FramingError, match="was announced"):
        list(Splitter().feed(b"%d " % (MOST_COUNTED + 1)))


def test_what_the_end_of_a_connection_ends_is_a_line() -> None:
    assert split(b"<13>whole\n<13>last", 3) == [b"<13>whole", b"<13>last"]
    assert split(b"40 <13>torn", 3) == [], "a counted one that is not all there is none"


@given(some.lists(some.binary(max_size=30_000), max_size=6))
def test_no_stream_makes_it_hold_more_than_a_line_and_a_piece(stream: list[bytes]) -> None:
    splitter = Splitter()
    try:
        for piece in stream:
            for line in splitter.feed(piece):
                assert len(line) <= LONGEST_LINE
            assert len(splitter._held) <= LONGEST_LINE + 12
    except FramingError:
        pass
