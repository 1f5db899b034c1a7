"""The log of ref updates, its hashes and checkpoints, held against laws and RFC 6962."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.errors import SigningError, StoreLockedError, StoreTamperedError
from ccontrol.model import note_key
from ccontrol.store import checkpoints, log_keeping, merkle, notes, ref_log, ref_updates
from ccontrol.store.checkpoints import Checkpoint
from ccontrol.store.keys import KeyKind, generate
from ccontrol.store.layout import APPROVED, log_folder
from ccontrol.store.log_keeping import Judges, LogIdentity, keep, newest
from ccontrol.store.ref_log import RefLog, roots, updates_path
from tests.unit.store.made_store import START, Site

ENTRIES = [bytes([number]) for number in range(80)]


def kept(entries: list[bytes]) -> merkle.Subtree:
    """Every hash of whole subtrees in the order of a hash file."""
    found: list[bytes] = []

    def subtree(level: int, number: int) -> bytes:
        return found[merkle.position(level, number)]

    for index, entry in enumerate(entries):
        found.extend(merkle.completed(index, merkle.leaf_hash(entry), subtree))
    return subtree


def plain_root(entries: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, as it defines itself."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\0" + entries[0]).digest()
    half = 1
    while half * 2 < len(entries):
        half *= 2
    both = plain_root(entries[:half]) + plain_root(entries[half:])
    return hashlib.sha256(b"\1" + both).digest()


SUBTREES = kept(ENTRIES)


@given(st.integers(0, len(ENTRIES)))
def test_the_root_is_that_of_the_definition(size: int) -> None:
    assert merkle.root(size, SUBTREES) == plain_root(ENTRIES[:size])


@given(st.integers(1, len(ENTRIES)), st.data())
def test_each_entry_is_shown_to_be_in_the_list_and_no_other_is(
    size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof, whole = merkle.inclusion_proof(index, size, SUBTREES), plain_root(ENTRIES[:size])
    leaf = merkle.leaf_hash(ENTRIES[index])
    assert merkle.includes(index, size, leaf, proof, whole)
    assert not merkle.includes(index, size, merkle.leaf_hash(b"other"), proof, whole)
    assert not merkle.includes(
        index, size, merkle.leaf_hash(ENTRIES[index]), [*proof, whole], whole
    )


@given(st.integers(0, len(ENTRIES)), st.data())
def test_growth_is_shown_and_a_rewritten_entry_is_not(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(0, new))
    proof = merkle.consistency_proof(old, new, SUBTREES)
    old_root, new_root = plain_root(ENTRIES[:old]), plain_root(ENTRIES[:new])
    assert merkle.is_consistent(old, new, old_root, new_root, proof)
    if not old:
        return
    index = data.draw(st.integers(0, old - 1))
    forged = [*ENTRIES[:index], b"forged", *ENTRIES[index + 1 :]]
    proof = merkle.consistency_proof(old, new, kept(forged))
    assert not merkle.is_consistent(old, new, old_root, plain_root(forged[:new]), proof)


@given(st.integers(1, 40), st.integers(1, 40), st.lists(st.sampled_from([b"\0" * 32, b"\1" * 32])))
def test_no_proof_of_rubbish_counts(old: int, new: int, proof: list[bytes]) -> None:
    assert not merkle.is_consistent(old, new, b"\2" * 32, b"\3" * 32, proof)
    assert not merkle.includes(old, new, b"\2" * 32, proof, b"\3" * 32)


@given(st.text())
def test_a_note_is_read_or_refused(text: str) -> None:
    try:
        note = notes.parse_note(text)
    except SigningError:
        return
    assert note.text() == text


def made(site: Site) -> LogIdentity:
    return LogIdentity("ccontrol/plant-1", log_keeping.own_key(log_folder(site.git_dir)))


def judges(site: Site) -> Judges:
    return Judges(log_keeping.signed_by_daemon(site.daemon.trust), lambda _, head: head)


def kept_now(site: Site, identity: LogIdentity) -> notes.Note | None:
    site.clock.pass_by(seconds=1)
    with RefLog(log_folder(site.git_dir)) as log:
        return keep(site.git_dir, log, identity, judges(site), site.clock.now())


def test_each_commit_is_an_entry_and_the_checkpoint_stands_for_all(site: Site) -> None:
    identity = made(site)
    note = kept_now(site, identity)
    assert note is not None
    found = checkpoints.parse(note)
    assert (found.origin, found.size) == ("ccontrol/plant-1", 4)
    assert notes.is_signed(note, identity.key)
    assert roots(log_folder(site.git_dir), [4]) == {4: found.root}
    commits = site.git("rev-list", "--reverse", "refs/heads/observed").split()
    entries = list(ref_log.updates(log_folder(site.git_dir)))
    assert [each.new for each in entries] == commits
    assert [each.old for each in entries] == [ref_updates.NOTHING, *commits[:-1]]
    head = site.git("show", "-s", "--format=%B", commits[-1])
    assert f"Tree-SHA256: {entries[-1].tree_sha256}" in head


def test_nothing_new_is_signed_when_nothing_moved(site: Site) -> None:
    identity = made(site)
    assert kept_now(site, identity) is not None
    assert kept_now(site, identity) is None
    site.write({"plant/press/id": b"4"})
    note = kept_now(site, identity)
    assert note is not None
    assert checkpoints.parse(note).size == 5


def test_what_people_push_is_logged_with_the_time_of_its_first_sight(site: Site) -> None:
    identity = made(site)
    kept_now(site, identity)
    tree = site.git("rev-parse", "refs/heads/observed^{tree}").strip()
    author = ("-c", "user.name=ann", "-c", "user.email=ann@plant")
    pushed = site.git(*author, "commit-tree", "-m", "press-3 is fine", tree).strip()
    site.git("update-ref", APPROVED, pushed)
    kept_now(site, identity)
    last = list(ref_log.updates(log_folder(site.git_dir)))[-1]
    assert (last.ref, last.old, last.new) == (APPROVED, ref_updates.NOTHING, pushed)
    assert last.at == site.clock.now()


def test_a_branch_that_leapt_is_one_entry_that_says_so(site: Site) -> None:
    identity = made(site)
    kept_now(site, identity)
    head, older = site.git("rev-list", "--max-count=2", "refs/heads/observed").split()
    site.git("update-ref", "refs/heads/observed", older)
    kept_now(site, identity)
    last = list(ref_log.updates(log_folder(site.git_dir)))[-1]
    assert (last.old, last.new) == (head, older)


def test_a_torn_line_is_cut_and_lost_hashes_are_made_again(site: Site) -> None:
    identity, folder = made(site), log_folder(site.git_dir)
    note = kept_now(site, identity)
    assert note is not None
    with updates_path(folder).open("ab") as file:
        file.write(b'{"sequence":4,"at":"2031')
    (folder / "hashes").write_bytes((folder / "hashes").read_bytes()[:70])
    with RefLog(folder) as log:
        assert (log.size, log.root()) == (4, checkpoints.parse(note).root)
    (folder / "hashes").unlink()
    with RefLog(folder) as log:
        assert log.root() == checkpoints.parse(note).root


def test_a_log_that_was_cut_is_not_written_on(site: Site) -> None:
    identity, folder = made(site), log_folder(site.git_dir)
    kept_now(site, identity)
    path = updates_path(folder)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))
    with pytest.raises(StoreTamperedError, match="once had 4"):
        RefLog(folder)
    (folder / "hashes").unlink()
    site.git("update-ref", "refs/heads/observed", "refs/heads/observed~2")
    with pytest.raises(StoreTamperedError, match="it was cut"):
        kept_now(site, identity)


def test_only_one_process_appends(site: Site) -> None:
    with RefLog(log_folder(site.git_dir)), pytest.raises(StoreLockedError):
        RefLog(log_folder(site.git_dir))


def test_a_line_in_another_form_is_no_entry() -> None:
    update = ref_updates.RefUpdate(0, START, APPROVED, "0" * 40, "a" * 40, "b" * 64)
    assert ref_updates.parse(update.line()) == update
    for line in (
        update.line().replace(b",", b", "),
        replace(update, ref="refs/tags/x").line(),
        replace(update, sequence=-1).line(),
        b"[" * 5_000,
    ):
        with pytest.raises(StoreTamperedError):
            ref_updates.parse(line)


def test_a_cosignature_holds_for_its_checkpoint_and_time_alone(tmp_path: Path) -> None:
    log, cosigner = generate(tmp_path / "log"), generate(tmp_path / "cosigner")
    log_key = notes.key_of("ccontrol/north", note_key.LOG, log)
    key = notes.key_of("historian", note_key.COSIGNER, cosigner)
    note = checkpoints.signed(Checkpoint("ccontrol/north", 7, merkle.EMPTY), log, log_key)
    line = checkpoints.cosign(note, cosigner, key, START)
    both = notes.parse_note(checkpoints.joined(note, [line]).text())
    assert checkpoints.cosigned(both, key) == checkpoints.Cosigned("historian", START)
    assert notes.is_signed(both, log_key)
    other = checkpoints.signed(Checkpoint("ccontrol/north", 8, merkle.EMPTY), log, log_key)
    assert checkpoints.cosigned(checkpoints.joined(other, [line]), key) is None
    later = replace(line, value=(line.value[:7] + b"\0" + line.value[8:]))
    assert checkpoints.cosigned(checkpoints.joined(note, [later]), key) is None
    again = checkpoints.cosign(note, cosigner, key, START + timedelta(hours=1))
    assert len(checkpoints.joined(both, [again]).signatures) == 2


def test_a_key_is_passed_on_as_a_line_that_proves_itself(tmp_path: Path) -> None:
    key = notes.key_of("historian", note_key.COSIGNER, generate(tmp_path / "key"))
    assert notes.parse_key(key.text()) == key
    with pytest.raises(SigningError, match="does not have the id"):
        notes.parse_key(key.text().replace("historian", "other"))
    with pytest.raises(SigningError, match="only Ed25519"):
        notes.key_of("x", note_key.LOG, generate(tmp_path / "p256", KeyKind.P256))
    with pytest.raises(SigningError, match="cannot sign notes"):
        notes.key_of("two words", note_key.LOG, generate(tmp_path / "third"))


def test_a_damaged_checkpoint_is_told(site: Site) -> None:
    identity = made(site)
    kept_now(site, identity)
    log_keeping.checkpoint_path(log_folder(site.git_dir)).write_bytes(b"\xff\n\n")
    with pytest.raises(StoreTamperedError, match="checkpoint"):
        newest(log_folder(site.git_dir))
