"""Whose address it is: by address, by port, by name, and never by a guess."""

import asyncio
import time
from dataclasses import replace

from ccontrol.drivers.logix.options import LogixOptions
from ccontrol.model.controller import Controller
from ccontrol.model.engineering import Target
from ccontrol.poll.addresses import Addresses, as_ip
from tests.unit.store.heard import download
from tests.unit.store.made_store import START

ONE = Controller("one", "north", "hall", "s7", "192.0.2.1", 102)
OTHER_PORT = replace(ONE, id="other", port=44_818)
ELSEWHERE = replace(ONE, id="elsewhere", address="192.0.2.2")
NAMED = replace(ONE, id="named", address="localhost")
ALL = (ONE, OTHER_PORT, ELSEWHERE)


def ids(target: Target) -> list[str]:
    return [each.id for each in Addresses().behind(target, ALL)]


def test_an_act_concerns_who_is_at_its_address() -> None:
    assert ids(Target("192.0.2.2", 102)) == ["elsewhere"]
    assert ids(Target("192.0.2.99", 102)) == []
    assert ids(Target("", mac="02:00:00:00:00:01")) == []


def test_of_several_behind_an_address_the_port_decides() -> None:
    assert ids(Target("192.0.2.1", 44_818)) == ["other"]
    assert ids(Target("192.0.2.1", 102)) == ["one"]


def test_where_the_port_decides_nothing_all_of_them_are_meant() -> None:
    assert ids(Target("192.0.2.1", 80)) == ["one", "other"]
    assert ids(Target("192.0.2.1")) == ["one", "other"]


def test_addresses_are_compared_in_one_form() -> None:
    assert as_ip("2001:DB8:0::1") == "2001:db8::1"
    assert as_ip("::ffff:192.0.2.1") == "192.0.2.1"
    assert as_ip("press-3.example") == ""


def test_a_controller_that_is_configured_by_name_has_the_addresses_of_its_name() -> None:
    addresses = Addresses()
    assert addresses.of(NAMED) == frozenset()
    assert asyncio.run(addresses.look_up([NAMED, ONE]))
    assert "127.0.0.1" in addresses.of(NAMED)
    assert not asyncio.run(addresses.look_up([NAMED]))


def test_thousands_of_acts_on_thousands_of_controllers_take_no_time() -> None:
    plant = tuple(
        replace(ONE, id=f"c{n}", address=f"10.1.{n >> 8}.{n & 255}") for n in range(5_000)
    )
    addresses, target = Addresses(), Target("10.1.0.7", 102)
    begun = time.process_time()
    for _ in range(2_000):
        assert [each.id for each in addresses.behind(target, plant)] == ["c7"]
    assert time.process_time() - begun < 2.0  # a look at each of them took a minute


def test_other_controllers_are_found_as_soon_as_they_are_configured() -> None:
    addresses, target = Addresses(), Target("192.0.2.2", 102)
    assert addresses.behind(target, (ONE,)) == ()
    assert addresses.behind(target, ALL) == (ELSEWHERE,)


def whose(protocol: str, *route: str) -> list[str]:
    """Of two controllers in one chassis, and one whose way nobody configured."""
    address = "192.0.2.3"
    first = Controller("first", "north", "hall", "logix", address, 44_818, options=LogixOptions())
    second = replace(first, id="second", options=LogixOptions(route=((1, "3"),)))
    event = replace(
        download(START, address), protocol=protocol, controller=Target(address, 44_818, route=route)
    )
    return [each.id for each in Addresses().whose(event, (first, second)) or ()]


def test_of_several_in_one_chassis_the_way_of_an_act_decides() -> None:
    assert whose("cip", "1/0") == ["first"]
    assert whose("pccc", "1/3") == ["second"]


def test_a_way_that_nobody_configured_or_saw_may_lead_to_any_of_them() -> None:
    assert whose("cip", "1/7") == ["first", "second"]
    assert whose("cip") == ["first", "second"]
    assert whose("s7comm", "1/0") == ["first", "second"]
