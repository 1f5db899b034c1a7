"""A pack of a site whose people are configured: only what holds on `approved` counts in it."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.cli.packs import Person, export
from tests.unit.cli.peopled import WEEK, Pack, Site
from tests.unit.cli.plants import Plant, Run


@pytest.fixture
def site(plant: Plant, run: Run) -> Iterator[Site]:
    site = Site(plant, run)
    try:
        yield site
    finally:
        site.opened.close(10)


def test_what_a_window_allowed_beforehand_is_authorised_in_a_pack(site: Site) -> None:
    site.window("CHG-7", WEEK)
    site.look()
    record = site.change(b"\x65\x02", WEEK + timedelta(minutes=9), WEEK + timedelta(minutes=5))
    pack = site.packed()
    told = pack.change(record.change_id)
    assert told["classification"] == "authorised"
    (leave,) = [one for one in pack.rows("authorizations") if one["reason"].startswith("CHG-7")]
    assert told["authorization_id"] == leave["authorization_id"]
    assert (leave["approved_by"], leave["requested_by"]) == ("bob@plant", "ada@plant")
    assert (leave["ticket"], leave["counts"]) == ("T-3", "yes")
    assert leave["scope"].startswith("controllers press-3")
    assert leave["valid_from_utc"] == f"{WEEK:%Y-%m-%dT%H:%M:%SZ}"
    assert leave["approved_utc"] == f"{WEEK:%Y-%m-%dT%H:%M:%SZ}", "when the daemon saw it first"
    lacking = [
        one["change_id"] for one in pack.rows("exceptions") if one["requirement"] == "R1 1.2"
    ]
    assert record.change_id not in lacking
    assert "when they were first seen" not in pack.not_verified


def test_what_no_window_allowed_keeps_its_word_in_a_pack(site: Site) -> None:
    site.window("CHG-7", WEEK + timedelta(hours=5))
    site.look()
    record = site.change(b"\x65\x02", WEEK + timedelta(minutes=9), WEEK + timedelta(minutes=5))
    told = site.packed().change(record.change_id)
    assert (told["classification"], told["authorization_id"]) == ("out of window", "")


def test_an_approval_by_the_daemons_own_key_counts_for_nothing_in_a_pack(site: Site) -> None:
    record = site.change(b"\x65\x02", WEEK + timedelta(minutes=9), WEEK + timedelta(minutes=5))
    approve_by_hand(site, daemon_key(site))
    site.look()
    pack = site.packed()
    told = pack.change(record.change_id)
    assert (told["classification"], told["authorization_id"]) == ("unexplained", "")
    press = [one for one in pack.rows("authorizations") if one["asset_id"] == "press-3"]
    assert [one["counts"] for one in press] == ["no"]
    assert "the daemon's key signed it" in press[0]["why_not"]
    assert "nothing on approved counts from commit" in pack.not_verified
    population = {row["asset_id"]: row for row in pack.rows("population")}
    assert population["press-3"]["in_baseline"] == "", "nobody who may approved anything of it"


def test_an_approval_that_nobody_has_seen_yet_counts_and_its_time_is_not_proven(
    site: Site,
) -> None:
    record = site.change(b"\x65\x02", WEEK + timedelta(minutes=9), WEEK + timedelta(minutes=5))
    site.ccontrol("approve", "press-3", "--key", site.key("ada"))
    told = site.packed().change(record.change_id)
    assert told["classification"] == "accepted, time not proven"


def test_what_was_seen_on_approved_and_is_gone_is_told(site: Site) -> None:
    site.ccontrol("approve", "press-3", "--key", site.key("ada"))
    site.look()
    Person(site.plant.folder, "ada").git(
        site.plant.store, "update-ref", "refs/heads/approved", "approved~1"
    )
    assert "was seen on approved and is gone from it" in site.packed().not_verified


def test_signers_of_ones_own_are_refused_where_people_are_configured(site: Site) -> None:
    signers = site.key("signers")
    signers.write_text("")
    folder = site.plant.folder / "pack"
    assert export(site.plant, site.key("export"), folder, "--people", signers) == 2
    assert not folder.exists()


def test_without_people_a_pack_says_that_it_held_nothing_against_them(
    plant: Plant, tmp_path: Path
) -> None:
    person = Person.make(tmp_path, "alice")
    signers = tmp_path / "signers"
    signers.write_text(person.line)
    head = person.git(plant.store, "rev-parse", "observed").strip()
    person.bring_in(person.clone(plant, head))
    assert export(plant, person.key, tmp_path / "pack", "--people", signers) == 0
    assert "[site.people] names no roots" in Pack(tmp_path / "pack").not_verified


def test_what_people_attested_ends_nothing_on_approved(site: Site) -> None:
    """A saying about a change lies among the decisions, and has a form of its own."""
    record = site.change(b"\x65\x02", WEEK + timedelta(minutes=9), WEEK + timedelta(minutes=5))
    what = ("--controls", "key switch", "--text", "as before", "--key", site.key("ada"))
    site.ccontrol("attest", record.change_id, *what)
    site.ccontrol("reject", record.change_id, "--reason", "a slip", "--key", site.key("bob"))
    site.look()
    pack = site.packed()
    (controls,) = pack.rows("verification")
    assert (controls["signed_by"], controls["counts"]) == ("ada@plant", "yes")
    assert pack.change(record.change_id)["classification"] == "rejected"
    (rejected,) = pack.rows("investigations")
    assert (rejected["reason"], rejected["signed_by"]) == ("a slip", "bob@plant")


def test_an_emergency_without_documentation_is_an_exception_in_a_pack(site: Site) -> None:
    record = site.change(b"\x65\x02", WEEK + timedelta(minutes=9), WEEK + timedelta(minutes=5))
    key = ("--key", site.key("ada"))
    site.ccontrol("emergency", record.change_id, "--reason", "stuck open", *key)
    site.look()
    pack = site.packed()
    assert pack.change(record.change_id)["classification"] == "emergency"
    found = [one["exception"] for one in pack.rows("exceptions") if one["requirement"] == "R1 1.2"]
    assert "an emergency, and 12 days later its documentation is missing" in found
    shutil.rmtree(pack.folder)
    words = ("--reason", "stuck open", "--documentation", "valve replaced")
    site.ccontrol("emergency", record.change_id, *words, *key)
    site.look()
    found = [one["exception"] for one in site.packed().rows("exceptions")]
    assert not [one for one in found if "documentation" in one]


def test_what_was_accepted_afterwards_is_no_authorised_change_in_a_pack(site: Site) -> None:
    record = site.change(b"\x65\x02", WEEK + timedelta(minutes=9), WEEK + timedelta(minutes=5))
    site.ccontrol("approve", record.change_id, "--key", site.key("ada"))
    site.look()
    pack = site.packed()
    assert pack.change(record.change_id)["classification"] == "accepted afterwards"
    (told,) = [one for one in pack.rows("requirements") if one["requirement"] == "R1 1.2"]
    assert told["by_word"] == "accepted afterwards 2"
    lacking = [one for one in pack.rows("exceptions") if one["change_id"] == record.change_id]
    (why,) = [one["exception"] for one in lacking if one["requirement"] == "R1 1.2"]
    assert why.startswith("accepted afterwards: a person approved it, and is not proven")
    assert "accepted afterwards 2" in (pack.folder / "summary.html").read_text()


def test_one_approval_of_several_changes_answers_for_each_of_them(site: Site) -> None:
    first = site.change(b"\x65\x02", WEEK + timedelta(minutes=9), WEEK + timedelta(minutes=5))
    second = site.change(b"\x65\x03", WEEK + timedelta(minutes=19), WEEK + timedelta(minutes=15))
    site.ccontrol("approve", first.change_id, second.change_id, "--key", site.key("ada"))
    site.look()
    pack = site.packed()
    told = [pack.change(one.change_id) for one in (first, second)]
    assert [one["classification"] for one in told] == ["accepted afterwards"] * 2
    assert len({one["authorization_id"] for one in told}) == 1
    investigated = [
        one["exception"]
        for one in pack.rows("exceptions")
        if one["requirement"] == "R2 2.1 (investigation)"
        and one["change_id"] in {first.change_id, second.change_id}
    ]
    assert investigated == [], "the approval names both"


def test_a_window_names_its_controllers_and_the_changes_that_it_allowed(site: Site) -> None:
    site.window("CHG-7", WEEK)
    what = ("--text", "ran a day", "--differences", "no drives", "--key", site.key("ada"))
    site.ccontrol("attest", "CHG-7", "--test", *what)
    site.look()
    record = site.change(b"\x65\x02", WEEK + timedelta(minutes=9), WEEK + timedelta(minutes=5))
    pack = site.packed()
    leave = [one for one in pack.rows("authorizations") if one["reason"].startswith("CHG-7")]
    assert [(one["asset_id"], one["change_ids"]) for one in leave] == [
        ("press-3", record.change_id)
    ]
    (test,) = pack.rows("verification")
    assert (test["change_id"], test["before_change"]) == (record.change_id, "yes")
    lacking = [one for one in pack.rows("exceptions") if one["change_id"] == record.change_id]
    assert not {"R1 1.2", "R1 1.5"} & {one["requirement"] for one in lacking}


def test_who_may_sign_stands_among_the_authorizations_with_who_said_so(site: Site) -> None:
    (row,) = [
        one
        for one in site.packed().rows("authorizations")
        if one["reason"] == "who may sign, version 1"
    ]
    assert (row["approved_by"], row["counts"]) == ("ada@plant", "yes")
    assert "dan@plant (investigator)" in row["scope"]
    assert row["approved_utc"] == f"{WEEK:%Y-%m-%dT%H:%M:%SZ}"


def test_each_commit_of_people_is_one_line_of_access_at_its_first_sight(site: Site) -> None:
    """Not at the time that it claims: that of the commit is the author's to choose."""
    site.window("CHG-7", WEEK)
    record = site.change(b"\x65\x02", WEEK + timedelta(minutes=9), WEEK + timedelta(minutes=5))
    what = ("--controls", "key switch", "--text", "as before", "--key", site.key("ada"))
    site.ccontrol("attest", record.change_id, *what)
    site.look()
    rows = [one for one in site.packed().rows("access") if one["source"].startswith("approved ")]
    assert [one["what"] for one in rows] == ["people", "attestation", "window"]
    assert len({one["source"] for one in rows}) == 3
    seen = f"{WEEK + timedelta(minutes=9):%Y-%m-%dT%H:%M:%SZ}"
    assert [one["at_utc"] for one in rows][1:] == [seen, seen]


def test_an_emergency_window_is_an_exception_until_it_is_documented(site: Site) -> None:
    times = ("--from", WEEK.isoformat(), "--until", (WEEK + timedelta(hours=2)).isoformat())
    words = ("--controller", "press-3", "--emergency", "--reason", "stuck", "--key")
    site.ccontrol("window", "add", "CHG-9", *times, *words, site.key("bob"))
    site.look()
    record = site.change(b"\x65\x02", WEEK + timedelta(minutes=9), WEEK + timedelta(minutes=5))
    pack = site.packed()
    assert pack.change(record.change_id)["classification"] == "emergency"
    assert "documentation is missing" in why_not_authorised(pack, record.change_id)
    shutil.rmtree(pack.folder)
    said = ("--reason", "stuck", "--documentation", "valve replaced", "--key", site.key("bob"))
    site.ccontrol("emergency", record.change_id, *said)
    site.look()
    assert why_not_authorised(site.packed(), record.change_id) == ""


def why_not_authorised(pack: Pack, change_id: str) -> str:
    found = [one for one in pack.rows("exceptions") if one["change_id"] == change_id]
    return "".join(one["exception"] for one in found if one["requirement"] == "R1 1.2")


def test_an_item_that_no_framework_has_is_refused_with_those_that_there_are(
    site: Site,
) -> None:
    what = ("--text", "x", "--key", site.key("ada"))
    answer = site.run("--config", site.plant.config, "attest", "press-3", "--item", "9.9.9", *what)
    assert answer.code == 13
    assert "no framework has an item '9.9.9'" in answer.err
    assert "1.1.4" in answer.err


def cloned(site: Site) -> Path:
    clone = site.plant.folder / "clone"
    ada = Person(site.plant.folder, "ada")
    ada.git(
        site.plant.folder, "clone", "-q", "--branch", "approved", str(site.plant.store), "clone"
    )
    return clone


def daemon_key(site: Site) -> Path:
    return next(site.plant.folder.rglob("*signing*key"))


def approve_by_hand(site: Site, key: Path) -> None:
    """Let whoever holds a key take over all that is observed, with stock git."""
    clone = cloned(site)
    whoever = Person(key.parent, key.name)
    whoever.approve(clone, "origin/observed")
    whoever.bring_in(clone)
