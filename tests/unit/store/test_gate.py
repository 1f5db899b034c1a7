"""The door of a store: what stock git pushes there is judged before it counts, or stands there."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ccontrol.store import gate, mirror
from ccontrol.store.keys import generate
from ccontrol.store.message import Message
from tests.unit.store.made_people import Crowd
from tests.unit.store.made_store import Site, git
from tests.unit.store.mirrored import Mirrored

OBSERVED, APPROVED = "refs/heads/observed", "refs/heads/approved"


@pytest.fixture
def crowd(tmp_path: Path) -> Crowd:
    """People whose roots the store's door knows, and one observed press."""
    site = Site.make(tmp_path)
    site.write({"plant/press/id": b"1"})
    crowd = Crowd.make(site)
    crowd.begin()
    return crowd


def refs_of(crowd: Crowd) -> str:
    return crowd.site.git("for-each-ref")


def refused(crowd: Crowd, clone: Path, *what: str) -> str:
    stood = refs_of(crowd)
    said = git("push", "origin", *what, code=1, where=clone)
    assert refs_of(crowd) == stood
    return said


def on_approved(crowd: Crowd, who: str = "ada@plant", *options: str) -> Path:
    """Clone the store and approve the press as docs/approvals.md says."""
    clone = crowd.clone(who)
    git("switch", "--quiet", "approved", where=clone)
    restore = ("restore", "--source=origin/observed", "--staged", "--worktree", "plant/press")
    git(*restore, where=clone)
    git("commit", "--quiet", *(options or ("-S",)), "-m", "Approve press", where=clone)
    return clone


def test_a_person_pushes_what_counts(crowd: Crowd) -> None:
    clone = on_approved(crowd)
    git("push", "--quiet", "origin", "approved", where=clone)
    found = crowd.survey()
    assert (found.faults, len(found.approvals.commits)) == ((), 2)
    assert crowd.site.verify().faults == ()


@pytest.mark.parametrize(
    ("who", "options", "why"),
    [
        ("ada@plant", ("--no-gpg-sign",), "is not signed"),
        ("stranger@plant", (), "signed by nobody who may sign"),
        ("signing-key@plant", (), "signed by the daemon"),
        ("ivy@plant", (), "is no approver"),
    ],
)
def test_what_would_not_count_is_refused(
    crowd: Crowd, who: str, options: tuple[str, ...], why: str
) -> None:
    generate(crowd.site.folder / "stranger")
    assert why in refused(crowd, on_approved(crowd, who, *options), "approved")


def test_the_door_knows_the_rule_that_people_signed(crowd: Crowd) -> None:
    people = replace(crowd.people(2), requester_approves=True)
    crowd.write("ada@plant", crowd.people_files(people, "root-1", "root-2"), Message("may"))
    clone = on_approved(crowd)
    words = ("--amend", "-S", "-m", "Approve press", "--trailer", "Requested-By: ada@plant")
    git("commit", "--quiet", *words, where=clone)
    git("push", "--quiet", "origin", "approved", where=clone)
    assert crowd.survey().faults == ()


def test_nothing_but_approved_is_taken(crowd: Crowd) -> None:
    clone = crowd.clone("ada@plant")
    git("commit", "--quiet", "--allow-empty", "-m", "unsigned", where=clone)
    git("tag", "-s", "-m", "mine", "mine", where=clone)
    head = crowd.site.git("rev-parse", OBSERVED).strip()
    for what in ("HEAD:refs/heads/observed", "mine", f"HEAD:refs/replace/{head}", "HEAD:other"):
        assert "only approved may be pushed here" in refused(crowd, clone, what)
    crowd.site.git("config", "receive.denyDeletes", "false")
    assert "nothing is ever deleted" in refused(crowd, clone, ":refs/heads/approved")
    crowd.site.write({"plant/press/id": b"2"})  # the daemon itself does not pass here
    assert crowd.site.verify().faults == ()


def test_where_no_roots_are_pinned_nobody_may_push(crowd: Crowd) -> None:
    gate.install(crowd.site.git_dir, crowd.site.daemon.trust.signers, None)
    assert "nobody may approve" in refused(crowd, on_approved(crowd), "approved")


@pytest.mark.parametrize("harm", ["gone", "another", "not run"])
def test_verify_says_when_the_door_is_open_and_a_start_shuts_it(crowd: Crowd, harm: str) -> None:
    site, hook = crowd.site, crowd.site.git_dir / "hooks" / "update"
    assert not any("hooks/" in each for each in site.verify().unchecked)
    if harm == "gone":
        hook.unlink()
    elif harm == "another":
        hook.write_text("#!/bin/sh\n")
    else:
        hook.chmod(0o600)
    (told,) = (each for each in site.verify().unchecked if "hooks/update" in each)
    assert "not judged before it counts" in told
    assert site.verify().faults == ()
    gate.install(site.git_dir, site.daemon.trust.signers, crowd.judging.anchor)
    assert not any("hooks/" in each for each in site.verify().unchecked)
    assert "is not signed" in refused(
        crowd, on_approved(crowd, "ada@plant", "--no-gpg-sign"), "approved"
    )


def test_a_store_without_any_door_gets_one_and_a_copy_elsewhere_is_not_told_of(
    crowd: Crowd, tmp_path: Path
) -> None:
    site = crowd.site
    shutil.rmtree(site.git_dir / "hooks")
    shutil.rmtree(mirror.pinned_folder(site.git_dir))
    assert len(list(gate.faults(site.git_dir))) == 4
    gate.install(site.git_dir, site.daemon.trust.signers, crowd.judging.anchor)
    assert list(gate.faults(site.git_dir)) == []
    copy = tmp_path / "copy.git"
    git("clone", "--quiet", "--bare", str(site.git_dir), str(copy))
    assert list(gate.faults(copy)) == []


UNIT = Path(__file__).parents[3] / "systemd" / "ccontrol-approved@.service"


def fetch_as_the_unit_does(store: Path, relay: Path) -> list[str]:
    """Run the commands of the unit, in their order, and return what git said."""
    lines = (line for line in UNIT.read_text().splitlines() if line.startswith("ExecStart="))
    said = []
    for line in lines:
        words = line.removeprefix("ExecStart=/usr/bin/git ")
        words = words.replace("/var/lib/ccontrol/approvals/%i.git", str(relay))
        said.append(git(*words.replace("/var/lib/ccontrol/baselines/%i", str(store)).split()))
    return said


def test_what_was_pushed_to_a_mirror_comes_into_the_store_by_the_units_commands(
    tmp_path: Path,
) -> None:
    mirrored = Mirrored.make(tmp_path)
    store, relay = mirrored.site.git_dir, tmp_path / "relay.git"
    gate.install(store, mirrored.site.daemon.trust.signers, mirrored.anchor)
    alone = ("--bare", "--single-branch", "--branch", "approved")
    git("clone", "--quiet", *alone, str(mirrored.git_dir), str(relay))
    assert fetch_as_the_unit_does(store, relay) == ["", ""]
    mirrored.engineer()
    pushed = mirrored.approve()
    assert mirrored.push("approved").returncode == 0
    fetch_as_the_unit_does(store, relay)
    assert mirrored.site.git("rev-parse", APPROVED).strip() == pushed
    mirrored.git("--git-dir", str(mirrored.git_dir), "update-ref", APPROVED, f"{pushed}~1")
    with pytest.raises(AssertionError, match="non-fast-forward"):
        fetch_as_the_unit_does(store, relay)
    assert mirrored.site.git("rev-parse", APPROVED).strip() == pushed
