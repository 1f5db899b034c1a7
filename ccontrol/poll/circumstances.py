"""What rules may ask about a change beside the change itself. Pure."""

from collections.abc import Iterable
from datetime import datetime

from ccontrol.model.finding import Finding
from ccontrol.model.judgement import Attribution, Confidence
from ccontrol.model.policy import Circumstances

Span = tuple[datetime | None, datetime | None]


def circumstances(
    attribution: Attribution, span: Span, findings: Iterable[Finding]
) -> Circumstances:
    """Return them; `span` is from when to when it can have happened.

    Where the act was seen that made the change, that is when it happened.
    """
    since, until = _seen_at(attribution, span)
    return Circumstances(since, until, standing=frozenset(each.code for each in findings))


def _seen_at(attribution: Attribution, span: Span) -> Span:
    since, until = span
    if attribution.confidence is not Confidence.CONFIRMED or since is None or until is None:
        return span
    times = [
        (evidence.event.first, evidence.event.last)
        for evidence in attribution.weighed
        if evidence.event is not None and evidence.speaks_for is attribution.origin
    ]
    within = [(first, last) for first, last in times if since <= first <= last <= until]
    if not within or len(within) != len(times):  # a clock that is off dates nothing
        return span
    return min(first for first, _ in within), max(last for _, last in within)
