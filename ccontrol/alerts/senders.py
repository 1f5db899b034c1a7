"""One door to every kind of channel: it returns once the other side has the alerts."""

import os
import socket
from collections.abc import Sequence
from importlib.metadata import version

from ccontrol.alerts import mqtt, program, smtp, syslog, webhook
from ccontrol.alerts.syslog_text import Source
from ccontrol.clock import Clock
from ccontrol.model.alert import Alert, Channel, Mail, Mqtt, Program, Syslog, Webhook

_VERSION = version("ccontrol")


def send(channel: Channel, alerts: Sequence[Alert], clock: Clock) -> None:
    """Send alerts together, in their order. Raises DeliveryError when they were not taken."""
    limit_s = channel.timeout_s
    match channel.way:
        case Syslog() as way:
            source = Source(socket.gethostname(), os.getpid(), _VERSION)
            syslog.send(way, alerts, source, limit_s)
        case Mail() as way:
            smtp.send(way, alerts, socket.gethostname(), limit_s)
        case Webhook() as way:
            webhook.send(way, alerts, clock.now(), _VERSION, limit_s)
        case Program() as way:
            program.send(way, alerts, limit_s)
        case Mqtt() as way:
            mqtt.send(way, alerts, limit_s)
