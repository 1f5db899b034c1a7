"""The mirror port of simulated controllers: what is read off it, and what is lost."""

import os
import threading
from pathlib import Path

import pytest

from ccontrol.clock import SystemClock
from ccontrol.model.engineering import EngineeringEvent
from ccontrol.sim.mirror import Mirror, Mirrored
from ccontrol.sim.s7 import plant
from ccontrol.sim.s7.cpu import Cpu
from ccontrol.sim.s7.server import running
from ccontrol.sim.s7.station import download
from ccontrol.sources.files import read
from ccontrol.sources.wire.protocols import PORTS
from ccontrol.sources.wire.table import Watchlist

CPU, ES = "127.0.3.3", "127.0.0.9"


def mirror_at(door: int) -> Mirror:
    mirror = Mirror(SystemClock())
    mirror.begin(door)
    return mirror


def events_of(recording: Path, port: int) -> tuple[EngineeringEvent, ...]:
    with recording.open("rb") as file:
        return tuple(read(file, recording.name, Watchlist({**PORTS, port: "s7"})).events)


def test_a_load_is_read_off_the_mirror_whole(cpu: Cpu, tmp_path: Path) -> None:
    near, far = os.pipe()
    recording = tmp_path / "mirror.pcap"
    with os.fdopen(near, "rb") as pipe, recording.open("wb") as file:
        keeper = threading.Thread(target=lambda: file.write(pipe.read()))
        keeper.start()
        block = plant.many_blocks(1, least=9_000)[0]
        mirror = mirror_at(far)
        with running(cpu, {ES}, host=CPU, mirror=mirror) as live:
            download(live.host, live.port, ES, (plant.ob1(1), block))
        os.close(far)
        keeper.join()
    found = {event.action: event for event in events_of(recording, live.port)}
    assert found.keys() == {"mode.stop", "program.download", "program.activate", "mode.run"}
    load = found["program.download"]
    assert (load.controller.address, load.controller.port) == (CPU, live.port)
    assert load.actor.address == ES
    assert {each.name for each in load.objects} == {"OB1", f"FC{block.number}"}
    assert {event.outcome.word for event in found.values()} == {"done"}
    assert {event.completeness.value for event in found.values()} == {"full"}
    assert mirror.dropped == 0


def test_what_nobody_takes_is_lost_and_nobody_waits_for_it() -> None:
    near, far = os.pipe()
    mirror = mirror_at(far)
    talk = Mirrored(mirror, (ES, 40_000), (CPU, 102))
    for _ in range(100):
        talk.said(bytes(2_000))
    assert mirror.dropped > 100
    os.close(near)
    lost = mirror.dropped
    talk.ended()
    assert mirror.dropped == lost + 1
    os.close(far)


@pytest.mark.parametrize("size", [1, 1_400, 1_401, 5_000])
def test_every_packet_of_it_is_whole_and_in_order(size: int, tmp_path: Path) -> None:
    near, far = os.pipe()
    talk = Mirrored(mirror_at(far), (ES, 40_000), (CPU, 102))
    talk.heard(bytes(size))
    talk.ended()
    os.close(far)
    with os.fdopen(near, "rb") as pipe:
        (tmp_path / "kept").write_bytes(pipe.read())
    with (tmp_path / "kept").open("rb") as file:
        reading = read(file, "kept", Watchlist(PORTS))
    assert reading.items == 3 + -(-size // 1_400) + 1
