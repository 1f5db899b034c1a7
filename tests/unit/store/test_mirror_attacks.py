"""What people without the right to it try on `approved` of a mirror that has no ccontrol installed.

Only stock tools judge here: git, ssh-keygen and the mirror's own shell script.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ccontrol.canonical.approvals import (
    render_decision,
    render_window,
)
from ccontrol.canonical.attestations import render_attestation
from ccontrol.clock import SystemClock
from ccontrol.errors import MirrorError
from ccontrol.model.approval import (
    ChangeWindow,
    Decision,
    DecisionKind,
)
from ccontrol.model.attestation import Attestation, Claim
from ccontrol.store import commits, mirror, signing
from ccontrol.store.keys import generate
from ccontrol.store.verify import verify
from tests.unit.store.made_store import START, put_object
from tests.unit.store.mirrored import Mirrored

OBSERVED, APPROVED = "refs/heads/observed", "refs/heads/approved"
CHANGE = "20310506-0123456789abcdef"
NOW = SystemClock().now().replace(microsecond=0)


@pytest.fixture
def mirrored(tmp_path: Path) -> Mirrored:
    mirrored = Mirrored.make(tmp_path)
    mirrored.engineer()
    return mirrored


@pytest.mark.parametrize(
    ("key", "options", "why"),
    [
        ("ada", ("--no-gpg-sign",), "is not signed"),
        ("stranger", (), "is signed by nobody who may sign"),
        ("signing-key", (), "is signed by the daemon, which never approves"),
        ("ivy", (), "ivy@plant is no approver and changed plant/press/note"),
        ("root-1", (), "(root) is no approver and changed plant/press/note"),
        ("ada", ("-S", "-m", "yes\n\nRequested-By: Ada@Plant"), "ada@plant asked for it"),
        ("ada", ("-S", "-m", "yes\n\nRequested-By: \u00e1da@plant"), "beyond ASCII count as any"),
    ],
)
def test_an_approval_by_who_may_not_is_refused(
    mirrored: Mirrored, key: str, options: tuple[str, ...], why: str
) -> None:
    generate(mirrored.folder / "stranger")
    mirrored.approve(key, *options)
    assert why in mirrored.refused()


def test_where_the_rule_says_so_a_requester_may_approve(mirrored: Mirrored) -> None:
    anchor = replace(mirrored.anchor, requester_approves=True)
    mirror.pin(mirrored.git_dir, mirrored.site.daemon.trust.signers, anchor)
    mirrored.approve("ada", "-S", "-m", "yes\n\nRequested-By: ada@plant")
    done = mirrored.push("approved")
    assert done.returncode == 0, done.stderr


WINDOW = ChangeWindow(
    "CHG-1", ("press",), START, START + timedelta(hours=4), "T-1", "retrofit", "ada@plant"
)
NAMED = render_window(WINDOW).decode()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (NAMED, "ada@plant asked for it"),
        (NAMED.replace("requester", '"requester"'), "is not written plainly"),
        (NAMED.replace('"ada@plant"', "'ada@plant'"), "is not written plainly"),
        (NAMED.replace("ada@", "\\u0061da@"), "is not written plainly"),
        (NAMED.replace('"ada@plant"', '"""\nada@plant"""'), "is not written plainly"),
        (NAMED.replace("ada@", "\\u00E1da@"), "beyond ASCII count as any"),
        (NAMED.replace("ada@plant", "J\\u00FCrgen"), ""),
        (NAMED.replace('"ada@plant"', '"bob@plant"'), ""),
    ],
)
def test_a_window_is_not_signed_by_who_asks_for_it_however_the_name_is_spelled(
    mirrored: Mirrored, text: str, why: str
) -> None:
    mirrored.approve(path="changes/CHG-1.toml", text=text)
    if why:
        assert why in mirrored.refused()
    else:
        assert mirrored.push("approved").returncode == 0


def test_an_investigator_investigates_and_does_not_reject(mirrored: Mirrored) -> None:
    looked = Decision(CHANGE, 1, DecisionKind.INVESTIGATE, "press", findings="a card", who="bob")
    path = f"decisions/{CHANGE}/0001.toml"
    mirrored.approve("ivy", path=path, text=render_decision(looked).decode())
    done = mirrored.push("approved")
    assert done.returncode == 0, done.stderr
    mirrored.approve("ada", path=path, text=render_decision(looked).decode() + "\n")
    assert "it may only be added" in mirrored.refused()
    mirrored.undo()
    rejected = replace(looked, kind=DecisionKind.REJECT, number=2, reason="no", findings="", who="")
    second = f"decisions/{CHANGE}/0002.toml"
    plain = render_decision(rejected).decode()
    hidden = plain.replace("kind = ", "kind= ") + '\n[facts]\nkind = "investigate"\n'
    for text in (plain, hidden):
        mirrored.approve("ivy", path=second, text=text)
        assert "ivy@plant is no approver" in mirrored.refused()
        mirrored.undo()


def test_an_investigator_attests_a_change_and_does_not_decide_beside_it(mirrored: Mirrored) -> None:
    said = Attestation(
        Claim.CONTROLS, START, "ivy@plant", "as before", change_id=CHANGE, controls=("key switch",)
    )
    text = render_attestation(said).decode()
    path = f"decisions/{CHANGE}/0001.toml"
    mirrored.approve("ivy", path=path, text=f'{text}kind = "approve"\n')
    assert "ivy@plant is no approver" in mirrored.refused()
    mirrored.undo()
    mirrored.approve("ivy", path=path, text=text)
    done = mirrored.push("approved")
    assert done.returncode == 0, done.stderr


def test_a_signature_for_another_purpose_is_none(mirrored: Mirrored) -> None:
    tree = mirrored.in_clone("rev-parse", "HEAD^{tree}").stdout.strip()
    head = mirrored.in_clone("rev-parse", "HEAD").stdout.strip()
    payload = commits.unsigned(tree, head, "ada <ada@plant>", int(START.timestamp()), "yes\n")
    armor = signing.sign(mirrored.crowd.keys["ada@plant"], payload, "file")
    forged = put_object(mirrored.clone / ".git", "commit", commits.signed(payload, armor))
    mirrored.in_clone("reset", "--quiet", "--hard", forged)
    assert "is for another purpose" in mirrored.refused()


def link(mirrored: Mirrored) -> None:
    (mirrored.clone / "plant/press/id").symlink_to("/etc/passwd")


def program(mirrored: Mirrored) -> None:
    (mirrored.clone / "plant/press/id").write_text("#!/bin/sh\n")
    (mirrored.clone / "plant/press/id").chmod(0o755)


def gitlink(mirrored: Mirrored) -> None:
    head = mirrored.in_clone("rev-parse", "HEAD").stdout.strip()
    mirrored.in_clone("update-index", "--add", "--cacheinfo", f"160000,{head},plant/sub")


def attributes(mirrored: Mirrored) -> None:
    (mirrored.clone / ".gitattributes").write_text("* -text\n* filter=evil\n")


def inner_attributes(mirrored: Mirrored) -> None:
    (mirrored.clone / "plant/press/.gitattributes").write_text("* diff=evil\n")


def modules(mirrored: Mirrored) -> None:
    (mirrored.clone / ".gitmodules").write_text('[submodule "x"]\n\tpath = x\n\turl = ./x\n')


def stray(mirrored: Mirrored) -> None:
    (mirrored.clone / "README").write_text("hello\n")


@pytest.mark.parametrize(
    ("planted", "why"),
    [
        (link, "is no plain file (120000)"),
        (program, "is no plain file (100755)"),
        (gitlink, "is no plain file (160000)"),
        (attributes, "would tell git something"),
        (inner_attributes, "would tell git something"),
        (modules, "would tell git something"),
        (stray, "has no place here"),
    ],
)
def test_what_is_no_plain_file_in_its_place_is_refused(
    mirrored: Mirrored, planted: Callable[[Mirrored], None], why: str
) -> None:
    (mirrored.clone / "plant/press").mkdir(parents=True)
    planted(mirrored)
    mirrored.in_clone("add", "--all")
    mirrored.commit("ada")
    if planted is gitlink:  # git add would have taken it out again
        mirrored.undo()
        gitlink(mirrored)
        mirrored.commit("ada")
    assert why in mirrored.refused()


def test_of_several_refs_at_once_none_moves_when_one_is_bad(mirrored: Mirrored) -> None:
    mirrored.approve()
    bad = "HEAD:refs/notes/commits"
    assert "only observed, approved" in mirrored.refused("--atomic", "approved", bad)
    stood = mirrored.stands_at(OBSERVED)
    done = mirrored.push("approved", bad)  # without --atomic each is judged by itself
    assert done.returncode != 0
    assert mirrored.stands_at(APPROVED) == mirrored.in_clone("rev-parse", "HEAD").stdout.strip()
    assert (mirrored.stands_at("refs/notes/commits"), mirrored.stands_at(OBSERVED)) == ("", stood)


def test_push_options_and_the_hosts_own_hooks_change_nothing(
    mirrored: Mirrored, tmp_path: Path
) -> None:
    lax = tmp_path / "lax"
    lax.mkdir()
    elsewhere = tmp_path / "gitconfig"
    elsewhere.write_text(f"[core]\n\thooksPath = {lax}\n[receive]\n\tadvertisePushOptions = true\n")
    mirrored.approve("ada", "--no-gpg-sign")
    env = {"GIT_CONFIG_GLOBAL": str(elsewhere)}
    assert "is not signed" in mirrored.refused("-o", "ccontrol.skip", "approved", env=env)


def test_a_shallow_clone_hides_nothing_from_the_mirror(mirrored: Mirrored) -> None:
    shallow = mirrored.folder / "shallow"
    url = f"file://{mirrored.git_dir}"
    mirrored.git("clone", "--quiet", "--depth=1", "--branch=observed", url, str(shallow))
    other = mirrored.folder / "other.git"
    mirror.make(other, str(shallow), mirrored.site.daemon.trust.signers, None)
    with pytest.raises(MirrorError):
        mirror.pull(other)
    assert not mirrored.stands_at(OBSERVED, other)
    (mirrored.git_dir / "shallow").write_text(f"{mirrored.stands_at(OBSERVED)}\n")
    mirrored.approve()
    assert "this mirror is shallow" in mirrored.refused()


def test_a_graft_does_not_give_a_commit_another_parent_here(mirrored: Mirrored) -> None:
    (mirrored.git_dir / "info").mkdir(exist_ok=True)
    (mirrored.git_dir / "info" / "grafts").write_text(f"{mirrored.stands_at(OBSERVED)}\n")
    mirrored.approve()
    assert "grafts" in mirrored.refused()


def test_a_branch_of_the_source_that_points_at_another_is_judged_by_what_it_shows(
    mirrored: Mirrored,
) -> None:
    stood = mirrored.stands_at(APPROVED)
    mirrored.site.git("update-ref", "-d", APPROVED)
    mirrored.site.git("symbolic-ref", APPROVED, OBSERVED)
    with pytest.raises(MirrorError, match="may not be rewritten"):
        mirror.pull(mirrored.git_dir)
    assert mirrored.stands_at(APPROVED) == stood


def test_a_source_that_borrows_its_objects_is_copied_whole(mirrored: Mirrored) -> None:
    borrowing = mirrored.folder / "borrowing.git"
    mirrored.git("clone", "--quiet", "--bare", "--shared", str(mirrored.git_dir), str(borrowing))
    other = mirrored.folder / "other.git"
    mirror.make(other, str(borrowing), mirrored.site.daemon.trust.signers, mirrored.anchor)
    mirror.pull(other)
    assert not (other / "objects" / "info" / "alternates").exists()
    assert verify(other, mirrored.site.daemon.trust).faults == ()


def test_nothing_is_left_in_the_folder_for_temporary_files(
    mirrored: Mirrored, tmp_path: Path
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    mirrored.approve()
    assert mirrored.push("approved", env={"TMPDIR": str(scratch)}).returncode == 0
    mirrored.approve("ivy")
    mirrored.refused("approved", env={"TMPDIR": str(scratch)})
    assert list(scratch.iterdir()) == []
