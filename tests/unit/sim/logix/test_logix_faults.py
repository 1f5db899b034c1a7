"""What goes wrong on the line when a fault is hung in, and that it strikes where it should."""

import struct
import time

import pytest

from ccontrol.sim.logix import fault, plant
from ccontrol.sim.logix.controller import l73
from ccontrol.sim.logix.server import running
from tests.unit.sim.logix.caller import BACKPLANE, attributes, calling, message, path

IDENTITY = message(0x01, path(1, 1))
SYMBOLS = message(0x55, path(0x6B, 0), attributes(1, 2))


def test_a_fault_strikes_from_its_first_frame_to_its_last() -> None:
    spoilt = fault.Zeros(first=3, last=3)
    with running(plant.press(), faults=[spoilt]) as live, calling(live) as caller:
        answers = [caller.here(IDENTITY).data for _ in range(3)]
        assert answers[1] == bytes(len(answers[0]))
        assert answers[0] == answers[2] != answers[1]


def test_a_fault_can_strike_one_connection_alone() -> None:
    refused = fault.RefusedRegistration(connection=2)
    with running(plant.press(), faults=[refused]) as live:
        with calling(live):
            pass
        with calling(live, register=False) as caller:
            assert caller.register() == 2
            assert caller.session == 0
        with calling(live):
            pass
        assert live.server.log.turned_away == 1


def test_silence_is_no_answer_and_the_line_stays() -> None:
    silence = fault.Silence(first=2, last=2)
    with running(plant.press(), faults=[silence]) as live, calling(live) as caller:
        caller.line.settimeout(0.2)
        with pytest.raises(TimeoutError):
            caller.here(IDENTITY)
        assert caller.here(IDENTITY).status == 0


@pytest.mark.parametrize("keep", [0, 1, 23, 24, 40])
def test_a_cut_ends_the_line_within_the_answer(keep: int) -> None:
    cut = fault.Cut(first=2, keep=keep)
    with running(plant.press(), faults=[cut]) as live, calling(live) as caller:
        caller.send(0x63)
        heard = b""
        while piece := caller.line.recv(4096):
            heard += piece
        assert len(heard) == keep


def test_a_reset_is_a_reset() -> None:
    with (
        running(plant.press(), faults=[fault.Reset(first=2)]) as live,
        calling(live) as caller,
        pytest.raises(ConnectionResetError),
    ):
        caller.here(IDENTITY)


def test_late_and_trickling_answers_arrive_whole() -> None:
    faults: list[fault.Fault] = [
        fault.Delay(seconds=0.15, first=2, last=2), fault.Dribble(rate=400.0, first=3),
    ]  # fmt: skip
    with running(plant.press(), faults=faults) as live, calling(live) as caller:
        for _ in range(2):
            started = time.monotonic()
            assert caller.here(IDENTITY).data.endswith(b"1756-L83E/B")
            assert time.monotonic() - started > 0.1


def test_a_flood_goes_on_without_being_asked() -> None:
    with running(plant.press(), faults=[fault.Flood(first=2)]) as live, calling(live) as caller:
        first = caller.ask(0x63)
        assert [caller.hear() for _ in range(50)] == [first] * 50


def test_rubbish_comes_in_a_frame_or_raw() -> None:
    faults: list[fault.Fault] = [
        fault.Rubbish(first=2, last=2), fault.Rubbish(first=3, framed=False, data=b"HTTP/1.1 400"),
    ]  # fmt: skip
    with running(plant.press(), faults=faults) as live, calling(live) as caller:
        frame = caller.ask(0x63)
        assert (frame[:2], frame[24:]) == (b"\x63\0", bytes(range(64)))
        caller.send(0x63)
        assert caller.line.recv(100) == b"HTTP/1.1 400"


@pytest.mark.parametrize("by", [-4, 4])
def test_a_wrong_length_is_announced(by: int) -> None:
    wrong = fault.WrongLength(first=2, by=by)
    with running(plant.press(), faults=[wrong]) as live, calling(live) as caller:
        caller.send(0x63)
        heard = caller.line.recv(4096)
        assert int.from_bytes(heard[2:4], "little") == len(heard) - 24 + by


@pytest.mark.parametrize("by", [-1, 1, 60000])
def test_a_wrong_length_is_announced_within_a_frame_that_is_in_order(by: int) -> None:
    with running(plant.press()) as live, calling(live) as caller:
        caller.open(BACKPLANE)
        live.faults.append(fault.WrongItemLength(by=by))
        caller.send_linked(IDENTITY)
        frame = caller.hear()
        assert int.from_bytes(frame[42:44], "little") == len(frame) - 44 + by
        assert caller.ask(0x63)[24:30] == bytes.fromhex("01000c002d00")


def test_an_answer_can_belong_to_another_request() -> None:
    with running(plant.press()) as live, calling(live) as caller:
        caller.open(BACKPLANE)
        live.faults.append(fault.StrangeContext())
        caller.send_linked(IDENTITY)
        frame = caller.hear()
        assert frame[12:20] == b"stranger"
        assert frame[44:46] == b"\0\0"


def test_refusals_are_given_instead_of_answers() -> None:
    faults: list[fault.Fault] = [fault.RefusedOpen(), fault.Refused(refusal=(0x0F, 0x1234))]
    with running(plant.press(), faults=faults[:1]) as live, calling(live) as caller:
        assert caller.open(BACKPLANE).extended == (0x0113,)
        live.faults[:] = faults[1:]
        reply = caller.at(BACKPLANE, IDENTITY)
        assert (reply.service, reply.status, reply.extended) == (0x81, 0x0F, (0x1234,))


def test_data_ends_early_in_a_frame_that_is_in_order() -> None:
    with running(plant.press()) as live, calling(live) as caller:
        whole = caller.at(BACKPLANE, IDENTITY).data
        live.faults.append(fault.Truncated(missing=5))
        assert caller.at(BACKPLANE, IDENTITY).data == whole[:-5]


def test_partial_for_ever_never_comes_to_an_end() -> None:
    with running(plant.press(), faults=[fault.PartialForEver()]) as live, calling(live) as caller:
        replies = [caller.at(BACKPLANE, SYMBOLS) for _ in range(3)]
        assert {(reply.status, reply.data) for reply in replies} == {(6, replies[0].data)}


def test_a_symbol_list_without_end_grows_with_every_page() -> None:
    with running(plant.press(), faults=[fault.EndlessSymbols()]) as live, calling(live) as caller:
        start = 0
        for _ in range(5):
            asked = message(0x55, path(0x6B, start), attributes(1, 2))
            reply = caller.at(BACKPLANE, asked)
            assert reply.status == 6
            (first,) = struct.unpack_from("<I", reply.data)
            assert first == start
            start += 300
        assert caller.at(BACKPLANE, IDENTITY).status == 0


def test_a_template_can_contain_itself() -> None:
    with running(plant.press(model=l73())) as live, calling(live) as caller:
        template = live.cpu.memory.templates.template("Limits")
        asked = message(0x4C, path(0x6C, template.instance), struct.pack("<IH", 0, 16))
        before = caller.at(BACKPLANE, asked).data
        live.faults.append(fault.TemplateLoop())
        after = caller.at(BACKPLANE, asked).data
        assert after[:2] + after[4:] == before[:2] + before[4:]
        assert struct.unpack_from("<H", after, 2) == (0x8000 | template.instance,)
