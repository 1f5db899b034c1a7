"""What a poll's result asks for next, told as stories."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from ccontrol.diff.merge import merge
from ccontrol.model.aspect import Aspect, Depth
from ccontrol.model.clock import reading
from ccontrol.model.controller import Schedule
from ccontrol.model.journal import Outcome
from ccontrol.model.snapshot import Extent, LogEntry, Read, Sighting, Snapshot, Unread
from ccontrol.model.unit import Unit, UnitId, fields
from ccontrol.poll.log_news import CUT, GAP, LOG_KEPT, gathered, new_in_log
from ccontrol.poll.triage import (
    RESTLESS_AT_MOST,
    Circumstances,
    Decision,
    Follow,
    Memory,
    decide,
    reported,
)

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
SCHEDULE = Schedule(deep_pause_s=1800.0, settle_s=15.0)
CHECKSUM, MODE = UnitId("checksum", "program"), UnitId("mode", "cpu")
MODULE = UnitId("module", "slot 4")


def entry(text: str) -> LogEntry:
    return LogEntry("4303", text, "2024-05-01T12:00:00", text.encode().hex())


def seen(
    words: str = "aa", mode: str = "run", depth: Depth = Depth.GLANCE, *log: str, hardware: str = ""
) -> Snapshot:
    sightings: dict[UnitId, Sighting] = {
        CHECKSUM: Read(Unit(CHECKSUM, Aspect.PROGRAM, "words", fields(words=words))),
        MODE: Read(Unit(MODE, Aspect.MODE, "mode", moving=fields(mode=mode))),
    }
    if hardware:
        sightings[MODULE] = Read(Unit(MODULE, Aspect.HARDWARE, "CPU", fields(order=hardware)))
    entries = tuple(map(entry, log))
    return Snapshot("c", "toy", depth, NOW, sightings, log=entries)


def at(
    after_s: float = 0.0, *, deep_s_ago: float | None = None, enrolled: bool = True
) -> Circumstances:
    now = NOW + timedelta(seconds=after_s)
    deep = None if deep_s_ago is None else now - timedelta(seconds=deep_s_ago)
    return Circumstances(now, SCHEDULE, enrolled, deep)


KNOWN = Memory(face=merge(None, seen()), log_marker=entry("power on").raw)


def told(decision: Decision) -> tuple[Outcome, bool, Follow | None]:
    return decision.outcome, decision.commit is not None, decision.follow


def test_nothing_new_is_nothing_to_do() -> None:
    assert told(decide(KNOWN, seen(), at())) == (Outcome.UNCHANGED, False, None)


def test_a_first_sight_is_read_whole() -> None:
    assert told(decide(Memory(), seen(), at())) == (Outcome.PENDING, False, Follow(Depth.FULL))


def test_a_first_sight_that_failed_waits_its_time() -> None:
    follow = decide(Memory(), seen(), at(deep_s_ago=600)).follow
    assert follow == Follow(Depth.FULL, 1200.0)


def test_one_glance_at_a_moving_program_is_no_change_yet() -> None:
    decision = decide(KNOWN, seen("bb"), at())
    assert told(decision) == (Outcome.PENDING, False, Follow(Depth.GLANCE, 15.0))


def test_with_news_in_the_log_the_second_look_reads_the_log() -> None:
    follow = decide(KNOWN, seen("bb", "run", Depth.GLANCE, "download"), at()).follow
    assert follow == Follow(Depth.DIAGNOSTICS, 15.0)


def test_two_glances_that_agree_lead_to_the_inventory() -> None:
    first = decide(KNOWN, seen("bb"), at())
    second = decide(first.memory, seen("bb"), at(15))
    assert told(second) == (Outcome.PENDING, False, Follow(Depth.INVENTORY))


def test_a_second_glance_at_once_settles_nothing() -> None:
    first = decide(KNOWN, seen("bb"), at())
    assert told(decide(first.memory, seen("bb"), at(2))) == (Outcome.PENDING, False, None)


def test_after_a_witness_and_quiet_the_second_look_follows_at_once_and_still_has_to_agree() -> None:
    quiet = replace(at(), quiet=True)
    first = decide(KNOWN, seen("bb", "run", Depth.GLANCE, "download"), quiet)
    assert told(first) == (Outcome.PENDING, False, Follow(Depth.DIAGNOSTICS))
    second = decide(first.memory, seen("bb"), at(1))
    assert told(second) == (Outcome.PENDING, False, Follow(Depth.INVENTORY))
    other = decide(first.memory, seen("cc"), at(1))
    assert told(other) == (Outcome.PENDING, False, Follow(Depth.GLANCE, 15.0))


def test_a_clock_that_was_set_back_makes_no_look_wait() -> None:
    first = decide(KNOWN, seen("bb"), at())
    assert decide(first.memory, seen("bb"), at(-7200)).follow == Follow(Depth.INVENTORY)


def test_glances_that_never_agree_are_believed_in_the_end() -> None:
    memory, follow = KNOWN, None
    for number in range(RESTLESS_AT_MOST):
        decision = decide(memory, seen(f"b{number}"), at(number * 15))
        memory, follow = decision.memory, decision.follow
    assert follow == Follow(Depth.INVENTORY)


def test_a_held_back_deep_read_commits_what_was_seen_and_comes_later() -> None:
    first = decide(KNOWN, seen("bb"), at())
    second = decide(first.memory, seen("bb"), at(15, deep_s_ago=600))
    assert told(second) == (Outcome.SUPPRESSED, True, Follow(Depth.INVENTORY, 1200.0))


def test_a_held_back_deep_read_commits_no_hint() -> None:
    hint = replace(seen("bb"), hints=frozenset({CHECKSUM}))
    second = decide(decide(KNOWN, hint, at()).memory, hint, at(15, deep_s_ago=600))
    assert second.outcome is Outcome.SUPPRESSED
    assert second.commit is not None
    assert set(second.commit.sightings) == {MODE}


def test_no_clock_makes_a_deep_read_wait_longer_than_its_pause() -> None:
    assert at(deep_s_ago=-1e6).deep_wait_s == SCHEDULE.deep_pause_s


def test_what_went_back_is_told_as_such() -> None:
    first = decide(KNOWN, seen("bb"), at())
    second = decide(first.memory, seen(), at(15))
    assert second.reason == "went back to what it was"
    assert second.memory.pending == ""


def test_a_mode_that_moved_is_committed_at_once() -> None:
    decision = decide(KNOWN, seen(mode="stop"), at())
    assert told(decision) == (Outcome.CHANGED, True, Follow(Depth.DIAGNOSTICS))


def test_a_log_that_moved_alone_is_read() -> None:
    decision = decide(KNOWN, seen("aa", "run", Depth.GLANCE, "card out"), at())
    assert told(decision) == (Outcome.UNCHANGED, False, Follow(Depth.DIAGNOSTICS))


def test_news_stay_news_until_the_log_was_read() -> None:
    news = seen("aa", "run", Depth.GLANCE, "card out")
    first = decide(KNOWN, news, at())
    second = decide(first.memory, news, at(300))
    assert second.follow == Follow(Depth.DIAGNOSTICS)
    read = seen("aa", "run", Depth.DIAGNOSTICS, "card out", "power on")
    third = decide(second.memory, read, at(301))
    assert [each.text for each in third.memory.log] == ["card out"]
    assert third.follow is None
    assert "card out" in third.reason


def test_the_first_log_ever_seen_is_news_to_nobody() -> None:
    decision = decide(replace(KNOWN, log_marker=""), seen("aa", "run", Depth.GLANCE, "old"), at())
    assert told(decision) == (Outcome.UNCHANGED, False, None)


def test_a_look_at_the_log_keeps_modules_while_the_program_settles() -> None:
    look = seen("bb", "run", Depth.DIAGNOSTICS, "x", hardware="CPU 2")
    decision = decide(KNOWN, look, at())
    assert decision.outcome is Outcome.PENDING
    assert decision.commit is not None
    assert set(decision.commit.sightings) == {MODULE}


def test_a_deep_read_is_always_held_against_the_whole_state() -> None:
    decision = decide(replace(KNOWN, pending="x"), seen("bb", "run", Depth.FULL), at())
    assert told(decision) == (Outcome.UNCHANGED, True, None)
    assert decision.memory.pending == ""


def test_what_is_not_usable_is_never_compared() -> None:
    broken = replace(seen("bb"), usable=False, reason="cut")
    assert told(decide(KNOWN, broken, at())) == (Outcome.INCOMPLETE, False, None)
    deep = replace(broken, depth=Depth.FULL)
    follow = decide(KNOWN, deep, at(deep_s_ago=0)).follow
    assert follow == Follow(Depth.FULL, 1800.0)


def test_nothing_of_an_unenrolled_controller_is_stored() -> None:
    first = decide(Memory(), seen(), at(enrolled=False))
    assert told(first) == (Outcome.GLANCED, False, None)
    second = decide(first.memory, seen("bb"), at(enrolled=False))
    assert told(second) == (Outcome.GLANCED, False, None)
    assert "moved since the last glance: words" in second.reason


def test_lost_sight_of_the_checksum_settles_too() -> None:
    blind = replace(seen(), sightings={CHECKSUM: Unread("protected")})
    first = decide(KNOWN, blind, at())
    assert first.outcome is Outcome.PENDING
    assert decide(first.memory, blind, at(15)).follow == Follow(Depth.INVENTORY)


@given(
    some.lists(some.text(min_size=1, max_size=3), max_size=8, unique=True), some.text(max_size=3)
)
def test_what_is_new_in_a_log_stands_above_the_marker(texts: list[str], marker: str) -> None:
    look = seen("aa", "run", Depth.DIAGNOSTICS, *texts)
    raw = marker.encode().hex()
    new = tuple(each for each in new_in_log(look, raw) if each is not GAP)
    assert look.log[: len(new)] == new
    assert raw not in {each.raw for each in new}
    assert len(new) in {len(look.log), 0} or look.log[len(new)].raw == raw
    assert marker or not new
    assert (GAP in new_in_log(look, raw)) == bool(marker and texts and marker not in texts)


def test_a_ring_that_came_round_is_told() -> None:
    look = seen("aa", "run", Depth.DIAGNOSTICS, "e", "d", "c")
    decision = decide(KNOWN, look, at())
    assert [each.code for each in decision.memory.log] == ["4303", "4303", "4303", "gap"]
    assert decision.memory.log[-1].action == "log.gap"
    again = decide(reported(decision.memory), look, at(300))
    assert again.memory.log == (), "said once"


def test_entries_are_new_by_their_place_whatever_their_date_says() -> None:
    look = seen("aa", "run", Depth.DIAGNOSTICS, "b", "a", "power on")
    early = replace(look.log[0], at="1994-01-01T00:00:00")
    decision = decide(KNOWN, replace(look, log=(early, *look.log[1:])), at())
    assert [each.text for each in decision.memory.log] == ["b", "a"]


def test_the_newest_entries_alone_move_no_marker_unless_they_reach_the_last_ones() -> None:
    newest = replace(seen("aa", "run", Depth.INVENTORY, "d", "c"), log_extent=Extent.NEWEST)
    deep = decide(KNOWN, newest, at()).memory
    assert [each.text for each in deep.log] == ["d", "c"]
    read = seen("aa", "run", Depth.DIAGNOSTICS, "d", "c", "b", "power on")
    later = decide(reported(deep), read, at(15)).memory
    assert [each.text for each in later.log] == ["b"], "what lay beneath, and nothing twice"
    reached = replace(seen("aa", "run", Depth.INVENTORY, "c", "power on"), log_extent=Extent.NEWEST)
    assert decide(KNOWN, reached, at()).memory.log_marker == entry("c").raw


def test_a_controller_that_keeps_one_entry_leaves_no_gap() -> None:
    look = replace(seen("aa", "run", Depth.DIAGNOSTICS, "on"), log_extent=Extent.LAST)
    decision = decide(KNOWN, look, at())
    assert [each.text for each in decision.memory.log] == ["on"]
    assert decision.memory.log_marker == entry("on").raw


def test_more_news_than_are_kept_are_said_to_be_more() -> None:
    many = tuple(entry(str(number)) for number in range(LOG_KEPT))
    assert gathered(many, ()) == many
    assert gathered(many, (entry("old"),)) == (*many[:-1], CUT)


def test_a_clock_that_jumped_is_told_in_the_log_and_changes_nothing() -> None:
    def look(shown: str, minute: int) -> Snapshot:
        read_at = NOW + timedelta(minutes=minute)
        clock = reading(shown, read_at, read_at, 1)
        read = seen("aa", "run", Depth.DIAGNOSTICS, *(["b"] if minute else []), "power on")
        log = tuple(replace(each, about=NOW) for each in read.log)
        return replace(read, clock=clock, log=log)

    first = decide(KNOWN, look("2024-05-01T14:00:00.000", 0), at())
    assert first.memory.log == ()
    steady = decide(first.memory, look("2024-05-01T14:05:00.000", 5), at(300))
    assert [(each.code, each.about) for each in steady.memory.log] == [("4303", NOW)]
    jumped = decide(first.memory, look("2024-05-01T13:05:00.000", 5), at(300))
    assert [(each.code, each.about) for each in jumped.memory.log] == [
        ("4303", None), ("clock", None),
    ]  # fmt: skip
    assert "1 h back" in jumped.memory.log[1].text
    assert jumped.outcome is Outcome.UNCHANGED
    glanced = decide(jumped.memory, seen("aa", "run", Depth.GLANCE, "b"), at(600)).memory
    assert glanced.clock == jumped.memory.clock, "a glance reads no clock and forgets none"


@given(some.sampled_from(Depth), some.booleans(), some.booleans(), some.sampled_from(["aa", "bb"]))
def test_only_the_enrolled_are_followed_or_stored(
    depth: Depth, usable: bool, face: bool, words: str
) -> None:
    snapshot = replace(seen(words, "run", depth), usable=usable)
    decision = decide(KNOWN if face else Memory(), snapshot, at(enrolled=False))
    assert decision.commit is None
    assert decision.follow is None or not usable
