"""A controller that changes at each look: told once, committed seldom, and nothing is hidden."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as some

from ccontrol.diff.merge import merge
from ccontrol.model.aspect import Aspect, Depth
from ccontrol.model.change import Change, ChangeSet, Difference, Kind
from ccontrol.model.controller import Schedule
from ccontrol.model.finding import Finding
from ccontrol.model.journal import Outcome
from ccontrol.model.snapshot import LogEntry, Read, Sighting, Snapshot
from ccontrol.model.unit import Unit, UnitId, fields
from ccontrol.poll.restless import (
    after_commit,
    after_look,
    findings,
    held,
    restless,
    summary,
    told,
)
from ccontrol.poll.triage import Circumstances, Decision, Follow, Memory, decide
from ccontrol.store.standing import Health, Standing, Unrest

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
PAUSE_S = 1800.0
PROGRAM, MODE = frozenset({Aspect.PROGRAM}), frozenset({Aspect.MODE})
WORDS, CPU, MODULE = UnitId("checksum", "program"), UnitId("mode", "cpu"), UnitId("module", "1")


def minute(at: float) -> datetime:
    return NOW + timedelta(minutes=at)


def committed(*minutes: float, aspects: frozenset[Aspect] = PROGRAM) -> Unrest:
    unrest = Unrest()
    for at in minutes:
        unrest = after_commit(unrest, aspects, minute(at))
    return unrest


def look(words: str = "bb") -> ChangeSet:
    differs = Difference("words", "aa", words)
    return ChangeSet("c", (Change(Kind.CHANGED, Aspect.PROGRAM, WORDS, "words", (differs,)),))


def test_three_commits_within_an_hour_are_restless_and_two_are_not() -> None:
    assert restless(committed(0, 20), minute(21)) == frozenset()
    assert restless(committed(0, 20, 60), minute(61)) == PROGRAM
    assert restless(committed(0, 20, 61), minute(62)) == frozenset()


def test_a_stop_a_download_and_a_run_are_no_unrest() -> None:
    unrest = committed(0, 2, aspects=MODE)
    unrest = after_commit(after_commit(unrest, PROGRAM, minute(1)), PROGRAM, minute(3))
    assert restless(unrest, minute(4)) == frozenset()


def test_what_is_restless_waits_since_its_last_commit() -> None:
    unrest = committed(0, 5, 10)
    assert held(unrest, minute(10), PAUSE_S) == {Aspect.PROGRAM: PAUSE_S}
    assert held(unrest, minute(39), PAUSE_S) == {Aspect.PROGRAM: 60.0}
    assert held(unrest, minute(40), PAUSE_S) == {}


def test_it_ends_after_an_hour_without_anything_new() -> None:
    unrest = committed(0, 5, 10)
    assert restless(unrest, minute(69)) == PROGRAM
    assert restless(unrest, minute(70)) == frozenset()
    still = after_look(after_look(unrest, look(), minute(12)), look(), minute(60))
    assert restless(still, minute(71)) == PROGRAM
    assert restless(still, minute(72)) == frozenset(), "the second look showed nothing new"
    again = after_commit(still, PROGRAM, minute(73))
    assert restless(again, minute(73)) == frozenset(), "the first change of a calm controller"


def test_the_sentence_of_a_record_says_how_many_looks_it_sums_up_and_since_when() -> None:
    unrest = committed(0, 5, 10)
    assert summary(unrest) == ""
    for at in (12, 17, 22):
        unrest = after_look(unrest, look(f"w{at}"), minute(at))
    assert "3 looks" in summary(unrest)
    assert "2024-05-01 12:12:00 UTC" in summary(unrest)
    assert "2024-05-01 12:22:00 UTC" in summary(unrest)
    assert summary(told(unrest)) == ""
    assert restless(told(unrest), minute(23)) == PROGRAM


def test_its_finding_says_the_same_as_long_as_it_lasts() -> None:
    unrest = committed(0, 5, 10)
    early = findings(unrest, minute(11))
    later = after_commit(after_look(unrest, look(), minute(30)), PROGRAM, minute(41))
    assert early == findings(later, minute(90))
    assert [each.code for each in early] == ["restless"]


def test_what_is_held_back_survives_a_restart(tmp_path: Path) -> None:
    unrest = after_look(committed(0, 5, 10), look(), minute(12))
    folder = tmp_path / "standing"
    Standing(folder).put_health({"c": Health(unrest=unrest)})
    assert Standing(folder).health("c").unrest == unrest


@given(some.lists(some.floats(0.1, 120), max_size=60))
def test_a_restless_aspect_is_free_at_most_once_in_a_pause(gaps: list[float]) -> None:
    """Commits happen when nothing is held: in any hour there are no more than two beyond three."""
    unrest, at, commits = Unrest(), 0.0, list[float]()
    for gap in gaps:
        at += gap
        if not held(unrest, minute(at), PAUSE_S):
            unrest = after_commit(unrest, PROGRAM, minute(at))
            commits.append(at)
    for first in commits:
        assert sum(first <= each < first + 60 for each in commits) <= 4


# -- what one look leads to ------------------------------------------------------------------------


def seen(words: str = "aa", mode: str = "run", depth: Depth = Depth.GLANCE, *log: str) -> Snapshot:
    sightings: dict[UnitId, Sighting] = {
        WORDS: Read(Unit(WORDS, Aspect.PROGRAM, "words", fields(words=words))),
        CPU: Read(Unit(CPU, Aspect.MODE, "mode", moving=fields(mode=mode))),
    }
    if depth is Depth.DIAGNOSTICS:
        sightings[MODULE] = Read(Unit(MODULE, Aspect.HARDWARE, "CPU", fields(order="1")))
    entries = tuple(LogEntry("4303", text, "", text.encode().hex()) for text in log)
    return Snapshot("c", "toy", depth, NOW, sightings, log=entries)


KNOWN = Memory(face=merge(None, seen()), log_marker=b"power on".hex())


def decided(snapshot: Snapshot, *aspects: Aspect) -> Decision:
    at = Circumstances(NOW, Schedule(), True, NOW, dict.fromkeys(aspects, 600.0))
    return decide(KNOWN, snapshot, at)


def test_a_restless_program_is_neither_looked_at_twice_nor_committed() -> None:
    decision = decided(seen("bb"), Aspect.PROGRAM)
    assert (decision.outcome, decision.commit, decision.follow) == (Outcome.PENDING, None, None)
    assert decision.held is not None
    assert decision.memory.face == KNOWN.face, "the next look finds the difference again"


def test_a_calm_aspect_never_waits_for_a_restless_one() -> None:
    decision = decided(seen("aa", "stop"), Aspect.PROGRAM)
    assert (decision.outcome, decision.held) == (Outcome.CHANGED, None)
    beside = decided(seen("bb", "stop"), Aspect.MODE)
    assert beside.follow == Follow(Depth.GLANCE, 15.0), "the program settles, as ever"


def test_news_in_the_log_of_a_restless_controller_are_read() -> None:
    news = seen("bb", "run", Depth.GLANCE, "card out")
    assert decided(news, Aspect.PROGRAM).follow == Follow(Depth.DIAGNOSTICS)
    read = decided(seen("bb", "run", Depth.DIAGNOSTICS, "card out", "power on"), Aspect.PROGRAM)
    assert read.commit is not None
    assert set(read.commit.sightings) == {MODULE}, "a module that was changed does not wait"
    assert [entry.text for entry in read.memory.log] == ["card out"]


def test_restless_modules_are_not_read_each_time() -> None:
    news = seen("aa", "run", Depth.GLANCE, "card out")
    assert decided(news, Aspect.HARDWARE).follow is None


def test_a_deep_read_is_committed_whatever_is_restless() -> None:
    deep = seen("bb", "stop", Depth.FULL)
    assert decided(deep, *Aspect).commit == deep


def test_a_finding_of_a_driver_does_not_wait_and_our_own_is_told_by_itself() -> None:
    forced = Finding("forced", "", Aspect.PROTECTION, "Something is forced.")
    assert decided(replace(seen("aa", "stop"), findings=frozenset({forced})), Aspect.MODE).commit
    own = Finding("restless", "mode", Aspect.SIGHT, "…")
    assert decided(replace(seen("aa", "stop"), findings=frozenset({own})), Aspect.MODE).held
