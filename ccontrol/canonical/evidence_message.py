"""The text of a commit that brings the next judgement of a change, because of later evidence."""

from collections.abc import Iterator

from ccontrol.canonical.authorisation_message import said
from ccontrol.canonical.message import Message
from ccontrol.canonical.records import record_path
from ccontrol.logic.printable import printable, shortened
from ccontrol.model.judgement import Attribution, Confidence
from ccontrol.model.record import Record

_LONGEST_TITLE = 60
_LINES_AT_MOST = 20


def evidence_message(before: Record, after: Record) -> Message:
    """Return the text: what was thought before, what is thought now, and why."""
    title = shortened(printable(after.title), _LONGEST_TITLE)
    old, new = before.attribution, after.attribution
    found = after.verdict.authorised
    weighed = [printable(one.text) for one in new.weighed[:_LINES_AT_MOST]]
    named = (
        ("Class", "evidence"),
        ("Controller", after.controller_id),
        ("Site", after.site),
        ("Area", after.area),
        ("Change-Id", after.change_id),
        ("Origin", new.origin.value),
        ("Verdict", after.verdict.severity.word),
        ("Rule", after.verdict.rule),
        ("Authorisation", found.word.value if found else ""),
        ("Authorised-By", after.verdict.authorised_by),
        ("Judgement", record_path(after)),
    )
    return Message(
        f"{title}: a change is judged anew: {_said(old)} before, {_said(new)} now",
        "\n".join((f"{printable(new.reason)}", *weighed, *_authorised(before, after))),
        tuple((name, printable(value)) for name, value in named if value),
    )


def _authorised(before: Record, after: Record) -> Iterator[str]:
    """Yield what follows for whether it was authorised, if anything does."""
    found = after.verdict.authorised
    if found is not None and found != before.verdict.authorised:
        yield f"{said(after)} now, {said(before)} before: {printable(found.reason)}"


def _said(attribution: Attribution) -> str:
    if attribution.confidence is Confidence.NONE:
        return attribution.origin.value
    return f"{attribution.origin.value} ({attribution.confidence.value})"
