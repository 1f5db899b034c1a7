"""Alerts as one mail. Pure; no text of an alert can become a header."""

import hashlib
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from email.policy import SMTP

from ccontrol.alerts.plain import SEVERITIES, cut, one_line
from ccontrol.model.alert import Alert, Mail
from ccontrol.model.judgement import Confidence

_SUBJECT_BYTES = 180


def mail(way: Mail, alerts: Sequence[Alert]) -> EmailMessage:
    """Return the mail that tells of these alerts, the gravest in its subject."""
    gravest = max(alerts, key=lambda alert: alert.severity)
    more = f" (and {len(alerts) - 1} more)" if len(alerts) > 1 else ""
    subject = f"[ccontrol {gravest.site}] {SEVERITIES[gravest.severity]}: {gravest.text}"
    found = EmailMessage(policy=SMTP)
    found["Subject"] = cut(one_line(subject), _SUBJECT_BYTES) + more
    found["From"] = way.sender
    found["To"] = ", ".join(way.to)
    found["Date"] = max(alert.at for alert in alerts)
    found["Message-ID"] = f"<{_digest(alerts)}@ccontrol.invalid>"
    found["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notes, please
    found.set_content("\n\n".join("\n".join(_lines(alert)) for alert in alerts) + "\n")
    return found


def _lines(alert: Alert) -> Iterator[str]:
    yield f"{SEVERITIES[alert.severity]}: {one_line(alert.text)}"
    yield from map(one_line, alert.details.splitlines())
    told = (
        ("at", f"{alert.at:%Y-%m-%d %H:%M:%S} UTC"),
        ("site", alert.site),
        ("controller", alert.controller),
        ("area", alert.area),
        ("address", alert.address),
        ("event", f"{alert.event.value}, {alert.phase.value}"),
        ("origin", f"{alert.origin} {_bracketed(alert.confidence)}".strip()),
        ("rule", alert.rule),
        ("change", alert.change_id),
        ("commit", alert.commit),
        ("alert", alert.id),
    )
    for label, value in told:
        if value:
            yield f"  {label:<11}{one_line(value)}"
    for label, value in alert.facts:
        yield f"  {label:<11}{one_line(value)}"


def _bracketed(word: str) -> str:
    return f"({word})" if word and word != Confidence.NONE else ""


def _digest(alerts: Sequence[Alert]) -> str:
    """The same alerts sent twice are the same message: mail servers and people see it."""
    return hashlib.sha256("\n".join(alert.id for alert in alerts).encode()).hexdigest()[:32]
