"""Who watches beside the polls, as `ccontrol status` tells it over a running daemon."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from ccontrol.canonical.witness import Handed
from ccontrol.clock import SystemClock
from tests.e2e.engine_plant import wait_until
from tests.e2e.sensor_client import sensor
from tests.e2e.simulated_plant import Plant, daemon_over, made
from tests.unit.alerts.receivers import closed_port
from tests.unit.store.heard import download, watch

CLOCK = SystemClock()


@pytest.fixture
def press(tmp_path: Path) -> Iterator[Plant]:
    """A plant with a witness socket, a listener, and a log that nobody writes."""
    with ExitStack() as stack:
        plant = made(tmp_path, stack, ("press",))
        path = tmp_path / "ccontrol.toml"
        path.write_text(
            f'[engine]\nwitness_socket = "witness"\n\n{path.read_text()}\n'
            '[[site.source]]\nname = "zeek"\npath = "s7comm*.log"\n'
            f'[site.syslog]\nudp = "127.0.0.1:{closed_port()}"\n'
            '[[site.syslog.sender]]\naddress = "127.0.0.9"\ncontroller = "press"\n'
        )
        yield plant


def witnesses(plant: Plant) -> dict[str, Any]:
    daemon = plant.json("status")["sites"][0]["daemon"]
    return {f"{one['kind']} {one['name']}".strip(): one for one in daemon["witnesses"]}


def test_sensor_listener_and_log_stand_in_status_and_a_sensor_that_went_is_missed(
    press: Plant,
) -> None:
    with daemon_over(press):
        wait_until((press.folder / "witness").exists)
        wait_until(lambda: witnesses(press).get("listener syslog", {}).get("present"))
        with sensor(press.folder / "witness") as client:
            client.whom()
            client.say(Handed(1, watch(CLOCK.now())))
            client.say(Handed(2, download(CLOCK.now(), "192.0.2.77", seconds=0)))
            client.kept_up_to(2)
            wait_until(lambda: witnesses(press).get("sensor span-a", {}).get("packets"))
            there = witnesses(press)
            told = press.run("status").out
        wait_until(lambda: not witnesses(press)["sensor span-a"]["present"])
        gone = press.run("status", "--check")
    assert there["sensor span-a"]["present"]
    assert (there["sensor span-a"]["packets"], there["sensor span-a"]["dropped"]) == (100, 0)
    assert there["log zeek"]["trouble"] == "no such file is there yet"
    assert "sensor span-a (lo): watched until" in told
    assert "no sensor is connected" not in told
    assert "engineering at 192.0.2.77, which no controller has: program.download by" in told
    assert "sensor span-a (lo): is not connected; watched until" in gone.out
    assert gone.code == 1


def test_a_sensor_is_missed_over_a_restart_of_the_daemon(
    press: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(press.folder)
    known = press.folder / "baselines" / "north" / "ccontrol" / "sensors.json"
    with daemon_over(press):
        wait_until((press.folder / "witness").exists)
        with sensor(press.folder / "witness") as client:
            client.whom()
            client.say(Handed(1, watch(CLOCK.now())))
            client.kept_up_to(1)
    assert known.exists()  # written at the end, however short the watch was
    with daemon_over(press):
        wait_until(lambda: "sensor span-a" in witnesses(press))
        found = witnesses(press)["sensor span-a"]
    assert not found["present"]
    assert found["watched_until"] is not None
