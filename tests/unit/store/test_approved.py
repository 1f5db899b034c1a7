"""What people signed counts; what anybody else put on `approved` does not, nor what follows."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ccontrol.canonical.approvals import render_decision, render_window
from ccontrol.canonical.people import PEOPLE, parse_people, render_people
from ccontrol.errors import StoreError
from ccontrol.model.approval import (
    ChangeWindow,
    Decision,
    DecisionKind,
    PersonKey,
    Role,
)
from ccontrol.store import commits, signing
from ccontrol.store.approved import survey
from ccontrol.store.approving import Pen, approve, heads_of, open_any
from ccontrol.store.keys import generate, public_line
from ccontrol.store.layout import APPROVED
from ccontrol.store.message import Message
from ccontrol.store.people import root_signature_path
from ccontrol.store.signing import Signer
from tests.unit.store.made_people import Crowd
from tests.unit.store.made_store import START, Site, git, put_object, ssh_keygen

CHANGE = "20310506-0123456789abcdef"
WINDOW = ChangeWindow(
    "CHG-1", ("press",), START, START + timedelta(hours=4), "T-1", "retrofit", "ada@plant"
)


@pytest.fixture
def crowd(site: Site) -> Crowd:
    crowd = Crowd.make(site)
    crowd.begin()
    return crowd


def force(crowd: Crowd, signer: Signer | None, namespace: str = "git", **changes: object) -> str:
    """Put a commit on the branch past ccontrol, as somebody with the right to write there can."""
    git_dir = crowd.site.git_dir
    head = git("--git-dir", str(git_dir), "rev-parse", APPROVED).strip()
    tree = str(changes.get("tree", git("--git-dir", str(git_dir), "rev-parse", "observed^{tree}")))
    parent = changes.get("parent", head)
    when_s = int(crowd.site.clock.now().timestamp()) if "when_s" not in changes else None
    payload = commits.unsigned(
        tree.strip(),
        str(parent) if parent else None,
        "x <x@plant>",
        when_s if when_s is not None else int(str(changes["when_s"])),
        "approve\n",
    )
    raw = payload
    if signer is not None:
        raw = commits.signed(payload, signing.sign(signer, payload, namespace))
    name = put_object(git_dir, "commit", raw)
    git("--git-dir", str(git_dir), "update-ref", APPROVED, name)
    return name


def approved_press_tree(crowd: Crowd) -> str:
    """Return the tree that a good approval of the press would have, without keeping the commit."""
    before = git("--git-dir", str(crowd.site.git_dir), "rev-parse", APPROVED).strip()
    crowd.approve_press()
    tree = git("--git-dir", str(crowd.site.git_dir), "rev-parse", f"{APPROVED}^{{tree}}").strip()
    git("--git-dir", str(crowd.site.git_dir), "update-ref", APPROVED, before)
    return tree


def test_an_approver_takes_over_what_was_observed_and_git_sees_no_difference(crowd: Crowd) -> None:
    found = crowd.approve_press()
    assert not found.faults
    assert found.approvals.commits[-1].principal == "ada@plant"
    assert found.approvals.commits[-1].paths == ("plant/press/id",)
    assert crowd.site.git("diff", "--name-only", "approved", "observed", "--", "plant/press") == ""
    assert "mill" in crowd.site.git("diff", "--name-only", "approved", "observed", "--", "plant/")


def test_stock_git_and_ssh_keygen_verify_what_was_approved(crowd: Crowd) -> None:
    crowd.approve_press()
    signers = crowd.site.folder / "people-signers"
    signers.write_text(crowd.site.git("show", "approved:people/allowed_signers"))
    flags = ("-c", f"gpg.ssh.allowedSignersFile={signers}")
    told = crowd.site.git(*flags, "log", "--format=%G? %GS", "approved")
    assert told.split("\n")[:2] == ["G ada@plant", "G ada@plant"]


def test_a_commit_that_stock_git_made_in_a_clone_counts_as_well(crowd: Crowd) -> None:
    clone = crowd.clone("bob@plant")
    git("switch", "--quiet", "approved", where=clone)
    reviewed = git("rev-parse", "origin/observed", where=clone).strip()
    git("restore", f"--source={reviewed}", "--staged", "--worktree", "plant/press", where=clone)
    git("commit", "-S", "--quiet", "-m", "Approve press", where=clone)
    git("push", "--quiet", "origin", "approved", where=clone)
    found = crowd.survey()
    assert not found.faults
    assert found.approvals.commits[-1].principal == "bob@plant"
    assert crowd.site.git("diff", "--name-only", "approved", "observed", "--", "plant/press") == ""


def test_restoring_a_folder_with_stock_git_also_takes_away_what_is_gone(crowd: Crowd) -> None:
    crowd.site.write({"plant/press/block": b"OB1"})
    crowd.approve_press()
    crowd.site.write({"plant/press/block": None})
    clone = crowd.clone("ada@plant")
    git("switch", "--quiet", "approved", where=clone)
    restore = ("--source=origin/observed", "--staged", "--worktree", "plant/press")
    git("restore", *restore, where=clone)
    git("commit", "-S", "--quiet", "-m", "Approve press", where=clone)
    git("push", "--quiet", "origin", "approved", where=clone)
    assert not crowd.survey().faults
    assert crowd.site.git("diff", "--name-only", "approved", "observed", "--", "plant/press") == ""


def test_ccontrol_approves_in_a_clone_and_git_pushes_it(crowd: Crowd) -> None:
    clone = crowd.clone("ada@plant")
    with open_any(clone) as repository:
        press = repository.entry("plant/press", heads_of(repository).observed)
        pen = Pen("Ada", "ada@plant", crowd.keys["ada@plant"])
        message = Message("approve press")
        approve(repository, pen, {"plant/press": press}, message, crowd.judging)
    git("push", "--quiet", "origin", "approved", where=clone)
    found = crowd.survey()
    assert not found.faults
    assert found.approvals.commits[-1].subject == "approve press"


def test_the_daemons_key_approves_nothing(crowd: Crowd) -> None:
    tree = approved_press_tree(crowd)
    name = force(crowd, crowd.site.signer, tree=tree)
    found = crowd.survey()
    assert found.faults[0][0] == name
    assert "daemon's key" in found.faults[0][1]
    assert found.trusted != name


def test_an_unsigned_commit_counts_for_nothing(crowd: Crowd) -> None:
    force(crowd, None, tree=approved_press_tree(crowd))
    assert "not signed" in crowd.survey().faults[0][1]


def test_a_key_that_nobody_knows_counts_for_nothing(crowd: Crowd) -> None:
    stranger = generate(crowd.site.folder / "stranger")
    force(crowd, stranger, tree=approved_press_tree(crowd))
    assert "nobody who may sign" in crowd.survey().faults[0][1]


def test_a_signature_for_another_purpose_counts_for_nothing(crowd: Crowd) -> None:
    force(crowd, crowd.keys["ada@plant"], "file", tree=approved_press_tree(crowd))
    assert "signed for 'file'" in crowd.survey().faults[0][1]


def test_somebody_without_the_role_cannot_approve(crowd: Crowd) -> None:
    with pytest.raises(StoreError, match="ivy@plant is no approver"):
        crowd.approve_press("ivy@plant")
    force(crowd, crowd.keys["ivy@plant"], tree=approved_press_tree(crowd))
    assert "is no approver" in crowd.survey().faults[0][1]


def test_who_asked_for_it_may_not_approve_it(crowd: Crowd) -> None:
    asked = Message("approve press", "", (("Requested-By", "Ada@plant"),))
    with pytest.raises(StoreError, match="asked for it"):
        crowd.approve_press("ada@plant", asked)
    assert not crowd.approve_press("bob@plant", asked).faults


def test_who_asked_may_approve_where_the_site_says_so(crowd: Crowd) -> None:
    crowd.requester_approves = True
    asked = Message("approve press", "", (("Requested-By", "ada@plant"),))
    assert not crowd.approve_press("ada@plant", asked).faults


@pytest.mark.parametrize("signed", [True, False])
def test_the_rule_about_who_asked_is_that_of_its_place_on_the_branch(
    crowd: Crowd, signed: bool
) -> None:
    crowd.requester_approves = True
    asked = Message("approve press", "", (("Requested-By", "ada@plant"),))
    crowd.approve_press("ada@plant", asked)
    people = replace(crowd.people(2), requester_approves=signed)
    files = crowd.people_files(people, "root-1", "root-2")
    assert not crowd.write("ada@plant", files, Message("who asked may not approve")).faults
    crowd.site.write({"plant/press/id": b"another"})
    if signed:
        assert not crowd.approve_press("ada@plant", asked).faults
    else:
        with pytest.raises(StoreError, match="asked for it"):
            crowd.approve_press("ada@plant", asked)
    before = replace(crowd.people(3), requester_approves=None)
    assert parse_people(render_people(before)) == before
    assert parse_people(render_people(people)) == people


def test_a_rule_that_is_signed_stands_whatever_is_configured_later(crowd: Crowd) -> None:
    people = replace(crowd.people(2), requester_approves=True)
    crowd.write("ada@plant", crowd.people_files(people, "root-1", "root-2"), Message("may"))
    asked = Message("approve press", "", (("Requested-By", "ada@plant"),))
    assert not crowd.approve_press("ada@plant", asked).faults
    stricter = replace(crowd.people(3), requester_approves=False)
    crowd.write("ada@plant", crowd.people_files(stricter, "root-1", "root-2"), Message("may not"))
    assert not crowd.survey().faults  # what was approved by the looser rule goes on to count


def test_a_window_is_not_approved_by_who_asked_for_it(crowd: Crowd) -> None:
    edits = {"changes/CHG-1.toml": render_window(WINDOW)}
    with pytest.raises(StoreError, match="asked for it"):
        crowd.write("ada@plant", edits)
    found = crowd.write("bob@plant", edits)
    assert found.approvals.windows[-1].window == WINDOW


def test_a_retired_key_with_an_old_date_counts_for_nothing(crowd: Crowd) -> None:
    clock = crowd.site.clock
    people = crowd.people(2)
    bob = people.person("bob@plant")
    assert bob is not None
    retired = PersonKey(bob.keys[0].line, valid_until=clock.now() + timedelta(minutes=1))
    persons = (people.persons[0], replace(bob, keys=(retired,)), people.persons[2])
    edits = crowd.people_files(replace(people, persons=persons), "root-1", "root-2")
    crowd.write("ada@plant", edits, Message("bob leaves"))
    old_date = int(clock.now().timestamp())
    clock.pass_by(days=30)
    tree = approved_press_tree(crowd)
    force(crowd, crowd.keys["bob@plant"], tree=tree, when_s=old_date)
    assert "belongs to nobody who may sign at 2031-06-05" in crowd.survey().faults[0][1]


def test_a_key_that_was_seen_in_time_goes_on_to_count_when_it_is_retired(crowd: Crowd) -> None:
    found = crowd.approve_press("bob@plant")
    crowd.sighted[found.trusted or ""] = crowd.site.clock.now()
    people = crowd.people(2)
    persons = tuple(one for one in people.persons if one.principal != "bob@plant")
    edits = crowd.people_files(replace(people, persons=persons), "root-1", "root-3")
    edits |= dict.fromkeys(_signature_of(crowd, "root-2"))
    crowd.site.clock.pass_by(days=30)
    crowd.write("ada@plant", edits, Message("bob has left"))
    assert not crowd.survey().faults
    with pytest.raises(StoreError, match="belongs to nobody"):
        crowd.write("bob@plant", {"plant/mill": crowd.observed("plant/mill")})


def _signature_of(crowd: Crowd, root: str) -> list[str]:
    return [root_signature_path(public_line(crowd.roots[root].public_key))]


def test_who_may_sign_is_not_changed_by_one_root_alone(crowd: Crowd) -> None:
    people = crowd.rewrite_roles(ivy=frozenset({Role.APPROVER}))
    edits = crowd.people_files(people, "root-1")
    edits |= dict.fromkeys(_signature_of(crowd, "root-2"))
    with pytest.raises(StoreError, match="signed by 1 of the roots that count; 2 are needed"):
        crowd.write("ada@plant", edits)


def test_old_signatures_do_not_fit_a_new_version(crowd: Crowd) -> None:
    people = crowd.rewrite_roles(ivy=frozenset({Role.APPROVER}))
    with pytest.raises(StoreError, match="does not fit the content"):
        crowd.write("ada@plant", crowd.people_files(people, "root-1"))


def test_one_root_signing_under_two_names_is_one_root(crowd: Crowd) -> None:
    people = crowd.rewrite_roles(ivy=frozenset({Role.APPROVER}))
    edits = crowd.people_files(people, "root-1")
    armor = signing.sign(crowd.roots["root-1"], render_people(people), "ccontrol-people").encode()
    edits[_signature_of(crowd, "root-2")[0]] = armor
    with pytest.raises(StoreError, match="another key signed it"):
        crowd.write("ada@plant", edits)


def test_a_root_signs_with_stock_ssh_keygen(crowd: Crowd) -> None:
    people = crowd.rewrite_roles(ivy=frozenset({Role.APPROVER, Role.INVESTIGATOR}))
    edits = crowd.people_files(people, "root-1")
    path = crowd.site.folder / "people.toml"
    path.write_bytes(render_people(people))
    key = str(crowd.site.folder / "root-2")
    ssh_keygen("-Y", "sign", "-q", "-n", "ccontrol-people", "-f", key, str(path))
    edits[_signature_of(crowd, "root-2")[0]] = path.with_name("people.toml.sig").read_bytes()
    crowd.write("ada@plant", edits, Message("ivy approves, too"))
    assert not crowd.approve_press("ivy@plant").faults


def test_the_daemons_key_is_refused_among_people(crowd: Crowd) -> None:
    people = crowd.people(2)
    daemon = replace(
        people.persons[0], keys=(PersonKey(public_line(crowd.site.signer.public_key)),)
    )
    wanted = replace(people, persons=(daemon, *people.persons[1:]))
    with pytest.raises(StoreError, match="daemon's key stands among those of people"):
        crowd.write("ada@plant", crowd.people_files(wanted, "root-1", "root-2"))


def test_an_older_version_of_who_may_sign_does_not_come_back(crowd: Crowd) -> None:
    edits = crowd.people_files(crowd.people(2), "root-1", "root-2")
    crowd.write("ada@plant", edits, Message("again"))
    with pytest.raises(StoreError, match="serial 1 is not higher than 2"):
        crowd.write("ada@plant", crowd.people_files(crowd.people(1), "root-1", "root-2"))


def test_a_history_that_others_began_is_not_taken_for_ours(crowd: Crowd) -> None:
    (crowd.site.folder / "elsewhere").mkdir()
    foreign = Crowd.make(Site.make(crowd.site.folder / "elsewhere"))
    foreign.begin()
    judging = replace(foreign.judging, anchor=crowd.judging.anchor)
    with open_any(foreign.site.git_dir) as repository:
        found = survey(repository, judging)
    assert "signed by 0 of the roots that count" in found.faults[0][1]
    assert found.trusted is None


def test_a_merge_is_no_approval(crowd: Crowd) -> None:
    clone = crowd.clone("ada@plant")
    git("switch", "--quiet", "approved", where=clone)
    flags = ("--allow-unrelated-histories", "-S", "--no-edit", "--no-ff")
    git("merge", "--quiet", *flags, "origin/observed", where=clone)
    git("push", "--quiet", "origin", "approved", where=clone)
    assert "its parents are not the one commit" in crowd.survey().faults[0][1]


def test_what_has_no_place_on_the_branch_ends_it(crowd: Crowd) -> None:
    with pytest.raises(StoreError, match="no place on this branch"):
        crowd.write("ada@plant", {"records/forged": b"x"})


def test_a_decision_is_added_and_never_edited(crowd: Crowd) -> None:
    decision = Decision(CHANGE, 1, DecisionKind.REJECT, "press", reason="nobody asked")
    path = f"decisions/{CHANGE}/0001.toml"
    found = crowd.write("ada@plant", {path: render_decision(decision)})
    assert found.approvals.decisions[-1].decision == decision
    edited = replace(decision, kind=DecisionKind.APPROVE)
    with pytest.raises(StoreError, match="it may only be added"):
        crowd.write("ada@plant", {path: render_decision(edited)})


def test_an_investigator_investigates_and_rejects_nothing(crowd: Crowd) -> None:
    path = f"decisions/{CHANGE}/0001.toml"
    look = Decision(CHANGE, 1, DecisionKind.INVESTIGATE, "press", who="ivy@plant")
    crowd.write("ivy@plant", {path: render_decision(look)})
    other = Decision(CHANGE, 2, DecisionKind.REJECT, "press")
    with pytest.raises(StoreError, match="is no approver"):
        crowd.write("ivy@plant", {f"decisions/{CHANGE}/0002.toml": render_decision(other)})


def test_nothing_after_a_commit_that_does_not_hold_counts(crowd: Crowd) -> None:
    force(crowd, None, tree=approved_press_tree(crowd))
    with pytest.raises(StoreError, match="nothing on approved counts from commit"):
        crowd.write("ada@plant", {"plant/mill": crowd.observed("plant/mill")})


def test_nothing_observed_moves_when_somebody_approves(crowd: Crowd) -> None:
    before = crowd.site.git("rev-parse", "observed")
    crowd.approve_press()
    assert crowd.site.git("rev-parse", "observed") == before
    assert not crowd.site.verify().faults


def test_people_toml_says_who_may_sign_and_nothing_else(crowd: Crowd) -> None:
    people = crowd.people(2)
    edits = crowd.people_files(people, "root-1", "root-2")
    edits["people/allowed_signers"] = b"* ssh-ed25519 AAAA\n"
    with pytest.raises(StoreError, match="does not follow from"):
        crowd.write("ada@plant", edits)
    assert PEOPLE in edits
