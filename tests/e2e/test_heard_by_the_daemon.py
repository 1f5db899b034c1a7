"""What controllers say by syslog, and what the sensor's own process sees, in the running daemon."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ccontrol.clock import SystemClock
from ccontrol.model.engineering import EngineeringEvent
from ccontrol.sim.s7 import scene
from ccontrol.sim.s7.plant import motor
from ccontrol.store.witness_log import WitnessLog
from tests.e2e.engine_plant import wait_until
from tests.e2e.simulated_plant import Plant, daemon_over, made
from tests.e2e.test_sense import sensing, work_on
from tests.unit.alerts.receivers import Certificate, certificate
from tests.unit.sensor.live import needs_the_loopback
from tests.unit.sources.syslog.ear import HERE
from tests.unit.sources.syslog.test_listener import connect, send, wrapped

CLOCK = SystemClock()
STATION = "192.0.2.7"


@pytest.fixture
def own(tmp_path: Path) -> Certificate:
    found = certificate(tmp_path)
    found.key.chmod(0o600)
    return found


@pytest.fixture
def plc(tmp_path: Path) -> Certificate:
    """The certificate of the controller, which is its own authority."""
    folder = tmp_path / "plc"
    folder.mkdir()
    return certificate(folder)


SYSLOG = """
[site.syslog]
udp = "127.0.0.1:{udp}"
tls = "127.0.0.1:{tls}"
certificate = "{own}"
key = {{ file = "{key}" }}
client_ca = "{ca}"

[[site.syslog.sender]]
address = "127.0.0.1"
controller = "press"
"""


@dataclass
class Press:
    """One controller, and the daemon that listens for it."""

    plant: Plant
    udp: int
    tls: int

    def load(self, limit: int) -> None:
        self.plant.live["press"].play(
            scene.download_in_run, motor(1, "I0.2", "M11.0", "Q4.2", limit=limit)
        )

    def heard(self, action: str, since: datetime) -> list[EngineeringEvent]:
        folder = self.plant.folder / "baselines" / "north" / "ccontrol" / "witness"
        account = WitnessLog(folder, CLOCK).about({"press"}, {HERE}, since, CLOCK.now())
        events = (one.said for one in account.heard if isinstance(one.said, EngineeringEvent))
        return [event for event in events if event.action == action]

    def newest(self) -> dict[str, Any]:
        return self.plant.changes_of("press")[0]

    def polled_as_new(self) -> dict[str, Any]:
        """The change that a poll by hand finds."""
        before = self.newest()["change_id"]
        self.plant.run("poll", "press")
        wait_until(lambda: self.newest()["change_id"] != before)
        return self.newest()


@pytest.fixture
def press(tmp_path: Path, own: Certificate, plc: Certificate) -> Iterator[Press]:
    with ExitStack() as stack:
        plant = made(tmp_path / "plant", stack, ("press",))
        found = Press(plant, free(socket.SOCK_DGRAM), free(socket.SOCK_STREAM))
        path = plant.folder / "ccontrol.toml"
        text = path.read_text().replace("settle_s = 0.2\n", "settle_s = 0.2\nquiet_s = 0.5\n")
        syslog = SYSLOG.format(udp=found.udp, tls=found.tls, own=own.file, key=own.key, ca=plc.file)
        path.write_text(f'[engine]\nwitness_socket = "witness"\n\n{text}\n{syslog}')
        assert plant.run("enroll", "press", "--yes").code == 0
        plant.run("poll", "press", "--depth", "full")
        stack.enter_context(daemon_over(plant))
        wait_until((plant.folder / "witness").exists)
        wait_until(lambda: "listening for syslog way=tls" in (plant.folder / "log").read_text())
        yield found


def free(kind: int) -> int:
    """A port that nobody has."""
    with socket.socket(socket.AF_INET, kind) as door:
        door.bind((HERE, 0))
        port: int = door.getsockname()[1]
        return port


def line(name: str) -> bytes:
    at = f"{CLOCK.now():%Y-%m-%dT%H:%M:%S.%fZ}"
    return f'<109>1 {at} plc PG/HMIComm - - [s src="{STATION}" userName="eva"] {name}'.encode()


def test_what_a_controller_says_over_tls_is_the_probable_origin_of_a_change(
    press: Press, own: Certificate, plc: Certificate
) -> None:
    begun, before = CLOCK.now(), press.newest()["change_id"]
    press.load(1_777)
    with wrapped(connect(press.tls), own, plc) as door:
        door.sendall(line("SE_USER_PROGRAM_CHANGED") + b"\n")
        wait_until(lambda: bool(press.heard("program.modify", begun)))
    (event,) = press.heard("program.modify", begun)
    assert event.testimony.weaknesses == ()
    wait_until(lambda: press.newest()["change_id"] != before)  # it was polled because of that line
    change = press.newest()
    assert (change["origin"], change["confidence"]) == ("network", "probable")
    assert STATION in press.plant.run("show", change["change_id"]).out
    assert press.plant.run("verify").code == 0


def test_a_datagram_that_anybody_could_have_sent_makes_an_origin_possible_at_most(
    press: Press,
) -> None:
    begun, before = CLOCK.now(), press.newest()["change_id"]
    press.load(1_778)
    send(press.udp, line("SE_USER_PROGRAM_CHANGED"), line("SE_LOCAL_SUCCESSFUL_LOGON"))
    wait_until(lambda: bool(press.heard("program.modify", begun)))
    assert "forgeable" in press.heard("program.modify", begun)[0].testimony.weaknesses
    wait_until(lambda: press.newest()["change_id"] != before)
    change = press.newest()
    assert (change["origin"], change["confidence"]) == ("network", "possible")


@needs_the_loopback
def test_what_the_sensors_own_process_sees_stands_in_the_log_of_the_daemon(
    press: Press, tmp_path: Path
) -> None:
    begun, live = CLOCK.now(), press.plant.live["press"]
    options = (
        "--socket", str(press.plant.folder / "witness"), "--quiet", "1", "--name", "span-a",
        "--port", f"{live.port}=s7",
    )  # fmt: skip
    log = tmp_path / "sensor.log"
    with sensing(*options, log=log):
        wait_until(lambda: "the daemon listens controllers=1" in log.read_text())
        work_on(live.host, live.port)
        wait_until(lambda: bool(press.heard("mode.stop", begun)))
    (stop,) = press.heard("mode.stop", begun)
    assert (stop.testimony.witness.value, stop.testimony.name) == ("live", "span-a")
    assert stop.outcome.word == "refused"
    text = "".join(
        path.read_text() for path in (press.plant.folder / "baselines").rglob("witness/*.jsonl")
    )
    assert '"sensor":"span-a"' in text
    assert "Hunter2!" not in text
