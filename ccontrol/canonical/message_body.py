"""The body of a commit: what it means, where it came from, when, and every difference, by aspect.

Long lists are cut here and say so; the record in the same commit holds all of it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from ccontrol.canonical.origins import (
    actor_words,
    founded,
    gap_words,
    watching_words,
    weighed_words,
)
from ccontrol.canonical.phrases import (
    arrow,
    field_name,
    finding_name,
    is_about_sight,
    is_finding,
    name,
    sight_sentence,
)
from ccontrol.logic.printable import printable, shortened
from ccontrol.model.change import Change, Kind
from ccontrol.model.record import Record

_CHANGES_AT_MOST = 100
_DIFFERENCES_AT_MOST = 20
_EVIDENCE_AT_MOST = 20
_LONGEST_LINE = 300
_WORDS = {
    Kind.RECOMPILED: "recompiled, same content",
    Kind.LOST_SIGHT: "lost sight of",
    Kind.REGAINED: "readable again, as it was",
    Kind.FOUND: "first seen",
    Kind.RAISED: "raised",
    Kind.CLEARED: "is over",
}


def body(record: Record) -> str:
    """Return the body; its paragraphs are separated by empty lines."""
    attribution = record.attribution
    paragraphs = [
        _meaning(record),
        *_aspects(record),
        _listed("weighed", tuple(weighed_words(attribution))),
        _listed("contradictions", attribution.contradictions),
        _listed("not watched", tuple(map(gap_words, attribution.coverage.gaps))),
        _listed("evidence", attribution.evidence),
    ]
    return "\n\n".join("\n".join(lines) for lines in paragraphs if lines)


def _meaning(record: Record) -> list[str]:
    verdict, attribution = record.verdict, record.attribution
    lines = [
        f"Severity {verdict.severity.word}: {_line(verdict.reason)}",
        f"Origin {founded(attribution)}: {_line(attribution.reason)}",
        _window(record.previous_at, record.not_after or record.taken_at),
    ]
    if attribution.actors:
        who = "; ".join(map(actor_words, attribution.actors))
        lines.append(f"By {_line(who)}")
    if attribution.coverage.sensors:
        lines.append(f"Watched: {_line(watching_words(attribution.coverage))}")
    if verdict.authorised is not None:
        found = verdict.authorised
        lines.append(f"Authorisation: {found.word.value}, {_line(found.reason)}")
    if verdict.techniques:
        lines.append(
            f"Can be (MITRE ATT&CK for ICS): {', '.join(map(printable, verdict.techniques))}"
        )
    return lines


def _window(previous_at: datetime | None, not_after: datetime) -> str:
    if previous_at is None:
        return f"Seen at {_time(not_after)}; nothing is known of the time before."
    return f"Happened between {_time(previous_at)} and {_time(not_after)}."


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _aspects(record: Record) -> Iterator[list[str]]:
    changes = [
        one for one in record.changes.changes if not (record.changes.first and _is_list(one))
    ]
    shown = changes[:_CHANGES_AT_MOST]
    for aspect in record.changes.aspects:
        lines = [line for change in shown if change.aspect is aspect for line in _change(change)]
        if lines:
            yield [aspect.value, *lines]
    if len(changes) > len(shown):
        yield [f"and {len(changes) - len(shown)} more; the record lists all of them."]


def _is_list(change: Change) -> bool:
    """Lists of a first sight follow from the units that it names."""
    return is_about_sight(change) and change.unit.kind == "list" and change.kind is Kind.FOUND


def _change(change: Change) -> Iterator[str]:
    if is_about_sight(change):
        yield f"  {sight_sentence(change)}"
        return
    what = finding_name(change) if is_finding(change) else name(change)
    told = _WORDS.get(change.kind, change.kind.value)
    sentence = f"{told} {what}" if change.kind is Kind.LOST_SIGHT else f"{what} {told}"
    yield f"  {sentence}" + (f": {_line(change.reason)}" if change.reason else "")
    shown = change.differences[:_DIFFERENCES_AT_MOST]
    for difference in shown:
        yield f"    {shortened(field_name(difference), 80)}: {arrow(difference)}"
    if len(change.differences) > len(shown):
        yield f"    and {len(change.differences) - len(shown)} more"


def _listed(title: str, sentences: tuple[str, ...]) -> list[str]:
    if not sentences:
        return []
    lines = [f"  {_line(sentence)}" for sentence in sentences[:_EVIDENCE_AT_MOST]]
    more = len(sentences) - len(lines)
    return [title, *lines, *([f"  and {more} more in the record"] if more else [])]


def _line(text: str) -> str:
    return shortened(printable(text), _LONGEST_LINE)
