"""A story from its sources: runs folded, clocks held against ours, one order, bounded."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ccontrol.model.alert import Event, Phase, ToldAlert
from ccontrol.model.aspect import Aspect, Depth
from ccontrol.model.change import Change, ChangeSet, Kind
from ccontrol.model.engineering import Witness
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.judgement import Attribution, Confidence, Origin, Severity, Verdict
from ccontrol.model.record import Record
from ccontrol.model.snapshot import LogEntry
from ccontrol.model.unit import UnitId
from ccontrol.model.witness import Heard, Watch
from ccontrol.story import moments as bounds
from ccontrol.story.changes import Judgement, changes
from ccontrol.story.lines import lines
from ccontrol.story.moments import Moment, Newest, Sort, Story, in_order
from ccontrol.story.page import page
from ccontrol.story.polls import polls
from ccontrol.story.told import told
from ccontrol.story.witnesses import witnesses
from tests.unit.canonical.test_witness_lines import EVENT

AT = datetime(2026, 3, 1, 6, tzinfo=UTC)
LONG_AGO, FAR_OFF = AT - timedelta(days=3650), AT + timedelta(days=3650)
WORDS = {"program.download": "program loaded"}


def minute(number: float) -> datetime:
    return AT + timedelta(minutes=number)


def entry(number: float, outcome: Outcome, **more: object) -> JournalEntry:
    fields: dict[str, object] = {"depth": Depth.GLANCE, "requests": 4, **more}
    return JournalEntry(minute(number), "press-3", outcome, **fields)  # type: ignore[arg-type]  # a test's words


def record(**more: object) -> Record:
    block = Change(Kind.CHANGED, Aspect.PROGRAM, UnitId("OB", "OB1"), "OB1")
    fields: dict[str, object] = {
        "change_id": "20260301-0123456789abcdef",
        "number": 1,
        "controller_id": "press-3",
        "area": "hall-2",
        "site": "north",
        "title": "Press 3",
        "taken_at": minute(10),
        "previous_at": minute(5),
        "depth": Depth.FULL,
        "changes": ChangeSet("press-3", (block,)),
        "attribution": Attribution(Origin.UNKNOWN, "nobody watched the network"),
        "verdict": Verdict(Severity.HIGH, "program-changed", "a program changed"),
        **more,
    }
    return Record(**fields)  # type: ignore[arg-type]  # a test's own words


def committed(*records: Record) -> list[Moment]:
    return list(changes(Judgement(one, "c" * 40, minute(11)) for one in records))


def test_a_year_of_quiet_polls_is_one_line() -> None:
    year = (entry(5 * number, Outcome.UNCHANGED) for number in range(105_120))
    (moment,) = polls(year)
    assert (moment.at, moment.until) == (AT, minute(5 * 105_119))
    assert (moment.sort, moment.count) == (Sort.POLLS, 105_120)
    assert moment.text == "105120 polls found nothing new"


def test_whatever_breaks_a_run_is_told_and_the_same_failure_again_is_not() -> None:
    found = list(
        polls(
            [
                entry(0, Outcome.UNCHANGED),
                entry(1, Outcome.UNCHANGED, depth=Depth.FULL),
                entry(2, Outcome.FAILED, reason="no answer"),
                entry(3, Outcome.FAILED, reason="no answer"),
                entry(4, Outcome.FAILED, reason="refused"),
                JournalEntry(minute(5), "", Outcome.STOPPED, reason="it was told to"),
                entry(6, Outcome.PAUSED, reason="work"),
                entry(7, Outcome.CHANGED, change_id="20260301-0123456789abcdef"),
            ]
        )
    )
    assert [(one.sort, one.text) for one in found] == [
        (Sort.POLLS, "2 polls found nothing new, 1 of them deep"),
        (Sort.POLL, "2 times: it could not be read (poll of depth glance)"),
        (Sort.POLL, "it could not be read (poll of depth glance)"),
        (Sort.DAEMON, "ccontrol ended to watch"),
        (Sort.PAUSE, "it was paused (poll of depth glance)"),
        (Sort.POLL, "it had changed (poll of depth glance)"),
    ]
    assert found[1].details == ("no answer",)


def test_every_outcome_has_words() -> None:
    for outcome in Outcome:
        for name in ("press-3", ""):
            (moment,) = polls([JournalEntry(AT, name, outcome)])
            assert moment.text


def test_a_change_is_told_with_its_window_origin_and_verdict() -> None:
    (moment,) = committed(record())
    assert (moment.sort, moment.at, moment.severity) == (Sort.CHANGE, minute(10), "high")
    assert moment.details == (
        "happened between 2026-03-01 06:05:00 and 2026-03-01 06:10:00",
        "changed: OB1",
        "origin unknown: nobody watched the network",
        "severity high: a program changed (rule program-changed)",
    )


def test_a_later_judgement_stands_where_it_was_committed() -> None:
    seen = Attribution(Origin.NETWORK, "192.0.2.20 loaded OB1", confidence=Confidence.CONFIRMED)
    (moment,) = committed(record(number=2, attribution=seen))
    assert (moment.sort, moment.at) == (Sort.JUDGEMENT, minute(11))
    assert moment.text == "judged anew: origin network (confirmed), severity high"


def log(*times: str) -> tuple[LogEntry, ...]:
    return tuple(LogEntry("4303", "STOP by the switch", at, "aa") for at in times)


def test_the_controllers_own_times_order_nothing_and_are_held_against_the_polls() -> None:
    for time, words in (
        ("2026-03-01T06:07:00", "the controller's clock; it agrees with the polls"),
        ("2026-03-01T08:07:00", "the controller's clock, at least 1 h 57 min ahead of ours"),
        ("1994-01-01T00:00:00", "behind ours"),
        ("not a time", "the controller's clock"),
    ):
        of_log, change = committed(record(log=log(time)))
        assert (of_log.sort, of_log.at, of_log.said_at) == (Sort.LOG, minute(10), time)
        assert of_log.clock.endswith(words)
        assert change.sort is Sort.CHANGE


def test_entries_of_the_log_stand_oldest_first_and_are_bounded() -> None:
    newest_first = log(*(f"2026-03-01T06:{59 - number:02}:00" for number in range(60)))
    found = [one for one in committed(record(log=newest_first)) if one.sort is Sort.LOG]
    assert len(found) == 51
    assert found[0].said_at < found[49].said_at
    assert found[50].text == "10 older entries of its log are not told here"


def event(first: float, taken_in: float, witness: Witness, source: str = "cell-3") -> Heard:
    seen = replace(EVENT.testimony, witness=witness)
    return Heard(
        minute(taken_in),
        "press-3",
        replace(EVENT, first=minute(first), last=minute(first), testimony=seen),
        source,
    )


def placed(*said: Heard) -> list[Moment]:
    return list(witnesses(said, "192.0.2.1", WORDS))


def test_an_event_stands_where_its_sensor_saw_it_unless_that_is_still_to_come() -> None:
    (moment,) = placed(event(7, 7.1, Witness.LIVE))
    assert (moment.at, moment.clock) == (minute(7), "")
    (moment,) = placed(event(9, 7, Witness.LIVE))
    assert moment.at == minute(7)
    assert moment.clock == "moved: the witness's clock is at least 120.0 s ahead"
    assert moment.said_at == minute(9).isoformat()


def test_what_a_controller_says_stands_where_it_came_in_and_a_recording_by_its_own_clock() -> None:
    (moment,) = placed(event(600, 7, Witness.SYSLOG))
    assert (moment.at, moment.said_at) == (minute(7), minute(600).isoformat())
    (moment,) = placed(event(-600, 7, Witness.RECORDING, "import of tap by eva"))
    assert moment.at == minute(-600)
    assert moment.clock == "the recording's clock, held against nothing"


def watch(since: float, until: float, dropped: int = 0) -> Heard:
    said = Watch("cell-3", minute(since), minute(until), 100, dropped, (("192.0.2.1", 7),))
    return Heard(minute(until), "", said)


def test_watches_without_a_gap_are_one_and_a_gap_is_told() -> None:
    found = placed(watch(0, 1), watch(1, 2), watch(2, 3, dropped=5), watch(10, 11))
    assert [(one.sort, one.at, one.until, one.count) for one in found] == [
        (Sort.WATCH, minute(0), minute(3), 300),
        (Sort.GAP, minute(3), minute(10), 1),
        (Sort.WATCH, minute(10), minute(11), 100),
    ]
    assert found[0].details == ("21 of them of 192.0.2.1", "5 were dropped unseen")
    assert found[1].text == "sensor cell-3 did not watch for 420 s"


def test_what_a_sensor_saw_of_our_own_polls_is_no_event() -> None:
    lines_of_log = [event(7, 7.1, Witness.LIVE)]
    assert list(witnesses(lines_of_log, "192.0.2.1", WORDS, lambda _event: True)) == []


def test_a_listener_and_a_followed_log_tell_of_no_packets_of_the_controller() -> None:
    def moment(sensor: str, *heard: tuple[str, int]) -> Moment:
        said = Watch(sensor, minute(0), minute(1), 12, 0, heard)
        (found,) = placed(Heard(minute(1), "", said))
        return found

    assert moment("syslog").text == "syslog was listened to: 12 lines"
    assert moment("syslog").details == ()
    assert moment("zeek-1").text == "sensor zeek-1 watched: 12 packets or lines"
    assert moment("zeek-1").details == ()
    assert moment("lo", ("192.0.2.9", 4)).details == ("0 of them of 192.0.2.1",)


def test_an_event_within_one_second_has_one_time() -> None:
    short = Moment(AT, Sort.EVENT, "loaded", AT + timedelta(milliseconds=400))
    assert [one.text for one in lines(story(short))][1].startswith("06:00:00             event")


def test_an_alert_stands_where_somebody_was_told() -> None:
    alert = ToldAlert(
        "siem", AT, minute(3), "change-1", Event.CHANGE, Phase.HAPPENED, Severity.HIGH, "Press 3"
    )
    (sent,) = told([alert])
    (waits,) = told([replace(alert, told_at=None)])
    assert (sent.at, sent.text) == (minute(3), "told on channel siem: Press 3")
    assert (waits.at, waits.text) == (AT, "still waits for channel siem: Press 3")


def test_sources_come_into_one_order_with_causes_first() -> None:
    sources = (
        Newest([Moment(AT, Sort.ALERT, "a"), Moment(minute(2), Sort.ALERT, "b")], AT, FAR_OFF),
        Newest([Moment(AT, Sort.CHANGE, "c")], AT, FAR_OFF),
        Newest([Moment(AT, Sort.EVENT, "d")], AT, FAR_OFF),
    )
    found, left_out = in_order(sources)
    assert [one.text for one in found] == ["d", "c", "a", "b"]
    assert left_out == 0


def test_what_lasted_into_the_time_belongs_to_it_and_what_came_later_does_not() -> None:
    lasting = Moment(minute(-9), Sort.POLLS, "lasting", minute(1))
    over = Moment(minute(-9), Sort.POLLS, "over", minute(-8))
    later = Moment(minute(9), Sort.POLLS, "later")
    assert list(Newest([lasting, over, later], AT, minute(5)).kept) == [lasting]


def test_a_story_without_end_keeps_the_newest_and_counts_the_others() -> None:
    def endless() -> Iterator[Moment]:
        for number in range(50_000):
            yield Moment(minute(number), Sort.POLL, str(number))

    found, left_out = in_order([Newest(endless(), AT, FAR_OFF)])
    assert len(found) == bounds.MOMENTS_AT_MOST
    assert left_out == 50_000 - bounds.MOMENTS_AT_MOST
    assert found[-1].text == "49999"


def story(*found: Moment) -> Story:
    return Story("north", "press-3", "Press 3", AT, minute(60), found, notes=("no witness",))


def test_text_has_days_times_and_details_below() -> None:
    (moment,) = committed(record())
    told_lines = [one.text for one in lines(story(moment))]
    assert told_lines[0] == "2026-03-01 (UTC)"
    assert told_lines[1].startswith("06:10:00             change    high: ")
    assert told_lines[2].strip().startswith("happened between")
    assert told_lines[-1] == "no witness"


@given(st.text(max_size=80))
def test_no_word_of_anybody_becomes_markup(text: str) -> None:
    hostile = f"<script>{text}</script>"
    moment = Moment(AT, Sort.EVENT, hostile, details=(hostile,), severity="high", said_at=hostile)
    whole = page(replace(story(moment), title=hostile, notes=(hostile,)))
    assert "<script" not in whole
    assert whole.startswith("<!DOCTYPE html>")
    assert "default-src 'none'" in whole
