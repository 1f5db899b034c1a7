"""Record → the text of its commit: a subject an engineer understands, what, why, and trailers.

All text that came from outside is made printable here and held to one line.
"""

from dataclasses import dataclass

from ccontrol.canonical.message_body import body
from ccontrol.canonical.message_subject import subject
from ccontrol.canonical.printable import printable
from ccontrol.canonical.records import record_path
from ccontrol.model.record import Record


@dataclass(frozen=True, slots=True)
class Message:
    """What a commit says; the store adds its own two trailers."""

    subject: str
    body: str
    trailers: tuple[tuple[str, str], ...]


def message(record: Record) -> Message:
    """Return the text of the commit that brings this record."""
    return Message(subject(record), body(record), _trailers(record))


def _trailers(record: Record) -> tuple[tuple[str, str], ...]:
    named = (
        ("Controller", record.controller_id),
        ("Site", record.site),
        ("Area", record.area),
        ("Change-Id", record.change_id),
        ("Previous-Change", record.previous_change),
        ("Aspects", ", ".join(aspect.value for aspect in record.changes.aspects)),
        ("Origin", record.attribution.origin.value),
        ("Verdict", record.verdict.severity.word),
        ("Rule", record.verdict.rule),
        ("Depth", record.depth.value),
        ("Artefact-SHA256", record.artefact),
        ("Record", record_path(record)),
    )
    return tuple((name, printable(value)) for name, value in named if value)
