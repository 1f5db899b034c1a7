"""People approve with commands, the daemon judges by it, and git sees what they approved."""

from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime, timedelta

from ccontrol.errors import StoreError
from ccontrol.model.approval import Approvals, Authorisation
from ccontrol.model.engineering import Witness
from ccontrol.model.judgement import Confidence
from ccontrol.poll.judging_anew import judge_since_mark
from ccontrol.poll.pinning import pin_anew
from ccontrol.poll.pipeline import Line
from ccontrol.poll.sighted import Sighted
from ccontrol.store.keys import generate, public_line
from tests.unit.cli.plants import block, seen, things
from tests.unit.cli.works import CLOCK, Works, window
from tests.unit.store.heard import download, heard


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


def test_status_judges_a_rewritten_branch_as_the_daemon_does(works: Works) -> None:
    works.approve("press-3")
    works.look()
    assert works.baselines()["press-3"] == ("in baseline", 0)
    seen_head = works.git("rev-parse", "approved").strip()
    works.git("update-ref", "refs/heads/approved", f"{seen_head}~1")
    works.look()
    assert works.opened.approved is not None
    assert "was rewritten" in works.opened.approved.rewritten
    answer = works.run("--config", works.plant.config, "status", "--check")
    assert answer.code != 0
    assert "approved was rewritten" in answer.out
    assert works.baselines()["press-3"] == ("in baseline", 0)
    works.git("update-ref", "refs/heads/approved", seen_head)
    works.look()
    assert works.opened.approved.rewritten == ""


def test_the_audit_log_says_who_signed_what(works: Works) -> None:
    works.ccontrol("approve", "press-3", "--key", works.key("ada"))
    journal = works.opened.journal
    entries = (entry for day in journal.days() for entry in journal.read(day))
    told = [entry.reason for entry in entries if entry.outcome.value == "ran"]
    assert any("approve press-3" in reason and "ada@plant" in reason for reason in told)


def test_status_and_git_agree_on_what_is_not_approved(works: Works) -> None:
    assert works.baselines()["press-3"] == ("not approved", 0)
    works.ccontrol("approve", "press-3", "--key", works.key("ada"))
    assert works.baselines()["press-3"] == ("in baseline", 0)
    now = CLOCK.now()
    works.change(b"\x65\x07", now, now - timedelta(minutes=5))
    folder = "plant/hall-2/press-3"
    assert works.baselines()["press-3"] == ("drift", works.differing(folder))
    assert works.differing(folder) > 0


def test_what_cannot_be_read_is_not_proven_by_an_equal_folder(works: Works) -> None:
    ob1 = block("OB1", b"\x65\x01")
    unread = {block("FB12").id: "protected"}
    snapshot = replace(seen("press-3", *things(ob1), unread=unread), taken_at=CLOCK.now())
    (press, _) = works.opened.site.controllers
    works.opened.scribe.give(lambda line: line.take(Sighted(press, snapshot))).result(60)
    works.approve("press-3", "--with-unread")
    assert works.differing("plant/hall-2/press-3") == 0
    assert works.baselines()["press-3"] == ("not proven", 0)


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


def test_other_roots_hold_from_the_reload_on_and_the_journal_says_so(works: Works) -> None:
    works.ccontrol("approve", "press-3", "--ticket", "T-1", "--key", works.key("ada"))
    assert works.look() == 2
    strangers = tuple(
        public_line(generate(works.plant.folder / name).public_key) for name in ("new-1", "new-2")
    )
    site = works.opened.site
    assert site.people is not None
    works.opened.site = replace(site, people=replace(site.people, roots=strangers))
    pin_anew(works.opened, CLOCK)
    assert works.look() == 0
    assert works.opened.ledger.flush(60)
    said = [entry.reason for entry in works.opened.journal.read(CLOCK.now().date())]
    assert "[site.people] is taken anew: 2 of 2 roots sign, requesters may not approve" in said
    assert any("signed by 0 of the roots that count; 2 are needed" in reason for reason in said)
    assert not any("rewritten" in reason for reason in said), "the branch stands where it stood"
    works.opened.site = site
    pin_anew(works.opened, CLOCK)

    def approvals(line: Line) -> Approvals:
        assert line.authority is not None
        return line.authority.approvals

    found = works.opened.scribe.give(approvals).result(60)
    assert [one.principal for one in found.commits] == ["ada@plant", "ada@plant"]


def test_a_writer_that_is_opened_again_goes_by_the_roots_of_the_reload(works: Works) -> None:
    works.opened.site = replace(works.opened.site, people=None)

    def fail(line: Line) -> None:
        works.opened.scribe.give(lambda again: done.set_result(again.authority is None))
        if line.authority is not None:
            raise StoreError("the disk hiccups")

    done: Future[bool] = Future()
    works.opened.scribe.give(fail)
    assert done.result(60)
