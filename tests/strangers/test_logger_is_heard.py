"""util-linux' logger, which shares no line with ours, is heard over UDP and TCP, in both forms."""

import shutil
import subprocess  # noqa: TID251 — strangers are programs

import pytest

from tests.unit.alerts.receivers import wait_for
from tests.unit.sources.syslog.ear import HERE, listening

pytestmark = pytest.mark.strangers

WAYS = ("udp", "tcp")
FORMS = (("--rfc5424",), ("--rfc3164",), ("--rfc5424=notime,notq,nohost",))


def logger(way: str, port: int, *more: str) -> None:
    program = shutil.which("logger")
    assert program is not None, "logger (util-linux, Debian's bsdutils) is not installed"
    where = ["--server", HERE, "--port", str(port), f"--{way}"]
    subprocess.run([program, *where, *more], check=True, timeout=30)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form[0])
def test_what_logger_says_is_an_event_with_its_own_time(way: str, form: tuple[str, ...]) -> None:
    with listening(**{way: f"{HERE}:0"}) as ear:
        logger(way, ear.port(way), *form, "--tag", "Display", "SE_USER_PROGRAM_CHANGED")
        wait_for(lambda: bool(ear.kept.acts))
        (event,) = ear.kept.acts
    assert event.objects[0].name == "SE_USER_PROGRAM_CHANGED"
    has_time = form == ("--rfc5424",)
    assert ("arrival-time" in event.testimony.weaknesses) is not has_time
    assert "clock-apart" not in event.testimony.weaknesses


def test_structured_data_of_logger_is_read() -> None:
    with listening(udp=f"{HERE}:0") as ear:
        data = ("--sd-id", "s@4329", "--sd-param", 'userName="e\\"va"')
        said = ("--rfc5424", *data, "SE_NETWORK_SUCCESSFUL_LOGON")
        logger("udp", ear.port("udp"), *said)
        wait_for(lambda: bool(ear.kept.acts))
        (event,) = ear.kept.acts
    assert [claim.value for claim in event.actor.claims] == ['e"va']


def test_messages_that_logger_counts_by_octets_are_heard() -> None:
    with listening(tcp=f"{HERE}:0") as ear:
        logger("tcp", ear.port("tcp"), "--octet-count", "--rfc5424", "SE_OPMOD_CHANGED")
        wait_for(lambda: bool(ear.kept.acts))
