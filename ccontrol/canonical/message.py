"""Record → the text of its commit: a subject an engineer understands, what, why, and trailers.

All text that came from outside is made printable here and held to one line.
"""

from dataclasses import dataclass

from ccontrol.canonical.message_body import body
from ccontrol.canonical.message_subject import subject
from ccontrol.canonical.records import record_path
from ccontrol.logic.printable import printable, shortened
from ccontrol.model.controller import Controller
from ccontrol.model.judgement import Attribution, Confidence
from ccontrol.model.record import Record

_LONGEST_TITLE = 72


@dataclass(frozen=True, slots=True)
class Message:
    """What a commit says; the store adds its own two trailers."""

    subject: str
    body: str
    trailers: tuple[tuple[str, str], ...]


def message(record: Record) -> Message:
    """Return the text of the commit that brings this record."""
    return Message(subject(record), body(record), _trailers(record))


def written_anew_message(controller: Controller, area: str) -> Message:
    """Return the text of a commit in which only ccontrol's own way of writing is new."""
    title = shortened(printable(controller.title), _LONGEST_TITLE)
    body = (
        "The same facts as before, as a newer version of ccontrol or another seal key writes them."
    )
    named = (("Controller", controller.id), ("Site", controller.site), ("Area", area))
    return Message(
        f"{title}: written anew by ccontrol, nothing changed",
        body,
        (("Class", "rendering"), *((name, printable(value)) for name, value in named)),
    )


def _trailers(record: Record) -> tuple[tuple[str, str], ...]:
    named = (
        ("Class", "change"),
        ("Controller", record.controller_id),
        ("Site", record.site),
        ("Area", record.area),
        ("Change-Id", record.change_id),
        ("Previous-Change", record.previous_change),
        ("Aspects", ", ".join(aspect.value for aspect in record.changes.aspects)),
        ("Origin", record.attribution.origin.value),
        ("Confidence", _confidence(record.attribution)),
        ("Verdict", record.verdict.severity.word),
        ("Rule", record.verdict.rule),
        ("Depth", record.depth.value),
        ("Artefact-SHA256", record.artefact),
        ("Record", record_path(record)),
    )
    return tuple((name, printable(value)) for name, value in named if value)


def _confidence(attribution: Attribution) -> str:
    is_founded = attribution.confidence is not Confidence.NONE
    return attribution.confidence.value if is_founded else ""
