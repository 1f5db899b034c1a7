"""What a poll asks of a processor, and what it never asks."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from ccontrol.drivers.pccc.collect import FAMILY
from ccontrol.drivers.pccc.options import PcccOptions
from ccontrol.model.aspect import Aspect, Depth, Strength
from ccontrol.model.capture import Capture
from ccontrol.model.snapshot import Unread
from ccontrol.model.unit import UnitId
from ccontrol.sim.pccc import plant, scene
from ccontrol.sim.pccc.fault import Refuse, Silence
from ccontrol.sim.pccc.memory import LADDER, File, Memory
from ccontrol.sim.pccc.processor import Mode, Processor
from ccontrol.sim.pccc.server import Live, running
from tests.contract.allowance import AMPLE
from tests.unit.drivers.pccc.polls import Poller, facts, unit

ROUTE = b"\x02\x03\x02\x05"


def words(capture: Capture) -> list[str]:
    """The first word of every question."""
    return [one.question.partition(" ")[0] for one in capture.exchanges]


def test_a_glance_is_three_questions_after_the_session() -> None:
    for make in (plant.press, plant.pump, plant.conveyor):
        with running(make()) as live:
            capture = Poller(live).poll(Depth.GLANCE)
            assert (capture.fault, capture.requests, capture.family) == (None, 4, FAMILY)
            assert words(capture) == ["identity", "status", "read"]
            assert capture.bytes_sent + capture.bytes_received < 500
            assert live.server.violations == []


def test_a_plc5_is_asked_for_its_faults_and_never_for_its_memory() -> None:
    with running(plant.furnace()) as live:
        for depth in Depth:
            capture = Poller(live).poll(depth)
            assert capture.fault is None
            assert words(capture) == ["identity", "status", "words"]
        assert live.server.violations == []


def test_every_answer_that_a_deep_read_needs_is_asked_for_once() -> None:
    with running(plant.press()) as live:
        capture = Poller(live).poll(Depth.FULL)
    twice = {one.question.partition(" #")[0] for one in capture.exchanges if "#" in one.question}
    asked = Counter(one.question.partition(" #")[0] for one in capture.exchanges)
    assert {question for question, times in asked.items() if times > 1} == twice
    assert {question.partition(" ")[0] for question in twice} == {"status", "read"}
    assert {question.split()[1] for question in twice if "read" in question} == {"03"}


def test_no_password_is_read_although_one_lies_in_the_directory() -> None:
    for make in (plant.press, plant.pump, plant.conveyor):
        processor = make()
        scene.lock(processor, "8675309")
        assert b"8675309" in processor.memory.directory()
        with running(processor) as live:
            capture = Poller(live).poll(Depth.FULL)
            assert capture.fault is None
            heard = b"".join(answer for one in capture.exchanges for answer in one.answers)
            assert b"8675309" not in heard


def test_values_are_read_only_of_the_files_that_are_named() -> None:
    with running(plant.press()) as live:
        plain = Poller(live).see()
        kept = Poller(live, options=PcccOptions(actual_values=("F8", "N7"))).see()
    assert unit(plain, "data-file", "N7").values is None
    assert plain.strengths[Aspect.VALUES] is Strength.NONE
    assert unit(kept, "data-file", "N7").values == b"".join(
        number.to_bytes(2, "little") for number in range(100, 110)
    )
    assert unit(kept, "data-file", "B3").values is None
    assert kept.strengths[Aspect.VALUES] is Strength.CONTENT


def test_an_empty_file_that_is_not_kept_has_no_values() -> None:
    processor = plant.press()
    processor.memory.put(0x85, 3, b"")
    with running(processor) as live:
        plain = Poller(live).see()
        kept = Poller(live, options=PcccOptions(actual_values=("B3",))).see()
    assert unit(plain, "data-file", "B3").values is None
    assert unit(kept, "data-file", "B3").values == b""


def test_during_a_download_no_file_is_read_and_nothing_is_lost() -> None:
    with running(plant.press()) as live:
        live.play(scene.go_to, Mode.REMOTE_DOWNLOAD)
        poller = Poller(live)
        assert words(poller.poll(Depth.FULL)) == ["identity", "status", "read"]
        snapshot = poller.see()
    assert facts(unit(snapshot, "mode").moving)["mode"] == "download (stopped)"
    sighting = snapshot.sightings[UnitId("inventory", "files")]
    assert isinstance(sighting, Unread)
    assert sighting.transient
    assert "download" in sighting.reason
    assert Aspect.PROGRAM not in snapshot.strengths


def moves_while_read(live: Live, processor: Processor, act: Callable[[Memory], None]) -> None:
    """Let something happen to the memory as soon as a ladder file is read."""
    memory, read = processor.memory, Memory.read

    def reading(file_type: int, number: int, element: int, sub: int, size: int) -> bytes | None:
        if file_type == LADDER:
            act(memory)
        return read(memory, file_type, number, element, sub, size)

    live.play(lambda _: memory.__dict__.__setitem__("read", reading))


def another_id(memory: Memory) -> None:
    memory.program_id = 0x0BAD


def another_size(memory: Memory) -> None:
    memory.put(LADDER, 2, b"")


def another_file(memory: Memory) -> None:
    memory.files = [*memory.files, File(0xE0, bytes(2))]


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (another_id, "the program changed while it was read"),
        (another_file, "the files changed while they were read"),
        (another_size, "the files changed while they were read"),
    ],
)
def test_what_changes_while_it_is_read_is_not_compared(
    act: Callable[[Memory], None], reason: str
) -> None:
    processor = plant.press()
    with running(processor) as live:
        moves_while_read(live, processor, act)
        snapshot = Poller(live).see()
    assert (snapshot.usable, snapshot.reason) == (False, reason)


def test_a_processor_behind_a_bridge_is_reached_by_its_route() -> None:
    processor = plant.conveyor()
    processor.route = ROUTE
    with running(processor) as live:
        poller = Poller(live, options=PcccOptions(route=((2, "3"), (2, "5"))))
        capture = poller.poll(Depth.FULL)
        assert capture.fault is None
        assert dict(capture.notes)["route"] == "2/3/2/5"
        unit(poller.see(), "program-file", "LAD3")
        wrong = Poller(live, options=PcccOptions(route=((2, "3"), (2, "6")))).see()
        assert live.server.violations == []
    assert not wrong.usable
    reasons = {one.reason for one in wrong.sightings.values() if isinstance(one, Unread)}
    assert any("the route leads to no module" in reason for reason in reasons)


def test_a_processor_without_a_session_left_says_so() -> None:
    processor = plant.press()
    processor.sessions = processor.most_sessions
    with running(processor) as live:
        capture = Poller(live).poll(Depth.GLANCE)
    assert capture.fault_class == "NoSpareConnectionError"
    assert capture.exchanges == ()


def test_a_directory_that_contradicts_itself_is_not_known_and_nothing_else_is_lost() -> None:
    processor = plant.press()
    processor.memory.directory_size_off_by = -10
    with running(processor) as live:
        snapshot = Poller(live).see()
    assert snapshot.usable
    sighting = snapshot.sightings[UnitId("inventory", "files")]
    assert isinstance(sighting, Unread)
    assert "does not add up" in sighting.reason
    assert not sighting.transient
    assert snapshot.strengths[Aspect.PROGRAM] is Strength.INDICATOR
    unit(snapshot, "mode")


def test_a_processor_that_refuses_its_files_is_seen_by_its_program_id() -> None:
    with running(plant.press()) as live:
        live.faults.append(Refuse(first=10, last=18, refusal=0x60))
        snapshot = Poller(live).see()
    lost = snapshot.sightings[UnitId("program-file", "LAD2")]
    assert isinstance(lost, Unread)
    assert "protection" in lost.reason
    assert snapshot.strengths[Aspect.PROGRAM] is Strength.INDICATOR


def test_a_plc5_is_seen_by_its_time_stamp_and_without_one_not_at_all() -> None:
    for edited, strength in ((True, Strength.INDICATOR), (False, Strength.NONE)):
        processor = plant.furnace()
        processor.edited = processor.edited if edited else None
        with running(processor) as live:
            assert Poller(live).see().strengths[Aspect.PROGRAM] is strength


@pytest.mark.parametrize("make", [plant.press, plant.pump, plant.conveyor, plant.furnace])
@pytest.mark.parametrize("depth", Depth)
def test_an_unchanged_processor_gives_the_same_facts(make: type, depth: Depth) -> None:
    with running(make()) as live:
        first, second = (Poller(live).see(depth) for _ in range(2))
    assert replace(first, taken_at=second.taken_at, read_by=second.read_by) == second


def test_a_silent_processor_ends_the_poll_and_keeps_what_was_heard() -> None:
    with running(plant.press()) as live:
        live.faults.append(Silence(first=4))
        poller = Poller(live, budget=replace(AMPLE, answer_timeout_s=1.0))
        capture, snapshot = poller.poll(), poller.see()
    assert capture.fault_class == "UnreachableError"
    assert words(capture) == ["identity", "status", "read"]
    assert snapshot.usable
    unit(snapshot, "mode")
    assert snapshot.reason
