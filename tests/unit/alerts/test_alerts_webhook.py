"""Webhooks: a real HTTPS server that checks the signature, and servers that misbehave."""

import hashlib
import hmac
import time
from dataclasses import replace
from pathlib import Path

import pytest

from ccontrol.alerts import webhook
from ccontrol.errors import DeliveryError
from ccontrol.model.alert import Webhook
from ccontrol.model.secret import Secret
from tests.unit.alerts import receivers
from tests.unit.alerts.receivers import AT, HERE, SOON_S, an_alert, certificate, deaf

SECRET = Secret("known to both")


def send(url: str, ca_file: str = "", limit_s: float = 10.0) -> None:
    webhook.send(Webhook(url, SECRET, ca_file), [an_alert(1), an_alert(2)], AT, "0.1.0", limit_s)


def test_alerts_arrive_as_json_that_is_signed_with_its_time(tmp_path: Path) -> None:
    own = certificate(tmp_path)
    with receivers.webhook(own.server()) as hook:
        send(f"https://{HERE}:{hook.port}/plant?x=1", str(own.file))
    ((headers, body),) = hook.requests
    signed = headers["X-Ccontrol-Timestamp"].encode() + b"." + body
    mac = hmac.new(b"known to both", signed, hashlib.sha256).hexdigest()
    assert headers["X-Ccontrol-Signature"] == f"sha256={mac}"
    assert headers["X-Ccontrol-Timestamp"] == str(int(AT.timestamp()))
    (told,) = hook.bodies
    assert told["form"] == "ccontrol/alerts/1"
    assert [one["text"] for one in told["alerts"]] == [an_alert(1).text, an_alert(2).text]


@pytest.mark.parametrize("status", [302, 400, 429, 500, 503])
def test_only_2xx_takes_and_a_redirect_is_not_followed(status: int) -> None:
    with receivers.webhook() as hook:
        hook.status = status
        with pytest.raises(DeliveryError, match=f"answers {status}"):
            send(f"http://{HERE}:{hook.port}/")
        assert len(hook.requests) == 1


def test_a_receiver_that_wants_to_know_who_we_are_is_shown_our_certificate(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    own, ours = certificate(tmp_path), certificate(tmp_path / "own")
    with receivers.webhook(own.server(asking_for=ours)) as hook:
        way = Webhook(f"https://{HERE}:{hook.port}/", SECRET, str(own.file), ours.shown)
        webhook.send(way, [an_alert()], AT, "0.1.0", 10)
        with pytest.raises(DeliveryError):
            webhook.send(replace(way, own=None), [an_alert()], AT, "0.1.0", 10)
        assert len(hook.requests) == 1


def test_a_certificate_that_nobody_vouches_for_gets_nothing(tmp_path: Path) -> None:
    with receivers.webhook(certificate(tmp_path).server()) as hook:
        with pytest.raises(DeliveryError, match="not trusted"):
            send(f"https://{HERE}:{hook.port}/")
        assert hook.requests == []


@pytest.mark.parametrize("drip", [b"", b"HTTP/1.1 200 OK\r\nX: y\r\n", b"x"])
def test_a_server_that_never_gets_there_is_let_go_of_in_time(drip: bytes) -> None:
    begun = time.monotonic()
    with deaf(drip=drip) as port, pytest.raises(DeliveryError):
        send(f"http://{HERE}:{port}/", limit_s=1.0)
    assert time.monotonic() - begun < SOON_S
