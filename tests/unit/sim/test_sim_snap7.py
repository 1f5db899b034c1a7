"""The client of python-snap7 3.3, a stranger to the simulator, reads it."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from snap7.client import Client
from snap7.error import S7Error
from snap7.type import Block as BlockType

from ccontrol.sim.s7.block import Kind
from ccontrol.sim.s7.cpu import Cpu
from ccontrol.sim.s7.server import Live

TYPES = {
    Kind.OB: BlockType.OB,
    Kind.FB: BlockType.FB,
    Kind.FC: BlockType.FC,
    Kind.DB: BlockType.DB,
    Kind.SDB: BlockType.SDB,
}


@pytest.fixture
def client(live: Live) -> Iterator[Client]:
    made = Client()
    made.connect(live.host, 0, 2, live.port)
    yield made
    made.disconnect()


def test_it_uploads_every_block(client: Client, cpu: Cpu) -> None:
    for block in cpu.true_blocks():
        data, size = client.full_upload(TYPES[block.kind], block.number)
        assert bytes(data[:size]) == block.image


def test_it_lists_what_is_there(client: Client, cpu: Cpu) -> None:
    for kind, which in TYPES.items():
        assert list(client.list_blocks_of_type(which, 100)) == cpu.numbers(kind)


def test_it_reads_identity_and_clock(client: Client) -> None:
    assert client.get_cpu_info().ModuleName == b"press-3"
    order = client.get_order_code()
    assert (order.V1, order.V2, order.V3) == (3, 2, 7)
    assert client.get_plc_datetime() == datetime(2024, 5, 6, 7, 8, 9, 123000)  # noqa: DTZ001 — local


def test_it_is_refused_what_is_missing_and_what_changes(client: Client, live: Live) -> None:
    with pytest.raises(S7Error):
        client.full_upload(BlockType.DB, 999)
    with pytest.raises(S7Error):
        client.db_write(10, 0, bytearray(b"\x01"))
    with pytest.raises(S7Error):
        client.plc_stop()
    assert [request.function for request in live.server.violations] == [0x05, 0x29]
