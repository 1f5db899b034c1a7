"""Emergencies that are documented later or never, investigations, and what only people can say."""

from datetime import timedelta

from ccontrol.approval.emergencies import DUE_DAYS, open_emergencies
from ccontrol.model.approval import Authorisation
from ccontrol.poll.authority import Authority
from ccontrol.store.keys import generate
from tests.unit.cli.packs import export
from tests.unit.cli.works import CLOCK, Works


def changed(works: Works) -> str:
    works.look()
    now = CLOCK.now()
    return works.change(b"\x65\x02", now, now - timedelta(minutes=5)).change_id


def decide(works: Works, word: str, change: str, *more: str, who: str = "ada") -> str:
    told = works.ccontrol(word, change, *more, "--key", works.key(who))
    assert works.look() == 1
    return told


def status(works: Works, *more: str) -> str:
    return works.run("--config", works.plant.config, "status", *more).out


def undocumented(works: Works) -> list[dict[str, object]]:
    (site,) = works.run("--config", works.plant.config, "status", "--json").json["sites"]
    found: list[dict[str, object]] = site["undocumented"]
    return found


def approvals_of(works: Works) -> Authority:
    found = works.opened.scribe.give(lambda line: line.authority).result(10)
    assert found is not None
    return found


def test_an_emergency_is_named_until_its_documentation_comes(works: Works) -> None:
    change = changed(works)
    decide(works, "emergency", change, "--reason", "stuck open")
    said = status(works)
    assert f"emergency {change} of press-3" in said
    assert "its documentation is missing" in said
    assert "overdue" not in said
    (one,) = undocumented(works)
    assert (one["change_id"], one["by"], one["overdue"]) == (change, "ada@plant", False)
    words = ("--reason", "stuck open", "--documentation", "valve replaced")
    decide(works, "emergency", change, *words, who="bob")
    assert undocumented(works) == []
    assert "documented: valve replaced" in works.judged(change).reason


def test_documentation_that_does_not_come_is_overdue(works: Works) -> None:
    change = changed(works)
    decide(works, "emergency", change, "--reason", "stuck open")
    approvals, now = approvals_of(works).approvals, CLOCK.now()
    (on_time,) = open_emergencies(approvals, now + timedelta(days=DUE_DAYS - 1))
    (late,) = open_emergencies(approvals, now + timedelta(days=DUE_DAYS, minutes=1))
    assert (on_time.overdue, late.overdue) == (False, True)
    assert late.change_id == change


def test_an_emergency_that_is_rejected_needs_no_documentation(works: Works) -> None:
    change = changed(works)
    decide(works, "emergency", change, "--reason", "stuck open")
    decide(works, "reject", change, "--reason", "it was no emergency")
    assert undocumented(works) == []
    assert works.judged(change).word is Authorisation.REJECTED


def test_what_was_rejected_may_be_approved_later(works: Works) -> None:
    change = changed(works)
    decide(works, "reject", change, "--reason", "nobody asked")
    words = ("--who", "ivy@plant", "--findings", "night shift", "--conclusion", "it is right")
    decide(works, "investigate", change, *words)
    found = works.judged(change)
    assert found.word is Authorisation.UNEXPLAINED, "a conclusion approves nothing"
    assert "looked into: it is right" in found.reason
    works.approve(change)
    assert works.look() == 1
    assert works.judged(change).word is Authorisation.ACCEPTED_AFTERWARDS


def test_an_approval_after_a_rejection_is_the_last_decision(works: Works) -> None:
    change = changed(works)
    works.approve(change)
    works.look()
    assert works.judged(change).word is Authorisation.ACCEPTED_AFTERWARDS
    decide(works, "reject", change, "--reason", "a slip")
    assert works.judged(change).word is Authorisation.REJECTED
    told = works.approve(change, "--reason", "it was right", who="bob")
    assert "rejected" in told
    works.look()
    found = works.judged(change)
    assert found.word is Authorisation.ACCEPTED_AFTERWARDS
    assert found.by.startswith("bob@plant")
    works.approve(change, code=20)


def test_a_controller_that_is_taken_over_after_a_rejection_is_not_rejected_any_more(
    works: Works,
) -> None:
    works.approve("press-3")
    change = changed(works)
    decide(works, "reject", change, "--reason", "a slip")
    works.approve("press-3", who="bob")
    works.look()
    assert works.baselines()["press-3"] == ("in baseline", 0)
    assert works.judged(change).word is Authorisation.ACCEPTED_AFTERWARDS
    decide(works, "reject", change, "--reason", "a slip after all")
    assert works.judged(change).word is Authorisation.REJECTED


def test_an_attestation_is_a_commit_of_its_author_and_counts_everywhere(works: Works) -> None:
    change = changed(works)
    firmware = works.key("fw.upd")
    firmware.write_bytes(b"firmware")
    told = decide(works, "attest", change, "--controls", "key switch", "--text", "as before")
    assert "controls attested" in told
    decide(works, "attest", change, "--test", "--differences", "no drives", "--text", "a day")
    wrong = ("--source", str(firmware), "--vendor-hash", f"sha256:{'0' * 64}")
    assert "NOT the one" in decide(works, "attest", change, *wrong, "--text", "from the vendor")
    decide(works, "attest", "press-3", "--item", "1.1.4", "--text", "102/tcp", who="bob")
    assert "%G" not in works.git("log", "-4", "--format=%an %s", "approved")
    assert "attest item of press-3" in works.git("log", "-1", "--format=%s", "approved")
    assert works.git("ls-tree", "--name-only", "approved", f"decisions/{change}/").count("\n") == 3
    assert "6 commits on approved count" not in works.ccontrol("verify")
    assert "5 commits on approved count" in works.ccontrol("verify")
    generate(works.key("export"))
    assert export(works.plant, works.key("export"), works.key("pack")) == 0


def test_who_has_no_part_in_it_attests_nothing(works: Works) -> None:
    change = changed(works)
    generate(works.key("eve"))
    said = ("attest", change, "--test", "--text", "x", "--key", works.key("eve"))
    assert "belongs to nobody" in works.ccontrol(*said, code=26)
    config = ("--config", works.plant.config)
    where = ("--text", "x", "--key", works.key("ada"))
    assert works.run(*config, "attest", "press-3", *where).code == 2
    assert works.run(*config, "attest", "press-3", "--test", "--item", "1.1.4", *where).code == 2
    assert works.run(*config, "attest", "20260301-nothing", "--test", *where).code == 13
    assert works.run(*config, "attest", "press-3", "--item", "../x", *where).code == 13
    assert works.look() == 0
