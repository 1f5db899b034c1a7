"""The text of a commit that brings the next judgement of a change, because of later evidence."""

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
        ("Judgement", record_path(after)),
    )
    return Message(
        f"{title}: a change is judged anew: {_said(old)} before, {_said(new)} now",
        "\n".join((f"{printable(new.reason)}", *weighed)),
        tuple((name, printable(value)) for name, value in named if value),
    )


def _said(attribution: Attribution) -> str:
    if attribution.confidence is Confidence.NONE:
        return attribution.origin.value
    return f"{attribution.origin.value} ({attribution.confidence.value})"
