"""What is pushed to a mirror, or to a store, to mislead who reads it, or to wear it out."""

import os
import subprocess  # noqa: TID251 — ssh-keygen makes certificates
from dataclasses import replace
from pathlib import Path

import pytest

from ccontrol.canonical.approvals import render_window
from ccontrol.model.approval import PersonKey, Role
from ccontrol.store import gate, mirror, signing
from ccontrol.store.keys import generate, public_line
from ccontrol.store.message import Message
from tests.unit.store.made_store import put_object
from tests.unit.store.mirrored import Mirrored
from tests.unit.store.test_mirror_attacks import WINDOW

OBSERVED = "refs/heads/observed"


@pytest.fixture
def mirrored(tmp_path: Path) -> Mirrored:
    mirrored = Mirrored.make(tmp_path)
    mirrored.engineer()
    return mirrored


def tag(mirrored: Mirrored, name: str, at: str = "HEAD", key: str = "ivy") -> None:
    mirrored.in_clone("-c", f"user.signingkey={mirrored.folder / key}", "tag", "-sm", "x", name, at)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("approved", "for a branch"),
        ("observed", "for a branch"),
        ("origin/approved", "for a branch"),
        ("ORIG_HEAD", "for a branch"),
        ("4f2c61d09a", "for a commit"),
    ],
)
def test_no_tag_is_taken_that_git_would_show_for_something_else(
    mirrored: Mirrored, name: str, why: str
) -> None:
    mirrored.commit("ivy", "--no-gpg-sign")
    tag(mirrored, name)
    assert why in mirrored.refused(f"refs/tags/{name}")


def test_a_tag_does_not_come_back_under_another_name(mirrored: Mirrored) -> None:
    tag(mirrored, "audit-2025", "origin/observed", "ada")
    where = "refs/tags/audit-2025:refs/tags/"
    assert "signed under another name" in mirrored.refused(f"{where}audit-2026")
    assert mirrored.push(f"{where}audit-2025").returncode == 0


@pytest.mark.parametrize("dated", ["@99999999999999 +0000", "@253402300799 +0000"])
def test_a_date_that_no_calendar_has_is_refused(mirrored: Mirrored, dated: str) -> None:
    for name in ("GIT_COMMITTER_DATE", "GIT_AUTHOR_DATE"):
        mirrored.commit("ada", env={name: dated})
        assert "a date, that nobody writes" in mirrored.refused()
        mirrored.undo()


def test_what_is_too_large_is_refused_before_anything_reads_it(mirrored: Mirrored) -> None:
    """A window of 20 MB kept awk busy for 20 s, one of 300 MB for more than five minutes."""
    mirrored.approve("ada", path="changes/CHG-1.toml", text=f'a = "{"a" * 8_000_000}"\n')
    assert "larger than anything that people write" in mirrored.refused()
    mirrored.undo()
    text = mirrored.folder / "text"
    text.write_text("x" * 1_000_001)
    mirrored.in_clone("commit", "--quiet", "--allow-empty", "-S", "-F", str(text))
    assert "its text is larger" in mirrored.refused()


def test_the_role_is_asked_before_a_window_is_read(mirrored: Mirrored) -> None:
    mirrored.approve("ivy", path="changes/CHG-1.toml", text='a = """\n')
    assert "ivy@plant is no approver" in mirrored.refused()


def test_a_file_is_the_one_that_was_named_blanks_and_all(mirrored: Mirrored) -> None:
    text = render_window(WINDOW).decode().replace("ada@plant", "bob@plant")
    mirrored.approve("ada", path="changes/CHG-1.toml", text=text)
    mirrored.approve("ada", path="changes/CHG-1.toml ", text='a = """\n')
    assert "is not written plainly" in mirrored.refused()


def test_a_configurator_signs_configurations_and_nobody_else_does(mirrored: Mirrored) -> None:
    path = f"configuration/{'a1' * 32}.toml"
    mirrored.approve("ada", path=path, text="form = 1\n")
    assert "ada@plant is no configurator" in mirrored.refused()
    mirrored.undo()
    mirrored.approve("ada", path="configuration/mine.toml", text="form = 1\n")
    assert "has no place here" in mirrored.refused()
    people = mirrored.crowd.rewrite_roles(ivy=frozenset({Role.CONFIGURATOR}))
    files = mirrored.crowd.people_files(people, "root-1", "root-2")
    mirrored.crowd.write("ada@plant", files, Message("ivy configures"))
    mirror.pull(mirrored.git_dir)
    mirrored.in_clone("fetch", "--quiet", "origin")
    mirrored.in_clone("reset", "--quiet", "--hard", "origin/approved")
    mirrored.approve("ivy", path=path, text="form = 1\n")
    done = mirrored.push("approved")
    assert done.returncode == 0, done.stderr
    mirrored.approve("ivy", path=path, text="form = 1 \n")
    assert "it may only be added" in mirrored.refused()


def test_far_behind_a_bad_signature_none_is_checked(mirrored: Mirrored) -> None:
    """Each costs some processes: whoever may push could keep a mirror busy with a chain of them.

    awk sees the first one when 4,096 bytes have come, some forty commits later.
    """
    head = mirrored.in_clone("rev-parse", "origin/observed").stdout.strip()
    tree = mirrored.in_clone("rev-parse", "origin/observed^{tree}").stdout.strip()
    bad = signing.sign(mirrored.crowd.keys["ada@plant"], b"something else")
    folded = bad.rstrip("\n").replace("\n", "\n ")
    stamp = "x <x@x> 2000000000 +0000"
    end = f"author {stamp}\ncommitter {stamp}\ngpgsig {folded}\n\nx\n"
    for _ in range(120):
        text = f"tree {tree}\nparent {head}\n{end}"
        head = put_object(mirrored.clone / ".git", "commit", text.encode())
    env, counted = counting_ssh_keygen(mirrored.folder)
    said = mirrored.refused(f"{head}:{OBSERVED}", env=env)
    assert "is signed by nobody who is the daemon" in said
    assert 0 < len(counted.read_text()) < 5 * 120


def counting_ssh_keygen(folder: Path) -> tuple[dict[str, str], Path]:
    """Put a script before ssh-keygen that writes a letter each time."""
    counted, script = folder / "counted", folder / "bin" / "ssh-keygen"
    script.parent.mkdir()
    script.write_text(
        f'#!/bin/sh\nprintf x >>"{counted}"\nPATH=${{PATH#*:}}\nexec ssh-keygen "$@"\n'
    )
    script.chmod(0o755)
    return {"PATH": f"{script.parent}:{os.environ['PATH']}"}, counted


def test_by_what_a_push_is_judged_is_not_for_its_login_to_say(mirrored: Mirrored) -> None:
    """The pull hands on where to look for people and sightings; sshd could from who pushes."""
    mirrored.site.write({"plant/press/id": b"4"})
    mirrored.in_clone("fetch", "--quiet", str(mirrored.site.git_dir), "observed")
    env = {"CCONTROL_PEOPLE": OBSERVED, "CCONTROL_SEEN": OBSERVED}
    done = mirrored.push(f"FETCH_HEAD:{OBSERVED}", env=env)
    assert done.returncode == 0, done.stderr


def test_a_store_takes_no_push_that_would_fill_the_disk(mirrored: Mirrored) -> None:
    site = mirrored.site
    gate.install(site.git_dir, site.daemon.trust.signers, mirrored.anchor)
    gate.install(site.git_dir, site.daemon.trust.signers, mirrored.anchor)
    said = site.git("config", "--get-all", "receive.maxInputSize")
    assert said.split() == ["268435456"]
    assert site.verify().faults == ()


def test_a_certificate_that_names_two_people_is_nobodys(mirrored: Mirrored) -> None:
    """The daemon cannot tell who signed, so that nothing after it would count."""
    folder, crowd = mirrored.folder, mirrored.crowd
    authority = PersonKey(public_line(generate(folder / "ca").public_key), is_authority=True)
    people = crowd.people(2)
    persons = tuple(
        replace(one, keys=(*one.keys, authority)) if one.principal != "ivy@plant" else one
        for one in people.persons
    )
    files = crowd.people_files(replace(people, persons=persons), "root-1", "root-2")
    crowd.write("ada@plant", files, Message("an authority"))
    mirror.pull(mirrored.git_dir)
    mirrored.in_clone("fetch", "--quiet", "origin")
    mirrored.in_clone("reset", "--quiet", "--hard", "origin/approved")
    certified(mirrored, "both", "ada@plant,bob@plant")
    assert "names several people" in mirrored.refused()
    mirrored.undo()
    certified(mirrored, "one", "bob@plant,somebody@else")
    done = mirrored.push("approved")
    assert done.returncode == 0, done.stderr


def certified(mirrored: Mirrored, name: str, principals: str) -> None:
    """Approve with a key for which the authority made a certificate of these names."""
    folder = mirrored.folder
    generate(folder / name)
    sign = ("ssh-keygen", "-q", "-s", str(folder / "ca"), "-I", name, "-n", principals)
    subprocess.run([*sign, str(folder / f"{name}.pub")], check=True)
    (folder / f"{name}-cert.pub").replace(folder / f"{name}.pub")
    mirrored.approve(f"{name}.pub")
