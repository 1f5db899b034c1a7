"""Sending to a webhook: one POST of JSON, signed, over HTTPS.

No redirects are followed and no proxy is asked: what is signed goes where the configuration says.
"""

import hashlib
import hmac
import http.client
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from ccontrol.alerts.asjson import as_json
from ccontrol.alerts.line import connected, trusting
from ccontrol.errors import DeliveryError
from ccontrol.model.alert import Alert, Webhook

SIGNATURE, TIMESTAMP = "X-Ccontrol-Signature", "X-Ccontrol-Timestamp"
_TAKEN = range(200, 300)
_DEFAULT_PORTS = {"https": 443, "http": 80}


def send(
    way: Webhook, alerts: Sequence[Alert], now: datetime, version: str, limit_s: float
) -> None:
    """Post alerts. Raises DeliveryError unless the answer is 2xx."""
    body = as_json(alerts)
    url = urlsplit(way.url)
    host, port = url.hostname or "", url.port or _DEFAULT_PORTS[url.scheme]
    tls = trusting(way.ca_file, way.own) if url.scheme == "https" else None
    stamp = str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"ccontrol/{version}",
        TIMESTAMP: stamp,
        SIGNATURE: signature(way.secret.reveal(), stamp, body),
    }
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    try:
        with connected(host, port, limit_s, tls) as door:
            exchange = http.client.HTTPConnection(host, port)
            exchange.sock = door
            exchange.request("POST", path, body, headers)
            status = exchange.getresponse().status
    except http.client.HTTPException as error:
        raise DeliveryError(f"{host}:{port}: no HTTP: {type(error).__name__}") from error
    if status not in _TAKEN:
        raise DeliveryError(f"{host}:{port}: it answers {status}")


def signature(secret: str, stamp: str, body: bytes) -> str:
    """Return "sha256=<hex>": HMAC-SHA256 over the time stamp, a dot and the body.

    The time stamp is signed, too, so that what somebody recorded is not taken a day later.
    """
    mac = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256)
    return f"sha256={mac.hexdigest()}"
