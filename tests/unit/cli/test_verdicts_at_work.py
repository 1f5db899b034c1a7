"""Whether a change was authorised, from the first judgement to the last."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from ccontrol.model.approval import Authorisation
from ccontrol.model.judgement import Severity
from ccontrol.model.record import Record
from ccontrol.poll.past_changes import newest_judgement
from tests.unit.cli.at_work import CLOCK, Works, at_work, window
from tests.unit.cli.plants import Plant, Run


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
    (said,) = works.git("log", "--format=%(trailers:key=Class,valueonly)", f"{before.strip()}..observed").split()
    assert said == "sighting"
    (old,) = [one for one in listed(works) if one["controller_id"] == "press-3"][:1]
    works.ccontrol("approve", old["change_id"], "--key", works.key("ada"))
    works.look()
    assert works.judged(old["change_id"]).word is Authorisation.ACCEPTED_AFTERWARDS


def listed(works: Works, *arguments: str) -> list[dict[str, str]]:
    """Return what `changes` lists."""
    answer = works.run("--config", works.plant.config, "changes", "--json", *arguments)
    found: list[dict[str, str]] = answer.json["changes"]
    return found
