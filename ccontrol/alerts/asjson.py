"""Alerts as JSON, for webhooks and programs. The form is documented in docs/alerts.md. Pure."""

import json
from collections.abc import Sequence

from ccontrol.model.alert import Alert

FORM = "ccontrol/alerts/1"


def as_json(alerts: Sequence[Alert]) -> bytes:
    """Return one JSON object with all of them, as ASCII: nothing in it steers a terminal."""
    body = {"form": FORM, "alerts": [_told(alert) for alert in alerts]}
    return json.dumps(body, ensure_ascii=True).encode("ascii")


def _told(alert: Alert) -> dict[str, object]:
    return {
        "id": alert.id,
        "event": alert.event.value,
        "phase": alert.phase.value,
        "at": alert.at.isoformat(),
        "severity": alert.severity.word,
        "site": alert.site,
        "controller": alert.controller,
        "name": alert.name,
        "area": alert.area,
        "address": alert.address,
        "text": alert.text,
        "details": alert.details,
        "about": alert.about,
        "aspects": [aspect.value for aspect in alert.aspects],
        "rule": alert.rule,
        "origin": alert.origin,
        "confidence": alert.confidence,
        "techniques": list(alert.techniques),
        "change_id": alert.change_id,
        "commit": alert.commit,
        "facts": dict(alert.facts),
    }
