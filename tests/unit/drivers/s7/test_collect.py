"""What a poll asks, at which depth, and what it leaves alone. Against the simulated CPU."""

import re
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from ccontrol.drivers.s7 import S7Driver
from ccontrol.drivers.s7.cotp import ConnectionType
from ccontrol.drivers.s7.pdu import error_of, info_fingerprint, upload_payload
from ccontrol.model.aspect import Depth
from ccontrol.poll import passwords
from ccontrol.sim.s7 import plant, scene
from ccontrol.sim.s7.block import Block
from ccontrol.sim.s7.connections import ClientType
from ccontrol.sim.s7.cpu import Cpu
from ccontrol.sim.s7.fault import (
    Delay,
    Endless,
    Refuse,
    Reset,
    Rubbish,
    Segmented,
    Silence,
    StaleReference,
)
from ccontrol.sim.s7.hardware import cpu_414h
from ccontrol.sim.s7.server import Live, running
from tests.contract.allowance import AMPLE, CountingPace
from tests.unit.drivers.s7.polls import (
    Poller,
    answers,
    fingerprints,
    last,
    questions,
    questions_before,
)

CONNECTING = 3  # connection request, setup, one look at the free connections
PASSWORD = 0x45


def passwords_sent(live: Live) -> int:
    return sum(request.group == 5 for request in live.server.requests)


def test_a_glance_asks_four_questions_after_connecting(poller: Poller) -> None:
    capture = poller.poll(Depth.GLANCE)
    assert capture.fault is None
    assert questions(capture)[:2] == ["setup", "szl 0132 0001"]
    assert questions(capture)[2:] == ["szl 0232 0004", "szl 0424 0000", "szl 01A0 0001", "counts"]
    assert capture.requests == CONNECTING + 4


def test_the_capture_counts_what_crossed_the_wire(poller: Poller, live: Live) -> None:
    capture = poller.poll(Depth.FULL)
    assert capture.requests == live.server.log.total + 1 == poller.pace.turns
    assert capture.bytes_sent == live.server.log.bytes_in
    assert capture.bytes_received == live.server.log.bytes_out


def test_the_connection_is_described(poller: Poller) -> None:
    notes = dict(poller.poll(Depth.GLANCE).notes)
    assert re.fullmatch(r"127\.0\.0\.1:[0-9]+", notes.pop("own_end"))
    assert notes == {
        "connection_type": "op",
        "pdu_bytes": "240",
        "rack": "0",
        "slot": "2",
    }


def test_with_too_few_connections_left_we_let_go_at_once(poller: Poller, live: Live) -> None:
    live.cpu.connections.elsewhere[ClientType.OP] = 14
    capture = poller.poll(Depth.FULL)
    assert questions(capture) == ["setup", "szl 0132 0001"]
    assert capture.fault_class == "NoSpareConnectionError"
    assert capture.fault == "0 connections of type OP are left beside ours, 2 have to be"
    assert soon(lambda: live.cpu.connections.here[ClientType.OP] == 0)


def test_connections_kept_for_our_type_count_as_left(poller: Poller, live: Live) -> None:
    live.cpu.connections.reserved_op = 6
    live.cpu.connections.total = 7
    assert poller.poll(Depth.GLANCE).fault is None
    poller.kind = ConnectionType.BASIC
    assert poller.poll(Depth.GLANCE).fault_class in ("NoSpareConnectionError", "RefusedError")


def test_the_look_at_connections_can_be_switched_off(live: Live) -> None:
    live.cpu.connections.elsewhere[ClientType.OP] = 14
    capture = Poller(live, budget=replace(AMPLE, spare_connections=0)).poll(Depth.GLANCE)
    assert capture.fault is None
    assert "szl 0132 0001" not in questions(capture)


def test_a_cpu_that_has_no_place_at_all_turns_us_away(poller: Poller, live: Live) -> None:
    live.cpu.connections.elsewhere[ClientType.OP] = 15
    capture = poller.poll(Depth.GLANCE)
    assert capture.exchanges == ()
    assert capture.fault_class in ("NoSpareConnectionError", "RefusedError")


def test_a_cpu_without_0232_is_asked_for_0132_and_the_next_glance_knows(
    poller: Poller, live: Live
) -> None:
    live.cpu.missing_szl = frozenset({0x0232})
    first = questions(poller.poll(Depth.GLANCE))
    assert first[2:] == ["szl 0232 0004", "szl 0132 0004", "szl 0424 0000", "counts"]
    again = poller.poll(Depth.GLANCE)
    assert questions(again)[2:] == ["szl 0132 0004", "szl 0424 0000", "szl 01A0 0001", "counts"]
    assert again.requests == CONNECTING + 4


def test_a_cpu_with_neither_list_is_asked_for_them_once_and_at_every_full_poll(
    poller: Poller, live: Live
) -> None:
    live.cpu.missing_szl = frozenset({0x0232, 0x0132})
    poller.budget = replace(AMPLE, spare_connections=0)
    both = ["szl 0232 0004", "szl 0132 0004"]
    assert questions(poller.poll(Depth.GLANCE))[1:] == [*both, "szl 0424 0000", "counts"]
    for _ in range(2):
        again = questions(poller.poll(Depth.GLANCE))
        assert again[1:] == ["szl 0424 0000", "szl 01A0 0001", "counts"]
    live.cpu.missing_szl = frozenset()
    assert "szl 0232 0004 #2" in questions(poller.poll(Depth.FULL))
    assert questions(poller.poll(Depth.GLANCE))[1] == "szl 0232 0004"


def test_a_passing_refusal_of_the_words_is_not_taken_for_their_lack(
    poller: Poller, live: Live
) -> None:
    live.faults.append(Refuse(first=3, last=4, connection=1, refusal=0xD240))
    poller.poll(Depth.GLANCE)
    assert "szl 0232 0004" in questions(poller.poll(Depth.GLANCE))


def test_a_cpu_that_answers_little_is_asked_all_the_same(poller: Poller, live: Live) -> None:
    live.cpu.missing_szl = frozenset({0x0000, 0x0132, 0x0232, 0x0424, 0x00A0, 0x01A0, 0x0D91})
    capture = poller.poll(Depth.FULL)
    assert capture.fault is None
    assert "szl 0011 0000" in questions(capture)
    assert len(questions(capture, "upload ")) == 12


def test_modules_are_asked_for_as_list_0000_names_them(poller: Poller, live: Live) -> None:
    live.cpu.missing_szl = frozenset({0x0591, 0x0292})
    asked = questions(poller.poll(Depth.DIAGNOSTICS))
    assert "szl 0D91 0000" in asked
    assert "szl 0591 0000" not in asked
    assert "szl 0292 0000" not in asked
    assert questions(poller.poll(Depth.DIAGNOSTICS), "upload") == []


def test_a_redundant_cpu_is_read() -> None:
    with running(plant.press(model=cpu_414h())) as live:
        capture = Poller(live, slot=3).poll(Depth.FULL)
        assert capture.fault is None
        assert "szl 0091 0000" in questions(capture)
        assert "szl 0D91 0000" not in questions(capture)


def test_an_inventory_of_known_blocks_reads_no_block(poller: Poller) -> None:
    known = fingerprints(poller.poll(Depth.FULL))
    capture = poller.poll(Depth.INVENTORY, known)
    assert questions(capture, "upload") == []
    assert len(questions(capture, "info ")) == len(known) == 12
    assert capture.requests <= len(known) + 15


def test_an_inventory_reads_the_block_that_differs_and_no_other(poller: Poller, live: Live) -> None:
    known = fingerprints(poller.poll(Depth.FULL))
    live.play(scene.network_download, plant.motor(1, "I0.2", "M11.0", "Q4.2", limit=90))
    capture = poller.poll(Depth.INVENTORY, known)
    assert questions(capture, "upload") == ["upload 43 00001"]


def test_a_deep_read_begins_and_ends_with_the_checksum_words(poller: Poller) -> None:
    for depth in (Depth.INVENTORY, Depth.FULL):
        asked = questions(poller.poll(depth))
        assert asked[2] == "szl 0232 0004"
        assert asked[-1] == "szl 0232 0004 #2"


def test_a_lifted_protection_level_costs_no_password(live: Live) -> None:
    assert Poller(live, password="secret").poll(Depth.FULL).fault is None
    assert passwords_sent(live) == 0


def test_a_password_opens_the_blocks_and_is_nowhere_in_the_capture(live: Live) -> None:
    live.play(scene.protect, 3, "secret")
    capture = Poller(live, password="secret").poll(Depth.FULL)
    assert ("password", "accepted") in capture.notes
    assert error_of(last(capture, "upload 38 00001")) == 0
    assert passwords_sent(live) == 1
    assert "secret" not in repr(capture)
    assert not [one for one in capture.exchanges if one.question.startswith("pass")]


def test_without_a_password_blocks_are_refused_once_each(poller: Poller, live: Live) -> None:
    live.play(scene.protect, 3, "secret")
    capture = poller.poll(Depth.FULL)
    assert capture.fault is None
    assert error_of(last(capture, "upload 38 00001")) == 0xD241
    assert len(questions(capture, "upload")) == 12
    assert passwords_sent(live) == 0


def test_a_password_that_was_refused_before_is_not_tried(live: Live) -> None:
    live.play(scene.protect, 3, "secret")
    poller = Poller(live, password="wrong")
    assert ("password", "refused: error 0xd602") in poller.poll(Depth.FULL).notes
    again = poller.poll(Depth.FULL, password_refused=True)
    assert ("password", "not tried: it was refused before") in again.notes
    assert passwords_sent(live) == 1
    poller.password = "secret"
    assert ("password", "accepted") in poller.poll(Depth.FULL).notes


@pytest.mark.parametrize("fault", [Reset, Silence])
def test_a_password_that_was_never_answered_counts_as_refused(
    live: Live, fault: type[Reset | Silence]
) -> None:
    live.play(scene.protect, 3, "secret")
    poller = Poller(live, password="secret")
    at_password = questions_before(poller.poll(Depth.FULL), "upload 38 00001")  # it is no exchange
    live.faults.append(fault(first=at_password, last=at_password))
    poller.budget = replace(AMPLE, answer_timeout_s=1.0)
    capture = poller.poll(Depth.FULL)
    assert passwords_sent(live) == 2
    assert ("password", "refused: it was sent, and no answer came") in capture.notes
    assert passwords.refuses(capture)


def test_a_password_that_was_never_sent_is_not_noted(live: Live) -> None:
    live.play(scene.protect, 3, "secret")
    whole = Poller(live, password="secret").poll(Depth.FULL)
    turns = questions_before(whole, "upload 38 00001")  # the connection takes a turn, too
    paused = Poller(live, password="secret", pace=CountingPace(most=turns))
    capture = paused.poll(Depth.FULL)
    assert (capture.fault_class, passwords_sent(live)) == ("PausedError", 1)
    assert "password" not in dict(capture.notes)


def test_answers_that_never_end_are_cut_soon_and_the_poll_goes_on(
    poller: Poller, live: Live
) -> None:
    live.faults.append(Endless(first=2))
    capture = poller.poll(Depth.GLANCE)
    assert capture.fault is None
    assert [one.question for one in capture.exchanges if one.fault] == questions(capture)[1:]
    assert capture.requests < 40


def test_segmented_answers_are_as_good_as_whole_ones(poller: Poller, live: Live) -> None:
    whole = poller.poll(Depth.FULL)
    live.faults.append(Segmented(size=50))
    cut = poller.poll(Depth.FULL)
    assert cut.fault is None
    assert questions(cut) == questions(whole)
    assert last(cut, "list 42") == last(whole, "list 42")


def test_an_answer_to_the_question_before_ends_the_poll(poller: Poller, live: Live) -> None:
    live.faults.append(StaleReference(first=5))
    capture = poller.poll(Depth.FULL)
    assert capture.fault_class == "GarbledError"
    assert "an answer to another question" in (capture.fault or "")


def test_rubbish_in_one_answer_ends_the_poll_and_says_why(poller: Poller, live: Live) -> None:
    live.faults.append(Rubbish(first=4))
    capture = poller.poll(Depth.GLANCE)
    assert capture.fault_class == "GarbledError"
    assert questions(capture)[-1] == "szl 0424 0000"
    assert capture.exchanges[-1].fault == capture.fault


def test_a_pause_stops_the_next_request(live: Live) -> None:
    capture = Poller(live, pace=CountingPace(most=5)).poll(Depth.FULL)
    assert (capture.requests, capture.fault_class) == (5, "PausedError")
    assert live.server.log.total == 4


def test_the_whole_poll_has_one_deadline(live: Live) -> None:
    budget = replace(AMPLE, time_limit_s=2.0)
    live.faults.append(Delay(first=3, seconds=15.0))
    capture = Poller(live, budget=budget).poll(Depth.FULL)
    assert capture.fault_class == "OverBudgetError"
    assert capture.fault == "the poll was not done within 2 s"
    assert capture.exchanges[-1].fault is not None
    assert (capture.ended_at - capture.started_at).total_seconds() < 10


def test_eight_thousand_blocks_are_listed_and_told_apart(poller: Poller, live: Live) -> None:
    one = plant.data_block(1).image
    blocks = [Block(one[:6] + n.to_bytes(2, "big") + one[8:]) for n in range(1000, 9000)]
    live.play(Cpu.load, *blocks)
    known = {f"DB/DB{block.number}": info_fingerprint(block.info) for block in blocks[1:]}
    capture = poller.poll(Depth.INVENTORY, known)
    assert capture.fault is None
    assert len(questions(capture, "info ")) == 8012 + 13
    assert "upload 41 01000" in questions(capture)
    assert len(questions(capture, "upload")) == 13


def test_a_block_of_64_kilobytes_is_read_whole(poller: Poller, live: Live) -> None:
    image = plant.data_block(7).image
    big = bytearray(image[:8] + (65_000 + len(image)).to_bytes(4, "big") + image[12:])
    big[30:32] = (65_000).to_bytes(2, "big")
    live.play(Cpu.load, Block(bytes(big[:-36]) + bytes(65_000) + bytes(big[-36:])))
    capture = poller.poll(Depth.FULL)
    assert len(upload_payload(answers(capture, "upload 41 00007"))) == 65_000 + len(image)
    assert "upload 41 00007 #2" not in questions(capture)


def test_a_driver_never_learns_from_another_controller() -> None:
    assert S7Driver()._memory is not S7Driver()._memory


def soon(true: Callable[[], bool]) -> bool:
    """Wait until the other side has noticed, ten seconds at most."""
    for _ in range(1_000):
        if true():
            return True
        time.sleep(0.01)
    return False
