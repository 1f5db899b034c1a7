"""The text of a commit that brings a change's next judgement, because of what people signed."""

from ccontrol.canonical.message import Message
from ccontrol.canonical.records import record_path
from ccontrol.logic.printable import printable, shortened
from ccontrol.model.record import Record

_LONGEST_TITLE = 60


def authorisation_message(before: Record, after: Record) -> Message:
    """Return the text: whether it was authorised by what was known before, and by what is now."""
    title = shortened(printable(after.title), _LONGEST_TITLE)
    found = after.verdict.authorised
    named = (
        ("Class", "authorisation"),
        ("Controller", after.controller_id),
        ("Site", after.site),
        ("Area", after.area),
        ("Change-Id", after.change_id),
        ("Verdict", after.verdict.severity.word),
        ("Rule", after.verdict.rule),
        ("Authorisation", found.word.value if found else ""),
        ("Authorised-By", after.verdict.authorised_by),
        ("Ticket", found.ticket if found else ""),
        ("Judgement", record_path(after)),
    )
    return Message(
        f"{title}: {said(after)} now, {said(before)} before",
        printable(found.reason) if found else "",
        tuple((name, printable(value)) for name, value in named if value),
    )


def said(record: Record) -> str:
    """Return the word for whether a change was authorised."""
    found = record.verdict.authorised
    return found.word.value if found else "not judged"
