"""The genuine C snap7 client, which shares no line with the simulator, reads it completely."""

from typing import Any

import pytest

from ccontrol.sim.s7 import plant, scene
from ccontrol.sim.s7.cpu import Cpu, Mode
from ccontrol.sim.s7.diagnostics import Event
from ccontrol.sim.s7.server import Live, running
from ccontrol.sim.s7.szl import supported
from tests.strangers.conftest import CClient, CServer

pytestmark = pytest.mark.strangers


def _images(read: dict[str, Any]) -> dict[tuple[str, int], str]:
    return {
        (kind, int(number)): block["image"]
        for kind, blocks in read["blocks"].items()
        for number, block in blocks.items()
    }


def _true_images(live: Live) -> dict[tuple[str, int], str]:
    return {(b.kind.name, b.number): b.image.hex() for b in live.cpu.true_blocks()}


@pytest.fixture
def still_press() -> Cpu:
    """A press whose values stand still."""
    cpu = plant.press()
    cpu.moving.clear()
    return cpu


def test_every_image_arrives_byte_for_byte(c_client: CClient, still_press: Cpu) -> None:
    still_press.load(*plant.many_blocks(60))
    with running(still_press) as live:
        read = c_client.run("read", live.port)
        assert _images(read) == _true_images(live)
        assert live.server.violations == []


def test_block_infos_agree_with_the_images(c_client: CClient, still_press: Cpu) -> None:
    with running(still_press) as live:
        read = c_client.run("read", live.port)
    block = next(b for b in still_press.true_blocks() if b.key[0].name == "FC" and b.number == 2)
    info = read["blocks"]["FC"]["2"]["info"]
    assert info["CheckSum"] == block.stored_crc
    assert (info["MC7Size"], info["LoadSize"]) == (block.body_length, len(block.image))
    assert info["Header"] == "PRESSURE"
    assert info["CodeDate"] == "2023/03/14"


def test_identity_protection_and_state_come_out_right(c_client: CClient, still_press: Cpu) -> None:
    with running(still_press) as live:
        read = c_client.run("read", live.port)
        assert read["pdu"] == 240
        assert read["order"]["OrderCode"].strip() == "6ES7 315-2EH14-0AB0"
        assert read["cpu"]["ModuleName"] == "press-3"
        assert read["cpu"]["SerialNumber"] == "S C-B1U393142011"
        assert read["state"] == "S7CpuStatusRun"
        assert read["cp"]["MaxPduLength"] == 240
        assert read["szl"]["0131/1"]["records"][0].startswith("000100f00010")
        assert read["protection"]["sch_schal"] == 1
        live.play(scene.stop_by_pg)
        assert c_client.run("read", live.port)["state"] == "S7CpuStatusStop"


def test_every_list_that_list_0000_names_is_there(c_client: CClient, still_press: Cpu) -> None:
    with running(still_press) as live:
        read = c_client.run("read", live.port)
    assert [int(record, 16) for record in read["lists"]] == supported(still_press)
    newest = read["szl"]["00a0/0"]["records"][0]
    assert int(newest[:4], 16) == Event.RUN
    assert len(read["szl"]["01a0/2"]["records"]) == 2
    assert read["szl"]["0132/1"]["records"][0].startswith("0001000100010001")


def test_a_s7_400_speaks_pdu_480(c_client: CClient) -> None:
    cpu = plant.boiler()
    cpu.moving.clear()
    with running(cpu) as live:
        read = c_client.run("read", live.port, 3)
        assert read["pdu"] == 480
        assert _images(read) == _true_images(live)


def test_protection_level_3_refuses_uploads_until_the_password(
    c_client: CClient, still_press: Cpu
) -> None:
    still_press.level, still_press.password = 3, "toor"
    with running(still_press) as live:
        without = _images(c_client.run("read", live.port))
        assert all(image.startswith("refused") for image in without.values())
        assert _images(c_client.run("read", live.port, 2, "toor")) == _true_images(live)


def test_whatever_would_change_it_is_refused_and_recorded(
    c_client: CClient, still_press: Cpu
) -> None:
    before = still_press.true_blocks()
    with running(still_press) as live:
        ended = c_client.run("attack", live.port)  # it ignores the error word of stop and start
        assert ended["write"] == ended["set clock"] == "refused: b'CPU : Function not available'"
        functions = [r.function for r in live.server.violations if r.function is not None]
        assert sorted(set(functions)) == [0x05, 0x1A, 0x28, 0x29]
        assert functions.count(0x28) == 5  # two starts, compress, copy to ROM, delete
        assert (7, 2) in {(r.group, r.subfunction) for r in live.server.violations}
    assert still_press.true_blocks() == before
    assert still_press.mode is Mode.RUN


def test_the_c_server_is_there_for_the_driver(c_server: CServer, c_client: CClient) -> None:
    read = c_client.run("read", c_server.port)
    assert read["counts"]["DBCount"] == 3
    assert all(image.startswith("refused") for image in _images(read).values())
