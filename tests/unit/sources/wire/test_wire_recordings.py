"""Files of packets: every form of them, and what is told of those that end early or are damaged."""

import struct
from collections.abc import Callable

import pytest

from ccontrol.errors import BadFileError
from ccontrol.sources.files import MOST_DROPPED
from ccontrol.sources.wire.recording import LONGEST_FRAME, Frame
from tests.unit.sources.wire import messages as m
from tests.unit.sources.wire.listening import read_bytes
from tests.unit.sources.wire.packets import BEGIN_NS, STEP_NS, Line, Talk, pcap, pcapng


def recorded() -> Line:
    line = Line()
    talk = Talk(line)
    talk.asks(m.job(1, b"\x29" + bytes(5) + b"\x09P_PROGRAM"))
    talk.answers(m.ack(1, b"\x29"))
    return line


FORMS: dict[str, Callable[[list[Frame]], bytes]] = {
    "pcap": pcap,
    "pcap, other byte order": lambda frames: pcap(frames, order=">"),
    "pcap, nanoseconds": lambda frames: pcap(frames, nanoseconds=True),
    "pcap, both": lambda frames: pcap(frames, order=">", nanoseconds=True),
    "pcapng": pcapng,
    "pcapng, other byte order": lambda frames: pcapng(frames, order=">"),
    "pcapng, two sections": lambda frames: pcapng(frames[:4]) + pcapng(frames[4:], order=">"),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_tells_the_same(form: str) -> None:
    reading = read_bytes(FORMS[form](recorded().frames))
    assert (reading.items, reading.watched, reading.fault, reading.notes) == (5, 5, "", ())
    (event,) = reading.events
    assert (event.action, event.outcome.word) == ("mode.stop", "done")
    assert (
        round(event.first.timestamp() * 1e9) // 1_000_000 == (BEGIN_NS + 4 * STEP_NS) // 1_000_000
    )
    assert (event.testimony.first, event.testimony.last) == (4, 4)


def ends(whole: bytes, form: object) -> set[int]:
    """The places at which a file may end without anything missing that could be known of."""
    at = 24 if form is pcap else 0
    found = {at}
    while at < len(whole):
        head = 8 if form is pcap else 4
        size = struct.unpack_from("<I", whole, at + head)[0]
        at += size + 16 if form is pcap else size
        found.add(at)
    return found


@pytest.mark.parametrize("form", [pcap, pcapng])
def test_a_file_cut_anywhere_tells_what_stands_before(
    form: Callable[[list[Frame]], bytes],
) -> None:
    whole = form(recorded().frames)
    counts: list[int] = []
    for size in range(4, len(whole)):
        reading = read_bytes(whole[:size])
        counts.append(reading.items)
        assert reading.fault or size in ends(whole, form)
        assert reading.items <= 5
    assert counts == sorted(counts)
    assert counts[-1] >= 4


def test_a_damaged_packet_ends_the_reading_and_says_where() -> None:
    whole = bytearray(pcap(recorded().frames))
    second = 24 + 16 + len(recorded().frames[0].data)
    whole[second + 8 : second + 12] = struct.pack("<I", LONGEST_FRAME + 1)
    reading = read_bytes(bytes(whole))
    assert reading.items == 1
    assert "behind packet 1 stands no packet" in reading.fault


def test_losses_that_the_recorder_counted_are_told() -> None:
    reading = read_bytes(pcapng(recorded().frames, dropped=17))
    assert reading.notes == ("17 packets were lost by the recorder, by its own account",)


def test_a_count_of_losses_that_cannot_be_is_none_that_a_log_cannot_hold() -> None:
    reading = read_bytes(pcapng(recorded().frames, dropped=(1 << 64) - 1))
    assert reading.dropped == MOST_DROPPED


def test_a_block_without_an_interface_is_damage_not_a_crash() -> None:
    section = struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)
    packet = struct.pack("<IIIIIII", 6, 32, 0, 0, 0, 0, 0) + struct.pack("<I", 32)
    assert "contradicts itself" in read_bytes(section + packet).fault


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\x1f\x8b\x08\0rest", "is compressed"),
        (b"PK\3\4", "is compressed"),
        (b"hello world", "no kind of file"),
        (b"{}", "no kind of file"),
        (b'{"a": 1}\n', "no kind of file"),
    ],
)
def test_what_is_no_recording_is_refused_with_a_next_step(data: bytes, words: str) -> None:
    with pytest.raises(BadFileError, match=words) as refused:
        read_bytes(data)
    assert refused.value.hint
