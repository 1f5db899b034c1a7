"""Laws of the S7 decoder: whatever a controller sends, it answers, and claims nothing false."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.diff.compare import compare
from ccontrol.diff.merge import merge
from ccontrol.drivers.s7.decode import interpret
from ccontrol.drivers.s7.diagnostics import entry
from ccontrol.drivers.s7.pdu import BLOCK_TYPES
from ccontrol.errors import GarbledError
from ccontrol.logic.mc7.block import parse_image, parse_info
from ccontrol.model.aspect import Depth
from ccontrol.model.capture import Capture, Exchange
from ccontrol.model.snapshot import Confirmed, Read, Snapshot, Unread
from ccontrol.sim.s7 import plant
from ccontrol.sim.s7.block import Kind, make_block
from tests.laws import examples
from tests.unit.drivers.s7.heard import AT, GROUPS, SEAL, Heard, uploaded, userdata

SOON_S = 2.0
EPOCH = datetime(1984, 1, 1, tzinfo=UTC)
QUESTIONS = st.sampled_from([
    "setup", "counts", "list 38", "list 41", "list 42", "info 38 00001", "upload 38 00001",
    "upload 42 00004", "info 41 00010", "szl 0232 0004", "szl 0132 0004", "szl 0424 0000",
    "szl 0011 0000", "szl 001C 0000", "szl 0091 0000", "szl 0D91 0001", "szl 0092 0001",
    "szl 0094 0064", "szl 00A0 0000", "szl 01A0 0001", "szl 0000 0000",
    "clock",
])  # fmt: skip
ANY_QUESTION = st.one_of(QUESTIONS, st.text(max_size=20)).flatmap(
    lambda question: st.sampled_from([question, f"{question} #2", f"{question} #3"])
)
DEPTHS = st.sampled_from(Depth)
NOTES = st.lists(
    st.tuples(st.sampled_from(["actual_values", "password", "slot"]), st.text(max_size=8))
)


def framed(question: str, payload: bytes) -> tuple[bytes, ...]:
    """Rubbish in a frame that is in order: as deep into the decoder as rubbish can get."""
    word = question.split(" ", 1)[0] or "szl"
    if word == "upload":
        return uploaded(payload)
    return userdata(*GROUPS.get(word, (4, 1)), payload)


def with_header(question: str, record: bytes, count: int) -> bytes:
    """A system status list of the right number and size with any records."""
    number = bytes.fromhex(question.split()[1]) if question.startswith("szl 0") else b"\0\x11"
    head = number + b"\0\0" + len(record).to_bytes(2, "big") + count.to_bytes(2, "big")
    return head + record * count


EXCHANGES = ANY_QUESTION.flatmap(
    lambda question: st.builds(
        Exchange,
        st.just(question),
        st.one_of(
            st.lists(st.binary(max_size=60), max_size=3).map(tuple),
            st.binary(max_size=120).map(lambda payload: framed(question, payload)),
            st.tuples(st.binary(max_size=48), st.integers(0, 4)).map(
                lambda parts: framed(question, with_header(question, *parts))
            ),
        ),
        st.sampled_from([None, None, None, "no answer"]),
    )
)
RUBBISH = st.builds(
    lambda depth, exchanges, fault, notes: Capture(
        "c", "s7", depth, AT, AT, tuple(exchanges), 1, 1, 1, fault, notes=tuple(notes)
    ),
    DEPTHS,
    st.lists(EXCHANGES, max_size=12),
    st.sampled_from([None, "line lost"]),
    NOTES,
)


@cache
def whole(depth: Depth) -> Capture:
    return Heard(plant.press(), depth).capture()


def bent(capture: Capture, data: st.DataObject) -> Capture:
    """The same poll with some answers cut, flipped, swapped or lost."""
    exchanges = list(capture.exchanges)
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(exchanges) - 1))
        answers = list(exchanges[at].answers)
        which = data.draw(st.integers(0, len(answers) - 1)) if answers else 0
        match data.draw(st.sampled_from(["flip", "cut", "drop", "swap", "lose", "fault"])):
            case "flip" if answers and answers[which]:
                place = data.draw(st.integers(0, len(answers[which]) - 1))
                bad = bytearray(answers[which])
                bad[place] ^= data.draw(st.integers(1, 255))
                answers[which] = bytes(bad)
            case "cut" if answers:
                answers[which] = answers[which][: data.draw(st.integers(0, len(answers[which])))]
            case "drop" if answers:
                del answers[which]
            case "swap":
                answers = list(exchanges[data.draw(st.integers(0, len(exchanges) - 1))].answers)
            case "lose":
                del exchanges[at]
                if not exchanges:
                    return replace(capture, exchanges=())
                continue
            case _:
                exchanges[at] = replace(exchanges[at], fault="no answer")
                continue
        exchanges[at] = replace(exchanges[at], answers=tuple(answers))
    return replace(capture, exchanges=tuple(exchanges))


def holds_together(snapshot: Snapshot) -> None:
    """What is true of every snapshot, however bad the capture was."""
    for unit_id, sighting in snapshot.sightings.items():
        match sighting:
            case Read(unit):
                assert unit.id == unit_id
                for facts in (unit.fields, unit.moving):
                    names = [name for name, _ in facts]
                    assert names == sorted(set(names))
                listing = snapshot.listings.get(unit_id.kind)
                if listing is not None and listing.complete and unit_id.kind not in BLOCK_TYPES:
                    assert unit_id.key in listing.keys
            case Unread(reason):
                assert reason
            case Confirmed(fingerprint):
                assert len(fingerprint) == 32
    for listing in snapshot.listings.values():
        assert listing.complete or listing.reason
    assert {finding.code for finding in snapshot.findings} <= {
        "checksum-mismatch", "hidden-block", "info-mismatch",
    }  # fmt: skip
    assert snapshot.usable or snapshot.reason


@given(RUBBISH)
def test_any_rubbish_is_answered_with_a_snapshot(capture: Capture) -> None:
    snapshot = interpret(capture, SEAL)
    holds_together(snapshot)
    assert interpret(capture, SEAL) == snapshot
    state = merge(None, snapshot)
    assert merge(state, snapshot) == state


@given(DEPTHS, st.data())
@settings(max_examples=examples(150))
def test_any_damage_to_a_poll_is_answered_and_removes_nothing_whole(
    depth: Depth, data: st.DataObject
) -> None:
    snapshot = interpret(bent(whole(depth), data), SEAL)
    holds_together(snapshot)
    compare(merge(None, interpret(whole(depth), SEAL)), merge(None, snapshot))


@given(
    st.sampled_from(["OB", "DB", "SDB", "FC", "FB"]), st.integers(0, 65535), st.binary(max_size=120)
)
def test_any_bytes_are_a_block_or_garbled(name: str, number: int, data: bytes) -> None:
    for parse in (parse_image, parse_info):
        try:
            parse(data, name, number)
        except GarbledError:
            continue


@given(st.binary(min_size=20, max_size=20))
def test_any_twenty_bytes_are_a_log_entry(record: bytes) -> None:
    found = entry(record)
    assert found.raw == record.hex()
    assert found.text
    if found.at:
        datetime.fromisoformat(found.at)


@given(st.integers(0, 60_000).map(lambda days: EPOCH + timedelta(days, days)), st.data())
@settings(max_examples=30)
def test_recompiling_moves_full_and_never_content(when: datetime, data: st.DataObject) -> None:
    cpu = plant.press()
    before = Heard(cpu).snapshot()
    at = data.draw(
        st.sampled_from(sorted(one for one in before.sightings if one.kind in BLOCK_TYPES))
    )
    kind = Kind[at.key.rstrip("0123456789")]
    found = cpu.block(kind, int(at.key.lstrip("OBDFCS")))
    assert found is not None
    cpu.load(found.with_times(when))
    old, new = before.sightings[at], Heard(cpu).snapshot().sightings[at]
    assert isinstance(old, Read)
    assert isinstance(new, Read)
    assert old.unit.content == new.unit.content


def test_eight_thousand_blocks_are_read_soon() -> None:
    cpu = plant.press()
    cpu.load(
        *(
            make_block(Kind.FC, number, bytes(60), changed=plant.BUILT, interface=bytes(8))
            for number in range(100, 8100)
        )
    )
    capture = Heard(cpu).capture()
    began = time.process_time()
    snapshot = interpret(capture, SEAL)
    took = time.process_time() - began
    assert len(snapshot.listings["FC"].keys) > 8000
    assert not snapshot.findings
    assert took < 3 * SOON_S, "three times the figure, for machines slower than ours"
