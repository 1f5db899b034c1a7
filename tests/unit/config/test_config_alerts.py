"""[[site.alert]]: every way of sending, its defaults, and the faults that are told."""

import re
from pathlib import Path

import pytest

from ccontrol.config.load import load, parse
from ccontrol.config.secrets import Reference, Withheld, withheld
from ccontrol.drivers.registry import DRIVERS, driver
from ccontrol.errors import ConfigError
from ccontrol.model.alert import (
    Channel,
    ClientCertificate,
    Mail,
    Mqtt,
    Program,
    Syslog,
    Webhook,
    When,
)
from ccontrol.model.secret import Secret

FAMILIES = {family: driver(family) for family in DRIVERS}
EXAMPLE = Path(__file__).parents[3] / "config.example.toml"
BEGIN = """
[[site]]
name = "north"
[site.store]
path = "north"
signing_key = { file = "key" }
seal_key = { file = "seal" }
[[site.controller]]
id = "press-3"
area = "hall"
family = "s7"
address = "192.0.2.1"
"""


class Given(Withheld):
    """Has every secret that is asked for."""

    def text(self, reference: Reference) -> Secret:
        del reference
        return Secret("11" * 32)


def channels(text: str) -> tuple[Channel, ...]:
    config = parse(BEGIN + text, Path("/nowhere/ccontrol.toml"), FAMILIES, Given())
    return config.sites[0].alerts


def fault(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        channels(text)
    (only,) = caught.value.faults
    return re.sub(r"^(table of )?line \d+, ", "", only)


def test_the_example_has_a_channel_of_each_kind_with_the_defaults() -> None:
    (site,) = load(EXAMPLE, FAMILIES, secrets=withheld).sites
    kinds = [type(channel.way) for channel in site.alerts]
    assert kinds == [Syslog, Mail, Webhook, Mqtt, Program]
    assert [channel.details for channel in site.alerts] == [True, False, False, False, True]
    siem = site.alerts[0]
    assert siem == Channel("siem", Syslog("192.0.2.200", 6514), details=True)


@pytest.mark.parametrize(("transport", "port"), [("tls", 6514), ("tcp", 601), ("udp", 514)])
def test_a_transport_brings_its_port(transport: str, port: int) -> None:
    (channel,) = channels(f"""
[[site.alert]]
name = "siem"
[site.alert.syslog]
host = "siem.example.org"
transport = "{transport}"
""")
    assert isinstance(channel.way, Syslog)
    assert channel.way.port == port


def test_a_digest_is_read() -> None:
    (channel,) = channels("""
[[site.alert]]
name = "on-call"
when = "daily"
details = true
[site.alert.mail]
host = "mail.example.org"
sender = "a@example.org"
to = ["b@example.org"]
""")
    assert (channel.when, channel.details) == (When.DAILY, True)


MAIL = 'host = "m.example.org"\nsender = "a@example.org"\nto = ["b@example.org"]\n'
WAY = {"mail": MAIL, "exec": 'command = ["/bin/true"]\n', "syslog": 'host = "s.example.org"\n'}
WAY["mqtt"] = 'host = "broker.example.org"\n'


def alert(own: str, way: str = "exec", more: str = "") -> str:
    return f'[[site.alert]]\nname = "x"\n{own}\n[site.alert.{way}]\n{WAY[way]}{more}\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[site.alert]]\nname = "x"\n', "want one table of syslog, mail, webhook, mqtt, exec"),
        (alert("", more="[site.alert.mail]\n" + MAIL), "found mail, exec"),
        (alert('events = ["chnage"]'), "want one of change"),
        (alert('events = ["heartbeat"]'), "want one of change"),
        (alert('aspects = ["logic"]'), "want one of program"),
        (alert('controllers = ["press-4"]'), "did you mean 'press-3'"),
        (alert('when = "hourly"', "syslog"), "told each thing at once"),
        (alert("severty = 1"), "did you mean 'severity'"),
        (alert("", "mail", 'password = { env = "P" }'), "password without user"),
        (
            alert("", "mail", 'security = "none"\nuser = "u"\npassword = { env = "P" }'),
            "never goes out in clear",
        ),
        (alert("", "mail", 'password = "open sesame"'), "may not stand in this file"),
        (alert("", "mqtt", 'topic = "plant/#"'), "want a topic without + and #"),
        (alert("", "mqtt", 'topic = "$SYS/x"'), "does not begin with $"),
        (alert("", "mqtt", 'topic = "{plant}"'), "want no braces but {site}"),
        (alert("", "mqtt", 'version = "4"'), "want one of '5', '3.1.1'"),
        (alert("", "mqtt", 'password = { env = "P" }'), "password without user"),
        (
            alert("", "mqtt", 'security = "none"\nuser = "u"\npassword = { env = "P" }'),
            "never goes out in clear",
        ),
        (alert("", "mqtt", 'cert_file = "own.pem"'), "cert_file and client_key belong together"),
        (alert("", "syslog", "client_key = { file = 'k' }"), "belong together"),
        (alert("", "syslog", "cert_file = 'c'\nclient_key = {}"), "want one of { file"),
        (alert("") + alert("").replace('"x"', '"X"'), "is taken by"),
    ],
)
def test_a_fault_is_told_with_its_place(text: str, words: str) -> None:
    told = fault(text)
    assert told.startswith("site[north].alert[")
    assert words in told
    assert "sesame" not in told


@pytest.mark.parametrize(
    ("url", "is_sound"),
    [
        ("https://hooks.example.org/x?y=1", True),
        ("http://127.0.0.1:8080/x", True),
        ("http://localhost/", True),
        ("http://hooks.example.org/x", False),
        ("https://user:pw@example.org/", False),
        ("https://example.org/ x", False),
        ("https:///x", False),
        ("https://example.org:99999/", False),
        ("ftp://example.org/", False),
        ("https://example.org/\\r\\nX: y", False),
    ],
)
def test_only_urls_that_keep_the_signature_safe_are_taken(url: str, is_sound: bool) -> None:
    text = f"""
[[site.alert]]
name = "chat"
[site.alert.webhook]
url = "{url}"
secret = {{ env = "S" }}
"""
    if is_sound:
        assert isinstance(channels(text)[0].way, Webhook)
    else:
        assert "url" in fault(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", None),
        ('metrics = "127.0.0.1:9480"', ("127.0.0.1", 9480)),
        ('metrics = "[::1]:9480"', ("::1", 9480)),
        ('metrics = "192.0.2.1:9480"\nmetrics_beyond_this_host = true', ("192.0.2.1", 9480)),
    ],
)
def test_numbers_are_served_where_the_file_says(text: str, place: tuple[str, int] | None) -> None:
    whole = f"[engine]\n{text}\n{BEGIN}"
    config = parse(whole, Path("/nowhere/ccontrol.toml"), FAMILIES, Given())
    assert config.engine.metrics == place


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("0.0.0.0:9480", "others reach"),
        ("192.0.2.1:9480", "metrics_beyond_this_host = true"),
        ("localhost:9480", "want an IP address and a port"),
        ("127.0.0.1", "want an IP address and a port"),
        ("127.0.0.1:0", "want an IP address and a port"),
        ("127.0.0.1:99999", "want an IP address and a port"),
    ],
)
def test_a_place_that_others_reach_is_no_oversight(place: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        parse(f'[engine]\nmetrics = "{place}"\n{BEGIN}', Path("/x.toml"), FAMILIES, Given())


def test_a_program_is_named_by_its_whole_path() -> None:
    text = alert("").replace("/bin/true", "true")
    assert "whole path" in fault(text)


def test_a_broker_is_read_with_what_shows_that_it_is_us(tmp_path: Path) -> None:
    (tmp_path / "own.pem").touch()
    text = alert(
        "",
        "mqtt",
        'topic = "{site}/{event}"\nuser = "u"\npassword = { env = "P" }\n'
        'cert_file = "own.pem"\nclient_key = { file = "own.key" }',
    )
    config = parse(BEGIN + text, tmp_path / "ccontrol.toml", FAMILIES, Given())
    (channel,) = config.sites[0].alerts
    assert not channel.details
    assert channel.way == Mqtt(
        "broker.example.org",
        topic="{site}/{event}",
        user="u",
        password=Secret("11" * 32),
        own=ClientCertificate(str(tmp_path / "own.pem"), str(tmp_path / "own.key")),
    )
