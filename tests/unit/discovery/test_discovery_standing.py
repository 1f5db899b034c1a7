"""Known, new, gone, known elsewhere, retired; and the tables that are offered."""

import tomllib
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ccontrol.discovery.offer import offers
from ccontrol.discovery.standing import Known, Remembered, Row, Standing, Watch, rows
from ccontrol.drivers.finder import Found
from ccontrol.model.controller import ID_PATTERN, Controller

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
PRESS = Controller("press-3", "north", "hall", "s7", "press.plant", 102)
OVEN = Found("10.0.5.7", 102, "s7", "CPU 315-2 PN/DP", "6ES7 315-2EH14-0AB0", "V3.2.7", "S C-1")
MEANT = frozenset({"10.0.5.3", "10.0.5.7"})


def known(heard_at: datetime | None = NOW, *remembered: Remembered) -> Known:
    return Known((Watch(PRESS, ("10.0.5.3", "10.0.5.4"), heard_at),), remembered, NOW)


def standings(found: tuple[Row, ...]) -> list[tuple[Standing, str]]:
    return [(row.standing, row.controller_id) for row in found]


def test_a_controller_that_was_heard_lately_is_known() -> None:
    assert standings(rows(known(), MEANT, ())) == [(Standing.KNOWN, "north/press-3")]


def test_one_that_was_silent_for_longer_than_its_owner_allows_is_gone() -> None:
    before = NOW - timedelta(seconds=PRESS.schedule.stale_after_s + 1)
    assert standings(rows(known(before), MEANT, ())) == [(Standing.GONE, "north/press-3")]


def test_one_of_which_no_poll_ever_succeeded_is_not_called_gone() -> None:
    assert standings(rows(known(None), MEANT, ())) == [(Standing.NEVER, "north/press-3")]


def test_one_outside_the_networks_that_were_named_is_not_told_of() -> None:
    assert rows(known(), frozenset({"10.0.9.1"}), ()) == ()


def test_whoever_answers_unconfigured_is_new() -> None:
    (_, row) = rows(known(), MEANT, (OVEN,))
    assert (row.standing, row.found) == (Standing.NEW, OVEN)


def test_an_answer_from_a_configured_address_makes_no_second_line() -> None:
    echo = Found("10.0.5.3", 44818, "logix", "1756-L83E")
    assert standings(rows(known(), MEANT, (echo,))) == [(Standing.KNOWN, "north/press-3")]


def test_a_known_serial_number_at_another_address_is_no_new_controller() -> None:
    mixer = Remembered("north", "mixer-1", frozenset({"S C-1"}), configured=True)
    (_, row) = rows(known(NOW, mixer), MEANT, (OVEN,))
    assert (row.standing, row.controller_id) == (Standing.ELSEWHERE, "north/mixer-1")


def test_a_serial_number_is_the_same_in_capital_letters() -> None:
    driver_has, finder_has = "00c0ffee", "00C0FFEE"
    micro = Remembered("north", "pump-2", frozenset({driver_has}), configured=True)
    moved = Found("10.0.5.7", 44818, "pccc", "1766-L32BXB", serial=finder_has)
    (_, row) = rows(known(NOW, micro), MEANT, (moved,))
    assert (row.standing, row.controller_id) == (Standing.ELSEWHERE, "north/pump-2")


def test_every_address_that_a_controllers_name_stands_for_is_its_own() -> None:
    assert known().at("10.0.5.3")
    assert known().at("10.0.5.4")
    second = rows(known(), frozenset({"10.0.5.4"}), ())
    assert [(row.standing, row.address) for row in second] == [(Standing.KNOWN, "10.0.5.4")]


def test_no_serial_number_at_all_identifies_nobody() -> None:
    nameless = Found("10.0.5.7", 102, "s7", "S7 CPU")
    mixer = Remembered("north", "mixer-1", frozenset({""}), configured=True)
    (_, row) = rows(known(NOW, mixer), MEANT, (nameless,))
    assert row.standing is Standing.NEW


def test_a_controller_that_nobody_configures_any_more_is_told_as_retired_until_it_answers() -> None:
    oven = Remembered("north", "oven", frozenset({"S C-1"}), configured=False)
    assert (Standing.RETIRED, "north/oven") in standings(rows(known(NOW, oven), MEANT, ()))
    back = standings(rows(known(NOW, oven), MEANT, (OVEN,)))
    assert back[1:] == [(Standing.ELSEWHERE, "north/oven")]


def test_what_no_driver_reads_is_offered_no_table() -> None:
    assert offers([Found("10.0.5.8", 102, "", "S7-1200")], (), {"s7": 102}) == {}


def test_two_of_a_kind_get_ids_of_their_own_which_the_plant_does_not_have() -> None:
    twin = Found("10.0.6.7", 1102, "s7", OVEN.title, options=(("slot", 3),))
    tables = offers([OVEN, twin], ["CPU-315-2-pn-dp-7"], {"s7": 102})
    parsed = [tomllib.loads(text)["site"] for text in tables.values()]
    first, second = (one["controller"][0] for one in parsed)
    assert first["id"] == "cpu-315-2-pn-dp-7-2"
    assert second["id"] == "cpu-315-2-pn-dp-7-3"
    assert "port" not in first
    assert (second["port"], second["s7"]) == (1102, {"slot": 3})


@given(st.text(max_size=80), st.text(max_size=30), st.text(max_size=30))
def test_whatever_a_stranger_calls_itself_the_offer_is_a_table_of_one_controller(
    title: str, order_number: str, serial: str
) -> None:
    found = Found("10.0.5.7", 102, "s7", title, order_number, serial=serial)
    (text,) = offers([found], (), {"s7": 102}).values()
    (controller,) = tomllib.loads(text)["site"]["controller"]
    assert ID_PATTERN.fullmatch(controller["id"])
    assert (controller["address"], controller["family"]) == ("10.0.5.7", "s7")
