"""One POST over HTTP or HTTPS that ends by itself; no more than so much of its answer is read.

No redirects are followed and no proxy is asked: what is sent goes where the configuration says.
"""

import http
import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from ccontrol.alerts.line import connected
from ccontrol.errors import DeliveryError

_DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    """As much of it as was asked for."""

    @property
    def is_ok(self) -> bool:
        """Whether it is the answer to what was asked, and no error or redirect."""
        return self.status == http.HTTPStatus.OK


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    limit_s: float,
    tls: ssl.SSLContext | None,
    most: int = 0,
) -> Answer:
    """Send a body; return the answer with its first `most` bytes, whatever its status.

    `tls` is what verifies the other side of an https URL. Raises DeliveryError, also when all of it
    takes longer than `limit_s`.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme]
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with connected(host, port, limit_s, tls if parts.scheme == "https" else None) as door:
            exchange = http.client.HTTPConnection(host, port)
            exchange.sock = door
            exchange.request("POST", path, body, dict(headers))
            response = exchange.getresponse()
            return Answer(response.status, response.read(most) if most else b"")
    except http.client.HTTPException as error:
        raise DeliveryError(f"{host}:{port}: no HTTP: {type(error).__name__}") from error
