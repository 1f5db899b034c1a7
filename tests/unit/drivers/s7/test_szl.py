"""System status lists, the log, and hardware."""

import pytest

from ccontrol.drivers.s7 import szl
from ccontrol.drivers.s7.diagnostics import entry
from ccontrol.drivers.s7.events import CLASSES, EVENTS, SAID, START_TYPES, STARTS
from ccontrol.errors import GarbledError
from ccontrol.model.aspect import Aspect, Depth
from ccontrol.model.engineering import Reach
from ccontrol.model.snapshot import Read, Snapshot, Unread
from ccontrol.model.unit import Unit, UnitId, field
from ccontrol.sim.s7 import plant, scene
from ccontrol.sim.s7.hardware import Module
from ccontrol.sources.actions import ACTIONS
from tests.unit.drivers.s7.heard import Heard, userdata


def listed(number: int, *records: bytes, index: int = 0) -> tuple[bytes, ...]:
    length = len(records[0]) if records else 0
    head = b"".join(part.to_bytes(2, "big") for part in (number, index, length, len(records)))
    return userdata(4, 1, head + b"".join(records))


def unit(snapshot: Snapshot, kind: str, key: str) -> Unit:
    sighting = snapshot.sightings[UnitId(kind, key)]
    assert isinstance(sighting, Read), sighting
    return sighting.unit


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "0011",
        "00110000001c0001",
        "0012000000020001abcd",
        "001100000000000100",
        "0011000000020001ab",
    ],
)
def test_a_list_that_is_not_what_was_asked_for_or_not_whole_is_garbled(payload: str) -> None:
    with pytest.raises(GarbledError):
        szl.records(bytes.fromhex(payload), 0x0011)


def test_an_empty_list_is_whole() -> None:
    assert szl.records(bytes.fromhex("0011000000000000"), 0x0011) == ()


def test_an_entry_of_the_log_tells_what_when_and_who_asked() -> None:
    start = entry(bytes.fromhex("4302ff68c700430408147714" + "1602081451375692"))
    assert start.code == "4302"
    assert start.at == "2016-02-08T14:51:37.569"
    assert (
        start.text
        == "from STARTUP to RUN, asked for by a programming device or partner; last STOP: 4304"
    )
    assert start.raw == "4302ff68c7004304081477141602081451375692"


@pytest.mark.parametrize(
    ("record", "action", "reach"),
    [
        ("4303ff84" + "00" * 8, "mode.stop", Reach.LOCAL),
        ("4304ff84" + "00" * 8, "mode.stop", Reach.UNSAID),
        ("4307ff84" + "00" * 8, "memory.reset", Reach.UNSAID),
        ("4308ff84" + "00" * 8, "memory.reset", Reach.LOCAL),
        ("430eff00" + "00" * 8, "memory.reset", Reach.UNSAID),
        ("494eff00" + "00" * 8, "power.off", Reach.UNSAID),
        ("4300ff11" + "00" * 8, "power.on", Reach.UNSAID),
        ("4302ff68c700430308137714", "mode.reported", Reach.LOCAL),
        ("1381fe64c700430308137714", "mode.run", Reach.LOCAL),
        ("1381fe64c700430408147714", "mode.run", Reach.UNSAID),
        ("1382fe64c700494e08107714", "mode.reported", Reach.UNSAID),
        ("1385fe64c700430308237714", "mode.cold", Reach.LOCAL),
        ("6526ff00" + "00" * 8, "card.change", Reach.LOCAL),
        ("6522ff00" + "00" * 8, "card.fault", Reach.LOCAL),
        ("6390ff00" + "00" * 8, "file.format", Reach.UNSAID),
        ("3861ff00" + "00" * 8, "module.change", Reach.LOCAL),
        ("3961ff00" + "00" * 8, "module.change", Reach.UNSAID),
        ("6353ff00" + "00" * 8, "firmware.write", Reach.NETWORK),
        ("43b0ff00" + "00" * 8, "firmware.write", Reach.UNSAID),
        ("43b4ff00" + "00" * 8, "", Reach.UNSAID),
        ("457fff00" + "00" * 8, "", Reach.UNSAID),
        ("7eee0000" + "00" * 8, "", Reach.UNSAID),
    ],
)
def test_only_an_event_that_says_what_was_done_and_from_where_is_evidence(
    record: str, action: str, reach: Reach
) -> None:
    told = entry(bytes.fromhex(record) + bytes(8))
    assert (told.action, told.reach) == (action, reach)


@pytest.mark.parametrize("kind", range(0x100))
def test_a_byte_that_only_starts_have_is_read_of_starts_alone(kind: int) -> None:
    record = bytes.fromhex("4304ff84c7004303") + bytes((8, kind)) + bytes(10)
    assert entry(record).reach is Reach.UNSAID


def test_a_programming_device_is_never_taken_for_local_nor_for_the_network() -> None:
    texts = {number: EVENTS[number] for number in SAID if "programming device" in EVENTS[number]}
    assert {0x4304, 0x4307} <= texts.keys()
    assert all(SAID[number].reach is Reach.UNSAID for number in texts)
    assert all(reach is Reach.UNSAID for who, reach in START_TYPES.values() if "device" in who)


def test_only_switch_card_and_module_are_local() -> None:
    local = [EVENTS[number] for number, said in SAID.items() if said.reach is Reach.LOCAL]
    named = ("mode switch", "card", "module", "internal memory")
    assert all(any(word in text for word in named) for text in local), local


def test_every_act_is_a_word_of_the_table_of_actions() -> None:
    assert {said.action for said in SAID.values()} <= ACTIONS.keys()
    assert SAID.keys() <= EVENTS.keys()
    assert SAID.keys() >= STARTS


@pytest.mark.parametrize("time", ["ff" * 8, "1613320000000000", "0000000000000000"])
def test_a_time_that_is_none_is_left_out(time: str) -> None:
    assert entry(bytes.fromhex("4303ff84" + "00" * 8 + time).ljust(20, b"\0")).at == ""


def test_an_unknown_event_is_shown_by_number_and_class() -> None:
    assert entry(bytes.fromhex("39ee") + bytes(18)).text == "fault outside the program"
    assert entry(bytes.fromhex("eeee") + bytes(18)).text == "event of an unknown class"


def test_every_event_belongs_to_a_class_and_says_something() -> None:
    assert all(number >> 12 in CLASSES and words for number, words in EVENTS.items())
    assert all(words for words, _ in START_TYPES.values())


def test_the_log_is_newest_first_and_each_entry_once() -> None:
    cpu = plant.press()
    scene.stop_by_pg(cpu)
    snapshot = Heard(cpu, Depth.DIAGNOSTICS).snapshot()
    assert [one.code for one in snapshot.log] == ["4304", "4302", "1382", "4301", "4300"]


def test_a_log_that_broke_off_is_left_out_and_the_newest_entry_stays() -> None:
    cpu = plant.press()
    heard = Heard(cpu, Depth.DIAGNOSTICS).but("szl 00A0 0000", None)
    assert [one.code for one in heard.snapshot().log] == ["4302"]


def test_modules_are_known_by_their_place() -> None:
    snapshot = Heard(plant.press(), Depth.DIAGNOSTICS).snapshot()
    listing = snapshot.listings["module"]
    assert listing.complete
    assert {"rack0-slot2-sub1", "rack0-slot4", "rack0-slot5", "rack0-slot6"} <= listing.keys
    card = unit(snapshot, "module", "rack0-slot4")
    assert card.aspect is Aspect.HARDWARE
    assert field(card.fields, "expected_type") == field(card.fields, "actual_type") == "9fc3"
    assert field(card.fields, "as_configured") is True
    assert field(card.moving, "state") == ("present",)


def test_a_pulled_module_differs_from_what_was_configured() -> None:
    cpu = plant.press()
    scene.pull_module(cpu, 5)
    card = unit(Heard(cpu, Depth.DIAGNOSTICS).snapshot(), "module", "rack0-slot5")
    assert field(card.fields, "as_configured") is False
    assert field(card.fields, "expected_type") == "afc8"
    assert field(card.moving, "state") == ("not present",)


@pytest.mark.parametrize(
    ("place", "slot", "key"),
    [
        (0x0000, 0x0400, "rack0-slot4"),
        (0x0015, 0x0902, "rack21-slot9-sub2"),
        (0x0103, 0x0400, "dp1-station3-slot4"),
        (0x8000, 0x0000, "pn100-station0-slot0"),
        (0x9005, 0x0102, "pn102-station5-slot1-sub2"),
    ],
)
def test_a_place_is_a_rack_a_profibus_or_a_profinet_station(
    place: int, slot: int, key: str
) -> None:
    record = b"".join(part.to_bytes(2, "big") for part in (place, slot, 0, 1, 1, 0, 0xB402, 0x11))
    heard = Heard(plant.press(), Depth.DIAGNOSTICS)
    for question in ("szl 0591 0000", "szl 0A91 0000"):
        heard = heard.refuse(question, 0xD401)
    snapshot = heard.but("szl 0D91 0000", listed(0x0D91, record)).snapshot()
    assert snapshot.listings["module"].keys == {key}


def test_two_addresses_in_one_place_are_two_units_and_a_repeated_record_is_one() -> None:
    records = [Module(0, 4, address, 1, 1).record() for address in (0, 0x100, 0x100)]
    heard = Heard(plant.press(), Depth.DIAGNOSTICS).but("szl 0D91 0000", listed(0x0D91, *records))
    keys = heard.snapshot().listings["module"].keys
    assert {key for key in keys if "slot4" in key} == {"rack0-slot4-at0000", "rack0-slot4-at0100"}


def test_a_record_too_short_for_a_module_makes_the_list_incomplete() -> None:
    heard = Heard(plant.press(), Depth.DIAGNOSTICS).but("szl 0D91 0000", listed(0x0D91, b"short"))
    listing = heard.snapshot().listings["module"]
    assert not listing.complete
    assert listing.transient


def test_stations_are_configured_for_good_and_present_for_now() -> None:
    heard = Heard(plant.press(), Depth.DIAGNOSTICS)
    heard.also = (
        "szl 0092 0001",
        "szl 0292 0001",
        "szl 0094 0064",
        "szl 0694 0064",
        "szl 4092 0002",
    )
    for question, answers in {
        "szl 0092 0001": listed(0x0092, bytes.fromhex("0700000000000000000000000000008a")),
        "szl 0292 0001": listed(0x0292, bytes.fromhex("03").ljust(16, b"\0")),
        "szl 0094 0064": listed(0x0094, bytes.fromhex("0064 0d").ljust(258, b"\0")),
        "szl 0694 0064": listed(0x0694, bytes.fromhex("0064 05").ljust(258, b"\0")),
        "szl 4092 0002": listed(0x4092, bytes.fromhex("01").ljust(16, b"\0")),
    }.items():
        heard = heard.but(question, answers)
    snapshot = heard.snapshot()
    bus = unit(snapshot, "station", "dp1")
    assert field(bus.fields, "configured") == ("1", "2", "3", "122", "124", "128")
    assert field(bus.moving, "present") == ("1", "2")
    network = unit(snapshot, "station", "pn100")
    assert field(network.fields, "configured") == ("2", "3"), "the first bit sums up the others"
    assert field(network.moving, "faulty") == ("2",)
    assert field(unit(snapshot, "station", "external-dp2").fields, "configured") == ("1",)
    assert field(unit(snapshot, "station", "central").fields, "configured") == ("0",)


def test_a_broken_list_of_stations_leaves_its_bus_unread_and_the_others_alone() -> None:
    heard = Heard(plant.press(), Depth.DIAGNOSTICS)
    heard.also = ("szl 0092 0001", "szl 0292 0001")
    heard = heard.but("szl 0092 0001", listed(0x0092, bytes(16))).but("szl 0292 0001", None)
    snapshot = heard.snapshot()
    assert isinstance(snapshot.sightings[UnitId("station", "dp1")], Unread)
    unit(snapshot, "station", "central")
    assert not snapshot.listings["station"].complete
