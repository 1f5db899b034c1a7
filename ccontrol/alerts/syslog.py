"""Sending to a syslog receiver: datagrams, or one connection for all that goes out together.

Syslog has no acknowledgement of its own. Over TCP and TLS an alert counts as taken when the
receiver has closed after reading everything, or its host has acknowledged every byte. Over UDP
nobody knows.
"""

import socket
from collections.abc import Sequence

from ccontrol.alerts.line import connected, finish, trusting
from ccontrol.alerts.syslog_text import Source, framed, message
from ccontrol.errors import DeliveryError
from ccontrol.model.alert import Alert, Syslog


def send(way: Syslog, alerts: Sequence[Alert], source: Source, limit_s: float) -> None:
    """Send alerts. Raises DeliveryError when the receiver does not have all of them."""
    messages = [message(alert, way, source) for alert in alerts]
    if way.transport == "udp":
        _datagrams(way, messages, limit_s)
        return
    tls = trusting(way.ca_file, way.own) if way.transport == "tls" else None
    with connected(way.host, way.port, limit_s, tls) as door:
        door.sendall(b"".join(map(framed, messages)))
        finish(door)


def _datagrams(way: Syslog, messages: Sequence[bytes], limit_s: float) -> None:
    try:
        (family, kind, number, _, address), *_ = socket.getaddrinfo(
            way.host, way.port, type=socket.SOCK_DGRAM
        )
        with socket.socket(family, kind, number) as door:
            door.settimeout(limit_s)
            door.connect(address)
            for each in messages:
                door.send(each)  # a refusal of the one before is told here, if at all
    except OSError as error:
        raise DeliveryError(f"{way.host}:{way.port}: {error.strerror or error}") from error
