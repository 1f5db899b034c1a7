"""An alert as ArcSight Common Event Format, version 0 (implementation standard of 2010 on). Pure.

docs/alerts.md documents which of our facts stands in which field; keep both in step.
"""

import ipaddress
import re
from collections.abc import Iterator

from ccontrol.alerts.plain import one_line
from ccontrol.model.alert import Alert
from ccontrol.model.judgement import Severity

SEVERITY = {
    Severity.INFO: 1,
    Severity.LOW: 3,
    Severity.MEDIUM: 5,
    Severity.HIGH: 8,
    Severity.CRITICAL: 10,
}
"""The standard's 0-3 is low, 4-6 medium, 7-8 high, 9-10 very high."""
_NOT_IN_KEYS = re.compile(r"[^A-Za-z0-9]")


def cef(alert: Alert, version: str) -> str:
    """Return the one line of an alert; whatever its texts hold, it stays one with these fields."""
    head = ("CEF:0", "ccontrol", "ccontrol", version, alert.event.value, alert.text)
    fields = "|".join((*map(_header, head), str(SEVERITY[alert.severity])))
    extension = " ".join(f"{key}={_value(value)}" for key, value in _extension(alert) if value)
    return f"{fields}|{extension}"


def _extension(alert: Alert) -> Iterator[tuple[str, str]]:
    yield "rt", str(int(alert.at.timestamp() * 1000))
    yield "externalId", alert.id
    yield "outcome", alert.phase.value
    yield "cat", ",".join(alert.aspects)
    yield "dhost", alert.controller
    yield from _address(alert.address)
    yield "msg", alert.details or alert.text
    customs = (
        ("site", alert.site),
        ("area", alert.area),
        ("changeId", alert.change_id),
        ("rule", alert.rule),
        ("origin", alert.origin),
        ("techniques", ",".join(alert.techniques)),
    )
    for number, (label, value) in enumerate(customs, 1):
        if value:
            yield f"cs{number}", value
            yield f"cs{number}Label", label
    yield "ccontrolAbout", alert.about
    yield "ccontrolCommit", alert.commit
    yield "ccontrolConfidence", alert.confidence
    for key, value in alert.facts:
        yield f"ccontrol{_NOT_IN_KEYS.sub('', key.title())}", value


def _address(address: str) -> Iterator[tuple[str, str]]:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return  # none, or a name: dst takes addresses only
    yield ("dst" if known.version == 4 else "c6a3"), address  # noqa: PLR2004 — of IP
    if known.version != 4:  # noqa: PLR2004 — the same
        yield "c6a3Label", "Destination IPv6 Address"


def _header(text: str) -> str:
    return one_line(text).replace("\\", "\\\\").replace("|", "\\|")


def _value(text: str) -> str:
    return one_line(text).replace("\\", "\\\\").replace("=", "\\=")
