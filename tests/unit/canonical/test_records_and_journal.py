"""Records, journal lines and the summary of a day."""

import hashlib
import io
import json
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from ccontrol.canonical import captures, journal
from ccontrol.canonical.captures import decode, encode
from ccontrol.canonical.records import parse_record, record_path
from ccontrol.errors import BadFileError, CcontrolError, ModelError, UnreadableStateError
from ccontrol.model.aspect import Depth
from ccontrol.model.capture import Capture, Exchange
from ccontrol.model.change import ChangeSet
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.judgement import Attribution, Origin, Severity, Verdict
from ccontrol.model.record import Record

DAY = date(2026, 2, 3)
MIDNIGHT = datetime(2026, 2, 3, tzinfo=UTC)
RECORD = Record(
    "20260203-0123456789abcdef",
    1,
    "press-3",
    "hall",
    "north",
    "press-3",
    MIDNIGHT,
    None,
    Depth.FULL,
    ChangeSet("press-3", ()),
    Attribution(Origin.UNKNOWN, ""),
    Verdict(Severity.INFO, "nothing", ""),
)


def entry(hours: float, outcome: Outcome, controller: str = "press-3") -> JournalEntry:
    at = MIDNIGHT + timedelta(hours=hours)
    return JournalEntry(at, controller, outcome, Depth.GLANCE, 20, 4, 100, 300)


def test_a_record_lies_under_the_day_in_its_change_id() -> None:
    assert record_path(RECORD) == "records/2026/02/03/20260203-0123456789abcdef/0001.toml"


def test_a_record_without_a_proper_change_id_has_no_place() -> None:
    with pytest.raises(CcontrolError, match="no change id"):
        record_path(replace(RECORD, change_id="../../x"))


def test_a_record_of_another_form_is_refused() -> None:
    with pytest.raises(UnreadableStateError, match="form"):
        parse_record(b"form = 2\n")


def test_a_capture_larger_than_any_is_not_read_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(captures, "LARGEST_BYTES", 3 * captures.PIECE_BYTES)
    source = io.BytesIO(encode(capture(exchanges=(Exchange("q", (bytes(2**20),) * 9),))))
    with pytest.raises(BadFileError, match="as no capture has"):
        captures.read(source)
    assert source.tell() <= 5 * captures.PIECE_BYTES


def test_a_journal_line_leaves_out_what_is_empty() -> None:
    line = journal.line(JournalEntry(MIDNIGHT, "press-3", Outcome.MISSED))
    assert json.loads(line) == {
        "at": "2026-02-03T00:00:00+00:00",
        "controller": "press-3",
        "outcome": "missed",
    }


@pytest.mark.parametrize(
    "odd",
    [
        JournalEntry(MIDNIGHT, "press-3", Outcome.FAILED, reason="half \ud800"),
        JournalEntry(MIDNIGHT, "x" * 5000, Outcome.FAILED, reason="\U0001f4a9" * 70_000),
        JournalEntry(MIDNIGHT, "", Outcome.FAILED, requests=2**70, bytes_sent=-1),
        JournalEntry(
            MIDNIGHT,
            "",
            Outcome.FAILED,
            strengths=tuple(("\U0001f4a9" * n, "\U0001f4a9" * 99) for n in range(99)),
        ),
    ],
    ids=("surrogate", "long", "numbers", "aspects"),
)
def test_whatever_happened_can_be_written_read_and_folded(odd: JournalEntry) -> None:
    line = journal.line(odd)
    assert len(line) < journal.LONGEST_LINE
    entry = replace(journal.parse_line(line), outcome=Outcome.PAUSED)
    journal.render_summary(journal.fold(DAY, [entry]), "", 0, 0)


@pytest.mark.parametrize(
    ("written", "odd"),
    [
        (b'"requests":4', b'"requests":' + b"9" * 30),
        (b'"requests":4', b'"requests":-4'),
        (b'"requests":4', b'"requests":4,"requests":5'),
        (b'"requests":4', b'"requests":4,"more":5'),
        (b'"requests":4', b'"requests": 4'),
        (b'"press-3"', b'"\\ud800"'),
        (b"+00:00", b"+01:00"),
        (b'"mode":"none","program":"indicator"', b'"program":"indicator","mode":"none"'),
        (b'"mode":"none"', b'"mode":"none","mode":"none"'),
        (b'{"mode":"none","program":"indicator"}', b'["mode"]'),
        (b'"mode":"none"', b'"mode":1'),
        (b"2026-03-01T05:00:00+00:00", b"2026-03-01T05:00:00"),
        (b'"2026-03-01T05:00:00+00:00"', b"1"),
    ],
)
def test_a_line_that_ccontrol_never_writes_is_none(written: bytes, odd: bytes) -> None:
    weak = (("mode", "none"), ("program", "indicator"))
    owed = datetime(2026, 3, 1, 5, tzinfo=UTC)
    whole = replace(entry(1, Outcome.UNCHANGED), strengths=weak, owed_since=owed)
    line = journal.line(whole)
    assert journal.parse_line(line) == whole
    assert written in line
    with pytest.raises(BadFileError):
        journal.parse_line(line.replace(written, odd, 1))


def capture(**odd: object) -> Capture:
    whole = Capture("press-3", "s7", Depth.FULL, MIDNIGHT, MIDNIGHT, (Exchange("q"),), 1, 1, 1)
    return replace(whole, **odd)  # type: ignore[arg-type]  # foreign on purpose


@pytest.mark.parametrize(
    "odd",
    [
        {"started_at": MIDNIGHT.replace(tzinfo=None)},
        {"requests": -1},
        {"bytes_sent": 2**63},
        {"exchanges": (Exchange("q", (), None, -1),)},
        {"exchanges": (Exchange("q", (), None, 1.5),)},  # type: ignore[arg-type]  # foreign on purpose
    ],
    ids=str,
)
def test_a_capture_that_no_poll_makes_is_not_written(odd: dict[str, object]) -> None:
    with pytest.raises(ModelError):
        encode(capture(**odd))


def forged(*lines: bytes) -> bytes:
    above = b"".join(line + b"\n" for line in lines)
    return above + json.dumps({"sha256": hashlib.sha256(above).hexdigest()}).encode() + b"\n"


@pytest.mark.parametrize(
    "exchange",
    [
        b'{"question":"q","after_ms":0,"fault":null,"answers":["0a 0b"]}',
        b'{"question":"q","after_ms":0,"fault":null,"answers":["0A"]}',
        b'{"question":"q","after_ms":0,"fault":null,"answers":[0]}',
        b'{"question":"q","after_ms":0,"fault":null,"answers":["}',
        b'{"question":"q","after_ms":0,"fault":null,"answers":["00"],"more":1}',
        b'{"question":"\\u12","after_ms":0,"fault":null,"answers":[]}',
        b'{"question": "q","after_ms":0,"fault":null,"answers":[]}',
        b'{"question":"q","after_ms":9223372036854775808,"fault":null,"answers":[]}',
        b'{"question":"q","after_ms":0,"fault":null,"answers":[' + b'"",' * 150_000 + b'""]}',
        b"\n".join([b'{"question":"q","after_ms":0,"fault":null,"answers":[]}'] * 600_000),
    ],
    ids=(
        "blank",
        "capitals",
        "no text",
        "open",
        "more",
        "escape",
        "gap",
        "number",
        "answers",
        "exchanges",
    ),
)
def test_a_forged_capture_is_refused_before_it_fills_the_memory(exchange: bytes) -> None:
    head = encode(capture()).split(b"\n")[0]
    with pytest.raises(BadFileError):
        decode(forged(head, exchange))


def test_a_capture_of_a_controller_with_a_forged_id_is_refused() -> None:
    head, *_ = encode(capture()).split(b"\n")
    with pytest.raises(BadFileError):
        decode(forged(head.replace(b'"press-3"', b'"../press-3"')))


def test_a_torn_journal_line_is_named_as_such() -> None:
    whole = journal.line(entry(1, Outcome.UNCHANGED))
    with pytest.raises(BadFileError, match="not a journal line"):
        journal.parse_line(whole[:20])


def test_a_day_is_folded_into_counts_gaps_and_events() -> None:
    entries = [
        JournalEntry(MIDNIGHT, "", Outcome.STARTED, reason="began"),
        entry(1, Outcome.UNCHANGED),
        entry(2, Outcome.FAILED),
        entry(9, Outcome.CHANGED),
        replace(entry(12, Outcome.INCOMPLETE), unread=3),
        entry(20, Outcome.PENDING),
        entry(23, Outcome.FAILED, "press-4"),
    ]
    summary = journal.fold(DAY, entries)
    found = tomllib.loads(journal.render_summary(summary, "ab" * 32, 900, 2).decode())
    assert journal.journal_path(DAY) == "journal/2026/02-03.toml"
    assert found["file_sha256"] == "ab" * 32
    assert (found["file_bytes"], found["entries"], found["spoiled_lines"]) == (900, 7, 2)
    press = found["controller"]["press-3"]
    assert press["longest_gap_s"] == 11 * 3600
    assert (press["unchanged"], press["failed"], press["incomplete"]) == (1, 1, 1)
    assert (press["first"], press["last"]) == (entries[1].at, entries[5].at)
    assert (press["requests"], press["bytes_sent"], press["most_unread"]) == (20, 500, 3)
    assert found["controller"]["press-4"]["longest_gap_s"] == 24 * 3600
    assert [event["outcome"] for event in found["event"]] == ["started"]


def test_a_day_tells_how_little_some_poll_of_it_would_have_seen() -> None:
    entries = [
        replace(entry(1, Outcome.UNCHANGED), strengths=(("program", "none"),)),
        replace(
            entry(2, Outcome.UNCHANGED),
            strengths=(("hardware", "indicator"), ("program", "fingerprint")),
        ),
        entry(3, Outcome.UNCHANGED, "press-4"),
    ]
    found = tomllib.loads(journal.render_summary(journal.fold(DAY, entries), "", 0, 0).decode())
    weakest = {"hardware": "indicator", "program": "none"}
    assert found["controller"]["press-3"]["strengths"] == weakest
    assert "strengths" not in found["controller"]["press-4"]


def test_a_clock_that_steps_back_makes_no_negative_gap() -> None:
    summary = journal.fold(DAY, [entry(20, Outcome.UNCHANGED), entry(3, Outcome.UNCHANGED)])
    assert summary.watches["press-3"].longest_gap == timedelta(hours=20)
