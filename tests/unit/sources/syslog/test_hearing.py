"""What becomes of lines: an event at once, its like counted, a flood folded, time told honestly."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ccontrol.canonical import events
from ccontrol.model.engineering import Completeness, Effect, EngineeringEvent, Outcome, Reach
from ccontrol.model.witness import Heard, Watch
from ccontrol.sources.syslog.hearing import (
    LINES_LOOKED_AT,
    MOST_OPEN,
    WEAKNESSES,
    WINDOW,
    WORDS_KEPT,
    Hearing,
)

T0 = datetime(2024, 5, 1, 12, tzinfo=UTC)
PLC, OTHER = "10.0.0.5", "10.0.0.6"
CHANGED = "SE_USER_PROGRAM_CHANGED"


@pytest.fixture
def hearing() -> Hearing:
    return Hearing("syslog", {PLC: "press-3", OTHER: "press-4"}, T0)


def line(name: str, said: str = "", at: str = "2024-05-01T12:00:00Z", app: str = "-") -> bytes:
    return f"<109>1 {at} plc {app} - - [s{said}] {name}".encode()


def heard_of(
    hearing: Hearing, raw: bytes, at: datetime = T0, *, sender: str = PLC, forgeable: bool = True
) -> list[Heard]:
    return list(hearing.hear(raw, sender, at, forgeable=forgeable))


def event_of(heard: Heard) -> EngineeringEvent:
    assert isinstance(heard.said, EngineeringEvent)
    return heard.said


def test_a_message_that_means_something_is_an_event_at_once(hearing: Hearing) -> None:
    (heard,) = heard_of(hearing, line(CHANGED, ' userName="eva"', app="PG/HMIComm"))
    event = event_of(heard)
    assert (heard.controller_id, heard.source) == ("press-3", "syslog")
    assert (event.action, event.effect, event.reach) == (
        "program.modify", Effect.MODIFY, Reach.NETWORK,
    )  # fmt: skip
    assert event.objects[0].name == CHANGED
    assert event.controller.address == PLC
    assert event.testimony.weaknesses == ("forgeable", "no-station")
    assert event.completeness is Completeness.PARTIAL
    assert events.parse(events.render(event)) == event


def test_only_a_certificate_lifts_what_makes_it_forgeable(hearing: Hearing) -> None:
    (heard,) = heard_of(hearing, line(CHANGED), forgeable=False)
    assert "forgeable" not in event_of(heard).testimony.weaknesses


def test_its_like_within_a_minute_is_counted_into_one_more(hearing: Hearing) -> None:
    first = heard_of(hearing, line(CHANGED))
    assert len(first) == 1
    for second in range(1, 10):
        assert heard_of(hearing, line(CHANGED), T0 + timedelta(seconds=second)) == []
    assert list(hearing.close(T0 + timedelta(seconds=30))) == []
    (more,) = hearing.close(T0 + WINDOW)
    assert (event_of(more).count, event_of(more).outcome) == (9, Outcome(done=9))
    assert len(heard_of(hearing, line(CHANGED), T0 + WINDOW)) == 1


def test_who_and_what_differ_are_never_counted_together(hearing: Hearing) -> None:
    one = heard_of(hearing, line(CHANGED, ' userName="eva"'))
    two = heard_of(hearing, line(CHANGED, ' userName="max"'))
    three = heard_of(hearing, line(CHANGED, ' userName="eva"'), sender=OTHER)
    assert len(one) == len(two) == len(three) == 1


def test_a_flood_of_forged_messages_makes_a_bounded_number_of_events(hearing: Hearing) -> None:
    flood = [
        heard
        for number in range(5_000)
        for heard in heard_of(hearing, line(CHANGED, f' userName="u{number}"'))
    ]
    rest = list(hearing.close(T0 + WINDOW))
    assert len(flood) + len(rest) <= 2 * (MOST_OPEN + 1)
    assert sum(event_of(heard).count for heard in (*flood, *rest)) == 5_000


def test_forged_lines_never_crowd_out_who_a_certificate_vouches_for(hearing: Hearing) -> None:
    for number in range(2 * MOST_OPEN):
        heard_of(hearing, line(CHANGED, f' userName="u{number}"'))
        heard_of(hearing, f"<14>forged {number}".encode())
    (heard,) = heard_of(hearing, line(CHANGED, ' src="192.0.2.7" userName="eva"'), forgeable=False)
    assert event_of(heard).actor.address == "192.0.2.7"
    assert [claim.value for claim in event_of(heard).actor.claims] == ["eva"]
    heard_of(hearing, b"<14>a true word", forgeable=False)
    told = [event_of(each) for each in hearing.close(T0 + WINDOW)]
    (true,) = [each for each in told if "forgeable" not in each.testimony.weaknesses]
    assert [each.name for each in true.objects] == ["a true word"]


def test_lines_that_no_table_knows_are_one_event_a_minute_with_a_few_words(
    hearing: Hearing,
) -> None:
    for number in range(1_000):
        raw = f"<14>1 - - app - - - temperature {number} password=hunter2".encode()
        assert heard_of(hearing, raw) == []
    (heard,) = hearing.close(T0 + WINDOW)
    event = event_of(heard)
    assert (event.action, event.effect, event.reach) == (
        "log.reported", Effect.CONTEXT, Reach.UNSAID,
    )  # fmt: skip
    assert (event.count, len(event.objects)) == (1_000, WORDS_KEPT)
    assert event.objects_left_out == 1_000 - WORDS_KEPT
    assert event.redacted
    assert "hunter2" not in events.render(event).decode()


def test_the_same_words_again_and_again_are_not_looked_at_for_ever(hearing: Hearing) -> None:
    for _ in range(LINES_LOOKED_AT + 1):
        heard_of(hearing, b"<14>the same")
    heard_of(hearing, b"<14>another")
    (heard,) = hearing.close(T0 + WINDOW)
    assert [each.name for each in event_of(heard).objects] == ["the same"]


@pytest.mark.parametrize(
    ("said", "first", "last", "weakness"),
    [
        ("2024-05-01T11:59:30Z", "11:59:30", "11:59:30", ""),
        ("2024-05-01T14:00:30+02:00", "12:00:30", "12:00:30", ""),
        ("2024-05-01T09:00:00Z", "09:00:00", "12:00:00", "clock-apart"),
        ("2024-05-01T15:00:00Z", "12:00:00", "12:00:00", "clock-apart"),
        ("1994-01-01T00:00:00Z", "12:00:00", "12:00:00", "clock-apart"),
        ("-", "12:00:00", "12:00:00", "arrival-time"),
        ("0001-01-01T00:00:00+14:00", "12:00:00", "12:00:00", "arrival-time"),
    ],
)
def test_when_it_happened_is_told_as_well_as_it_is_known(
    hearing: Hearing, said: str, first: str, last: str, weakness: str
) -> None:
    (heard,) = heard_of(hearing, line(CHANGED, at=said))
    event = event_of(heard)
    assert (f"{event.first:%H:%M:%S}", f"{event.last:%H:%M:%S}") == (first, last)
    assert {weakness} - {""} == set(event.testimony.weaknesses) - {"forgeable", "no-station"}


def test_a_watch_tells_who_was_heard_and_what_was_lost(hearing: Hearing) -> None:
    heard_of(hearing, line("SE_AUDIT_EVENTS_OVERWRITTEN"))
    heard_of(hearing, b"<14>x", sender=OTHER)
    hearing.dropped += 5
    until = T0 + WINDOW
    told = hearing.watch(until)
    expected = Watch("syslog", T0, until, 2, 6, ((PLC, 1), (OTHER, 1)))
    assert told == Heard(until, "", expected, "syslog")
    after = hearing.watch(until + WINDOW).said
    assert after == Watch("syslog", until, until + WINDOW, 0, 0)


@given(some.lists(some.one_of(some.binary(max_size=80), some.sampled_from(
    [line(CHANGED), line("SE_LOGOFF"), line(CHANGED, ' userName="x"')]))))  # fmt: skip
def test_no_line_is_lost_whatever_comes_between(lines: list[bytes]) -> None:
    hearing = Hearing("syslog", {PLC: "press-3"}, T0)
    heard = [one for raw in lines for one in heard_of(hearing, raw)]
    heard += hearing.close(T0, every=True)
    assert sum(event_of(one).count for one in heard) == len(lines)
    assert all(set(event_of(one).testimony.weaknesses) <= {*WEAKNESSES} for one in heard)
