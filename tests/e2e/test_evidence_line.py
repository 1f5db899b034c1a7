"""From a download on the wire to the origin of a change: at once, and when it is heard of later."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ccontrol.canonical.witness import Act, Handed
from ccontrol.clock import SystemClock
from ccontrol.model.engineering import Effect
from ccontrol.sim.s7 import scene
from ccontrol.sim.s7.plant import motor
from tests.e2e.engine_plant import wait_until
from tests.e2e.sensor_client import sensor
from tests.e2e.simulated_plant import Plant, daemon_over, made
from tests.unit.sources.wire import messages as m
from tests.unit.sources.wire.packets import Line, Talk, pcap
from tests.unit.store.heard import download, watch

CLOCK = SystemClock()
STATION = "127.0.0.9"


@pytest.fixture
def press(tmp_path: Path) -> Iterator[Plant]:
    with ExitStack() as stack:
        plant = made(tmp_path, stack, ("press",))
        path = tmp_path / "ccontrol.toml"
        text = path.read_text().replace("settle_s = 0.2\n", "settle_s = 0.2\nquiet_s = 0.5\n")
        path.write_text(f'[engine]\nwitness_socket = "witness"\n\n{text}')
        assert plant.run("enroll", "press", "--yes").code == 0
        plant.run("poll", "press", "--depth", "full")
        stack.enter_context(daemon_over(plant))
        wait_until((tmp_path / "witness").exists)
        yield plant


def load_another_motor(press: Plant) -> None:
    """FC1 with another limit."""
    press.live["press"].play(scene.download_in_run, motor(1, "I0.2", "M11.0", "Q4.2", limit=1_777))


def newest(press: Plant) -> dict[str, Any]:
    return press.changes_of("press")[0]


def test_a_download_that_a_sensor_saw_is_committed_with_its_origin(press: Plant) -> None:
    before = newest(press)["change_id"]
    with sensor(press.folder / "witness") as client:
        client.whom()
        load_another_motor(press)
        client.say(Handed(1, watch(CLOCK.now())))
        client.say(Act(CLOCK.now(), "127.0.0.1", STATION, 50_000, Effect.MODIFY))
        client.say(Handed(2, download(CLOCK.now(), seconds=0, kind="FC", name="FC1")))
        client.kept_up_to(2)
        wait_until(lambda: newest(press)["change_id"] != before)
    assert newest(press)["origin"] == "network"


def test_a_recording_that_comes_later_explains_a_change(press: Plant, tmp_path: Path) -> None:
    at = CLOCK.now()
    load_another_motor(press)
    press.run("poll", "press")
    wait_until(lambda: newest(press)["origin"] == "unknown")
    change = newest(press)["change_id"]
    recorded = recording(tmp_path / "late.pcap", press.live["press"].port, at)
    brought = press.json("import", recorded)["sites"][0]
    assert brought["taken"]["controllers"] == {"press": 2}
    (judged,) = brought["judged"]
    assert (judged["change_id"], judged["origin_before"], judged["origin"]) == (
        change,
        "unknown",
        "network",
    )
    assert newest(press)["origin"] == "network"
    again = press.json("import", recorded)["sites"][0]
    assert (again["taken"]["new"], again["judged"]) == (0, [])
    assert press.run("verify").code == 0


def recording(path: Path, port: int, at: datetime) -> str:
    """A load of FC1, as somebody recorded it."""
    line = Line()
    talk = Talk(line, port, station=STATION, controller="127.0.0.1")
    talk.asks(m.connect(b"\x01\x02"))
    m.load_block(talk, 5, b"_0C00001P")
    begin = int(at.timestamp() * 1e9)
    frames = [frame._replace(time_ns=begin + frame.number * 1_000_000) for frame in line.frames]
    path.write_bytes(pcap(frames))
    return str(path)
