"""[site.syslog]: what a listener is told, and the faults that are told."""

import re
from pathlib import Path

import pytest

from ccontrol.config.load import load, parse
from ccontrol.config.secrets import withheld
from ccontrol.config.settings import Config
from ccontrol.drivers.registry import DRIVERS, driver
from ccontrol.errors import ConfigError, SecretMissingError
from ccontrol.model.listening import Listening, Sender
from tests.unit.config.test_config_alerts import BEGIN, EXAMPLE, Given

FAMILIES = {family: driver(family) for family in DRIVERS}
LISTENER = '[site.syslog]\nudp = "0.0.0.0:5514"\n'
SENDER = '[[site.syslog.sender]]\naddress = "192.0.2.1"\ncontroller = "press-3"\n'


def config(text: str, folder: Path = Path("/nowhere")) -> Config:
    return parse(BEGIN + text, folder / "ccontrol.toml", FAMILIES, Given())


def faults(text: str, folder: Path = Path("/nowhere")) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        config(text, folder)
    told = (re.sub(r"^(table of )?line \d+, ", "", fault) for fault in caught.value.faults)
    return [fault for fault in told if "there is no such file" not in fault]


def test_without_its_table_a_site_listens_to_nobody() -> None:
    assert config("").sites[0].syslog is None


def test_the_example_listens_with_the_defaults() -> None:
    (site,) = load(EXAMPLE, FAMILIES, secrets=withheld).sites
    assert site.syslog == Listening(
        (Sender("192.0.2.12", "s7-1"),), udp="0.0.0.0:5514", tcp="0.0.0.0:5514"
    )


def test_files_are_named_from_the_folder_of_the_configuration(tmp_path: Path) -> None:
    for name in ("own.pem", "ca.pem", "own.key"):
        (tmp_path / name).touch(mode=0o600)
    tls = (
        '[site.syslog]\ntls = "[::]:6514"\ncertificate = "own.pem"\n'
        'key = { file = "own.key" }\nclient_ca = "ca.pem"\n'
    )
    said = config(tls + SENDER, tmp_path).sites[0].syslog
    assert said is not None
    assert (said.tls, said.client_ca) == ("[::]:6514", str(tmp_path / "ca.pem"))
    assert (said.certificate, Path(said.key).name) == (str(tmp_path / "own.pem"), "own.key")


def test_a_certificate_that_is_not_there_is_told() -> None:
    tls = '[site.syslog]\ntls = "[::]:6514"\ncertificate = "own.pem"\nkey = { file = "k" }\n'
    with pytest.raises(SecretMissingError, match=r"certificate: .*own\.pem: there is no such file"):
        config(tls + SENDER)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (LISTENER, "site[north].syslog.sender: names nobody who may speak"),
        (
            "[site.syslog]\nidle_s = 60.0\n" + SENDER,
            "site[north].syslog: want at least one of udp, tcp, tls",
        ),
        (
            LISTENER + 'client_ca = "ca.pem"\n' + SENDER,
            "site[north].syslog: certificate, key and client_ca are for tls, which is not here",
        ),
        (
            LISTENER + 'tls = "0.0.0.0:6514"\n' + SENDER,
            "site[north].syslog: tls wants a certificate and its key",
        ),
        (
            LISTENER + SENDER.replace("press-3", "press-4"),
            (
                "site[north].syslog.sender[192.0.2.1].controller: no such controller: 'press-4'; "
                "did you mean 'press-3'?"
            ),
        ),
        (
            LISTENER + SENDER.replace("192.0.2.1", "plc.example.org"),
            (
                "site[north].syslog.sender[plc.example.org].address: want an IP address, "
                "got 'plc.example.org'"
            ),
        ),
        (
            LISTENER.replace("0.0.0.0:5514", "5514") + SENDER,
            "site[north].syslog.udp: want an address and a port, as in 0.0.0.0:6514 or [::]:6514",
        ),
        (
            LISTENER.replace(":5514", ":0") + SENDER,
            "site[north].syslog.udp: want a port 1..65535, got 0",
        ),
    ],
)
def test_a_fault_is_told_with_its_place(text: str, told: str) -> None:
    assert faults(text) == [told]


def test_an_address_speaks_for_one_controller() -> None:
    (told,) = faults(LISTENER + SENDER + SENDER)
    assert "an address speaks for one controller" in told


def test_two_sites_cannot_listen_at_one_place() -> None:
    other = BEGIN.replace("north", "south").replace("press-3", "press-9")
    other = other.replace("192.0.2.1", "192.0.2.9")
    (told,) = faults(LISTENER + SENDER + other + LISTENER + SENDER.replace("press-3", "press-9"))
    assert "0.0.0.0:5514 is " in told
