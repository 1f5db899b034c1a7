"""Who may sign on a mirror that has no ccontrol: by the version in force, never by dates.

Only stock tools judge here: git, ssh-keygen and the mirror's own shell script.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ccontrol.canonical.approvals import (
    render_decision,
    render_sighting,
    sighting_path,
)
from ccontrol.canonical.attestations import render_attestation
from ccontrol.canonical.people import PEOPLE
from ccontrol.clock import SystemClock
from ccontrol.errors import MirrorError
from ccontrol.model.approval import (
    DaemonKey,
    Decision,
    DecisionKind,
    People,
    PersonKey,
    Role,
    Sighting,
)
from ccontrol.model.attestation import Attestation, Claim
from ccontrol.store import mirror
from ccontrol.store.keys import generate, public_line
from ccontrol.store.message import Message
from tests.unit.store.made_people import Crowd
from tests.unit.store.mirrored import Mirrored

OBSERVED, APPROVED = "refs/heads/observed", "refs/heads/approved"
NOW = SystemClock().now().replace(microsecond=0)


@pytest.fixture
def mirrored(tmp_path: Path) -> Mirrored:
    mirrored = Mirrored.make(tmp_path)
    mirrored.engineer()
    return mirrored


def people_draft(mirrored: Mirrored, people: People, *roots: str, who: str = "ada") -> None:
    """Commit another version of who may sign in the clone, as stock git would."""
    folder = mirrored.clone / "people"
    for old in folder.rglob("*.sig"):
        old.unlink()
    for path, content in mirrored.crowd.people_files(people, *roots).items():
        assert isinstance(content, bytes)
        (mirrored.clone / path).parent.mkdir(exist_ok=True)
        (mirrored.clone / path).write_bytes(content)
    mirrored.in_clone("add", "--all", "people")
    mirrored.commit(who)


def without(people: People, name: str) -> People:
    return replace(people, persons=tuple(one for one in people.persons if one.principal != name))


def ended(people: People, name: str, at: datetime) -> People:
    """The keys of a person count until a time."""
    persons = tuple(
        replace(one, keys=tuple(replace(key, valid_until=at) for key in one.keys))
        if one.principal == name
        else one
        for one in people.persons
    )
    return replace(people, persons=persons)


def old_dates(at: datetime) -> dict[str, str]:
    when = f"{int(at.timestamp())} +0000"
    return {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}


def test_who_left_may_sign_no_more_whatever_date_the_commit_bears(mirrored: Mirrored) -> None:
    crowd = mirrored.crowd
    files = crowd.people_files(without(crowd.people(2), "bob@plant"), "root-1", "root-2")
    crowd.write("ada@plant", files, Message("who may sign"))
    mirror.pull(mirrored.git_dir)
    mirrored.in_clone("pull", "--quiet", "--ff-only", "origin", "approved")
    mirrored.approve("bob", env=old_dates(NOW - timedelta(days=400)))
    assert "by nobody who may sign at that place" in mirrored.refused()
    mirrored.site.git("fetch", "--quiet", str(mirrored.clone), f"+approved:{APPROVED}")
    with pytest.raises(MirrorError, match="by nobody who may sign at that place"):
        mirror.pull(mirrored.git_dir)


def with_ended_key(folder: Path) -> tuple[Mirrored, str]:
    """A mirror, and an approval by a key that has ended since, dated before that, on the site."""
    mirrored = Mirrored.make(folder)
    mirrored.engineer()
    end = NOW - timedelta(days=30)
    people_draft(mirrored, ended(mirrored.crowd.people(2), "bob@plant", end), "root-1", "root-2")
    assert mirrored.push("approved").returncode == 0
    name = mirrored.approve("bob", env=old_dates(end - timedelta(days=1)))
    assert "by nobody who may sign at that place and time" in mirrored.refused()
    mirrored.site.git("fetch", "--quiet", str(mirrored.clone), f"approved:{APPROVED}")
    return mirrored, name


def test_a_key_that_ended_counts_on_a_pull_by_when_the_daemon_saw_the_commit(
    tmp_path: Path,
) -> None:
    mirrored, name = with_ended_key(tmp_path)
    with pytest.raises(MirrorError, match="at that place and time"):
        mirror.pull(mirrored.git_dir)  # nobody saw it before
    late = Sighting(name, NOW - timedelta(days=29), "bob@plant", "approved")
    mirrored.site.write({sighting_path(name): render_sighting(late)})
    with pytest.raises(MirrorError, match="at that place and time"):
        mirror.pull(mirrored.git_dir)
    seen = replace(late, at=NOW - timedelta(days=31))
    mirrored.site.write({sighting_path(name): render_sighting(seen)})
    assert f"{APPROVED} {name}" in mirror.pull(mirrored.git_dir)


def test_a_sighting_that_the_daemon_did_not_sign_proves_nothing(tmp_path: Path) -> None:
    mirrored, name = with_ended_key(tmp_path)
    seen = Sighting(name, NOW - timedelta(days=31), "bob@plant", "approved")
    mirrored.in_clone("checkout", "--quiet", "observed")
    path = mirrored.clone / sighting_path(name)
    path.parent.mkdir(parents=True)
    path.write_bytes(render_sighting(seen))
    mirrored.in_clone("add", "journal")
    mirrored.commit("bob")
    mirrored.site.git("fetch", "--quiet", str(mirrored.clone), f"+observed:{OBSERVED}")
    stood = [mirrored.stands_at(ref) for ref in (OBSERVED, APPROVED)]
    with pytest.raises(MirrorError, match="by nobody who is the daemon"):
        mirror.pull(mirrored.git_dir)
    assert [mirrored.stands_at(ref) for ref in (OBSERVED, APPROVED)] == stood


def _daemon_among(crowd: Crowd) -> People:
    line = PersonKey(public_line(crowd.site.signer.public_key))
    people = crowd.people(2)
    return replace(people, persons=(replace(people.persons[0], keys=(line,)), *people.persons[1:]))


@pytest.mark.parametrize(
    ("made", "roots", "why"),
    [
        (lambda crowd: crowd.people(2), ("root-1",), "signed by 1 of the roots"),
        (
            lambda crowd: without(crowd.people(1), "bob@plant"),
            ("root-1", "root-2"),
            "serial is not higher",
        ),
        (lambda crowd: replace(crowd.people(2), threshold=1), ("root-1", "root-2"), "threshold"),
        (_daemon_among, ("root-1", "root-2"), "the daemon's key is among those of people"),
    ],
)
def test_who_may_sign_changes_only_by_the_roots_and_never_to_the_daemon(
    mirrored: Mirrored, made: Callable[[Crowd], People], roots: tuple[str, ...], why: str
) -> None:
    people_draft(mirrored, made(mirrored.crowd), *roots)
    assert why in mirrored.refused()


def test_roots_that_were_replaced_sign_no_more(mirrored: Mirrored) -> None:
    crowd = mirrored.crowd
    kept = replace(crowd.people(2), roots=crowd.root_lines[1:])
    people_draft(mirrored, kept, "root-1", "root-2")
    done = mirrored.push("approved")
    assert done.returncode == 0, done.stderr
    people_draft(mirrored, crowd.people(3), "root-1", "root-2")
    assert "signed by 1 of the roots" in mirrored.refused()


def test_a_new_version_is_judged_by_the_one_before_it_and_then_counts(mirrored: Mirrored) -> None:
    crowd = mirrored.crowd
    people_draft(mirrored, crowd.rewrite_roles(ivy=frozenset({Role.APPROVER})), "root-2", "root-3")
    mirrored.approve("ivy")
    done = mirrored.push("approved")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("serial = 2", "serial = 2\nserial = 3"),
        ('roles = [\n  "investigator",\n]', 'roles = ["approver"]'),
        ("threshold = 2", "'threshold' = 2"),
        ("form = 1", "form = 1 # so"),
    ],
)
def test_who_may_sign_in_another_spelling_is_refused(
    mirrored: Mirrored, old: str, new: str
) -> None:
    people_draft(mirrored, mirrored.crowd.people(2), "root-1", "root-2")
    path = mirrored.clone / PEOPLE
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    mirrored.in_clone("add", "people")
    mirrored.commit("ada", "-S", "--amend", "-m", "x")
    assert "people.toml is not as ccontrol writes it" in mirrored.refused()


def test_a_line_among_the_allowed_signers_alone_lets_nobody_in(mirrored: Mirrored) -> None:
    people_draft(mirrored, mirrored.crowd.people(2), "root-1", "root-2")
    eve = generate(mirrored.folder / "eve")
    with (mirrored.clone / "people" / "allowed_signers").open("a") as file:
        file.write(f'eve@plant namespaces="git" {public_line(eve.public_key)}\n')
    mirrored.in_clone("add", "people")
    mirrored.commit("ada", "-S", "--amend", "-m", "x")
    assert "does not follow from people.toml" in mirrored.refused()


def test_other_roots_begin_no_branch_here(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    mirrored = Mirrored.make(tmp_path / "a")
    other = tmp_path / "other.git"
    strangers = [generate(tmp_path / name) for name in ("x", "y")]
    anchor = replace(
        mirrored.anchor, roots=tuple(public_line(each.public_key) for each in strangers)
    )
    mirror.make(other, str(mirrored.site.git_dir), mirrored.site.daemon.trust.signers, anchor)
    with pytest.raises(MirrorError, match="is signed by 0 of the roots that count"):
        mirror.pull(other)
    assert mirrored.stands_at(OBSERVED, other)
    assert not mirrored.stands_at(APPROVED, other)


def with_two_keys(folder: Path) -> Mirrored:
    """A mirror whose people named two keys of the daemon, one after the other."""
    mirrored = Mirrored.make(folder)
    new = generate(folder / "new-key")
    lines = [public_line(one.public_key) for one in (mirrored.site.signer, new)]
    keys = tuple(DaemonKey(line) for line in lines)
    crowd, people = mirrored.crowd, replace(mirrored.crowd.people(2), daemon_keys=keys)
    files = crowd.people_files(people, "root-1", "root-2")
    crowd.write("ada@plant", files, Message("who may sign"))
    return mirrored


def test_the_daemons_next_key_counts_on_the_mirror_without_anybody_touching_it(
    tmp_path: Path,
) -> None:
    mirrored = with_two_keys(tmp_path)
    site = mirrored.site
    observe(mirrored, "new-key")
    assert len(mirror.pull(mirrored.git_dir)) == 2  # both arrive at once
    observe(mirrored, "signing-key")  # retired by now; its dates are allowed
    with pytest.raises(MirrorError, match="is by a retired key: a later one had taken over"):
        mirror.pull(mirrored.git_dir)
    site.git("update-ref", OBSERVED, f"{OBSERVED}~1")
    generate(tmp_path / "other-key")
    observe(mirrored, "other-key")
    with pytest.raises(MirrorError, match="by nobody who is the daemon"):
        mirror.pull(mirrored.git_dir)


def observe(mirrored: Mirrored, key: str) -> None:
    """Add a commit to the site's `observed`, signed with a key file; its date is the newest's."""
    site = mirrored.site
    dates = old_dates(site.clock.now())
    flags = ("-c", "gpg.format=ssh", "-c", f"user.signingkey={mirrored.folder / key}")
    where = ("--git-dir", str(site.git_dir), "-c", "user.name=d", "-c", "user.email=d@x")
    commit = ("commit-tree", "-S", "-p", OBSERVED, "-m", "x", f"{OBSERVED}^{{tree}}")
    made = mirrored.git(*where, *flags, *commit, env=dates).stdout.strip()
    site.git("update-ref", OBSERVED, made)


def test_a_key_that_ended_with_a_commit_signs_none_after_it(tmp_path: Path) -> None:
    mirrored = Mirrored.make(tmp_path)
    crowd = mirrored.crowd
    line = public_line(mirrored.site.signer.public_key)
    people = replace(crowd.people(2), daemon_keys=(DaemonKey(line, last=4),))
    files = crowd.people_files(people, "root-1", "root-2")
    crowd.write("ada@plant", files, Message("who may sign"))
    mirror.pull(mirrored.git_dir)
    mirrored.site.write({"plant/press/id": b"4"})
    with pytest.raises(MirrorError, match="that ended with commit 4, and is number 5"):
        mirror.pull(mirrored.git_dir)


def test_a_configurator_alone_signs_a_configuration_which_is_only_added(mirrored: Mirrored) -> None:
    crowd, path = mirrored.crowd, f"configuration/{'0a' * 32}.toml"
    people_draft(
        mirrored, crowd.rewrite_roles(ivy=frozenset({Role.CONFIGURATOR})), "root-1", "root-2"
    )
    mirrored.approve("ada", path=path)
    assert "ada@plant is no configurator" in mirrored.refused()
    mirrored.undo()
    for odd in ("configuration/x.toml", f"configuration/{'0a' * 33}.toml", f"{path}/x"):
        mirrored.approve("ivy", path=odd)
        assert "has no place here" in mirrored.refused()
        mirrored.undo()
    mirrored.approve("ivy", path=path)
    done = mirrored.push("approved")
    assert done.returncode == 0, done.stderr
    mirrored.approve("ivy", path=path)
    assert "it may only be added" in mirrored.refused()


def test_an_investigator_attests_something_of_a_change(mirrored: Mirrored) -> None:
    change = "20310506-0123456789abcdef"
    said = Attestation(Claim.CONTROLS, NOW, "ivy", "as before", change, passed=True)
    path = f"decisions/{change}/0001.toml"
    hidden = render_decision(Decision(change, 1, DecisionKind.REJECT, "press", reason="no"))
    mirrored.approve("ivy", path=path, text=hidden.decode() + '[facts]\ndecision = "attest"\n')
    assert "ivy@plant is no approver" in mirrored.refused()
    mirrored.undo()
    mirrored.approve("ivy", path=path, text=render_attestation(said).decode())
    done = mirrored.push("approved")
    assert done.returncode == 0, done.stderr
