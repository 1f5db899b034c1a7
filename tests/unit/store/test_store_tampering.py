"""Whatever somebody does to a store behind the daemon's back is seen by verify or by the daemon."""

import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ccontrol.errors import StoreForeignError, StoreTamperedError
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.store import commits, signing
from ccontrol.store.allowed_signers import AllowedSigner, AllowedSigners
from ccontrol.store.journal import Journal
from ccontrol.store.keys import generate
from ccontrol.store.objects import frame, sha1_id
from ccontrol.store.signing import Signer
from ccontrol.store.verify import Report, verify
from ccontrol.store.verify_commit import Trust
from ccontrol.store.verify_signatures import SignatureJudge, judge
from ccontrol.store.writer import Daemon, Writer
from tests.unit.store.made_store import SAID, START, Site, put_object

BRANCH = "refs/heads/observed"


def complaints(report: Report) -> str:
    return "\n".join(fault.what for fault in report.faults)


def head_of(site: Site) -> str:
    return site.git("rev-parse", BRANCH).strip()


def object_path(site: Site, name: str) -> Path:
    return site.git_dir / "objects" / name[:2] / name[2:]


def overwrite(path: Path, content: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(content)


def sign_again(
    site: Site,
    change: Callable[[bytes], bytes],
    signer: Signer | None = None,
    namespace: str = "git",
) -> str:
    """Rewrite the head as somebody could who holds `signer`, and put the branch there."""
    head = commits.parse("", _raw(site, head_of(site)))
    payload = change(head.signed_part)
    raw = commits.signed(payload, signing.sign(signer or site.signer, payload, namespace))
    forged = put_object(site.git_dir, "commit", raw)
    site.git("update-ref", BRANCH, forged)
    return forged


def _raw(site: Site, name: str) -> bytes:
    return zlib.decompress(object_path(site, name).read_bytes()).split(b"\0", 1)[1]


def same(payload: bytes) -> bytes:
    return payload


def daemon_refuses(site: Site) -> str:
    with pytest.raises(StoreForeignError) as caught:
        site.writer().close()
    return str(caught.value)


def test_an_untouched_store_is_sound(site: Site) -> None:
    report = site.verify()
    assert report.faults == ()
    assert (report.commits, report.head) == (4, head_of(site))
    report.require_sound()


def test_a_packed_store_is_as_sound(site: Site) -> None:
    site.git("repack", "-adq")
    site.git("pack-refs", "--all")
    assert site.verify().faults == ()
    site.write({"plant/press/id": b"4"})
    assert site.verify().faults == ()


def test_a_flipped_bit_is_seen_wherever_it_is(site: Site) -> None:
    seen = []
    names = [path for path in (site.git_dir / "objects").glob("??/*") if len(path.name) == 38]
    for path in names:
        original = path.read_bytes()
        overwrite(path, original[:9] + bytes([original[9] ^ 1]) + original[10:])
        seen.append(site.verify().faults != ())
        overwrite(path, original)
    assert len(seen) > 10
    assert all(seen)


def test_another_text_in_a_valid_object_is_seen(site: Site) -> None:
    blob = site.git("rev-parse", f"{BRANCH}:plant/press/id").strip()
    overwrite(object_path(site, blob), zlib.compress(b"blob 1\x009"))
    assert "does not have the content it names" in complaints(site.verify())


def test_a_missing_object_is_seen(site: Site) -> None:
    blob = site.git("rev-parse", f"{BRANCH}:plant/press/id").strip()
    object_path(site, blob).unlink()
    with pytest.raises(StoreTamperedError):
        site.verify().require_sound()


def test_a_commit_by_somebody_else_is_seen_and_stops_the_daemon(site: Site) -> None:
    who = ("-c", "user.name=eve", "-c", "user.email=eve@x")
    tree = site.git("rev-parse", f"{BRANCH}^{{tree}}").strip()
    foreign = site.git(*who, "commit-tree", tree, "-p", BRANCH, "-m", "hello").strip()
    site.git("update-ref", BRANCH, foreign)
    assert "not signed" in complaints(site.verify())
    assert "not signed" in daemon_refuses(site)


def test_a_running_daemon_refuses_to_write_on_top_of_a_foreign_commit(site: Site) -> None:
    first = site.git("rev-parse", f"{BRANCH}~1").strip()
    with site.writer() as writer:
        site.git("update-ref", BRANCH, first)
        with pytest.raises(StoreForeignError, match="while this daemon was running"):
            writer.commit({"plant/x": b""}, message=SAID, when=site.clock.now())
    assert head_of(site) == first


def test_a_branch_that_was_rolled_back_is_seen_and_stops_the_daemon(site: Site) -> None:
    lost = head_of(site)
    site.git("update-ref", BRANCH, f"{BRANCH}~1")
    assert lost in complaints(site.verify())
    assert "rolled back" in daemon_refuses(site)


def test_a_branch_that_was_removed_stops_the_daemon(site: Site) -> None:
    site.git("update-ref", "-d", BRANCH)
    assert "gone" in daemon_refuses(site)
    (site.git_dir / "ccontrol" / "head").unlink()
    assert "no branch" in complaints(site.verify())


def test_a_head_that_the_operator_names_is_taken_up_again(site: Site) -> None:
    site.git("update-ref", BRANCH, f"{BRANCH}~1")
    restored = head_of(site)
    daemon_refuses(site)
    with Writer(site.git_dir, site.daemon, site.clock, accepted_head=restored):
        pass
    site.write({"plant/press/id": b"again"})
    assert site.verify().faults == ()


def test_history_rewritten_with_the_genuine_key_contradicts_a_witness(site: Site) -> None:
    witnessed = head_of(site)
    sign_again(site, lambda payload: payload.replace(b"OB1", b"FC9"))
    overwrite(site.git_dir / "ccontrol" / "head", f"{head_of(site)}\n".encode())
    assert site.verify().faults == ()  # the key itself signed it: only a witness can tell
    assert witnessed in complaints(site.verify(witnessed))


def test_a_rewrite_with_the_genuine_key_contradicts_the_daemons_memory(site: Site) -> None:
    sign_again(site, lambda payload: payload.replace(b"OB1", b"FC9"))
    assert "rewritten" in daemon_refuses(site)
    assert "was the head once" in complaints(site.verify())


def test_a_commit_ahead_of_the_memory_has_to_fit(site: Site) -> None:
    parent = head_of(site)
    backdated = START.timestamp() - 999

    def append(payload: bytes) -> bytes:
        payload = re.sub(rb"parent \w+", b"parent " + parent.encode(), payload)
        return re.sub(rb"> \d+", b"> %d" % backdated, payload)

    sign_again(site, append)
    assert "does not fit" in daemon_refuses(site)


def test_a_signature_by_another_key_is_seen(site: Site, tmp_path: Path) -> None:
    sign_again(site, same, generate(tmp_path / "eve"))
    assert "was not allowed to sign" in complaints(site.verify())
    assert "was not allowed to sign" in daemon_refuses(site)


def test_a_signature_for_another_purpose_is_seen(site: Site) -> None:
    sign_again(site, same, namespace="file")
    assert "not for 'git'" in complaints(site.verify())


def test_a_signature_taken_from_another_commit_is_seen(site: Site) -> None:
    head, older = (_raw(site, site.git("rev-parse", f"{BRANCH}~{n}").strip()) for n in (0, 1))
    armor = commits.parse("", older).signature
    assert armor is not None
    forged = commits.signed(commits.parse("", head).signed_part, armor)
    site.git("update-ref", BRANCH, put_object(site.git_dir, "commit", forged))
    assert "does not fit the content" in complaints(site.verify())


def test_a_date_that_runs_backwards_is_seen(site: Site) -> None:
    earlier = b"> %d" % (START.timestamp() - 86_400)
    sign_again(site, lambda payload: re.sub(rb"> \d+", earlier, payload))
    assert "date lies before" in complaints(site.verify())


def test_files_that_differ_from_the_signed_shadow_id_are_seen(site: Site) -> None:
    tree = site.git("rev-parse", f"{BRANCH}~1^{{tree}}").strip().encode()
    sign_again(site, lambda payload: re.sub(rb"tree \w+", b"tree " + tree, payload))
    assert "Tree-SHA256 does not fit" in complaints(site.verify())


def test_a_parent_that_differs_from_the_signed_hash_is_seen(site: Site) -> None:
    sign_again(site, lambda payload: re.sub(rb"(Parent-SHA256: )\w", rb"\1x", payload))
    assert "Parent-SHA256 does not fit" in complaints(site.verify())


def test_a_merge_is_seen(site: Site) -> None:
    root = site.git("rev-parse", f"{BRANCH}~3").strip().encode()
    sign_again(
        site, lambda payload: payload.replace(b"\nauthor", b"\nparent " + root + b"\nauthor")
    )
    assert "parents" in complaints(site.verify())


def test_a_link_in_the_tree_is_seen(site: Site) -> None:
    blob = site.git("hash-object", "-w", "--stdin", said="/etc/shadow").strip()
    tree = site.git("mktree", said=f"120000 blob {blob}\tlink\n").strip().encode()
    sign_again(site, lambda payload: re.sub(rb"tree \w+", b"tree " + tree, payload))
    assert "plain files" in complaints(site.verify())


def test_changed_attributes_are_seen(site: Site) -> None:
    with site.writer() as writer:
        writer.commit({".gitattributes": b"* text\n"}, message=SAID, when=site.clock.now())
    assert ".gitattributes" in complaints(site.verify())


def test_a_replaced_object_is_seen_and_not_believed(site: Site) -> None:
    blob = site.git("rev-parse", f"{BRANCH}:plant/press/id").strip()
    other = site.git("hash-object", "-w", "--stdin", said="harmless").strip()
    site.git("replace", blob, other)
    assert "git would show another object" in complaints(site.verify())
    with site.writer() as writer:
        assert writer.repository.read("plant/press") == {"plant/press/id": b"3"}


@pytest.mark.parametrize(
    "path",
    ["info/grafts", "shallow", "objects/info/alternates", "info/attributes"],
)
def test_what_makes_git_show_something_else_is_seen(path: str, site: Site) -> None:
    (site.git_dir / path).parent.mkdir(exist_ok=True)
    (site.git_dir / path).write_text("")
    assert path in complaints(site.verify())


def test_grafts_do_not_hide_commits(site: Site) -> None:
    (site.git_dir / "info").mkdir(exist_ok=True)
    (site.git_dir / "info" / "grafts").write_text(f"{head_of(site)}\n")
    assert "parents" in complaints(site.verify())


def test_replace_refs_switched_on_again_are_seen(site: Site) -> None:
    site.git("config", "core.useReplaceRefs", "true")
    assert "useReplaceRefs" in complaints(site.verify())


def test_a_head_that_shows_another_branch_is_seen(site: Site) -> None:
    site.git("symbolic-ref", "HEAD", "refs/heads/elsewhere")
    assert "HEAD" in complaints(site.verify())


def test_a_lying_commit_graph_is_not_believed(site: Site) -> None:
    site.git("commit-graph", "write", "--reachable")
    graph = site.git_dir / "objects" / "info" / "commit-graph"
    content = graph.read_bytes()
    tree = bytes.fromhex(site.git("rev-parse", f"{BRANCH}^{{tree}}").strip())
    assert tree in content
    overwrite(graph, content.replace(tree, tree[::-1]))
    assert site.verify().faults == ()


def test_a_nesting_deeper_than_any_recursion_is_seen(site: Site) -> None:
    name = site.git("hash-object", "-w", "--stdin", said="x").strip()
    tree = put_object(site.git_dir, "tree", b"100644 x\0" + bytes.fromhex(name))
    for _ in range(1200):
        content = b"40000 d\0" + bytes.fromhex(tree)
        tree = _quick_object(site, content)
    sign_again(site, lambda payload: re.sub(rb"tree \w+", b"tree " + tree.encode(), payload))
    assert "nested deeper" in complaints(site.verify())


def _quick_object(site: Site, content: bytes) -> str:
    name = sha1_id("tree", content).hex()
    object_path(site, name).parent.mkdir(exist_ok=True)
    object_path(site, name).write_bytes(zlib.compress(frame("tree", content)))
    return name


def test_a_retired_key_signs_nothing_new(site: Site, tmp_path: Path) -> None:
    retired = site.clock.now() + timedelta(seconds=1)
    after = generate(tmp_path / "next-key")
    name = site.daemon.trust.principal
    trusted = AllowedSigners(
        (
            AllowedSigner((name,), site.signer.public_key, ("git",), None, retired),
            AllowedSigner((name,), after.public_key, ("git",), retired),
        ),
    )
    trust = Trust(name, trusted)
    rotated = Daemon("plant-1", after, trusted)
    site.clock.pass_by(seconds=60)
    with Writer(site.git_dir, rotated, site.clock) as writer:
        writer.commit({"plant/press/id": b"4"}, message=SAID, when=site.clock.now())
    assert verify(site.git_dir, trust).faults == ()
    sign_again(site, same)
    assert "was not allowed to sign" in complaints(verify(site.git_dir, trust))
    sign_again(site, lambda payload: re.sub(rb"> \d+", b"> %d" % START.timestamp(), payload))
    assert "date lies before" in complaints(verify(site.git_dir, trust))


def test_many_signatures_are_judged_beside_this_process_with_the_same_verdicts(site: Site) -> None:
    good = commits.parse("", _raw(site, head_of(site)))
    foreign = replace(good, signature=None)
    wrong = replace(good, raw=good.raw.replace(b"OB1", b"FC9"))
    many = [
        replace({7: foreign, 3066: wrong, 3500: foreign}.get(number, good), id=f"{number}")
        for number in range(3600)
    ]
    with SignatureJudge(site.daemon.trust) as signatures:
        for commit in many:
            signatures.take(commit)
        found = dict(signatures.faults())
    assert found == dict(judge(many, site.daemon.trust))
    assert set(found) == {"7", "3066", "3500"}


def test_a_branch_and_a_memory_that_were_rolled_back_contradict_the_journal(site: Site) -> None:
    journal = Journal(site.git_dir / "ccontrol" / "journal", site.clock)
    journal.append(
        JournalEntry(site.clock.now(), "press-3", Outcome.CHANGED, change_id="c0ffee"),
    )
    assert site.verify().faults == ()
    roll_back(site, f"{BRANCH}~3")
    site.writer().close()
    assert "the change c0ffee, but the history does not" in complaints(site.verify())


def test_a_folded_day_that_is_no_longer_in_the_history_is_seen(site: Site) -> None:
    journal = Journal(site.git_dir / "ccontrol" / "journal", site.clock)
    journal.append(JournalEntry(site.clock.now(), "press-3", Outcome.CHANGED, change_id="c0ffee"))
    reading = journal.read(site.clock.now().date())
    assert len(list(reading)) == 1
    site.write({"journal/2031/05-06.toml": f'sha256 = "{reading.sha256}"'.encode()})
    journal.mark_folded(reading)
    assert site.verify().faults == ()
    roll_back(site, f"{BRANCH}~1")
    assert "journal/2031/05-06.toml is missing" in complaints(site.verify())


def roll_back(site: Site, to: str) -> None:
    site.git("update-ref", BRANCH, to)
    overwrite(site.git_dir / "ccontrol" / "head", f"{head_of(site)}\n".encode())


@pytest.mark.parametrize("when", [10**17, -(10**14), 2**38])
def test_a_date_that_no_calendar_has_is_a_fault(when: int, site: Site) -> None:
    sign_again(site, lambda payload: re.sub(rb"> \d+", b"> %d" % when, payload))
    assert "no calendar" in complaints(site.verify())
    with pytest.raises(StoreTamperedError):
        site.writer()


def test_a_branch_that_stands_at_a_tag_is_a_fault(site: Site) -> None:
    tag = f"object {head_of(site)}\ntype commit\ntag x\ntagger x <x> 1 +0000\n\nm\n".encode()
    (site.git_dir / BRANCH).write_text(put_object(site.git_dir, "tag", tag) + "\n")
    assert "which ccontrol never writes" in complaints(site.verify())
