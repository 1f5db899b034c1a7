"""Status: never more than was seen, never less than somebody should know."""

from datetime import UTC, datetime, timedelta

import pytest

from ccontrol.cli.sight_words import sight_words
from ccontrol.cli.standing_rows import Known, attention, controller_standing
from ccontrol.clock import SystemClock
from ccontrol.model.aspect import Aspect, Depth, Strength
from ccontrol.model.controller import Controller
from ccontrol.model.finding import Finding
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.state import Known as KnownUnit
from ccontrol.model.state import State
from ccontrol.model.unit import UnitId
from ccontrol.poll.places import Places
from ccontrol.store.index import Index
from ccontrol.store.index_rows import PollStatus
from ccontrol.store.journal import Journal
from ccontrol.store.standing import Enrolment, Health, Pause
from tests.unit.cli.plants import Plant, Run, commit_newer_form

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PRESS = Controller("press-3", "north", "hall-2", "s7", "192.0.2.1", 102)
ENROLLED = Enrolment(NOW, "ann")
ALL_SEEN = dict.fromkeys(Aspect, Strength.CONTENT)


def polled(outcome: Outcome = Outcome.UNCHANGED, minutes_ago: int = 1) -> PollStatus:
    at = NOW - timedelta(minutes=minutes_ago)
    return PollStatus("press-3", outcome, Depth.GLANCE, attempted_at=at, succeeded_at=at)


def state(**parts: object) -> State:
    return State("press-3", "s7", **{"strengths": ALL_SEEN, **parts})  # type: ignore[arg-type]  # test's own shorthand


def known(polls: PollStatus, of: State | None, **parts: object) -> Known:
    usual = {"health": Health(), "enrolment": ENROLLED, "state": of, "best": ALL_SEEN}
    return Known(polls, **{**usual, **parts})  # type: ignore[arg-type]  # test's own shorthand


def test_a_controller_that_is_seen_whole_and_did_not_change_is_unchanged() -> None:
    status = controller_standing(PRESS, known(polled(), state()), NOW)
    assert status.says == "unchanged"
    assert attention(status, NOW) == ()


def test_unchanged_is_not_said_when_an_aspect_cannot_be_seen() -> None:
    blind = state(strengths={**ALL_SEEN, Aspect.PROTECTION: Strength.NONE})
    status = controller_standing(PRESS, known(polled(), blind), NOW)
    assert status.says == "unchanged where seen"
    assert attention(status, NOW) == ("blind: protection",)
    assert "cannot tell" in sight_words(status.looks, Aspect.PROTECTION, Strength.NONE)


def test_what_no_controller_of_a_family_tells_needs_no_attention_and_is_not_unchanged() -> None:
    best = {aspect: how for aspect, how in ALL_SEEN.items() if aspect is not Aspect.HARDWARE}
    deaf = state(strengths={**best, Aspect.PROGRAM: Strength.NONE})
    status = controller_standing(PRESS, known(polled(), deaf, best=best), NOW)
    assert status.unseen == (Aspect.PROGRAM, Aspect.HARDWARE)
    assert attention(status, NOW) == ("blind: program",)
    assert status.says == "unchanged where seen"


def test_an_aspect_that_nobody_spoke_of_counts_as_not_seen() -> None:
    status = controller_standing(
        PRESS, known(polled(), state(strengths={Aspect.PROGRAM: Strength.CONTENT})), NOW
    )
    assert Aspect.FIRMWARE in status.unseen
    assert status.says == "unchanged where seen"


def test_unchanged_is_not_said_while_something_is_unread() -> None:
    units = {UnitId("FB", "FB1"): KnownUnit(None, "access level 3: lower it")}
    status = controller_standing(PRESS, known(polled(), state(units=units)), NOW)
    assert status.says == "unchanged where seen"
    assert status.unread[0].reason == "access level 3: lower it"
    assert "1 unread" in attention(status, NOW)


def test_a_controller_that_nobody_enrolled_is_only_glanced_at() -> None:
    status = controller_standing(PRESS, known(polled(Outcome.GLANCED), None, enrolment=None), NOW)
    assert status.says == "only glanced at"
    assert "not enrolled" in attention(status, NOW)


def test_without_a_success_for_too_long_it_is_stale_and_says_since_when() -> None:
    status = controller_standing(PRESS, known(polled(minutes_ago=61), state()), NOW)
    assert status.stale
    assert "stale: last success 1 h 1 min ago" in attention(status, NOW)


def test_a_controller_that_never_answered_is_stale() -> None:
    never = PollStatus("press-3", Outcome.FAILED, Depth.GLANCE, attempted_at=NOW)
    assert controller_standing(PRESS, known(never, None), NOW).stale
    assert controller_standing(PRESS, known(PollStatus("x"), None), NOW).says == "never asked"


def test_a_paused_controller_is_not_stale_and_has_time_again_when_the_pause_ends() -> None:
    long_ago = polled(Outcome.FAILED, minutes_ago=600)
    for until in (None, NOW + timedelta(hours=1), NOW - timedelta(minutes=59)):
        pause = Pause(NOW - timedelta(hours=9), "ann", "maintenance", until)
        assert not controller_standing(PRESS, known(long_ago, state(), pause=pause), NOW).stale
    ended = Pause(NOW - timedelta(hours=9), "ann", "maintenance", NOW - timedelta(hours=1))
    assert controller_standing(PRESS, known(long_ago, state(), pause=ended), NOW).stale


def test_polls_that_fail_need_attention_and_one_alone_raises_no_alarm() -> None:
    failed = PollStatus("press-3", Outcome.FAILED, Depth.GLANCE, "it is silent", NOW, NOW)
    once, often = (
        controller_standing(PRESS, known(failed, state(), health=Health(failures=count)), NOW)
        for count in (1, 4)
    )
    assert attention(once, NOW) == ("failed once: it is silent",)
    assert attention(once, NOW, passing=False) == ()
    assert attention(often, NOW, passing=False) == ("failed 4 times: it is silent",)


def test_a_pause_that_is_over_is_not_shown_and_one_that_holds_is() -> None:
    over = Pause(NOW, "ann", "work", NOW - timedelta(seconds=1))
    held = Pause(NOW, "ann", "work", NOW + timedelta(hours=1))
    endless = Pause(NOW, "ann", "work")
    words = [
        attention(controller_standing(PRESS, known(polled(), state(), pause=pause), NOW), NOW)
        for pause in (over, held, endless)
    ]
    assert words == [(), ("paused until 2026-03-01 13:00:00",), ("paused until resumed",)]


def test_quarantine_and_findings_need_attention() -> None:
    finding = Finding("hidden-block", "", Aspect.PROGRAM, "A block that no list shows.")
    health = Health(quarantined_until=NOW + timedelta(minutes=4))
    status = controller_standing(
        PRESS, known(polled(), state(findings=frozenset({finding})), health=health), NOW
    )
    assert attention(status, NOW) == ("hidden-block", "quarantined until 2026-03-01 12:04:00")


def test_a_deep_read_that_is_owed_needs_attention_until_it_is_done() -> None:
    owed = Health(owed_since=NOW - timedelta(minutes=20))
    status = controller_standing(PRESS, known(polled(), state(), health=owed), NOW)
    assert status.says == "moved, not read yet"
    words = ("a deep read is owed since 2026-03-01 11:40:00",)
    assert attention(status, NOW, passing=False) == words
    failed = PollStatus("press-3", Outcome.FAILED, Depth.GLANCE, "silent", NOW, NOW)
    status = controller_standing(PRESS, known(failed, state(), health=owed), NOW)
    assert status.says == "failed"
    assert attention(status, NOW, passing=False) == words


def test_polls_that_nobody_can_tell_of_are_unknown_and_not_never() -> None:
    status = controller_standing(
        PRESS, known(PollStatus("press-3"), state(), polls_unknown="damaged"), NOW
    )
    assert status.says == "unknown"
    assert attention(status, NOW) == ("its last polls are unknown",)


def test_a_history_that_cannot_be_read_concerns_one_controller_only(plant: Plant, run: Run) -> None:
    commit_newer_form(plant, "plant/hall-2/press-3/form.press-3.toml")
    press, mixer = run("--config", plant.config, "status", "--json").json["sites"][0]["controllers"]
    assert "form 999" in press["unreadable"]
    assert (mixer["unreadable"], mixer["strengths"]["program"]) == ("", "content")
    assert "cannot be read" in run("--config", plant.config, "status").out


def test_status_says_that_nobody_watches_when_no_daemon_runs(plant: Plant, run: Run) -> None:
    said = run("--config", plant.config, "status")
    assert said.code == 0
    assert "no daemon is running" in said.out
    assert said.out.count("never asked") == 2


def test_status_in_detail_names_every_aspect(plant: Plant, run: Run) -> None:
    said = run("--config", plant.config, "status", "press-3")
    for aspect in ("program", "firmware", "protection", "hardware"):
        assert f"\n  {aspect} " in said.out
    assert "mixer-1" not in said.out


def test_status_tells_the_last_polls_to_programs(plant: Plant, run: Run) -> None:
    index = Index(Places(plant.store).index)
    index.note_polls([JournalEntry(NOW, "press-3", Outcome.FAILED, Depth.GLANCE, reason="silent")])
    index.close()
    (site,) = run("--config", plant.config, "status", "press-3", "--json").json["sites"]
    (press,) = site["controllers"]
    assert press["outcome"] == "failed"
    assert press["reason"] == "silent"
    assert press["strengths"]["protection"] == "none"
    assert site["daemon"]["answers"] is False


def test_status_can_be_a_check_for_a_monitoring_system(plant: Plant, run: Run) -> None:
    assert run("--config", plant.config, "status", "--check").code == 1
    assert run("--config", plant.config, "status").code == 0


@pytest.mark.parametrize("damaged", [True, False], ids=("damaged", "missing"))
def test_an_index_that_cannot_be_read_makes_polls_unknown_and_hides_nothing_else(
    plant: Plant, run: Run, *, damaged: bool
) -> None:
    places = Places(plant.store)
    Journal(places.journal, SystemClock()).append(JournalEntry(NOW, "press-3", Outcome.UNCHANGED))
    places.index.write_bytes(b"no index") if damaged else places.index.unlink()
    said = run("--config", plant.config, "status", "press-3")
    assert said.code == 0
    assert "what came of the last polls is unknown" in said.out
    assert "never" not in said.out
    (site,) = run("--config", plant.config, "status", "--json").json["sites"]
    assert site["polls_unknown"]
    press = site["controllers"][0]
    assert (press["says"], press["strengths"]["program"]) == ("unknown", "content")
    assert "its last polls are unknown" in press["needs_attention"]
