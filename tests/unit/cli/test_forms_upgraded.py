"""A version with a newer form comes: what people approved in the older one goes on to hold."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from ccontrol.canonical import upgrades
from ccontrol.store.keys import generate
from ccontrol.store.message import Message
from tests.unit.cli.packs import export
from tests.unit.cli.works import CLOCK, Works

FOLDER = "plant/hall-2/press-3"


def older(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return files of form 1 as a form before it might have looked: it called a key a mark."""
    return {path: _reworded(content, b"key", b"mark", b"0") for path, content in files.items()}


def newer(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Upgrade that form."""
    return {path: _reworded(content, b"mark", b"key", b"1") for path, content in files.items()}


def _reworded(content: bytes, old: bytes, new: bytes, form: bytes) -> bytes:
    text = content.replace(b"\n%b = " % old, b"\n%b = " % new)
    return b"form = %b\n" % form + text.partition(b"\n")[2] if text.startswith(b"form = ") else text


@pytest.fixture
def works(works: Works, monkeypatch: pytest.MonkeyPatch) -> Works:
    """A plant of which an older version wrote everything, approved in that form."""
    monkeypatch.setitem(upgrades.UPGRADES, ("plant", 0), newer)
    commit(works, older(stored(works)))
    works.approve("press-3")
    works.look()
    return works


def stored(works: Works) -> dict[str, bytes]:
    return works.opened.scribe.give(lambda line: line.writer.repository.read(FOLDER)).result(60)


def commit(works: Works, files: Mapping[str, bytes], *trailers: tuple[str, str]) -> None:
    text = Message("written by another version", "", trailers)
    works.opened.scribe.give(lambda line: line.commit_files(files, text)).result(60)


def upgrade(works: Works) -> None:
    """Let the daemon of a newer version begin its work."""
    works.restart()
    press = works.opened.site.controllers[0]
    works.opened.scribe.give(lambda line: line.state_of(press)).result(60)


def status(works: Works) -> str:
    answer = works.run("--config", works.plant.config, "status", "press-3")
    return " ".join(answer.out.split())


def test_the_older_form_is_another_one(works: Works) -> None:
    assert b"form = 0" in stored(works)[f"{FOLDER}/form.press-3.toml"]
    assert newer(stored(works)) != stored(works)


def test_an_upgrade_is_a_commit_of_its_own_and_no_drift(works: Works) -> None:
    upgrade(works)
    assert "Class: rendering" in works.git("log", "-1", "--format=%B", "observed")
    assert b"form = 1" in stored(works)[f"{FOLDER}/form.press-3.toml"]
    assert works.differing(FOLDER) > 0, "git sees another way of writing"
    assert works.baselines()["press-3"] == ("in baseline", 0)
    assert "in baseline (by upgrade of form 0 to 1)" in status(works)
    told = works.ccontrol("verify")
    assert "press-3: in baseline (by upgrade of form 0 to 1)" in told
    assert "sound" in told


def test_a_change_after_an_upgrade_is_drift_by_what_people_approved(works: Works) -> None:
    upgrade(works)
    now = CLOCK.now()
    away = works.change(b"\x65\x07", now + timedelta(minutes=5), now + timedelta(minutes=1))
    assert works.baselines()["press-3"] == ("drift", 1)
    assert "drift: 1 file differs (by upgrade of form 0 to 1)" in status(works)
    back = works.change(b"\x65\x01", now + timedelta(minutes=15), now + timedelta(minutes=11))
    assert works.judged(away.change_id).word.value == "unexplained"
    found = works.judged(back.change_id)
    assert found.word.value == "authorised"
    assert "brings back" in found.reason
    assert works.baselines()["press-3"] == ("in baseline", 0)


def test_people_approve_the_newer_form_and_git_agrees_again(works: Works) -> None:
    upgrade(works)
    works.approve("press-3")
    assert works.differing(FOLDER) == 0
    assert "in baseline (by" not in status(works)
    assert "by upgrade" not in works.ccontrol("verify")


def test_without_a_way_from_the_older_form_what_git_shows_is_told(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade(works)
    monkeypatch.delitem(upgrades.UPGRADES, ("plant", 0))
    assert works.baselines()["press-3"] == ("drift", works.differing(FOLDER))
    told = works.ccontrol("verify")
    assert "not checked" in told
    assert "no way leads to 1" in told


def test_a_commit_that_raises_a_form_and_slips_something_in_is_a_fault(works: Works) -> None:
    files = newer(stored(works))
    (path,) = [one for one in files if one.endswith("OB1.press-3.toml")]
    slipped = {**files, path: files[path].replace(b"65 01", b"65 ff")}
    assert slipped != files
    commit(works, slipped, ("Class", "rendering"))
    told = works.ccontrol("verify", code=21)
    assert "it raised a form, and changed more than that of press-3" in told
    assert works.baselines()["press-3"] == ("drift", 1)


def test_a_pack_says_by_which_upgrade_a_controller_is_in_baseline(works: Works) -> None:
    upgrade(works)
    generate(works.key("export"))
    assert export(works.plant, works.key("export"), works.key("pack")) == 0
    text = (works.key("pack") / "population.csv").read_text()
    (line,) = [one for one in text.splitlines() if "press-3" in one]
    assert ",yes,upgrade of form 0 to 1," in line


def test_a_form_of_a_later_version_is_refused_and_not_guessed(works: Works) -> None:
    form = f"{FOLDER}/form.press-3.toml"
    commit(works, {form: stored(works)[form].replace(b"form = 0", b"form = 9")})
    answer = works.run("--config", works.plant.config, "status", "press-3", "--json")
    (found,) = answer.json["sites"][0]["controllers"]
    assert "form 9, where 1 is known" in found["unreadable"]
