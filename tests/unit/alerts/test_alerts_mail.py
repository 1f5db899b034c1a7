"""Mail: a real server with STARTTLS and TLS, and servers that refuse, hang or talk rubbish."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from ccontrol.alerts import smtp
from ccontrol.errors import DeliveryError
from ccontrol.model.alert import Alert, Mail
from ccontrol.model.judgement import Severity
from ccontrol.model.secret import Secret
from tests.unit.alerts.receivers import HERE, SOON_S, an_alert, certificate, deaf, mail_server

WAY = Mail(HERE, "ccontrol@example.org", ("ann@example.org", "bob@example.org"))


def send(way: Mail, *alerts: Alert, limit_s: float = 10.0) -> None:
    smtp.send(way, alerts or (an_alert(),), "jump-1.example.org", limit_s)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_arrives_encrypted_and_with_a_login(security: str, tmp_path: Path) -> None:
    own = certificate(tmp_path)
    with mail_server(own.server(), at_once=security == "tls") as box:
        way = replace(WAY, port=box.port, security=security, ca_file=str(own.file))
        send(replace(way, user="ccontrol", password=Secret("open sesame")))
    (mail,) = box.mails
    assert box.logins == [(b"ccontrol", b"open sesame")]
    assert mail["Subject"] == "[ccontrol north] HIGH: Press 3: program: 1 changed"
    assert mail["To"] == "ann@example.org, bob@example.org"
    assert "controller press-3" in mail.get_content()


def test_many_alerts_are_one_mail_with_the_gravest_in_its_subject() -> None:
    with mail_server() as box:
        grave = an_alert(2, severity=Severity.CRITICAL, text="Mixer: stopped")
        send(replace(WAY, port=box.port, security="none"), an_alert(1), grave, an_alert(3))
    (mail,) = box.mails
    assert mail["Subject"] == "[ccontrol north] CRITICAL: Mixer: stopped (and 2 more)"


def test_the_same_alerts_are_the_same_mail() -> None:
    with mail_server() as box:
        way = replace(WAY, port=box.port, security="none")
        send(way)
        send(way)
        send(way, an_alert(2))
    first, again, other = (mail["Message-ID"] for mail in box.mails)
    assert first == again != other


def test_a_server_without_starttls_is_told_nothing() -> None:
    with mail_server() as box:
        with pytest.raises(DeliveryError, match="STARTTLS"):
            send(replace(WAY, port=box.port))
        assert box.mails == []


def test_a_certificate_that_nobody_vouches_for_gets_no_password(tmp_path: Path) -> None:
    with mail_server(certificate(tmp_path).server()) as box:
        way = replace(WAY, port=box.port, user="ccontrol", password=Secret("open sesame"))
        with pytest.raises(DeliveryError, match="not trusted"):
            send(way)
        assert box.logins == []


def test_a_wrong_password_is_told_without_the_password(tmp_path: Path) -> None:
    own = certificate(tmp_path)
    with mail_server(own.server()) as box:
        way = replace(WAY, port=box.port, ca_file=str(own.file), user="ccontrol")
        with pytest.raises(DeliveryError, match="535") as caught:
            send(replace(way, password=Secret("guessed wrong")))
    assert "guessed" not in str(caught.value)


def test_one_recipient_refused_is_not_taken() -> None:
    with mail_server() as box:
        box.refuses = "bob@example.org"
        with pytest.raises(DeliveryError, match="refuses bob@"):
            send(replace(WAY, port=box.port, security="none"))


@pytest.mark.parametrize("drip", [b"", b"2", b"220-wait\r\n", b"rubbish\r\n"])
def test_a_server_that_never_gets_there_is_let_go_of_in_time(drip: bytes) -> None:
    begun = time.monotonic()
    with deaf(drip=drip) as port, pytest.raises(DeliveryError):
        send(replace(WAY, port=port, security="none"), limit_s=1.0)
    assert time.monotonic() - begun < SOON_S
