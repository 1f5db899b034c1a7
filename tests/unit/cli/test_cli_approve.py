"""What `ccontrol approve` shows and asks before it signs, and what it refuses to sign at all."""

import os
import pty
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from ccontrol.poll.sighted import Sighted
from ccontrol.store.keys import generate
from tests.unit.cli.plants import block, seen, things
from tests.unit.cli.works import CLOCK, Works
from tests.unit.store.made_store import ssh_keygen

FOLDER = "plant/hall-2/press-3"


def heads(works: Works) -> tuple[str, str]:
    return works.git("rev-parse", "approved"), works.git("rev-parse", "observed").strip()


def objects(works: Works) -> int:
    return int(works.git("count-objects").split()[0])


@contextmanager
def terminal(monkeypatch: pytest.MonkeyPatch, answer: str) -> Iterator[None]:
    """Let somebody sit at a terminal and type this."""
    ours, theirs = pty.openpty()
    try:
        os.write(ours, answer.encode())
        with os.fdopen(theirs, closefd=True) as stdin, monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", stdin)
            yield
    finally:
        os.close(ours)


def moved(works: Works, body: bytes = b"\x65\x07") -> str:
    now = CLOCK.now()
    return works.change(body, now, now - timedelta(minutes=5)).change_id


def test_a_dry_run_shows_all_and_signs_nothing(works: Works) -> None:
    works.approve("press-3")
    before, change = heads(works)[0], moved(works)
    told = works.ccontrol("approve", "press-3", "--dry-run")
    assert heads(works)[0] == before
    assert f"press-3: {FOLDER}, as observed at {heads(works)[1][:12]}" in told
    assert "1 changed" in told
    assert "~ OB/OB1.press-3.toml" in told
    assert change in told, "what happened since it was approved last"
    assert "added" not in told


def test_what_is_shown_since_the_last_approval_ends_there(works: Works) -> None:
    first = moved(works, b"\x65\x07")
    works.approve("press-3")
    second = moved(works, b"\x65\x08")
    told = works.ccontrol("approve", "press-3", "--dry-run")
    assert second in told
    assert first not in told


def test_on_a_terminal_somebody_is_asked(works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    before = heads(works)[0]
    with terminal(monkeypatch, "n\n"):
        assert "nothing was signed" in works.approve("press-3")
    assert heads(works)[0] == before
    with terminal(monkeypatch, "y\n"):
        assert "Approve press-3?" in works.approve("press-3")
    assert heads(works)[0] != before
    moved(works)
    with terminal(monkeypatch, ""):
        works.approve("press-3", "--yes")
    assert works.differing(FOLDER) == 0


def test_what_is_approved_already_is_said_and_not_signed(works: Works) -> None:
    works.approve("press-3")
    before = heads(works)[0]
    told = works.approve("press-3", code=20)
    assert "approved as it is already" in told
    assert heads(works)[0] == before
    both = works.approve("press-3", "mixer-1")
    assert "mixer-1: approved" in both
    assert "Controller: mixer-1\n" in works.git("log", "-1", "--format=%B", "approved")


def test_what_moved_since_it_was_reviewed_is_refused(works: Works) -> None:
    reviewed = heads(works)[1]
    change = moved(works)
    before = heads(works)[0]
    told = works.approve("press-3", "--reviewed", reviewed[:10], code=20)
    assert "press-3 has moved since" in told
    assert "--observed" in told
    assert heads(works)[0] == before
    works.approve("press-3", "--reviewed", heads(works)[1])
    assert works.differing(FOLDER) == 0
    assert change


def test_an_older_state_is_approved_by_the_beginning_of_its_commit(works: Works) -> None:
    reviewed = heads(works)[1]
    moved(works)
    works.approve("press-3", "--observed", reviewed[:10])
    assert works.git("diff", "--stat", "approved", reviewed, "--", FOLDER) == ""
    assert works.baselines()["press-3"] == ("drift", 1)
    assert "begins with" in works.approve("press-3", "--observed", "0" * 10, code=13)


def test_what_nobody_could_read_needs_a_word(works: Works) -> None:
    unread = {block("FB12").id: "protected"}
    snapshot = replace(
        seen("press-3", *things(block("OB1", b"\x65\x01")), unread=unread), taken_at=CLOCK.now()
    )
    press = works.opened.site.controllers[0]
    works.opened.scribe.give(lambda line: line.take(Sighted(press, snapshot))).result(60)
    told = works.approve("press-3", code=20)
    assert "unread: FB/FB12: protected" in told
    assert "--with-unread" in told
    works.approve("press-3", "--with-unread")
    assert works.baselines()["press-3"] == ("not proven", 0)


def test_several_controllers_and_changes_are_one_commit(works: Works) -> None:
    change = moved(works)
    works.approve(change, "mixer-1", "--ticket", "T-5")
    text = works.git("log", "-1", "--format=%B", "approved")
    assert f"Change-Id: {change}" in text
    assert "Controller: press-3 mixer-1" in text
    assert works.differing("plant/hall-1/mixer-1") == 0


def test_a_part_is_approved_and_the_rest_stays_what_it_was(works: Works) -> None:
    whole = works.differing(FOLDER)
    works.approve("press-3", "--paths", f"{FOLDER}/OB/", "--paths", f"{FOLDER}/FB")
    assert works.baselines()["press-3"] == ("drift", works.differing(FOLDER))
    assert works.differing(FOLDER) == whole - 2
    change = moved(works)
    assert works.look() == 2
    works.approve(change, "--paths", f"{FOLDER}/OB")
    assert works.look() == 1
    assert works.judged(change).word.value == "accepted afterwards"
    works.approve("press-3")
    assert works.baselines()["press-3"] == ("in baseline", 0)
    told = works.approve("press-3", "--paths", f"{FOLDER}/nowhere", code=13)
    assert "no such file or folder" in told


def test_who_may_not_approve_is_told_before_anything_is_signed(works: Works) -> None:
    generate(works.key("eve"))
    before, kept = heads(works)[0], objects(works)
    told = works.approve("press-3", who="eve", code=26)
    assert "belongs to nobody who may sign" in told
    assert "ccontrol people show" in told
    told = works.approve("press-3", "--requested-by", "ada@plant", code=20)
    assert "ada@plant asked for it" in told
    assert (heads(works)[0], objects(works)) == (before, kept), "not even an object was written"


def test_programs_are_told_what_was_approved(works: Works) -> None:
    words = ("approve", "press-3", "--ticket", "T-1", "--key", works.key("ada"), "--json")
    answer = works.run("--config", works.plant.config, *words)
    assert answer.code == 0
    assert answer.json["commit"] == heads(works)[0].strip()
    (row,) = answer.json["approved"]
    assert row["name"] == "press-3"
    assert sorted(row["added"]) == sorted(answer.json["paths"])


def test_a_key_with_a_passphrase_is_sent_to_the_agent(works: Works) -> None:
    ssh_keygen("-q", "-t", "ed25519", "-N", "secret", "-f", str(works.key("locked")))
    assert "ssh-add" in works.approve("press-3", who="locked", code=26)


def test_a_name_that_nothing_has_is_answered_with_what_may_have_been_meant(works: Works) -> None:
    assert "did you mean 'press-3'" in works.approve("press-33", code=13)
