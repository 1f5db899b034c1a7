"""Syslog: real receivers over UDP, TCP and TLS, well-behaved and not."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from ccontrol.alerts import line, syslog
from ccontrol.alerts.syslog_text import Source
from ccontrol.errors import DeliveryError
from ccontrol.model.alert import Alert, ClientCertificate, Syslog
from tests.unit.alerts.receivers import (
    HERE,
    SOON_S,
    an_alert,
    certificate,
    closed_port,
    deaf,
    syslog_tcp,
    syslog_udp,
    wait_for,
)

SOURCE = Source("jump-1", 4711, "0.1.0")
LIMIT_S = 5.0


def send(way: Syslog, *alerts: Alert, limit_s: float = LIMIT_S) -> None:
    syslog.send(way, alerts or (an_alert(),), SOURCE, limit_s)


def test_a_datagram_arrives_as_rfc_5424() -> None:
    with syslog_udp() as received:
        send(Syslog(HERE, received.port, "udp"))
        wait_for(lambda: bool(received.messages))
    (text,) = received.texts
    head, _, said = text.partition("] \ufeff")
    assert head.startswith(
        "<131>1 2026-03-01T06:00:00.000Z jump-1 ccontrol 4711 change [ccontrol@32473 id="
    )
    assert 'severity="high"' in head
    assert said == "Press 3: program: 1 changed"


def test_many_go_over_one_connection_each_with_its_length() -> None:
    with syslog_tcp() as received:
        send(Syslog(HERE, received.port, "tcp"), *map(an_alert, range(40)))
        wait_for(lambda: len(received.messages) == 40)
    assert received.texts[39].endswith("program: 39 changed")


def test_cef_is_the_text_of_the_message() -> None:
    with syslog_tcp() as received:
        send(Syslog(HERE, received.port, "tcp", form="cef"))
        wait_for(lambda: bool(received.messages))
    said = received.texts[0].partition(" - ")[2]
    assert said.startswith("CEF:0|ccontrol|ccontrol|0.1.0|change|Press 3: program: 1 changed|8|rt=")


def test_tls_arrives_when_the_certificate_is_vouched_for(tmp_path: Path) -> None:
    own = certificate(tmp_path)
    with syslog_tcp(own.server()) as received:
        send(Syslog(HERE, received.port, "tls", ca_file=str(own.file)))
        wait_for(lambda: bool(received.messages))


def test_a_receiver_that_wants_to_know_who_we_are_is_shown_our_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "FINISH_S", 20.0)  # the host may be busy: its no comes late
    (tmp_path / "own").mkdir()
    own, ours = certificate(tmp_path), certificate(tmp_path / "own")
    with syslog_tcp(own.server(asking_for=ours)) as received:
        way = Syslog(HERE, received.port, "tls", ca_file=str(own.file), own=ours.shown)
        send(way, limit_s=30)
        wait_for(lambda: bool(received.messages))
        for _ in range(12):  # it closes in one of several ways
            with pytest.raises(DeliveryError):
                send(replace(way, own=None), limit_s=30)
        assert len(received.messages) == 1


def test_a_key_of_another_certificate_is_told(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    own, ours = certificate(tmp_path), certificate(tmp_path / "own")
    mixed = ClientCertificate(str(own.file), str(ours.key))
    with pytest.raises(DeliveryError, match=r"ca\.pem") as caught:
        send(Syslog(HERE, closed_port(), "tls", ca_file=str(own.file), own=mixed))
    assert "client_key" in caught.value.hint


def test_a_certificate_that_nobody_vouches_for_gets_nothing(tmp_path: Path) -> None:
    with syslog_tcp(certificate(tmp_path).server()) as received:
        with pytest.raises(DeliveryError, match="not trusted"):
            send(Syslog(HERE, received.port, "tls"))
        assert received.messages == []


def test_a_certificate_of_another_host_gets_nothing(tmp_path: Path) -> None:
    other = certificate(tmp_path, "127.0.0.9")
    with syslog_tcp(other.server()) as received:
        with pytest.raises(DeliveryError, match="not trusted"):
            send(Syslog(HERE, received.port, "tls", ca_file=str(other.file)))
        assert received.messages == []


def test_a_receiver_that_is_not_there_is_told_of() -> None:
    with pytest.raises(DeliveryError, match="refused"):
        send(Syslog(HERE, closed_port(), "tcp"))


@pytest.mark.parametrize("drip", [b"", b"x"])
def test_tls_with_a_receiver_that_never_gets_there_ends_in_time(drip: bytes) -> None:
    begun = time.monotonic()
    with deaf(drip=drip) as port, pytest.raises(DeliveryError):
        send(Syslog(HERE, port, "tls"), limit_s=1.0)
    assert time.monotonic() - begun < SOON_S


def test_a_receiver_that_keeps_its_side_open_has_it_once_its_host_has() -> None:
    with deaf() as port:
        send(Syslog(HERE, port, "tcp"), limit_s=10.0)


def test_a_receiver_that_drips_for_ever_acknowledges_nothing() -> None:
    with deaf(drip=b"x") as port, pytest.raises(DeliveryError, match="within 3 s"):
        send(Syslog(HERE, port, "tcp"), limit_s=3.0)
