"""A station loads over a real wire, a real sensor overhears it, and the record says who it was."""

import os
import subprocess  # noqa: TID251 — the sensor is a process of its own
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from ccontrol.canonical.witness import parse_heard
from ccontrol.clock import SystemClock
from ccontrol.model.witness import Watch
from ccontrol.sim.mirror import Mirror
from ccontrol.sim.s7 import scene, station
from ccontrol.sim.s7.plant import motor
from tests.e2e.engine_plant import wait_until
from tests.e2e.simulated_plant import Plant, daemon_over, made
from tests.unit.sensor.live import needs_the_loopback

CLOCK = SystemClock()
STATION = "127.0.0.9"
FASTER = motor(1, "I0.2", "M11.0", "Q4.2", limit=1_777)


@contextmanager
def watched(folder: Path) -> Iterator[tuple[Plant, Mirror]]:
    """An enrolled press under a daemon with a door for witnesses."""
    mirror = Mirror(CLOCK)
    with ExitStack() as stack:
        plant = made(folder, stack, ("press",), engineers=frozenset({STATION}), mirror=mirror)
        path = folder / "ccontrol.toml"
        text = path.read_text().replace(
            "settle_s = 0.2\n", "settle_s = 0.2\nquiet_s = 3.0\nevidence_pause_s = 1.0\n"
        )
        path.write_text(f'[engine]\nwitness_socket = "witness"\n\n{text}')
        assert plant.run("enroll", "press", "--yes").code == 0
        plant.run("poll", "press", "--depth", "full")
        stack.enter_context(daemon_over(plant))
        wait_until((folder / "witness").exists)
        yield plant, mirror


@contextmanager
def sensing(plant: Plant, mirror: Mirror | None = None) -> Iterator["subprocess.Popen[bytes]"]:
    """A sensor on the loopback, or at a mirror, from when the daemon has told it whom to watch."""
    near, far = os.pipe()
    if mirror is not None:
        mirror.begin(far)
    log = plant.folder / "sensor.log"
    port = plant.live["press"].port
    with log.open("wb") as said:
        sensor = subprocess.Popen(
            [sys.executable, "-m", "ccontrol", "sense", "lo" if mirror is None else "-",
             "--socket", str(plant.folder / "witness"), "--quiet", "1", "--port", f"{port}=s7"],
            stdin=near, stdout=said, stderr=said,
        )  # fmt: skip
    try:
        wait_until(lambda: "the daemon listens" in log.read_text() or sensor.poll() is not None)
        assert sensor.poll() is None, log.read_text()
        yield sensor
    finally:
        if mirror is not None:
            mirror.end()
        sensor.kill()
        sensor.wait()
        os.close(near)
        os.close(far)


def load(plant: Plant) -> None:
    press = plant.live["press"]
    station.download(press.host, press.port, STATION, (FASTER,))


def watches(plant: Plant) -> list[Watch]:
    """What the daemon keeps of a sensor's word on itself."""
    kept = (plant.folder / "baselines" / "north" / "ccontrol" / "witness").glob("*.jsonl")
    lines = (line for file in kept for line in file.read_bytes().split(b"\n")[:-1])
    said = (parse_heard(line).said for line in lines)
    return [each for each in said if isinstance(each, Watch)]


def newest(plant: Plant) -> dict[str, Any]:
    return plant.changes_of("press")[0]


def record_of(plant: Plant, change: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = plant.json("show", change["change_id"])["record"]
    return found


@pytest.mark.parametrize("where", [pytest.param("lo", marks=needs_the_loopback), "mirror"])
def test_a_load_that_passed_is_in_the_record_confirmed_with_its_station(
    tmp_path: Path, where: str
) -> None:
    with watched(tmp_path) as (plant, mirror):
        with sensing(plant, mirror if where == "mirror" else None):
            load(plant)
            wait_until(lambda: (newest(plant)["origin"], newest(plant)["confidence"]) == (
                "network", "confirmed"))  # fmt: skip
        record = record_of(plant, newest(plant))
        live = plant.live["press"].server
        assert live.violations == []
        assert live.engineering != []
    attribution = record["attribution"]
    assert [actor["address"] for actor in attribution["actors"]] == [STATION]
    assert attribution["actors"][0]["role"] == "engineering"
    (content,) = (one for one in attribution["weighed"] if one["grade"] == "content")
    assert [each["name"] for each in content["event"]["objects"]] == ["FC1"]
    assert {change["unit"] for change in record["changes"]["changes"]} >= {"FC/FC1"}


def test_the_same_change_by_another_card_is_told_as_local_though_the_network_was_watched(
    tmp_path: Path,
) -> None:
    with watched(tmp_path) as (plant, mirror), sensing(plant, mirror):
        plant.run("poll", "press")
        press = plant.live["press"]
        blocks = (one for one in press.cpu.true_blocks() if one.key != FASTER.key)
        press.play(scene.card_swap, "MMC 99AA1D07", *blocks, FASTER)
        plant.run("poll", "press")
        wait_until(lambda: any("FC1" in change["subject"] for change in plant.changes_of("press")))
        found = [change for change in plant.changes_of("press") if "first" not in change["subject"]]
        told = {change["origin"] for change in found}
        record = record_of(plant, found[0])
    assert told == {"local"}
    assert record["attribution"]["actors"] == []
    assert record["attribution"]["contradictions"] == []


def test_a_load_while_the_sensor_was_dead_is_unknown_and_the_gap_is_named(tmp_path: Path) -> None:
    with watched(tmp_path) as (plant, mirror):
        with sensing(plant, mirror) as sensor:
            plant.run("poll", "press")
            wait_until(lambda: any(each.heard for each in watches(plant)))
            sensor.kill()
            sensor.wait()
        known = len(watches(plant))
        load(plant)
        loaded_at = CLOCK.now()
        with sensing(plant, mirror):  # it is there again, a little too late
            wait_until(lambda: len(watches(plant)) > known)
            plant.run("poll", "press")
            wait_until(lambda: "FC1" in newest(plant)["subject"])
        change = newest(plant)
        record = record_of(plant, change)
    assert change["origin"] == "unknown"
    assert record["attribution"]["actors"] == []
    coverage = record["attribution"]["coverage"]
    assert coverage["watching"] == "degraded"
    nobody = next(gap for gap in coverage["gaps"] if gap["reason"] == "nobody watched")
    assert nobody["since"] <= f"{loaded_at:%Y-%m-%dT%H:%M:%SZ}" <= nobody["until"]
