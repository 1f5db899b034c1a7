"""A judgement of a change beside the one that it supersedes, and what moved between them. Pure."""

from dataclasses import dataclass

from ccontrol.logic.printable import printable, shortened
from ccontrol.model.alert import AUTHORISATION_REASON
from ccontrol.model.judgement import Confidence
from ccontrol.model.record import Record

REASON_AT_MOST = 300


@dataclass(frozen=True, slots=True)
class Judgement:
    """One judgement of one change, as the history holds it."""

    commit: str
    record: Record
    before: Record | None = None
    """The judgement that it supersedes; None: it is the first, or that one cannot be read."""

    @property
    def says_something_new(self) -> bool:
        """Tell whether origin or verdict differ; more evidence for the same is nobody's news."""
        return self.before is None or _weight(self.before) != _weight(self.record)


def sentence(record: Record) -> str:
    """Return "origin network (confirmed), severity low": what a judgement comes to, in words."""
    attribution, verdict = record.attribution, record.verdict
    origin = attribution.origin.value
    if attribution.confidence is not Confidence.NONE:
        origin = f"{origin} ({attribution.confidence.value})"
    word = f", {verdict.authorised.word.value}" if verdict.authorised else ""
    return f"origin {origin}, severity {verdict.severity.word}{word}"


def facts_of_before(judged: Judgement) -> tuple[tuple[str, str], ...]:
    """Return what the judgement before came to, by the names that alerts document."""
    if judged.before is None:
        return ()
    attribution, verdict = judged.before.attribution, judged.before.verdict
    return (
        ("originbefore", attribution.origin.value),
        ("confidencebefore", attribution.confidence.value),
        ("severitybefore", verdict.severity.word),
        ("rulebefore", verdict.rule),
        *authorisation_facts(judged.before, "before"),
    )


def authorisation_facts(record: Record, when: str = "") -> tuple[tuple[str, str], ...]:
    """Return whether a change was authorised, by its documented names, if that was judged."""
    found = record.verdict.authorised
    if found is None:
        return ()
    reason = shortened(printable(found.reason), REASON_AT_MOST)
    return (f"authorisation{when}", found.word.value), (f"{AUTHORISATION_REASON}{when}", reason)


def _weight(record: Record) -> tuple[object, ...]:
    attribution, verdict = record.attribution, record.verdict
    return (
        attribution.origin,
        attribution.confidence,
        verdict.severity,
        verdict.rule,
        verdict.authorised_by,
        verdict.authorised and verdict.authorised.word,
    )
