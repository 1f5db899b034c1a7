"""`ccontrol sense` as a process on the loopback: a real client works on a simulated controller."""

import contextlib
import json
import os
import signal
import struct
import subprocess  # noqa: TID251 — the sensor is a process of its own
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pyrage import decrypt, x25519
from snap7.client import Client
from snap7.error import S7Error

from ccontrol.canonical.witness import Hello
from ccontrol.cli import main
from ccontrol.clock import SystemClock
from ccontrol.model.engineering import EngineeringEvent
from ccontrol.model.witness import Watch
from ccontrol.sim.mirror import Mirror
from ccontrol.sim.s7 import plant
from ccontrol.sim.s7.server import running
from ccontrol.sim.s7.station import download
from tests.unit.sensor.live import needs_the_loopback
from tests.unit.sensor.witness_server import WitnessServer, serving

ES = "127.0.0.9"
CCONTROL = Path(sys.executable).with_name("ccontrol")


@contextlib.contextmanager
def sensing(
    *options: str, log: Path, at: str = "lo", stdin: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[str]]:
    """A sensor on the loopback, from when it listens until the block ends; it must end well."""
    with log.open("w") as errors:
        sensor = subprocess.Popen(
            [CCONTROL, "sense", at, *options],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            wait_until(lambda: "listens" in log.read_text() or sensor.poll() is not None)
            assert sensor.poll() is None, log.read_text()
            yield sensor
            sensor.send_signal(signal.SIGTERM)
            assert sensor.wait(20) == 0, log.read_text()
        finally:
            sensor.kill()
            sensor.wait()
            assert sensor.stdout is not None
            sensor.stdout.close()


def wait_until(true: Callable[[], object]) -> None:
    for _ in range(1_500):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("it did not come to that within thirty seconds")


def work_on(host: str, port: int) -> None:
    """What an engineer does, as far as the simulator's controller refuses it."""
    client = Client()
    client.connect(host, 0, 2, port)
    with contextlib.suppress(S7Error):
        client.set_session_password("Hunter2!")
    for act in (client.plc_stop, lambda: client.download(bytearray(200), 1)):
        with pytest.raises((S7Error, ValueError, RuntimeError)):
            act()
    client.disconnect()


@needs_the_loopback
def test_what_a_client_does_is_printed_as_events(tmp_path: Path) -> None:
    with running(plant.press()) as live:
        options = "--print", "--quiet", "1", "--port", f"{live.port}=s7", "--name", "span-a"
        with sensing(*options, log=tmp_path / "log") as sensor:
            work_on(live.host, live.port)
            assert sensor.stdout is not None
            events: list[dict[str, Any]] = []
            while "mode.stop" not in {event["action"] for event in events}:
                events.append(json.loads(sensor.stdout.readline()))
    (stop,) = [event for event in events if event["action"] == "mode.stop"]
    assert (stop["controller"]["address"], stop["controller"]["port"]) == (live.host, live.port)
    assert stop["outcome"]["word"] == "refused"
    assert stop["testimony"]["witness"] == "live"
    assert stop["testimony"]["name"] == "span-a"
    assert stop["completeness"] == "full"


@needs_the_loopback
def test_it_hands_over_hint_event_and_watch_and_keeps_the_packets_without_the_password(
    tmp_path: Path,
) -> None:
    identity = x25519.Identity.generate()
    ring = tmp_path / "ring"
    with running(plant.press()) as live, serving(WitnessServer(tmp_path / "w")) as server:
        options = (
            "--socket", str(tmp_path / "w"), "--quiet", "1", "--port", f"{live.port}=s7",
            "--controller", live.host, "--ring", str(ring), "--recipient",
            str(identity.to_public()),
        )  # fmt: skip
        with sensing(*options, log=tmp_path / "log"):
            wait_until(lambda: server.heard)
            time.sleep(0.1)  # the sensor has yet to read whom to watch
            work_on(live.host, live.port)
            wait_until(lambda: "mode.stop" in actions(server))
            hinted = [(hint.controller, hint.effect.value) for hint in server.hints()]
    assert isinstance(server.heard[0], Hello)
    assert server.heard[0].interface == "lo"
    assert (live.host, "credential") in hinted or (live.host, "mode") in hinted
    watches = [each.said for each in server.handed() if isinstance(each.said, Watch)]
    assert dict(watches[-1].heard)[live.host] > 0
    assert sum(watch.dropped for watch in watches) == 0
    (kept,) = ring.iterdir()
    assert f"evidence kept file={kept.name}" in (tmp_path / "log").read_text()
    recording = tmp_path / "kept.pcapng"
    plain: bytes = decrypt(kept.read_bytes(), [identity])
    recording.write_bytes(plain)
    assert b"P_PROGRAM" in plain
    assert b"payload left out" in plain
    assert main(["events", str(recording), "--port", f"{live.port}=s7", "--changing"]) == 0


def test_packets_that_another_program_captures_are_heard_without_any_right(tmp_path: Path) -> None:
    near, far = os.pipe()
    mirror = Mirror(SystemClock())
    mirror.begin(far)
    with running(plant.press(), {ES}, mirror=mirror) as live:
        options = "--print", "--quiet", "1", "--port", f"{live.port}=s7"
        with sensing(*options, log=tmp_path / "log", at="-", stdin=near) as sensor:
            os.close(near)
            download(live.host, live.port, ES, (plant.ob1(1),))
            assert sensor.stdout is not None
            events = [json.loads(sensor.stdout.readline()) for _ in range(4)]
    os.close(far)
    load = next(event for event in events if event["action"] == "program.download")
    assert load["actor"]["address"] == ES
    assert load["testimony"]["name"] == "stdin"


def test_it_ends_with_its_own_code_when_the_other_program_does(tmp_path: Path) -> None:
    done = subprocess.run(
        [CCONTROL, "sense", "-", "--print"],
        input=struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 80
    assert b"standard input has ended: it was closed" in done.stderr
    (tmp_path / "old").write_bytes(b"")
    with (tmp_path / "old").open("rb") as file:
        done = subprocess.run(
            [CCONTROL, "sense", "-", "--print"], stdin=file, capture_output=True, check=False
        )
    assert done.returncode == 80
    assert b"is no pipe" in done.stderr
    assert main(["sense", "-", "lo", "--print"]) == 2


def actions(server: WitnessServer) -> set[str]:
    return {each.said.action for each in server.handed() if isinstance(each.said, EngineeringEvent)}


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ((), "want either --socket PATH or --print"),
        (("--print", "--socket", "/x"), "want either --socket PATH or --print"),
        (("--print", "--ring", "/x"), "--ring and --recipient go together"),
        (("--print", "--port", "s7"), "want PORT=PROTOCOL"),
    ],
)
def test_options_that_contradict_themselves_are_told(
    options: tuple[str, ...], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sense", "lo", *options]) == 2
    assert complaint in capsys.readouterr().err


@needs_the_loopback
def test_an_interface_that_is_not_there_ends_it_with_its_own_code(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert os.geteuid() >= 0
    assert main(["sense", "no-such0", "--print"]) == 80
    assert "no-such0: there is no such interface" in capsys.readouterr().err
