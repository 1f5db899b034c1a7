"""An auditor with a copy of the store and no configuration: approved is held against what roots?"""

from pathlib import Path

import pytest

from ccontrol.store.keys import generate
from tests.unit.cli.plants import Answer
from tests.unit.cli.works import Works
from tests.unit.store.made_store import git


@pytest.fixture
def copy(works: Works) -> Path:
    """A copy with an approval in it."""
    works.approve("press-3")
    works.look()
    return cloned(works, "copy.git")


def cloned(works: Works, name: str) -> Path:
    path = works.plant.folder / name
    keep = ("-c", "core.useReplaceRefs=false")
    git("clone", "--quiet", "--bare", *keep, str(works.plant.store), str(path))
    return path


def doubt(works: Works, copy: Path, *more: str | Path) -> Answer:
    signers = works.plant.folder / "allowed_signers"
    return works.run("verify", "north", "--store", copy, "--allowed-signers", signers, *more)


def roots(works: Works, *names: str) -> list[str | Path]:
    return [part for name in names for part in ("--root", works.key(f"{name}.pub"))]


def test_the_roots_that_are_named_pin_the_branch(works: Works, copy: Path) -> None:
    answer = doubt(works, copy, *roots(works, "root-1", "root-2"))
    assert answer.code == 0
    assert "2 commits on approved count" in answer.out
    assert "not checked against pinned roots" not in answer.out


def test_the_copy_may_be_named_from_where_one_stands(
    works: Works, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(copy.parent)
    answer = doubt(works, Path(copy.name))
    assert answer.code == 0, answer.err
    assert "2 commits on approved count" in answer.out


def test_a_key_may_be_named_as_a_line(works: Works, copy: Path) -> None:
    lines = [works.key(f"{name}.pub").read_text().strip() for name in ("root-1", "root-2")]
    assert doubt(works, copy, "--root", lines[0], "--root", lines[1]).code == 0


def test_without_roots_it_says_whom_it_believed(works: Works, copy: Path) -> None:
    answer = doubt(works, copy)
    assert answer.code == 0, "what cannot be checked is no fault"
    said = " ".join(answer.out.split())
    assert "not checked against pinned roots; checked against the people it names itself" in said
    assert "ada@plant (approver) SHA256:" in said
    assert said.count("root SHA256:") == 2
    (found,) = doubt(works, copy, "--json").json["stores"]
    assert (found["approved"]["pinned"], found["approved"]["commits"]) == (False, 2)


def test_a_branch_that_others_began_is_a_fault_by_the_right_roots(works: Works, copy: Path) -> None:
    for name in ("stranger-1", "stranger-2"):
        generate(works.key(name))
    answer = doubt(works, copy, *roots(works, "stranger-1", "stranger-2"))
    assert answer.code == 21
    assert "signed by 0 of the roots that count" in answer.out


def test_a_forged_approval_is_a_fault_without_roots_too(works: Works, copy: Path) -> None:
    head = git("--git-dir", str(copy), "rev-parse", "approved").strip()
    who = ("-c", "user.name=x", "-c", "user.email=x@plant")
    commit = ("commit-tree", f"{head}^{{tree}}", "-p", head, "-m", "forged")
    forged = git("--git-dir", str(copy), *who, *commit).strip()
    git("--git-dir", str(copy), "update-ref", "refs/heads/approved", forged)
    answer = doubt(works, copy)
    assert answer.code == 21
    assert "it is not signed" in answer.out


def test_a_threshold_that_no_roots_can_meet_is_refused(works: Works, copy: Path) -> None:
    assert doubt(works, copy, *roots(works, "root-1")).code == 26
    assert doubt(works, copy, *roots(works, "root-1"), "--threshold", "1").code == 0
    assert doubt(works, copy, "--root", "nothing.pub").code == 26
    config = ("--config", works.plant.config)
    assert works.run(*config, "verify", *roots(works, "root-1", "root-2")).code == 2


def test_a_branch_that_is_gone_is_a_fault(works: Works, copy: Path) -> None:
    git("--git-dir", str(copy), "update-ref", "-d", "refs/heads/approved")
    answer = doubt(works, copy)
    assert answer.code == 21, "the daemon had seen two commits on it"
    assert "approved is gone" in answer.out


def test_what_cannot_be_read_of_approved_hides_nothing_of_the_history(
    works: Works, copy: Path
) -> None:
    first = git("--git-dir", str(copy), "rev-parse", "approved~1").strip()
    (copy / "objects" / first[:2] / first[2:]).unlink()
    answer = doubt(works, copy, *roots(works, "root-1", "root-2"))
    assert answer.code == 21
    assert "commits up to" in answer.out
    assert "the store: approved: " in answer.out
    assert first in answer.out
