"""Files that a change window expects, by SHA-256: held against those that were dropped."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta

import pytest

from ccontrol.canonical.project_files import FileFacts
from ccontrol.logic.project import Language, Part, Project
from ccontrol.model.approval import Authorisation
from ccontrol.model.aspect import Aspect
from ccontrol.model.record import Record
from ccontrol.poll import project_line
from ccontrol.poll.messages import ProjectRead
from ccontrol.poll.project_line import Dropped, take
from tests.unit.cli.plants import Plant, Run
from tests.unit.cli.works import CLOCK, Works, at_work, window

WANTED, OTHER = b"the program of the work order", b"another program"
NAME = "press.L5X"


@pytest.fixture
def works(plant: Plant, run: Run) -> Iterator[Works]:
    with at_work(plant, run) as works:
        works.key(NAME).write_bytes(WANTED)
        window(works, "CHG-1", CLOCK.now() - timedelta(minutes=10), "--file", str(works.key(NAME)))
        works.look()
        yield works


def change(works: Works, body: bytes = b"\x65\x02") -> Record:
    begun = CLOCK.now() + timedelta(seconds=1)
    return works.change(body, begun + timedelta(minutes=2), begun)


def drop(works: Works, content: bytes, name: str = NAME) -> None:
    (press, _) = works.opened.site.controllers
    copy = works.key("copy")
    copy.write_bytes(content)
    now = CLOCK.now()
    file = FileFacts(name, hashlib.sha256(content).hexdigest(), len(content), "alice", now)
    part = Part(("Main",), Language.ST, Aspect.PROGRAM, f"{content!r}\n")
    read = ProjectRead(1, Project("l5x/1", "a", (part,)))
    dropped = Dropped(press, file, copy, read, now)
    works.opened.scribe.give(lambda line: take(line, dropped)).result(60)


def said(works: Works, record: Record) -> tuple[Authorisation, str]:
    found = works.judged(record.change_id)
    return found.word, found.reason


def test_the_expected_file_makes_it_plainly_authorised(works: Works) -> None:
    drop(works, WANTED)
    assert said(works, change(works)) == (Authorisation.AUTHORISED, "CHG-1 allows it")


def test_without_it_the_verdict_says_so_until_it_comes(works: Works) -> None:
    record = change(works)
    missing = "CHG-1 allows it; none of the files that it expects was dropped"
    assert said(works, record) == (Authorisation.AUTHORISED, missing)
    drop(works, WANTED)
    assert said(works, record) == (Authorisation.AUTHORISED, "CHG-1 allows it")


def test_another_file_is_out_of_scope_whether_it_came_before_or_after(works: Works) -> None:
    after = change(works)
    drop(works, OTHER)
    before = change(works, b"\x65\x03")
    for record in (after, before):
        word, reason = said(works, record)
        assert word is Authorisation.OUT_OF_SCOPE
        assert hashlib.sha256(OTHER).hexdigest()[:12] in reason


def test_a_firmware_package_says_nothing_of_a_program(works: Works) -> None:
    drop(works, OTHER, "cpu.upd")
    assert said(works, change(works))[0] is Authorisation.AUTHORISED


def test_a_file_that_a_killed_daemon_took_is_thought_of_at_the_next_start(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = change(works)
    with monkeypatch.context() as killed:  # after the file's commit, and before anything follows
        killed.setattr(project_line, "judge_anew", lambda *_: None)
        drop(works, OTHER)
    assert said(works, record)[0] is Authorisation.AUTHORISED
    works.restart()
    works.look()
    assert said(works, record)[0] is Authorisation.OUT_OF_SCOPE
    head = works.git("rev-parse", "observed")
    works.restart()
    works.look()
    assert works.git("rev-parse", "observed") == head, "a second time there is nothing to do"


def test_a_dropped_file_itself_is_nobodys_to_authorise(works: Works) -> None:
    drop(works, OTHER)
    works.ccontrol("approve", "press-3", "--key", works.key("bob"))
    works.look()
    listed = works.run("--config", works.plant.config, "changes", "--json").json["changes"]
    (dropped,) = [one for one in listed if "project file" in one["subject"]]
    shown = works.run("--config", works.plant.config, "show", dropped["change_id"], "--json").json
    assert shown["judgements"] == 1
    assert shown["record"]["verdict"]["authorised"] is None


def test_a_file_that_is_not_there_is_told_with_the_next_step(works: Works) -> None:
    span = ("--from", "2028-02-29T18:00", "--until", "2028-02-29T20:00")
    asked = ("--controller", "press-3", *span, "--ticket", "T-1", "--file", works.key("nothing"))
    told = works.ccontrol("window", "add", "CHG-2", *asked, "--key", works.key("ada"), code=50)
    assert "Name another file" in told
