"""Whether a change was authorised, from the first judgement to the last."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from ccontrol.canonical.approvals import parse_decision
from ccontrol.errors import StoreFullError
from ccontrol.model.approval import Authorisation, DecisionKind
from ccontrol.model.judgement import Severity
from ccontrol.model.record import Record
from ccontrol.poll import approved_news, concerned
from ccontrol.poll.past_changes import newest_judgement
from tests.unit.cli.plants import Plant, Run
from tests.unit.cli.works import CLOCK, REFUSED, Works, at_work, journaled, window


@pytest.fixture
def works(plant: Plant, run: Run) -> Iterator[Works]:
    with at_work(plant, run) as works:
        yield works


def newest(works: Works, record: Record) -> Record:
    found = works.opened.scribe.give(
        lambda line: newest_judgement(line.writer.repository, record.change_id)
    ).result(60)
    assert found is not None
    return found


def changed(works: Works, body: bytes = b"\x65\x02") -> Record:
    now = CLOCK.now()
    return works.change(body, now, now - timedelta(minutes=5))


def test_a_change_without_leave_weighs_more_until_somebody_accepts_it(works: Works) -> None:
    works.look()
    record = changed(works)
    assert record.verdict.severity is Severity.CRITICAL
    assert "raised, since nobody had authorised it" in record.verdict.reason
    works.ccontrol("approve", record.change_id, "--key", works.key("ada"))
    works.look()
    after = newest(works, record)
    assert after.number == 2
    assert (after.verdict.severity, after.verdict.rule) == (Severity.HIGH, record.verdict.rule)
    assert "raised" not in after.verdict.reason


def test_a_change_with_leave_weighs_what_it_is(works: Works) -> None:
    window(works, "CHG-1", CLOCK.now() - timedelta(minutes=10))
    works.look()
    later = CLOCK.now() + timedelta(seconds=1)
    record = works.change(b"\x65\x02", later + timedelta(minutes=5), later)
    assert record.verdict.severity is Severity.HIGH


def test_explain_and_show_say_why_a_rule_of_leave_holds(works: Works) -> None:
    works.look()
    record = changed(works)
    told = works.ccontrol("policy", "explain", record.change_id, "--rule", "not-authorised")
    assert "matches" in told
    told = works.ccontrol("policy", "explain", record.change_id, "--rule", "beyond-window")
    assert "authorisation is out of scope or out of window, but it is unexplained" in told
    shown = works.ccontrol("policy", "show", "--json")
    assert "authorisation is rejected or unauthorised or unexplained" in shown


def test_rules_of_leave_are_tried_on_the_history(works: Works) -> None:
    works.look()
    changed(works)
    rules = works.key("tried.toml")
    rules.write_text('[[rule]]\nid = "not-authorised"\noff = true\n')
    tried = works.run("--config", works.plant.config, "policy", "test", rules, "--json").json
    assert "not-authorised" not in {rule["rule"] for rule in tried["sites"][0]["rules"]}
    assert tried["sites"][0]["differing"]["lighter"] == 1


def test_what_is_older_than_the_people_here_is_held_against_nobody(works: Works) -> None:
    """The plant's own history began without them: naming people is no wave of alerts."""
    before = works.git("rev-parse", "observed")
    assert works.look() == 1  # who may sign
    form = "--format=%(trailers:key=Class,valueonly)"
    assert works.git("log", form, f"{before.strip()}..observed").split() == ["sighting"]
    (old,) = [one for one in listed(works) if one["controller_id"] == "press-3"][:1]
    works.ccontrol("approve", old["change_id"], "--key", works.key("ada"))
    works.look()
    assert works.judged(old["change_id"]).word is Authorisation.ACCEPTED_AFTERWARDS


def listed(works: Works, *arguments: str) -> list[dict[str, str]]:
    """Return what `changes` lists."""
    answer = works.run("--config", works.plant.config, "changes", "--json", *arguments)
    found: list[dict[str, str]] = answer.json["changes"]
    return found


def history_of(works: Works, count: int) -> list[Record]:
    """Let one change follow the other, a minute apart."""
    now = CLOCK.now()
    minutes = [timedelta(minutes=each - count) for each in range(count)]
    return [
        works.change(bytes((0x65, 16 + number)), now + at, now + at - timedelta(seconds=30))
        for number, at in enumerate(minutes)
    ]


def test_a_change_that_a_decision_names_is_judged_anew_however_old_it_is(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(concerned, "LAST", 2)  # a hundred changes more would cost a minute
    works.look()
    first, *_ = history_of(works, 4)
    key = ("--key", works.key("ada"))
    works.ccontrol("reject", first.change_id, "--reason", "a slip", *key)
    works.look()
    assert works.judged(first.change_id).word is Authorisation.REJECTED
    works.ccontrol("approve", first.change_id, *key)
    works.look()
    assert works.judged(first.change_id).word is Authorisation.ACCEPTED_AFTERWARDS


def test_a_late_window_reaches_changes_that_are_not_among_the_last(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(concerned, "LAST", 1)  # as above
    works.look()
    first, *_ = history_of(works, 3)
    window(works, "CHG-1", CLOCK.now() - timedelta(hours=1))
    works.look()
    assert works.judged(first.change_id).word is Authorisation.ACCEPTED_AFTERWARDS


def test_what_is_beyond_the_bound_is_said(works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concerned, "LAST", 1)  # as above
    monkeypatch.setattr(concerned, "OLDER", 1)
    works.look()
    history_of(works, 4)
    works.ccontrol("approve", "press-3", "--key", works.key("ada"))
    works.look()
    assert any("2 older ones were not" in line for line in journaled(works, "approved"))


def test_what_a_kill_kept_from_being_judged_is_judged_by_the_next_daemon(works: Works) -> None:
    works.look()
    record = changed(works)
    works.ccontrol("approve", record.change_id, "--key", works.key("ada"))
    works.only_written_down()
    assert works.judged(record.change_id).word is Authorisation.UNEXPLAINED
    works.restart()
    works.look()
    assert works.judged(record.change_id).word is Authorisation.ACCEPTED_AFTERWARDS


def test_what_the_disk_refused_is_judged_at_the_next_look(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    works.look()
    record = changed(works)
    works.ccontrol("approve", record.change_id, "--key", works.key("ada"))

    def full(*_: object) -> None:
        raise StoreFullError("no room is left to write")

    with monkeypatch.context() as disk:  # full between two commits, which no real one is on demand
        disk.setattr(approved_news, "judge_anew", full)
        assert works.look() == REFUSED
    works.look()
    assert works.judged(record.change_id).word is Authorisation.ACCEPTED_AFTERWARDS


def test_changes_are_listed_by_origin_and_by_whether_they_were_authorised(works: Works) -> None:
    works.look()
    first, second = history_of(works, 2)
    works.ccontrol("reject", first.change_id, "--reason", "a slip", "--key", works.key("ada"))
    works.look()
    for word, wanted in (("rejected", first), ("unexplained", second)):
        (one,) = listed(works, "--authorisation", word)
        assert (one["change_id"], one["authorisation"]) == (wanted.change_id, word)
    both = listed(works, "--authorisation", "rejected", "--authorisation", "unexplained")
    assert {one["change_id"] for one in both} == {first.change_id, second.change_id}
    assert listed(works, "--authorisation", "authorised") == []
    (waiting,) = listed(works, "--open")
    assert waiting["authorisation"] == "unexplained", "who rejected it has decided"
    assert listed(works, "--origin", "network") == []
    assert len(listed(works, "--origin", "unknown", "--limit", "2")) == 2
    assert "rejected" in works.ccontrol("changes", "--authorisation", "rejected")
    (works.plant.store / "ccontrol" / "index.sqlite").rename(works.key("away"))
    (one,) = listed(works, "--authorisation", "rejected")  # git alone says the same
    assert one["change_id"] == first.change_id


def test_an_approval_of_a_change_is_a_decision_that_names_who_asked(works: Works) -> None:
    works.look()
    record = changed(works)
    asked = ("--ticket", "T-7", "--requested-by", "Bob@plant")
    told = works.ccontrol("approve", record.change_id, *asked, "--key", works.key("bob"), code=20)
    assert "asked for it, and so may not approve it" in told
    works.ccontrol("approve", record.change_id, *asked, "--key", works.key("ada"))
    path = f"decisions/{record.change_id}/0001.toml"
    decision = parse_decision(works.git("show", f"approved:{path}").encode())
    assert (decision.kind, decision.requester, decision.ticket) == (
        DecisionKind.APPROVE,
        "Bob@plant",
        "T-7",
    )
    works.look()
    works.ccontrol("verify")


def test_some_paths_of_a_change_are_no_decision_about_it(works: Works) -> None:
    works.look()
    record = changed(works)
    (path,) = [
        line
        for line in works.git("diff", "--name-only", "observed~1", "observed").splitlines()
        if line.startswith("plant/")
    ][:1]
    works.ccontrol("approve", record.change_id, "--paths", path, "--key", works.key("ada"))
    assert "decisions/" not in works.git("ls-tree", "-r", "--name-only", "approved")


def test_who_asked_for_an_emergency_may_not_declare_it(works: Works) -> None:
    works.look()
    record = changed(works)
    words = ("--reason", "valve stuck", "--requested-by", "bob@plant")
    bob, ada = (("--key", works.key(name)) for name in ("bob", "ada"))
    works.ccontrol("emergency", record.change_id, *words, *bob, code=20)
    works.ccontrol("emergency", record.change_id, *words, *ada)
    works.look()
    assert works.judged(record.change_id).word is Authorisation.EMERGENCY
