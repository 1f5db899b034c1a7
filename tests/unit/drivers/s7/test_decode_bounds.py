"""However much a controller says, understanding it takes time in proportion, and has an end."""

import struct
import time

import pytest

from ccontrol.model.aspect import Depth
from ccontrol.model.snapshot import Unread
from ccontrol.model.unit import UnitId
from ccontrol.sim.s7 import plant
from tests.unit.drivers.s7.heard import Heard, userdata

WORDS = 0xFFFF
TOO_LONG = "its list is longer than any CPU's"
AT_MOST_S = 1.0
"""Of this process's own time; a quadratic way takes ten to a hundred times as long."""


def listed(number: int, records: bytes, length: int) -> tuple[bytes, ...]:
    head = struct.pack(">4H", number, 0, length, len(records) // length)
    return userdata(4, 1, head + records, size=60_000)


def modules(count: int) -> bytes:
    """As many modules, all of them in one place."""
    return b"".join(struct.pack(">8H", 0, 4, at, 1, 2, 0, 2, 0xB4) for at in range(count))


def heard(**answers: tuple[bytes, ...]) -> Heard:
    one = Heard(plant.press(), Depth.FULL, also=tuple(map(_question, answers)))
    for name, answer in answers.items():
        one = one.but(_question(name), answer)
    return one


def _question(name: str) -> str:
    return f"szl {name[1:5]} {name[5:]}"


@pytest.mark.parametrize("count", [4_096, WORDS])
def test_modules_in_one_place_cost_in_proportion_to_their_number(count: int) -> None:
    answer = listed(0x0091, modules(count), 16)
    capture = heard(_00910000=answer)
    begun = time.process_time()
    snapshot = capture.snapshot()
    assert time.process_time() - begun < AT_MOST_S
    if count == WORDS:
        assert not snapshot.listings["module"].complete
    else:
        assert len(snapshot.listings["module"].keys) > count


def test_more_modules_than_any_cpu_has_are_not_believed() -> None:
    answers = {f"_{number:04X}0000": listed(number, modules(4_096), 16) for number in (0x91, 0x591)}
    answers["_0A910000"] = listed(0x0A91, modules(4_096), 16)
    listing = heard(**answers).snapshot().listings["module"]
    assert (listing.keys, listing.complete) == (frozenset(), False)
    assert (listing.reason, listing.transient) == (TOO_LONG, False)


@pytest.mark.parametrize(
    ("number", "record"),
    [(0x0092, b"\xff" * 65_000), (0x0094, b"\0\x64" + b"\xff" * 60_000)],
)
def test_bits_of_more_stations_than_a_bus_can_have_are_not_read(number: int, record: bytes) -> None:
    answers = {
        f"_{one:04X}{bus:04X}": listed(one, record, len(record))
        for one in (number, number | 0x200, number | 0x600)
        for bus in range(100, 132)
    }
    capture = heard(**answers)
    begun = time.process_time()
    snapshot = capture.snapshot()
    assert time.process_time() - begun < AT_MOST_S
    assert snapshot.sightings[UnitId("station", "pn100")] == Unread(TOO_LONG)


@pytest.mark.parametrize("number", [0x0092, 0x0094])
def test_a_list_of_more_buses_than_a_cpu_can_have_is_not_read(number: int) -> None:
    records = b"".join(struct.pack(">H", at) for at in range(1_000))
    snapshot = heard(**{f"_{number:04X}0001": listed(number, records, 2)}).snapshot()
    assert snapshot.sightings[UnitId("station", "dp1")] == Unread(TOO_LONG)


@pytest.mark.parametrize(("question", "length"), [("_001C0000", 34), ("_04240000", 20)])
def test_a_list_about_the_cpu_with_too_many_records_is_garbled(question: str, length: int) -> None:
    records = b"".join(struct.pack(">H", at).ljust(length, b"\1") for at in range(WORDS))
    capture = heard(**{question: listed(int(question[1:5], 16), records, length)})
    begun = time.process_time()
    snapshot = capture.snapshot()
    assert time.process_time() - begun < AT_MOST_S
    assert any(isinstance(one, Unread) for one in snapshot.sightings.values())


def test_a_list_of_more_blocks_than_any_cpu_has_is_no_list() -> None:
    entries = b"".join(struct.pack(">HBB", at, 0, 1) for at in range(0x10000))
    one = Heard(plant.press(), Depth.FULL).but("list 43", userdata(3, 2, entries, size=60_000))
    begun = time.process_time()
    listing = one.snapshot().listings["FC"]
    assert time.process_time() - begun < AT_MOST_S
    assert (listing.complete, listing.reason) == (False, TOO_LONG)
