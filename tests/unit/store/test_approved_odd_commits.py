"""Commits on `approved` that are signed, change nothing, and are odd all the same.

Whoever may push can make one, also without a role. It ends the branch there: what counted before
goes on to count, and the store is written as ever.
"""

from pathlib import Path

import pytest

from ccontrol.model.approval import Role
from ccontrol.poll.authority import look_at
from ccontrol.store import commits, signing
from ccontrol.store.approving import open_any
from ccontrol.store.commits import Commit
from ccontrol.store.layout import APPROVED
from ccontrol.store.message import Message
from tests.unit.store.made_people import Crowd
from tests.unit.store.made_store import Site, put_object


@pytest.fixture
def crowd(tmp_path: Path) -> Crowd:
    site = Site.make(tmp_path)
    site.write({"plant/press/id": b"1"})
    crowd = Crowd.make(site)
    crowd.begin()
    crowd.approve_press()
    return crowd


def head_of(crowd: Crowd) -> Commit:
    head = crowd.survey().head
    assert head is not None
    with open_any(crowd.site.git_dir) as repository:
        return repository.commit(head)


def odd(crowd: Crowd, dated: str, text: str) -> str:
    """Let ivy, who approves nothing, sign an empty commit, and put it onto the branch."""
    before = head_of(crowd)
    stamp = f"ivy <ivy@plant> {dated}"
    head = f"tree {before.tree}\nparent {before.id}\nauthor {stamp}\ncommitter {stamp}\n"
    payload = f"{head}\n{text}".encode()
    raw = commits.signed(payload, signing.sign(crowd.keys["ivy@plant"], payload))
    made = put_object(crowd.site.git_dir, "commit", raw)
    crowd.site.git("update-ref", APPROVED, made)
    return made


@pytest.mark.parametrize(
    ("dated", "text", "why"),
    [
        ("99999999999999 +0000", "hello\n", "has a date that no calendar has"),
        ("253402300799 +0000", "hello\n", "has a date that no calendar has"),
        ("1 +00:00", "hello\n", "is not a readable commit"),
        ("1 +0000", "x" * 1_000_001, "its text is larger than anything that people write"),
    ],
)
def test_an_odd_commit_ends_the_branch_and_nothing_else(
    crowd: Crowd, dated: str, text: str, why: str
) -> None:
    stood = head_of(crowd).id
    made = odd(crowd, dated, text)
    with open_any(crowd.site.git_dir) as repository:
        found = look_at(repository, crowd.judging).stands
    ((commit, what),) = found.faults
    assert (found.head, found.trusted, commit) == (made, stood, made)
    assert why in what
    assert len(found.approvals.commits) == 2


def test_a_long_first_line_is_told_short(crowd: Crowd) -> None:
    odd(crowd, "1 +0000", "x" * 100_000)
    found = crowd.survey()
    assert found.faults == ()
    assert len(found.approvals.commits[-1].subject) == 300


def test_nobody_without_a_role_signs_here_not_even_nothing(crowd: Crowd) -> None:
    odd(crowd, "1 +0000", "hello\n")
    assert crowd.survey().faults == ()
    people = crowd.rewrite_roles(ivy=frozenset({Role.REQUESTER}))
    files = crowd.people_files(people, "root-1", "root-2")
    assert crowd.write("ada@plant", files, Message("ivy asks only")).faults == ()
    made = odd(crowd, "2 +0000", "Change-Id: 20310506-0123456789abcdef\n")
    (fault,) = crowd.survey().faults
    assert fault == (made, "ivy@plant has no role by which they sign anything here")
