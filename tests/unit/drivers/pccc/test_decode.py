"""From answers to facts: what each answer yields, what a missing one takes away, and any bytes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.drivers.pccc.decode import FACTS, interpret
from ccontrol.drivers.pccc.directory import FIRST_BYTES, MICROLOGIX_1400
from ccontrol.model.aspect import Aspect, Depth, Strength
from ccontrol.model.capture import Capture, Exchange
from ccontrol.model.snapshot import Snapshot, Unread
from ccontrol.model.unit import UnitId
from ccontrol.sim.pccc import plant
from tests.laws import examples
from tests.unit.drivers.pccc.heard import (
    LEC_RUN,
    LEC_SYSTEM,
    STATUS,
    SYSTEM,
    capture,
    cip,
    exchange,
    glance,
    told,
)
from tests.unit.drivers.pccc.polls import SEAL, facts, unit

IDENTITY = bytes.fromhex("01000c00b900020f3400595c6040") + b"\x131766-L32BWA B/15.00"


def why(snapshot: Snapshot, kind: str) -> Unread:
    """Why the unit about the processor itself was not had."""
    sighting = snapshot.sightings[UnitId(kind, "cpu")]
    assert isinstance(sighting, Unread), sighting
    return sighting


def test_a_glance_tells_what_the_processor_is_and_does() -> None:
    snapshot = interpret(capture(glance()), SEAL)
    assert (snapshot.usable, snapshot.facts) == (True, FACTS)
    assert facts(unit(snapshot, "mode").moving) == {
        "edits": "none",
        "mode": "run",
        "program_owner": "nobody",
    }
    assert facts(unit(snapshot, "fault").moving) == {"faulted": False, "major_error": "0000"}
    assert facts(unit(snapshot, "protection").fields) == {"key": "remote", "level": 0}
    assert facts(unit(snapshot, "forces").fields) == {"enabled": True, "installed": False}
    assert snapshot.strengths == {
        Aspect.IDENTITY: Strength.CONTENT,
        Aspect.FIRMWARE: Strength.CONTENT,
        Aspect.PROTECTION: Strength.CONTENT,
        Aspect.MODE: Strength.CONTENT,
    }


def test_the_identity_object_adds_label_serial_and_revision() -> None:
    heard = [exchange("identity", cip(IDENTITY, 0x01)), *glance()[1:]]
    snapshot = interpret(capture(heard), SEAL)
    assert facts(unit(snapshot, "identity").fields)["serial"] == "40605c59"
    firmware = facts(unit(snapshot, "firmware").fields)
    assert (firmware["label"], firmware["revision"]) == ("1766-L32BWA B/15.00", "2.015")


def test_an_identity_of_zeros_is_believed_by_nobody() -> None:
    zeros = cip(bytes(14) + b"\x00", 0x01)
    snapshot = interpret(capture([exchange("identity", zeros), *glance()[1:]]), SEAL)
    assert why(snapshot, "identity").transient
    unit(snapshot, "mode")


def test_status_words_of_zeros_are_believed_by_nobody() -> None:
    snapshot = interpret(capture(glance(system=bytes(16))), SEAL)
    assert why(snapshot, "program-id").transient
    assert why(snapshot, "firmware").transient


def test_without_a_status_nothing_is_known_and_no_finding_is_cleared() -> None:
    heard = [glance()[0], exchange(STATUS, told(b"", 0x06, b"\x10"))]
    snapshot = interpret(capture(heard), SEAL)
    assert not snapshot.usable
    assert "does not know" in why(snapshot, "mode").reason
    assert snapshot.checked == frozenset()


def test_a_line_that_broke_before_the_status_words_takes_nothing_away() -> None:
    heard = [*glance()[:2], exchange(SYSTEM, fault="it closed the connection")]
    snapshot = interpret(capture(heard, fault="it closed the connection"), SEAL)
    assert snapshot.usable
    assert why(snapshot, "program-id").transient
    assert Aspect.FIRMWARE not in snapshot.strengths
    unit(snapshot, "identity")


def test_a_line_that_broke_before_anything_is_not_usable() -> None:
    snapshot = interpret(capture([], fault="no connection"), SEAL)
    assert (snapshot.usable, snapshot.reason) == (False, "no connection")
    assert snapshot.sightings == {}


@pytest.mark.parametrize(
    ("status", "transient", "said"),
    [
        (b"\x10", False, "STS 0x10"),
        (b"\x60", False, "protection"),
        (b"\xb0", True, "download"),
        (b"\xf0\x0b", False, "EXT STS 0x0b"),
        (b"\xf0\x1b", True, "owns the program"),
        (b"\x05", True, "interface"),
        (b"\xf0\x77", False, "refuses"),
    ],
)
def test_each_refusal_has_its_words(status: bytes, transient: bool, said: str) -> None:
    heard = [*glance()[:2], exchange(SYSTEM, told(b"", status=status))]
    reason = why(interpret(capture(heard), SEAL), "firmware")
    assert said in reason.reason
    assert reason.transient is transient


def test_a_deep_read_that_broke_before_the_directory_says_nothing_of_the_program() -> None:
    snapshot = interpret(capture(glance(), Depth.FULL, fault="it closed"), SEAL)
    assert Aspect.PROGRAM not in snapshot.strengths
    sighting = snapshot.sightings[UnitId("inventory", "files")]
    assert isinstance(sighting, Unread)
    assert sighting.transient
    assert all(one.transient for kind, one in snapshot.listings.items() if "-file" in kind)


def listing(again: str = "") -> list[Exchange]:
    """The directory of a MicroLogix 1400, as it is asked for."""
    whole = plant.press().memory.directory()
    tail = whole[2 * MICROLOGIX_1400.after :]
    word, size = MICROLOGIX_1400.after + FIRST_BYTES // 2, len(tail) - FIRST_BYTES
    return [
        exchange(f"read 03 000 00000 00022{again}", told(whole[:22])),
        exchange(f"read 03 000 00026 00080{again}", told(tail[:FIRST_BYTES])),
        exchange(f"read 03 000 {word:05d} {size:05d}{again}", told(tail[FIRST_BYTES:])),
    ]


def test_a_file_whose_bytes_are_not_there_is_unread_and_stays_listed() -> None:
    heard = [*glance(), *listing(), *listing(" #2")]
    snapshot = interpret(capture(heard, Depth.FULL, fault="it closed"), SEAL)
    lost = snapshot.sightings[UnitId("program-file", "LAD2")]
    assert isinstance(lost, Unread)
    assert lost.transient
    assert snapshot.listings["program-file"].complete
    assert Aspect.PROGRAM not in snapshot.strengths


def test_a_read_that_broke_before_the_directory_was_had_again_tells_of_no_file() -> None:
    heard = [*glance(), *listing(), exchange("read 22 002 00000 00094", told(bytes(94)))]
    snapshot = interpret(capture(heard, Depth.FULL, fault="it closed"), SEAL)
    assert snapshot.usable
    assert [one for one in snapshot.sightings if "-file" in one.kind] == []
    assert all(one.transient for kind, one in snapshot.listings.items() if "-file" in kind)


questions = st.sampled_from(
    [
        "identity", "status", SYSTEM, "words 002 00010 00006", "read 03 000 00000 00022",
        "read 03 000 00026 00080", "read 01 000 00021 00080", "read 22 002 00000 00094",
        "read 99", "read 22 002 00000 ٠٠٠٠٢", "words", "", "status #2", "nonsense",
    ]
)  # fmt: skip
answers = st.one_of(
    st.binary(max_size=120),
    st.builds(cip, st.binary(max_size=60), st.sampled_from([0x01, 0x4B]), st.integers(0, 30)),
    st.builds(
        told,
        st.one_of(
            st.binary(max_size=90), st.just(LEC_RUN), st.just(LEC_SYSTEM), st.just(bytes(80))
        ),
        st.sampled_from([0x06, 0x0F]),
        st.sampled_from([b"\0", b"\x10", b"\xf0\x1b"]),
    ),
)
exchanges = st.builds(
    Exchange,
    questions,
    st.lists(answers, max_size=3).map(tuple),
    st.one_of(st.none(), st.just("it broke")),
)
captures = st.builds(
    capture, st.lists(exchanges, max_size=8), st.sampled_from(Depth), st.just(None)
)


@given(captures)
@settings(max_examples=examples(100))
def test_any_capture_is_interpreted(heard: Capture) -> None:
    snapshot = interpret(heard, SEAL)
    assert snapshot == interpret(heard, SEAL)
    for unit_id, sighting in snapshot.sightings.items():
        assert not isinstance(sighting, Unread) or sighting.reason, unit_id
