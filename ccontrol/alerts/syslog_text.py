"""An alert as one message of syslog, RFC 5424, in its own form or with CEF as its text. Pure.

However hostile a text, the message stays one: nothing in it ends a line or a parameter.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ccontrol.alerts.cef import cef
from ccontrol.alerts.plain import cut, one_line
from ccontrol.model.alert import Alert, Syslog
from ccontrol.model.judgement import Severity

FACILITIES = {"user": 1, "daemon": 3, "auth": 4, "audit": 13} | {
    f"local{number}": 16 + number for number in range(8)
}
SEVERITY = {
    Severity.INFO: 6,
    Severity.LOW: 5,
    Severity.MEDIUM: 4,
    Severity.HIGH: 3,
    Severity.CRITICAL: 2,
}
"""informational, notice, warning, error, critical (RFC 5424, 6.2.1)."""
SD_ID = "ccontrol@32473"
"""32473 is the enterprise number for documentation (RFC 5612): we have none of our own."""
UDP_BYTES, STREAM_BYTES = 2_048, 8_192
"""What a receiver should take at least (RFC 5426, 3.2), and rsyslog's default."""
_PARAMETER_BYTES = 160
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Source:
    """Who sends."""

    host: str
    pid: int
    version: str


def message(alert: Alert, way: Syslog, source: Source) -> bytes:
    """Return the message, cut to what the transport should bear; the text gives way first."""
    most = UDP_BYTES if way.transport == "udp" else STREAM_BYTES
    priority = FACILITIES[way.facility] * 8 + SEVERITY[alert.severity]
    at = alert.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    host = _name(source.host, 255)
    event = _name(alert.event.value, 32)
    head = f"<{priority}>1 {at} {host} ccontrol {source.pid} {event} ".encode()
    if way.form == "cef":
        return head + b"- " + cut(cef(alert, source.version), most - len(head) - 2).encode()
    structured = _structured(alert, most - len(head) - len(_BOM) - 1)
    text = f"{alert.text}: {alert.details}" if alert.details else alert.text
    room = most - len(head) - len(structured) - len(_BOM) - 1
    return head + structured + b" " + _BOM + cut(one_line(text), room).encode()


def framed(raw: bytes) -> bytes:
    """Return a message as it goes over a stream: its length in bytes in front (RFC 6587, 3.4.1)."""
    return b"%d %s" % (len(raw), raw)


def _structured(alert: Alert, most: int) -> bytes:
    """Return the structured data, as many parameters as have room."""
    found = f"[{SD_ID}".encode()
    for name, value in _parameters(alert):
        parameter = f' {name}="{_escaped(value)}"'.encode()
        if value and len(found) + len(parameter) + 1 <= most:
            found += parameter
    return found + b"]"


def _parameters(alert: Alert) -> Iterator[tuple[str, str]]:
    yield "id", alert.id
    yield "phase", alert.phase.value
    yield "severity", alert.severity.word
    yield "site", alert.site
    yield "controller", alert.controller
    yield "change", alert.change_id
    yield "aspects", ",".join(alert.aspects)
    yield "rule", alert.rule
    yield "origin", alert.origin
    yield "confidence", alert.confidence
    yield "techniques", ",".join(alert.techniques)
    yield "about", alert.about
    yield "area", alert.area
    yield "address", alert.address
    yield "commit", alert.commit
    yield from alert.facts


def _escaped(value: str) -> str:
    """Return a parameter's value: quote, backslash and bracket escaped (RFC 5424, 6.3.3)."""
    short = cut(one_line(value), _PARAMETER_BYTES)
    return short.replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")


def _name(text: str, most: int) -> str:
    """Return a field of the header: visible ASCII without spaces, "-" for nothing."""
    return "".join(char for char in text if "!" <= char <= "~")[:most] or "-"
