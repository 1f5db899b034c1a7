"""pycomm3, pylogix and cpppo, which share no line with the simulator, read it completely."""

from datetime import UTC, datetime

import pytest

from ccontrol.sim.logix import plant
from ccontrol.sim.logix.controller import CpuModel, l61, l73, l83
from ccontrol.sim.logix.server import running
from tests.strangers.conftest import CipClient

pytestmark = pytest.mark.strangers

RECIPE = [int.from_bytes(bytes(range(4 * n, 4 * n + 4)), "little") for n in range(10)]
CONTROLLER_TAGS = {"Press", "Actual", "Stop", "Recipe", "Dwell", "Label"}
PROGRAM_TAGS = {f"Program:MainProgram.{name}" for name in ("Left", "Right", "Strokes", "Close")}


class StillClock:
    """A clock that stands."""

    def now(self) -> datetime:
        return datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0


@pytest.mark.parametrize("model", [l61(), l73(), l83()], ids=lambda model: model.catalog)
def test_pycomm3_opens_it_and_finds_all_there_is(cip_client: CipClient, model: CpuModel) -> None:
    with running(plant.press(StillClock(), model=model)) as live:
        told = cip_client.run("pycomm3", live.port, "bp/0")
        assert live.server.violations == []
    assert told["name"] == "Press_3"
    assert told["info"]["product_name"] == model.product_name
    assert told["info"]["keyswitch"] == "REMOTE RUN"
    assert told["info"]["revision"] == {"major": 33, "minor": 11}
    assert told["size"] == (4000 if model.large_connections else 500)
    assert set(told["tags"]) == CONTROLLER_TAGS | PROGRAM_TAGS
    assert told["tags"]["Recipe"] == ["DINT", [10]]
    assert told["programs"] == {"MainProgram": ["MainRoutine", "Pressure", "TwoHand"]}
    assert told["tasks"] == ["MainTask"]
    assert told["structures"]["Press"] == ["Max", "Delay", "Enabled"]
    assert told["time"].startswith("2024-05-06 07:08:09")


def test_pycomm3_reads_the_values_of_every_kind_of_tag(cip_client: CipClient) -> None:
    with running(plant.press()) as live:
        values = cip_client.run("pycomm3", live.port, "bp/0")["values"]
    assert values["Actual"] == 40.0
    assert values["Recipe"] == RECIPE
    assert values["Label"] == "Press"
    assert values["Dwell"]["PRE"] == 0
    assert values["Stop"] is False


def test_pycomm3_gets_through_a_bridge_to_another_chassis(cip_client: CipClient) -> None:
    with running(plant.line()) as live:
        for path, name in (
            ("bp/0", "Press_3"), ("bp/2", "Pump_7"), ("bp/3/enet/192.168.2.20/bp/0", "Far_pump"),
        ):  # fmt: skip
            assert cip_client.run("pycomm3", live.port, path)["name"] == name


def test_pycomm3_tells_the_modules_from_the_empty_slots(cip_client: CipClient) -> None:
    with running(plant.press(model=l73())) as live:
        assert cip_client.run("slots", live.port) == {
            "0": "1756-L73/B LOGIX5573", "1": "1756-EN2T/C", "2": "ResponseError",
            "3": "1756-IB16", "4": "1756-OB16E",
        } | {str(slot): "ResponseError" for slot in range(5, 10)}  # fmt: skip


def test_pylogix_reads_devices_programs_and_the_tag_list(cip_client: CipClient) -> None:
    with running(plant.press(StillClock(), model=l73())) as live:
        told = cip_client.run("pylogix", live.port, "0")
        assert live.server.violations == []
    assert told["device"][:3] == ["1756-EN2T/C", 1, 12]
    assert told["modules"]["0"][0] == "1756-L73/B LOGIX5573"
    assert told["modules"]["3"][0] == "1756-IB16"
    assert told["programs"] == ["Program:MainProgram"]
    assert (told["status"], set(told["tags"])) == (
        "Success",
            CONTROLLER_TAGS | PROGRAM_TAGS | {"Program:MainProgram", "Cxn:Standard:2da0b483"},
    )  # fmt: skip
    assert told["tags"]["Press"][0] == "Limits"
    assert told["structures"]["TIMER"] == ["CTL", "PRE", "ACC", "EN", "TT", "DN"]
    assert (told["actual"], told["recipe"]) == (40.0, RECIPE)
    assert told["time"] == "2024-05-06 07:08:09"


def test_cpppo_reads_identity_objects_and_tags_in_every_way(cip_client: CipClient) -> None:
    with running(plant.press(model=l73())) as live:
        told = cip_client.run("cpppo", live.port, "0")
        assert live.server.violations == []
    assert told["identity"]["product_name"] == "1756-EN2T/C"
    assert told["identity"]["serial_number"] == 0x00BB0001
    tags = [[0, [40.0]], [0, RECIPE], [0, [85.5]], [0, [False]]]
    assert told["tags"] == told["packed"] == told["connected"] == tags
    name, controller, edits, audit, missing, unknown = told["objects"]
    assert bytes(name[1]) == b"\x141756-L73/B LOGIX5573"
    assert bytes(controller[1]) == b"\x07\0Press_3"
    assert bytes(edits[1])[:8] == bytes.fromhex("05000100f3c4c303")
    assert bytes(audit[1]) == 0x1122_3344_5566_7788.to_bytes(8, "little")
    assert (missing[0], unknown[0]) == (0x14, 0x05)


def test_whatever_would_change_it_is_refused_and_recorded(cip_client: CipClient) -> None:
    with running(plant.press()) as live:
        before = live.cpu.project
        ended = cip_client.run("attack", live.port, "bp/0")
        assert all(ended.values()), ended
        assert {(r.service, r.classes) for r in live.server.violations} == {
            (0x4D, (0x6B,)), (0x4E, (0x6B,)), (0x04, (0x8B,)), (0x05, (0x01,)), (0x10, (0x64,)),
            (0x4B, (0x67,)),
        }  # fmt: skip
        assert live.cpu.project is before


def test_a_project_of_10_000_tags_is_listed_by_both(cip_client: CipClient) -> None:
    with running(plant.chassis_of(plant.many_tags(10_000), l73())) as live:
        told = cip_client.run("pylogix", live.port, "0")
        assert len(told["tags"]) == 10_000 + 5
        assert len(told["structures"]) == 90 + 1
