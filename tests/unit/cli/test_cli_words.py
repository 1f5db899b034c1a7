"""What commands for people and auditors say when something is not right: what, and what to do."""

import io
from datetime import timedelta
from pathlib import Path

import pytest

from ccontrol.poll.sighted import Sighted
from ccontrol.store.keys import FileSigner
from ccontrol.store.sshwire import fingerprint
from tests.unit.cli.plants import block, seen, things
from tests.unit.cli.works import CLOCK, Works

DAY = ("--from", "2026-11-23T18:00Z", "--until", "2026-11-23T22:00Z")


def windowed(works: Works, *words: str, who: str = "ada", code: int = 0) -> str:
    key = ("--key", works.key(who))
    return works.ccontrol("window", "add", "CHG-1", *words, *key, code=code)


def test_an_approval_without_ticket_and_reason_is_refused_before_anything_is_read(
    works: Works,
) -> None:
    before = works.git("rev-parse", "approved")
    for words in ((), ("--reason", " ")):
        key = ("--key", works.key("bob"))
        answer = works.run("--config", works.plant.config, "approve", "mixer-1", *words, *key)
        assert answer.code == 2
        assert "--ticket or --reason" in answer.err
    assert works.git("rev-parse", "approved") == before
    works.ccontrol("approve", "mixer-1", "--dry-run")
    works.ccontrol("approve", "mixer-1", "--ticket", "T-1", "--key", works.key("bob"))


def test_who_asked_for_the_window_is_told_to_let_another_approve(works: Works) -> None:
    works.approve("press-3", who="ada")
    works.look()
    now = CLOCK.now()
    since, until = now - timedelta(minutes=9), now + timedelta(hours=2)
    times = ("--from", since.isoformat(), "--until", until.isoformat())
    asked = ("--controller", "press-3", "--ticket", "T-3", "--requested-by", "bob@plant")
    windowed(works, *times, *asked)
    works.look()
    later = CLOCK.now() + timedelta(seconds=1)
    change = works.change(b"\x65\x02", later + timedelta(minutes=5), later).change_id
    for name in (change, "press-3"):
        told = works.approve(name, who="bob", code=20)
        assert "bob@plant asked for CHG-1" in told
        assert "Let another approver sign it" in told
    works.approve(change, who="ada")
    assert works.look() == 1


def test_a_path_that_means_nothing_is_told_with_those_near_to_it(works: Works) -> None:
    told = works.approve("press-3", "--paths", "nosuch", code=13)
    assert "--paths nosuch: no such file or folder of press-3" in told
    assert "plant/hall-2/press-3" in told
    assert "already" not in told
    folder = "plant/hall-2/press-3"
    paths = works.git("ls-tree", "-r", "--name-only", "observed", folder).splitlines()
    (block,) = [path for path in paths if "OB1" in path]
    for typed in (f"program/{Path(block).name}", Path(block).name):
        told = works.approve("press-3", "--paths", paths[0], "--paths", typed, code=13)
        assert f"Near: {block}" in told
    works.approve("press-3", "--paths", paths[-1])
    assert "nothing would change" in works.approve("press-3", "--paths", paths[-1], code=20)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (DAY, "want --ticket"),
        ((*DAY[:3], "2026-11-23T17:00Z", "--ticket", "T-1"), "--until is not after --from"),
    ],
)
def test_a_window_that_makes_no_sense_is_told_by_its_options(
    works: Works, words: tuple[str, ...], said: str
) -> None:
    told = windowed(works, "--controller", "press-3", *words, code=2)
    assert said in told
    assert "people show" not in told


def test_a_window_is_for_all_controllers_that_look_like_a_pattern(works: Works) -> None:
    windowed(works, "--controller", "mixer-*", "--controller", "press-3", *DAY, "--ticket", "T-1")
    text = works.git("show", "approved:changes/CHG-1.toml")
    assert '"mixer-*"' in text
    assert '"press-3"' in text
    told = windowed(works, "--controller", "oven-*", *DAY, "--ticket", "T-1", code=13)
    assert "no controller in the configuration looks like 'oven-*'" in told


def test_a_file_that_is_to_be_loaded_and_is_not_there_is_named(works: Works) -> None:
    words = ("--controller", "press-3", *DAY, "--ticket", "T-1", "--file", "gone.s7p")
    told = windowed(works, *words, code=50)
    assert "gone.s7p: No such file" in told


def test_the_daemons_key_is_called_what_it_is(works: Works) -> None:
    key = works.plant.folder / "keys" / "signing-key"
    name = fingerprint(FileSigner.load(key).public_key)
    said = f"{name} is the daemon's key: it may not sign for a person"
    reason = ("--reason", "planned", "--key", key)
    assert said in works.ccontrol("approve", "press-3", *reason, code=26)
    draft = works.key("next.toml")
    works.ccontrol("people", "draft", draft)
    before = draft.read_bytes()
    person = ("--person", "eve@plant", "--public-key", f"{key}.pub", "--role", "approver")
    assert said in works.ccontrol("people", "add", draft, *person, code=26)
    assert draft.read_bytes() == before


def test_a_draft_that_is_spoilt_is_the_drafts_fault_not_the_stores(works: Works) -> None:
    draft = works.key("spoilt.toml")
    draft.write_bytes(b"\xff\x00nonsense")
    told = works.ccontrol("people", "sign", draft, "--key", works.key("root-1"), code=50)
    assert "Mend that in the draft" in told
    assert "ccontrol verify" not in told


def test_the_beginning_of_a_change_id_is_enough_for_the_vault_and_to_attest(
    works: Works, tmp_path: Path
) -> None:
    units = things(block("OB1", b"\x65\x09"), block("FB12"))
    sighted = Sighted(works.opened.site.controllers[0], seen("press-3", *units, minute=9))
    answers = io.BytesIO(b"what it answered")
    written = works.opened.scribe.give(lambda line: line.take(sighted, answers)).result(60)
    assert written.record is not None
    name = written.record.change_id[:13]
    safe, out = works.key("keys") / "vault-identity", tmp_path / "out"
    told = works.ccontrol("vault", "open", name, "--identity", safe, "-o", out)
    assert f"{out}:" in told
    assert b"what it answered" in out.read_bytes()
    words = ("--controls", "key switch", "--text", "tried", "--key", works.key("ada"))
    works.ccontrol("attest", name, *words)
    assert works.git("ls-tree", "--name-only", "approved", f"decisions/{written.record.change_id}/")
