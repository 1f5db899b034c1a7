"""Real clients and simulated controllers on real sockets, overheard: every act, with its answer."""

from collections import Counter
from collections.abc import Callable

import pytest
from snap7.client import Client
from snap7.error import S7Error
from snap7.type import Block

from ccontrol.sim.s7 import plant
from ccontrol.sim.s7.server import running
from tests.unit.sources.wire.eavesdropping import tapped
from tests.unit.sources.wire.listening import listen, read_bytes
from tests.unit.sources.wire.packets import pcap, pcapng


def test_what_a_client_of_snap7_does_is_overheard() -> None:
    with running(plant.press()) as live, tapped(live.port, 102) as tap:
        client = Client()
        client.connect(live.host, 0, 2, tap.port)
        image, size = client.full_upload(Block.OB, 1)
        attempts: list[Callable[[], object]] = [
            lambda: client.db_write(10, 0, bytearray(b"\x01")),
            client.plc_stop,
            lambda: client.compress(1_000),
        ]
        for refused in attempts:
            with pytest.raises(S7Error):
                refused()
        client.disconnect()
    assert size == len(image)
    told = [(act.action, act.name, act.outcome) for _, act in listen(tap.line.frames)]
    assert told[:2] == [("program.upload", "OB1", "ok")] * 2
    assert [(action, name) for action, name, _ in told[2:]] == [
        ("variable.write", "DB10"),
        ("mode.stop", ""),
        ("memory.compress", ""),
    ]
    assert all(outcome not in {"", "ok"} for _, _, outcome in told[2:])


def test_the_same_is_read_from_either_kind_of_file() -> None:
    with running(plant.press()) as live, tapped(live.port, 102) as tap:
        client = Client()
        client.connect(live.host, 0, 2, tap.port)
        client.full_upload(Block.OB, 1)
        client.disconnect()
    one, other = (read_bytes(form(tap.line.frames)) for form in (pcap, pcapng))
    assert Counter(event.action for event in one.events) == {"program.upload": 1}
    assert [event.outcome for event in one.events] == [event.outcome for event in other.events]
    assert one.events[0].controller.route == ("0/2",)
