"""A day's summary, read back as it was folded, by its form or through tomllib."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.canonical import journal_days
from ccontrol.canonical.journal import fold, render_summary
from ccontrol.errors import UnreadableStateError
from ccontrol.model.aspect import Depth
from ccontrol.model.journal import JournalEntry, Outcome

DAY = date(2028, 2, 29)
MIDNIGHT = datetime(2028, 2, 29, tzinfo=UTC)
HEAD = (
    b'form = 1\nday = "2028-02-29"\nfile_sha256 = ""\nentries = 0\nspoiled_lines = 0\n'
    b"[controller]\n"
)

entries = st.builds(
    JournalEntry,
    at=st.integers(0, 86_399_999).map(lambda ms: MIDNIGHT + timedelta(milliseconds=ms)),
    controller_id=st.sampled_from(("press-3", "mixer.1", "x y", "", "\u00e4")),
    outcome=st.sampled_from(Outcome),
    depth=st.sampled_from((None, *Depth)),
    unread=st.integers(0, 9),
    reason=st.text(max_size=20),
    strengths=st.sampled_from(((), (("mode", "none"), ("program", "indicator")))),
)


@given(st.lists(entries, max_size=20))
def test_a_summary_says_what_was_folded(given_: list[JournalEntry]) -> None:
    folded = fold(DAY, given_)
    found = journal_days.parse_day("x", render_summary(folded, "ab" * 32, 9, 2))
    assert (found.day, found.entries, found.spoiled) == (DAY, len(given_), 2)
    assert set(found.controllers) == {one.controller_id for one in given_ if one.controller_id}
    for name, watch in folded.watches.items():
        told = found.controllers[name]
        assert told.answers + told.unanswered == sum(
            watch.outcomes[one] for one in Outcome if one.value in journal_days.COUNTED
        )
        assert (told.first, told.last) == (watch.first, watch.last)
        assert (told.full_reads, told.last_full) == (watch.full_reads, watch.last_full)
        assert dict(told.strengths) == watch.strengths
    assert len(found.events) == len(folded.events)


def test_only_a_full_read_that_ended_whole_is_counted_as_one() -> None:
    at = MIDNIGHT + timedelta(hours=3)
    full = [
        JournalEntry(at, "press-3", Outcome.UNCHANGED, Depth.FULL, unread=2),
        JournalEntry(at + timedelta(hours=1), "press-3", Outcome.CHANGED, Depth.FULL, unread=1),
        JournalEntry(at + timedelta(hours=2), "press-3", Outcome.INCOMPLETE, Depth.FULL),
        JournalEntry(at + timedelta(hours=3), "press-3", Outcome.UNCHANGED, Depth.GLANCE),
        JournalEntry(at + timedelta(hours=4), "press-3", Outcome.PENDING, Depth.FULL),
    ]
    day = journal_days.parse_day("x", render_summary(fold(DAY, full), "", 0, 0))
    told = day.controllers["press-3"]
    assert (told.full_reads, told.full_unread) == (2, 1)
    assert told.last_full == at + timedelta(hours=1)


def test_a_summary_of_an_older_version_does_not_say_how_many_full_reads_there_were() -> None:
    old = (
        b'form = 1\nday = "2028-02-29"\nfile_sha256 = ""\nfile_bytes = 0\nentries = 1\n'
        b"spoiled_lines = 0\n\n[controller]\n"
        b"press-3 = { unchanged = 1, first = 2028-02-29T03:00:00Z, last = 2028-02-29T03:00:00Z, "
        b"longest_gap_s = 75600, requests = 4, bytes_sent = 1, bytes_received = 1, "
        b"most_unread = 0 }\n"
    )
    assert journal_days.parse_day("x", old).controllers["press-3"].full_reads is None


def test_a_step_of_the_hosts_clock_stands_in_the_signed_summary() -> None:
    reason = "the host's clock stepped by -7200 s; the timetable was laid anew"
    day = fold(DAY, [JournalEntry(MIDNIGHT, "", Outcome.MISSED, reason=reason)])
    found = journal_days.parse_day("x", render_summary(day, "", 0, 0))
    assert [one.reason for one in found.events] == [reason]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"form = 2\n",
        b"[controller]\n",
        b'form = 1\nday = "x"\nfile_sha256 = ""\nentries = 0\nspoiled_lines = 0\n[controller]\n',
        HEAD + b"a = { unchanged = 1 }\n",
        HEAD + b"a = { first = 2028-99-29T03:00:00Z, last = 2028-02-29T03:00:00Z }\n",
    ],
)
def test_what_is_no_summary_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(UnreadableStateError):
        journal_days.parse_day("x", content)


@given(st.binary(max_size=200))
def test_rubbish_is_named_as_such(rubbish: bytes) -> None:
    with pytest.raises(UnreadableStateError):
        journal_days.parse_day("x", b"[controller]\n" + rubbish)
