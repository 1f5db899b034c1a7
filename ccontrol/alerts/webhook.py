"""Sending to a webhook: one POST of JSON, signed, over HTTPS."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from ccontrol.alerts.asjson import as_json
from ccontrol.alerts.line import trusting
from ccontrol.alerts.posting import post
from ccontrol.errors import DeliveryError
from ccontrol.model.alert import Alert, Webhook

SIGNATURE, TIMESTAMP = "X-Ccontrol-Signature", "X-Ccontrol-Timestamp"
_TAKEN = range(200, 300)


def send(
    way: Webhook, alerts: Sequence[Alert], now: datetime, version: str, limit_s: float
) -> None:
    """Post alerts. Raises DeliveryError unless the answer is 2xx."""
    body = as_json(alerts)
    tls = trusting(way.ca_file, way.own) if way.url.startswith("https:") else None
    stamp = str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"ccontrol/{version}",
        TIMESTAMP: stamp,
        SIGNATURE: signature(way.secret.reveal(), stamp, body),
    }
    status = post(way.url, body, headers, limit_s=limit_s, tls=tls).status
    if status not in _TAKEN:
        where = urlsplit(way.url).netloc
        raise DeliveryError(f"{where}: it answers {status}")


def signature(secret: str, stamp: str, body: bytes) -> str:
    """Return "sha256=<hex>": HMAC-SHA256 over the time stamp, a dot and the body.

    The time stamp is signed, too, so that what somebody recorded is not taken a day later.
    """
    mac = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256)
    return f"sha256={mac.hexdigest()}"
