"""People approve with commands, the daemon judges by it, and git sees what they approved."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from ccontrol.model.approval import Authorisation
from ccontrol.model.engineering import Witness
from ccontrol.model.judgement import Confidence
from ccontrol.poll.judging_anew import judge_since_mark
from ccontrol.poll.sighted import Sighted
from tests.unit.cli.at_work import CLOCK, Works, at_work, window
from tests.unit.cli.plants import Plant, Run, block, seen, things
from tests.unit.store.heard import download, heard


@pytest.fixture
def works(plant: Plant, run: Run) -> Iterator[Works]:
    with at_work(plant, run) as works:
        yield works


def test_an_approved_controller_is_no_different_for_git(works: Works) -> None:
    assert "ada@plant" in works.ccontrol("people", "show")
    works.ccontrol("approve", "press-3", "--ticket", "T-1", "--key", works.key("ada"))
    assert works.git("diff", "--stat", "approved", "observed", "--", "plant/hall-2/press-3") == ""
    assert "mixer-1" in works.git("diff", "--stat", "approved", "observed", "--", "plant/")
    assert works.look() == 2  # who may sign, and the approval
    assert works.look() == 0


def test_a_change_that_is_approved_after_it_was_accepted_afterwards(works: Works) -> None:
    works.look()
    now = CLOCK.now()
    record = works.change(b"\x65\x02", now, now - timedelta(minutes=5))
    assert works.judged(record.change_id).word is Authorisation.UNEXPLAINED
    words = ("--ticket", "T-2", "--requested-by", "bob@plant", "--key", works.key("ada"))
    works.ccontrol("approve", record.change_id, *words)
    assert works.look() == 1
    found = works.judged(record.change_id)
    assert found.word is Authorisation.ACCEPTED_AFTERWARDS
    assert found.ticket == "T-2"
    assert found.by.startswith("ada@plant")
    told = works.ccontrol("show", record.change_id)
    assert "accepted afterwards" in told


def test_what_was_approved_and_comes_back_is_authorised(works: Works) -> None:
    works.ccontrol("approve", "press-3", "--key", works.key("ada"))
    works.look()
    now = CLOCK.now()
    away = works.change(b"\x65\x02", now + timedelta(minutes=5), now + timedelta(minutes=1))
    back = works.change(b"\x65\x01", now + timedelta(minutes=15), now + timedelta(minutes=11))
    assert works.judged(away.change_id).word is Authorisation.UNEXPLAINED
    found = works.judged(back.change_id)
    assert found.word is Authorisation.AUTHORISED
    assert "brings back" in found.reason


def test_a_window_that_was_seen_before_authorises_what_it_allows(works: Works) -> None:
    now = CLOCK.now()
    window(works, "CHG-1", now - timedelta(minutes=10), "--object", "OB/*", "--changes", "1")
    assert "not seen by the daemon yet" in works.ccontrol("window", "list")
    works.look()
    later = CLOCK.now() + timedelta(seconds=1)
    first = works.change(b"\x65\x02", later + timedelta(minutes=5), later)
    found = works.judged(first.change_id)
    assert (found.word, found.window) == (Authorisation.AUTHORISED, "CHG-1")
    assert "used up" in works.ccontrol("window", "list")
    second = works.change(b"\x65\x03", later + timedelta(minutes=9), later + timedelta(minutes=6))
    found = works.judged(second.change_id)
    assert found.word is Authorisation.OUT_OF_WINDOW
    assert "used up" in found.reason


def test_a_window_that_comes_after_the_change_accepts_it_afterwards(works: Works) -> None:
    works.look()
    now = CLOCK.now()
    record = works.change(b"\x65\x02", now, now - timedelta(minutes=5))
    window(works, "CHG-2", now - timedelta(hours=1))
    works.look()
    found = works.judged(record.change_id)
    assert (found.word, found.window) == (Authorisation.ACCEPTED_AFTERWARDS, "CHG-2")


def test_decisions_are_told_in_their_order(works: Works) -> None:
    works.look()
    now = CLOCK.now()
    change = works.change(b"\x65\x02", now, now - timedelta(minutes=5)).change_id
    key = ("--key", works.key("ada"))
    works.ccontrol("investigate", change, "--who", "ivy@plant", *key)
    works.look()
    assert works.judged(change).word is Authorisation.UNDER_INVESTIGATION
    works.ccontrol("reject", change, "--reason", "a slip", *key)
    works.look()
    assert works.judged(change).word is Authorisation.REJECTED
    works.ccontrol("emergency", change, "--reason", "valve stuck", *key)
    works.look()
    found = works.judged(change)
    assert found.word is Authorisation.EMERGENCY
    assert "documentation is missing" in found.reason
    words = ("--reason", "valve stuck", "--documentation", "valve replaced")
    works.ccontrol("emergency", change, *words, *key)
    works.look()
    assert "documented: valve replaced" in works.judged(change).reason


def test_a_rewritten_branch_goes_on_to_count_as_it_was_seen(works: Works) -> None:
    works.ccontrol("approve", "press-3", "--key", works.key("ada"))
    works.look()
    seen_head = works.git("rev-parse", "approved").strip()
    works.git("update-ref", "refs/heads/approved", f"{seen_head}~1")
    works.ccontrol("approve", "mixer-1", "--key", works.key("bob"))
    assert works.look() == 0
    authority = works.opened.scribe.give(lambda line: line.authority).result(10)
    assert authority is not None
    assert authority.approvals.commits[-1].id == seen_head


def test_the_audit_log_says_who_signed_what(works: Works) -> None:
    works.ccontrol("approve", "press-3", "--key", works.key("ada"))
    journal = works.opened.journal
    entries = (entry for day in journal.days() for entry in journal.read(day))
    told = [entry.reason for entry in entries if entry.outcome.value == "ran"]
    assert any("approve press-3" in reason and "ada@plant" in reason for reason in told)


def baselines(works: Works) -> dict[str, tuple[str, int]]:
    """Return what status says of each controller, without asking whether a daemon answers."""
    answer = works.run("--config", works.plant.config, "status", "--json")
    (site,) = answer.json["sites"]
    return {one["controller_id"]: (one["baseline"], one["differs"]) for one in site["controllers"]}


def differing(works: Works, folder: str) -> int:
    names = works.git("diff", "--name-only", "approved", "observed", "--", folder)
    return len(names.splitlines())


def test_status_and_git_agree_on_what_is_not_approved(works: Works) -> None:
    assert baselines(works)["press-3"] == ("not approved", 0)
    works.ccontrol("approve", "press-3", "--key", works.key("ada"))
    assert baselines(works)["press-3"] == ("in baseline", 0)
    now = CLOCK.now()
    works.change(b"\x65\x07", now, now - timedelta(minutes=5))
    folder = "plant/hall-2/press-3"
    assert baselines(works)["press-3"] == ("drift", differing(works, folder))
    assert differing(works, folder) > 0


def test_what_cannot_be_read_is_not_proven_by_an_equal_folder(works: Works) -> None:
    ob1 = block("OB1", b"\x65\x01")
    unread = {block("FB12").id: "protected"}
    snapshot = replace(seen("press-3", *things(ob1), unread=unread), taken_at=CLOCK.now())
    (press, _) = works.opened.site.controllers
    works.opened.scribe.give(lambda line: line.take(Sighted(press, snapshot))).result(60)
    works.ccontrol("approve", "press-3", "--key", works.key("ada"))
    assert differing(works, "plant/hall-2/press-3") == 0
    assert baselines(works)["press-3"] == ("not proven", 0)


def test_verify_doubts_approved_too(works: Works) -> None:
    works.ccontrol("approve", "press-3", "--key", works.key("ada"))
    works.look()
    assert "2 commits on approved count" in works.ccontrol("verify")
    head = works.git("rev-parse", "approved").strip()
    tree = works.git("rev-parse", "approved^{tree}").strip()
    identity = ("-c", "user.name=x", "-c", "user.email=x@plant")
    forged = works.git(*identity, "commit-tree", tree, "-p", head, "-m", "forged").strip()
    works.git("update-ref", "refs/heads/approved", forged)
    told = works.ccontrol("verify", code=21)
    assert "it is not signed" in told
    works.git("update-ref", "refs/heads/approved", f"{head}~1")
    assert "is gone from it" in works.ccontrol("verify", code=21)


def hear(works: Works, at: datetime) -> None:
    """Let a sensor and the controller itself tell of the same download, later."""
    loaded = download(at)
    words = replace(loaded, objects=(), testimony=replace(loaded.testimony, witness=Witness.SYSLOG))
    works.opened.witnesses.take([heard(loaded, CLOCK.now()), heard(words, CLOCK.now())])


def test_evidence_that_comes_late_is_held_against_what_people_signed(works: Works) -> None:
    """A download dates the change: within the window, and not in the hours around it."""
    works.look()
    now = CLOCK.now()
    window(works, "CHG-5", now + timedelta(hours=3))
    works.look()
    later = CLOCK.now() + timedelta(seconds=1)
    record = works.change(b"\x65\x02", later + timedelta(hours=4), later)
    assert works.judged(record.change_id).word is Authorisation.OUT_OF_WINDOW
    hear(works, now + timedelta(hours=3, minutes=5))
    (anew,) = works.opened.scribe.give(
        lambda line: judge_since_mark(line, works.opened, CLOCK)
    ).result(60)
    assert anew.confidence is Confidence.CONFIRMED
    found = works.judged(record.change_id)
    assert (found.word, found.window) == (Authorisation.AUTHORISED, "CHG-5")
    told = works.git("log", "-1", "--format=%B", "observed")
    assert "authorised now, out of window before" in told
    assert works.look() == 0
