"""A pack as OSCAL assessment results 1.2.1: for programs, on request.

Made by hand: the tables are the record, this is a view of them. Ids are derived from what they
name, so that the same pack gives the same bytes.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime, time

from ccontrol.evidence.facts import Facts
from ccontrol.evidence.measures import Measured, not_verified
from ccontrol.logic.printable import printable

VERSION = "1.2.1"
_NOT_IN_A_TOKEN = re.compile(r"[^A-Za-z0-9._-]+")
_SHOWN = 1_000
Json = dict[str, object]


def assessment_results(facts: Facts, results: Iterable[Measured]) -> bytes:
    """Return the document as JSON in UTF-8."""
    measured = [one for one in results if one.counted]
    about = f"{facts.site} {facts.framework.edition} {facts.period.since} {facts.period.until}"
    seed = f"{about} {facts.heads.observed} {facts.heads.approved}"
    observations = [_observation(seed, one, facts) for one in measured]
    result: Json = {
        "uuid": _uuid(seed, "result"),
        "title": _line(f"{facts.framework.edition}: {facts.site}"),
        "description": _line("; ".join(not_verified(facts))),
        "start": _midnight(facts, first=True),
        "end": _midnight(facts, first=False),
        "reviewed-controls": {
            "control-selections": [
                {"include-controls": [{"control-id": _token(facts, one)} for one in measured]}
            ]
        },
        "observations": observations,
        "findings": [_finding(seed, one, facts) for one in measured],
    }
    document = {
        "assessment-results": {
            "uuid": _uuid(seed, "document"),
            "metadata": {
                "title": _line(f"Evidence of ccontrol: {about}"),
                "last-modified": _stamp(facts.heads.observed_at),
                "version": facts.heads.observed,
                "oscal-version": VERSION,
            },
            "import-ap": {"href": "#none", "remarks": "There is no plan in OSCAL form."},
            "results": [result],
        }
    }
    text = json.dumps(document, indent=1, ensure_ascii=True, sort_keys=True)
    return text.encode("ascii") + b"\n"


def _observation(seed: str, one: Measured, facts: Facts) -> Json:
    lacking = [
        _line(" ".join(filter(None, (each.asset_id, each.change_id, each.text))))
        for each in one.shortfalls[:_SHOWN]
    ]
    told = f"{one.holding} of {one.of} {one.counted} hold; {one.lacking} do not"
    made: Json = {
        "uuid": _uuid(seed, f"observation {one.requirement.id}"),
        "title": _line(one.requirement.id),
        "description": _line(told),
        "methods": ["TEST"],
        "collected": _stamp(facts.heads.observed_at),
    }
    if lacking:
        made["remarks"] = "\n".join(lacking)
    return made


def _finding(seed: str, one: Measured, facts: Facts) -> Json:
    state = "satisfied" if not one.lacking else "not-satisfied"
    return {
        "uuid": _uuid(seed, f"finding {one.requirement.id}"),
        "title": _line(one.requirement.id),
        "description": _line(one.requirement.words),
        "target": {
            "type": "objective-id",
            "target-id": _token(facts, one),
            "status": {"state": state, "reason": "other"},
            "remarks": "Counted by a program. Whether the requirement is met, people judge.",
        },
        "related-observations": [
            {"observation-uuid": _uuid(seed, f"observation {one.requirement.id}")}
        ],
    }


def _token(facts: Facts, one: Measured) -> str:
    words = f"{facts.framework.edition}_{one.requirement.id}".lower()
    token = _NOT_IN_A_TOKEN.sub("-", words).strip("-")
    return token if token[:1].isalpha() else f"c-{token}"


def _uuid(seed: str, name: str) -> str:
    """Return a UUID made of a SHA-256 of what it names, in the form of version 4."""
    raw = bytearray(hashlib.sha256(f"ccontrol\0{seed}\0{name}".encode()).digest()[:16])
    raw[6] = raw[6] & 0x0F | 0x40  # OSCAL's form takes versions 4 and 5 only; 4 says least
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _line(text: str) -> str:
    return printable(text).strip() or "-"


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _midnight(facts: Facts, *, first: bool) -> str:
    day = facts.period.since if first else facts.period.until
    clock = time(0, 0, tzinfo=UTC) if first else time(23, 59, 59, tzinfo=UTC)
    return _stamp(datetime.combine(day, clock))
