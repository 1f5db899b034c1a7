"""Packets that are kept as evidence: those of a change, and no password, however it comes by."""

import random
import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.sensor import evidence
from ccontrol.sources.wire.recording import Frame
from tests.unit.sensor.overheard import Overheard
from tests.unit.sources.wire import messages as m
from tests.unit.sources.wire.listening import corpus, frames_of, listen
from tests.unit.sources.wire.packets import (
    CONTROLLER,
    CONTROLLER_MAC,
    STATION,
    STATION_MAC,
    Line,
    Talk,
    ethernet,
    ip,
    udp,
)

SECRET = b"Hunter2!Hunter2!"
STOP = b"\x29" + bytes(5) + b"\x09P_PROGRAM"
ATTRIBUTE = b"\x8e\x36"
"""Legitimation's answer, 1846."""


def read_only(talk: Talk, turns: int) -> None:
    for number in range(turns):
        talk.asks(m.job(number, b"\x04\x01\x12\x0a\x10\x02\0\x10\0\1\x84\0\0\0"))
        talk.answers(m.ack(number, b"\x04\1", b"\xff\4\0\x80" + bytes(16)))


def a_load() -> Line:
    line = Line()
    talk = Talk(line)
    talk.asks(m.connect(b"\x01\x02"))
    read_only(talk, 3)
    m.load_block(talk, 40)
    return line


def test_a_load_is_kept_from_its_conversations_handshake_with_every_payload() -> None:
    line = a_load()
    heard = Overheard().hear(line.frames)
    assert [each.frame for each in heard.exhibits] == line.frames
    assert not any(each.blank for each in heard.exhibits)


def test_conversations_that_only_read_or_write_variables_are_not_kept() -> None:
    line = Line()
    read_only(Talk(line), 5)
    Talk(line, 502, 50_002).asks(m.modbus(1, b"\x06\0\1\0\2"))
    heard = Overheard().hear(line.frames)
    heard.ear.close()
    assert heard.exhibits == []


def test_nothing_is_kept_of_a_conversation_a_minute_after_its_last_change() -> None:
    line = a_load()
    later = [each._replace(time_ns=each.time_ns + 70 * 10**9) for each in line.frames[4:6]]
    heard = Overheard().hear(line.frames)
    before = len(heard.exhibits)
    heard.hear(later)
    assert len(heard.exhibits) == before


def test_of_a_long_conversation_its_opening_and_its_latest_packets_are_kept() -> None:
    line = Line()
    talk = Talk(line)
    read_only(talk, 200)
    talk.asks(m.job(900, STOP))
    talk.answers(m.ack(900, b"\x29"))
    kept = [each.frame.number for each in Overheard().hear(line.frames).exhibits]
    assert kept[: evidence.OPENING_FRAMES] == list(range(1, evidence.OPENING_FRAMES + 1))
    assert kept[evidence.OPENING_FRAMES :] == list(
        range(kept[evidence.OPENING_FRAMES], len(line.frames) + 1)
    )
    assert len(kept) == evidence.OPENING_FRAMES + evidence.RECENT_FRAMES + 1


def s7_password(talk: Talk) -> None:
    talk.asks(m.userdata(1, 5, 1, b"\xff\x09\0\x08" + SECRET))
    talk.answers(m.told(1, 5, 1))


def plus_legitimation(talk: Talk) -> None:
    content = struct.pack(">I", 0x3C0) + b"\1" + ATTRIBUTE + b"\0\x14\0\x10" + SECRET
    talk.asks(m.plus(2, m.plus_request(0x04F2, 7, content)))
    talk.answers(m.plus(2, m.plus_answer(0x04F2, 7)))


def plus_in_pieces(talk: Talk) -> None:
    """The answer to a challenge is so long that it goes over two messages."""
    content = struct.pack(">I", 0x3C0) + b"\1" + ATTRIBUTE + b"\0\x14\0\x20" + bytes(16)
    talk.asks(m.plus(2, m.plus_request(0x04F2, 7, content), last=False))
    talk.asks(m.plus(2, SECRET))
    talk.answers(m.plus(2, m.plus_answer(0x04F2, 7)))


def cotp_in_pieces(talk: Talk) -> None:
    whole = m.userdata(1, 5, 1, b"\xff\x09\0\x08" + SECRET)[7:]
    talk.asks(m.data(whole[:24], last=False))
    talk.asks(m.data(whole[24:]))
    talk.answers(m.told(1, 5, 1))


def tcp_in_pieces(talk: Talk) -> None:
    whole = m.userdata(1, 5, 1, b"\xff\x09\0\x08" + SECRET)
    for piece in (whole[:20], whole[20:36], whole[36:]):
        talk.asks(piece)
    talk.answers(m.told(1, 5, 1))


MISHAPS = ["doubled", "swapped", "lost", "joined midway", "cut", "repeated"]
WAYS = [s7_password, plus_legitimation, plus_in_pieces, cotp_in_pieces, tcp_in_pieces]


@pytest.mark.parametrize("gives", WAYS)
def test_a_password_is_kept_in_no_packet_and_what_comes_after_is(
    gives: Callable[[Talk], None],
) -> None:
    line = Line()
    talk = Talk(line)
    talk.asks(m.connect(b"\x01\x02"))
    talk.answers(m.connect(b"\x01\x02"))
    gives(talk)
    m.load_block(talk, 40)
    heard = Overheard().hear(line.frames)
    assert m.image()[:100] in heard.kept()
    assert [each.frame.number for each in heard.exhibits] == [each.number for each in line.frames]
    assert not leaks(heard.kept())


def leaks(kept: bytes) -> bool:
    """Four bytes of it in a row are too many."""
    return any(SECRET[at : at + 4] in kept for at in range(8))


def test_a_password_over_udp_and_in_umas_is_not_kept() -> None:
    line = Line()
    talk = Talk(line, 502)
    talk.asks(m.umas(1, 0x6E, SECRET))
    talk.answers(m.umas(1, 0xFE))
    talk.asks(m.umas(2, 0x41))
    talk.answers(m.umas(2, 0xFE))
    line.sends(m.fins(0x0304, 1, SECRET), (50_003, 9_600), ident=4)
    line.sends(m.fins(0x0402, 2), (50_003, 9_600), ident=5)
    heard = Overheard().hear(line.frames)
    assert m.umas(2, 0x41) in heard.kept()
    assert len(heard.exhibits) == len(line.frames)
    assert not leaks(heard.kept())


def test_between_a_password_and_its_answer_no_payload_is_kept() -> None:
    line = Line()
    talk = Talk(line)
    talk.asks(m.userdata(1, 5, 1, b"\xff\x09\0\x08" + SECRET))
    talk.asks(m.job(900, STOP))
    talk.answers(m.told(1, 5, 1))
    talk.asks(m.job(901, STOP))
    blank = [each.blank for each in Overheard().hear(line.frames).exhibits]
    assert blank == [False, False, False, True, True, True, False]


def test_a_datagram_that_a_mirror_shows_again_is_not_kept_the_second_time() -> None:
    line = Line()
    line.sends(m.fins(0x0304, 1, SECRET), (50_003, 9_600), ident=4)
    answer = udp((9_600, 50_003), m.fins(0x0304, 1, b"\0\0", answer=True))
    line.put(ethernet(CONTROLLER_MAC, STATION_MAC, 0x0800, ip(CONTROLLER, STATION, 17, answer, 5)))
    line.sends(m.fins(0x0304, 1, SECRET), (50_003, 9_600), ident=4)
    line.sends(m.fins(0x0402, 2), (50_003, 9_600), ident=6)
    heard = Overheard().hear(line.frames)
    assert [each.blank for each in heard.exhibits] == [True, True, True, False]
    assert not leaks(heard.kept())


@pytest.mark.parametrize("gives", WAYS)
@pytest.mark.parametrize(
    "mishap", ["doubled", "swapped", "lost", "joined midway", "cut", "repeated"]
)
def test_no_mishap_of_the_mirror_lets_a_password_through(
    gives: Callable[[Talk], None], mishap: str
) -> None:
    for seed in range(12):
        chance = random.Random(seed)
        line = Line()
        talk = Talk(line)
        talk.asks(m.connect(b"\x01\x02"))
        gives(talk)
        gives(talk)
        m.load_block(talk, 40)
        gives(talk)
        frames = suffered(line.frames, mishap, chance)
        heard = Overheard().hear([each._replace(number=n) for n, each in enumerate(frames, 1)])
        heard.ear.close()
        assert not leaks(heard.kept()), seed


def suffered(frames: list[Frame], mishap: str, chance: random.Random) -> list[Frame]:
    match mishap:
        case "doubled":
            return [each for each in frames for _ in range(1 + chance.randrange(2))]
        case "swapped":
            return sorted(frames, key=lambda each: each.number + chance.random() * 3)
        case "lost":
            return [each for each in frames if chance.random() > 0.2]
        case "joined midway":
            return frames[chance.randrange(len(frames)) :]
        case "cut":
            return [each._replace(data=each.data[: chance.randrange(54, 120)]) for each in frames]
    return frames + chance.sample(frames, 6)  # sent again, much later


@settings(max_examples=40)
@given(st.lists(st.binary(min_size=1, max_size=80), max_size=12), st.randoms(use_true_random=False))
def test_rubbish_between_does_no_harm(rubbish: list[bytes], chance: random.Random) -> None:
    line = Line()
    talk = Talk(line)
    for piece in rubbish:
        chance.choice((talk.asks, talk.answers))(piece)
    s7_password(talk)
    talk.asks(m.job(900, STOP))
    heard = Overheard().hear(line.frames)
    heard.ear.close()
    assert not leaks(heard.kept())


def test_in_real_recordings_of_passwords_every_payload_of_theirs_is_blank() -> None:
    proved = 0
    for path in sorted(corpus().glob("*/*s7*.pcap*")):
        frames = frames_of(path)
        given_in = {act.frame for _, act in listen(frames) if act.redacted}
        kept = {each.frame.number: each for each in Overheard().hear(frames).exhibits}
        for number in given_in:
            if number in kept:
                proved += 1
                assert kept[number].blank
                assert not any(kept[number].frame.data[54:])
    assert proved > 0


def test_memory_is_bounded_whatever_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "REMEMBERED_BYTES", 20_000)
    line = Line()
    talks = [Talk(line, client_port=50_000 + number) for number in range(60)]
    for talk in talks:
        read_only(talk, 4)
    talks[0].asks(m.job(900, STOP))
    talks[-1].asks(m.job(900, STOP))
    kept = [exhibit.frame.data for exhibit in Overheard().hear(line.frames).exhibits]
    assert sum(ports(50_000) in data for data in kept) == 1  # what it asked before is forgotten
    both = ports(50_059), ports(50_059)[2:] + ports(50_059)[:2]
    assert sum(any(each in data[34:38] for each in both) for data in kept) == 8 + 1


def ports(client: int) -> bytes:
    return client.to_bytes(2, "big") + b"\0\x66"
