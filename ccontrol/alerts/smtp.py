"""Sending mail. The only module that knows smtplib.

The connection is ours, with one limit for all of it; smtplib alone bounds each single read.
"""

import smtplib
import socket
import ssl
from collections.abc import Sequence

from ccontrol.alerts.line import connected, trusting
from ccontrol.alerts.mail_text import mail
from ccontrol.errors import DeliveryError
from ccontrol.model.alert import Alert, Mail


class _Session(smtplib.SMTP):
    """A session over a connection that is there already."""

    def __init__(self, door: socket.socket, host: str, own_name: str) -> None:
        super().__init__(local_hostname=own_name)
        self.sock = door
        self._host = host  # what STARTTLS holds the certificate against
        code, text = self.getreply()
        if code != _READY:
            raise smtplib.SMTPConnectError(code, text)


_READY = 220


def send(way: Mail, alerts: Sequence[Alert], own_name: str, limit_s: float) -> None:
    """Send one mail about these alerts. Raises DeliveryError unless every recipient is taken."""
    tls = None if way.security == "none" else trusting(way.ca_file)
    at_once = tls if way.security == "tls" else None
    with connected(way.host, way.port, limit_s, at_once) as door:
        try:
            _talk(_Session(door, way.host, own_name), way, alerts, tls)
        except smtplib.SMTPException as error:  # an OSError, too: told before the network's
            raise DeliveryError(f"{way.host}:{way.port}: {_words(error)}") from error


def _talk(
    session: smtplib.SMTP, way: Mail, alerts: Sequence[Alert], tls: ssl.SSLContext | None
) -> None:
    if way.security == "starttls":
        session.starttls(context=tls)  # raises where the server does not offer it
    if way.password is not None:
        session.login(way.user, way.password.reveal())
    refused = session.send_message(mail(way, alerts))
    if refused:
        raise smtplib.SMTPRecipientsRefused(refused)
    session.quit()


def _words(error: smtplib.SMTPException) -> str:
    """Say what the server said, without what we said to it."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            return f"refuses {', '.join(sorted(error.recipients))}"
        case smtplib.SMTPResponseException():
            said = error.smtp_error
            text = said.decode("ascii", "replace") if isinstance(said, bytes) else str(said)
            return f"it answers {error.smtp_code} {text[:200]}"
    return str(error) or type(error).__name__
