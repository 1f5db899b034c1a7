"""The overview of a controller that speaks CIP: its label, its parts, what gave no answer."""

from ccontrol.cli.inventory_rows import Stock, stock_of
from ccontrol.model.aspect import Aspect
from ccontrol.model.controller import Controller
from ccontrol.model.state import Known, State
from ccontrol.model.unit import Unit, UnitId, Value, fields

PRESS = Controller("press-3", "north", "hall-2", "logix", "192.0.2.1", 44818)
LABEL = (("vendor", 1), ("product_type", 14), ("product_code", 166))


def unit(kind: str, key: str, aspect: Aspect, *facts: tuple[str, Value], title: str = "") -> Unit:
    return Unit(UnitId(kind, key), aspect, title or key, fields(**dict(facts)))


def stock(*units: Unit) -> Stock:
    return stock_of(
        PRESS, "north", State("press-3", "logix", {one.id: Known(one) for one in units})
    )


def test_a_device_without_an_order_number_is_known_by_its_catalogue_number() -> None:
    named = unit("identity", "controller", Aspect.IDENTITY, ("name", "1756-L83E/B"), *LABEL)
    assert stock(named).order_number == "1756-L83E/B"
    bulletin = unit("identity", "cpu", Aspect.IDENTITY, ("bulletin", "1766-LEC"), *LABEL)
    assert stock(bulletin).order_number == "1766-LEC"
    titled = unit("identity", "cpu", Aspect.IDENTITY, *LABEL, title="1785-L40E/F")
    assert stock(titled).order_number == "1785-L40E/F"


def test_the_name_that_an_engineer_gave_is_no_order_number() -> None:
    assert stock(unit("identity", "cpu", Aspect.IDENTITY, ("name", "Press 3"))).order_number == ""


def test_the_firmware_is_that_of_the_controller_not_of_a_module() -> None:
    adapter = unit("adapter-firmware", "slot-01", Aspect.FIRMWARE, ("revision", "10.010"))
    own = unit("firmware", "controller", Aspect.FIRMWARE, ("revision", "33.011"))
    assert stock(adapter, own).firmware == "33.011"


def test_a_slot_that_gives_no_answer_is_no_module() -> None:
    module = unit("module", "slot-03", Aspect.HARDWARE, ("name", "1756-IB16"), *LABEL)
    silent = unit("module", "slot-04", Aspect.HARDWARE, ("name", "no answer"))
    found = stock(module, silent)
    assert found.modules == 1
    assert [item.order_number for item in found.items] == ["1756-IB16", ""]


def test_parts_of_a_program_are_counted_whether_they_have_numbers_or_names() -> None:
    parts = [unit("type", name, Aspect.CONFIGURATION) for name in ("Limits", "TIMER")]
    parts += [unit("task", "MainTask", Aspect.CONFIGURATION), unit("OB", "OB1", Aspect.PROGRAM)]
    parts.append(unit("tags", "controller", Aspect.CONFIGURATION))
    assert stock(*parts).program == (("OB", 1), ("task", 1), ("type", 2))
