"""Record ⇄ TOML, and where it lies. A record is never edited: the next judgement is a next file."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from ccontrol.canonical import toml
from ccontrol.canonical.attributions import attribution_tables, parsed_attribution
from ccontrol.canonical.reading import Table, read
from ccontrol.errors import CcontrolError, UnreadableStateError
from ccontrol.model.approval import Authorisation, Authorised
from ccontrol.model.aspect import Aspect, Depth
from ccontrol.model.change import Change, ChangeSet, Difference, Kind
from ccontrol.model.engineering import Reach
from ccontrol.model.judgement import Severity, Verdict, Window
from ccontrol.model.record import Record
from ccontrol.model.snapshot import LogEntry
from ccontrol.model.unit import UnitId

FORM = 1
_CHANGE_ID = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})-[0-9a-f]{16}")
_SEVERITIES = {severity.word: severity for severity in Severity}


def record_path(record: Record) -> str:
    """Return "records/<yyyy>/<mm>/<dd>/<change id>/<number>.toml"."""
    return f"{folder_of(record.change_id)}/{record.number:04}.toml"


def folder_of(change_id: str) -> str:
    """Return the folder of all judgements of a change."""
    found = _CHANGE_ID.fullmatch(change_id)
    if found is None:
        raise CcontrolError(f"{change_id!r} is no change id")
    year, month, day = found.groups()
    return f"records/{year}/{month}/{day}/{change_id}"


def render_record(record: Record) -> bytes:
    """Return the record's file."""
    return toml.document(
        _head(record),
        *attribution_tables(record.attribution),
        ["[verdict]", *toml.lines(_verdict(record.verdict))],
        _authorised(record.verdict.authorised),
        *_changes(record),
        *(["[[log]]", *toml.lines(_entry(entry))] for entry in record.log),
    )


def parse_record(content: bytes) -> Record:
    """Return the record that a file holds. Raises UnreadableStateError when it holds none."""
    table = read("record", content)
    if table.integer("form") != FORM:
        raise UnreadableStateError(
            "the record has a form that this version of ccontrol does not know"
        )
    controller_id = table.text("controller")
    changes = tuple(_parsed_change(entry) for entry in table.tables("change"))
    return Record(
        change_id=table.text("change_id"),
        number=table.integer("number"),
        controller_id=controller_id,
        area=table.text("area"),
        site=table.text("site"),
        title=table.text("title"),
        taken_at=table.time("taken_at"),
        previous_at=table.time("previous_at") if "previous_at" in table else None,
        not_after=table.time("not_after") if "not_after" in table else None,
        depth=table.word("depth", Depth),
        changes=ChangeSet(controller_id, changes, first=table.flag("first")),
        attribution=parsed_attribution(table.table("attribution")),
        verdict=replace(
            _parsed_verdict(table.table("verdict")), authorised=_parsed_authorised(table)
        ),
        log=tuple(_parsed_entry(entry) for entry in table.tables("log")),
        artefact=table.text("artefact_sha256", ""),
        windows=_parsed_windows(table),
        previous_change=table.text("previous_change", ""),
    )


def _head(record: Record) -> list[str]:
    pairs: list[tuple[str, str | int | bool | datetime | None]] = [
        ("form", FORM),
        ("change_id", record.change_id),
        ("number", record.number),
        ("previous_change", record.previous_change or None),
        ("site", record.site),
        ("area", record.area),
        ("controller", record.controller_id),
        ("title", record.title),
        ("taken_at", record.taken_at),
        ("previous_at", record.previous_at),
        ("not_after", record.not_after),
        ("depth", record.depth.value),
        ("first", record.changes.first),
        ("artefact_sha256", record.artefact or None),
    ]
    return toml.lines(pairs)


def _verdict(verdict: Verdict) -> Iterator[tuple[str, str | tuple[str, ...]]]:
    yield "severity", verdict.severity.word
    yield "rule", verdict.rule
    yield "reason", verdict.reason
    yield "authorised_by", verdict.authorised_by
    yield "techniques", verdict.techniques
    if verdict.also:
        yield "also", verdict.also


def _authorised(authorised: Authorised | None) -> list[str]:
    if authorised is None:
        return []
    named = (
        ("word", authorised.word.value),
        ("reason", authorised.reason),
        ("by", authorised.by or None),
        ("ticket", authorised.ticket or None),
        ("window", authorised.window or None),
    )
    return ["[authorisation]", *toml.lines(named)]


def _parsed_authorised(record: Table) -> Authorised | None:
    if "authorisation" not in record:
        return None
    table = record.table("authorisation")
    return Authorised(
        table.word("word", Authorisation),
        table.text("reason"),
        table.text("by", ""),
        table.text("ticket", ""),
        table.text("window", ""),
    )


def _parsed_verdict(table: Table) -> Verdict:
    word = table.text("severity")
    if word not in _SEVERITIES:
        raise UnreadableStateError(f"{table.where}: {word!r} is no severity")
    return Verdict(
        _SEVERITIES[word],
        table.text("rule"),
        table.text("reason"),
        table.text("authorised_by"),
        table.texts("techniques"),
        table.texts("also"),
    )


def _changes(record: Record) -> Iterator[list[str]]:
    for at, change in enumerate(record.changes.changes):
        window = _window(record.windows[at]) if record.windows else ()
        yield ["[[change]]", *toml.lines(_change(change)), *toml.lines(window)]
        for difference in change.differences:
            named = (
                ("name", difference.name),
                ("before", difference.before),
                ("after", difference.after),
            )
            yield ["[[change.difference]]", *toml.lines(named)]


def _window(window: Window) -> Iterator[tuple[str, datetime | None]]:
    yield "previous_at", window.opened_at
    yield "not_after", window.closed_at


def _parsed_windows(table: Table) -> tuple[Window, ...]:
    """Return the windows of all changes; none where the changes have none of their own."""
    entries = tuple(table.tables("change"))
    if not any("not_after" in entry for entry in entries):
        return ()
    return tuple(
        Window(
            entry.time("previous_at") if "previous_at" in entry else None,
            entry.time("not_after"),
        )
        for entry in entries
    )


def _change(change: Change) -> Iterator[tuple[str, str | tuple[str, ...] | None]]:
    yield "kind", change.kind.value
    yield "aspect", change.aspect.value
    yield "unit_kind", change.unit.kind
    yield "unit_key", change.unit.key
    yield "title", change.title
    yield "reason", change.reason or None
    yield "logic", change.logic or None


def _parsed_change(table: Table) -> Change:
    return Change(
        kind=table.word("kind", Kind),
        aspect=table.word("aspect", Aspect),
        unit=UnitId(table.text("unit_kind"), table.text("unit_key")),
        title=table.text("title"),
        differences=tuple(
            Difference(entry.text("name"), entry.value("before"), entry.value("after"))
            for entry in table.tables("difference")
        ),
        reason=table.text("reason", ""),
        logic=table.texts("logic"),
    )


def _entry(entry: LogEntry) -> Iterator[tuple[str, str | datetime | None]]:
    yield "code", entry.code
    yield "text", entry.text
    yield "at", entry.at
    yield "raw", entry.raw
    yield "action", entry.action or None
    yield "reach", None if entry.reach is Reach.UNSAID else entry.reach.value
    yield "about", entry.about


def _parsed_entry(table: Table) -> LogEntry:
    return LogEntry(
        table.text("code"),
        table.text("text"),
        table.text("at"),
        table.text("raw"),
        table.text("action", ""),
        table.word("reach", Reach) if "reach" in table else Reach.UNSAID,
        table.time("about") if "about" in table else None,
    )
