"""Eclipse Mosquitto takes what is published, over TLS with passwords, certificates and rights."""

import getpass
import json
import shutil
import socket
import subprocess  # noqa: TID251 — strangers are programs
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from paho.mqtt import subscribe

from ccontrol.alerts import mqtt
from ccontrol.errors import DeliveryError
from ccontrol.model.alert import Mqtt
from ccontrol.model.secret import Secret
from tests.unit.alerts.receivers import HERE, Certificate, an_alert, certificate, closed_port

pytestmark = pytest.mark.strangers

ALERTS = [an_alert(1), an_alert(2)]


@dataclass(frozen=True)
class Mosquitto:
    """Where it listens, who it is, and who we are."""

    plain: int
    tls: int
    own: Certificate
    ours: Certificate

    def way(self, **other: object) -> Mqtt:
        """The road over TLS, with everything that it wants."""
        found = Mqtt(
            HERE,
            self.tls,
            user="ccontrol",
            password=Secret("open sesame"),
            ca_file=str(self.own.file),
            own=self.ours.shown,
            retain=True,  # so that who subscribes afterwards sees it
        )
        return replace(found, **other)  # type: ignore[arg-type]  # a test's own words

    def kept(self, topic: str) -> list[dict[str, object]]:
        """What mosquitto keeps under a topic."""
        found = subscribe.simple(  # type: ignore[no-untyped-call]  # paho leaves it so
            topic, hostname=HERE, port=self.plain, auth={"username": "reader", "password": "r"}
        )
        message = found[0] if isinstance(found, list) else found
        told: list[dict[str, object]] = json.loads(message.payload)["alerts"]
        return told


@pytest.fixture(scope="module")
def mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
    if not Path(program).exists():
        pytest.fail("mosquitto is not installed: run tests/strangers/install")
    folder = tmp_path_factory.mktemp("mosquitto")
    (folder / "own").mkdir()
    found = Mosquitto(
        closed_port(), closed_port(), certificate(folder), certificate(folder / "own")
    )
    _configure(folder, found)
    command = [program, "-c", str(folder / "mosquitto.conf")]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        _wait_for(found.plain)
        yield found
        process.terminate()


def _configure(folder: Path, found: Mosquitto) -> None:
    passwords = folder / "passwords"
    passwords.touch(mode=0o600)
    for who, word in (("ccontrol", "open sesame"), ("reader", "r")):
        subprocess.run(["mosquitto_passwd", "-b", str(passwords), who, word], check=True)
    rights = "user ccontrol\ntopic write ccontrol/#\nuser reader\ntopic read #\n"
    (folder / "rights").write_text(rights)
    (folder / "mosquitto.conf").write_text(
        f"user {getpass.getuser()}\npassword_file {passwords}\nacl_file {folder / 'rights'}\n"
        f"allow_anonymous false\n"
        f"listener {found.plain} {HERE}\n"
        f"listener {found.tls} {HERE}\n"
        f"cafile {found.ours.file}\ncertfile {found.own.file}\nkeyfile {found.own.key}\n"
        "require_certificate true\n"
    )


def _wait_for(port: int) -> None:
    for _ in range(100):
        with suppress(OSError), socket.create_connection((HERE, port), 1):
            return
        time.sleep(0.05)
    pytest.fail("mosquitto does not listen")


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_it_takes_alerts_over_tls_with_password_and_certificate(
    mosquitto: Mosquitto, version: str
) -> None:
    topic = f"ccontrol/v{version}/{{controller}}"
    mqtt.send(mosquitto.way(version=version, topic=topic), ALERTS, 10)
    (told,) = mosquitto.kept(f"ccontrol/v{version}/press-3")
    assert told["text"] == ALERTS[-1].text


def test_a_wrong_password_is_told_by_its_word(mosquitto: Mosquitto) -> None:
    with pytest.raises(DeliveryError, match="Not authorized"):
        mqtt.send(mosquitto.way(password=Secret("wrong")), ALERTS, 10)


def test_without_our_certificate_it_takes_nothing(mosquitto: Mosquitto) -> None:
    with pytest.raises(DeliveryError):
        mqtt.send(mosquitto.way(own=None), ALERTS, 10)


def test_only_version_5_tells_that_we_may_not_write_there(mosquitto: Mosquitto) -> None:
    with pytest.raises(DeliveryError, match="Not authorized"):
        mqtt.send(mosquitto.way(topic="secret"), ALERTS, 10)
    mqtt.send(mosquitto.way(topic="secret", version="3.1.1"), ALERTS, 10)


def test_fifty_at_once_are_acknowledged(mosquitto: Mosquitto) -> None:
    many = [an_alert(number, details="x" * 8_000) for number in range(50)]
    mqtt.send(mosquitto.way(topic="ccontrol/many"), many, 20)
    (told,) = mosquitto.kept("ccontrol/many")
    assert told["id"] == many[-1].id
