"""What `verify` says of a log of ref updates, of checkpoints, and of what it could not check."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from ccontrol.cosigner.book import Book
from ccontrol.poll import cosigning
from ccontrol.store import checkpoints, gate, log_keeping
from ccontrol.store.layout import APPROVED, log_folder
from ccontrol.store.log_keeping import Judges, LogIdentity, keep
from ccontrol.store.notes import Note
from ccontrol.store.ref_log import RefLog, updates_path
from ccontrol.store.verify import Report, verify
from ccontrol.store.verify_log import LogTrust
from tests.unit.store.made_store import SetClock, Site


@dataclass
class Logged:
    """A site whose log a cosigner vouched for up to its newest commit."""

    site: Site
    book: Book

    @classmethod
    def make(cls, folder: Path) -> "Logged":
        site = Site.make(folder)
        gate.install(site.git_dir, site.daemon.trust.signers, None)
        for text in (b"1", b"2", b"3"):
            site.write({"plant/press/id": text})
        made = cls(site, Book.make(folder / "book", "historian.plant", SetClock()))
        made.book.trust(made.identity.key)
        made.cosign(made.keep())
        return made

    @property
    def folder(self) -> Path:
        return log_folder(self.site.git_dir)

    @property
    def judges(self) -> Judges:
        """The daemon's key for `observed`; on `approved` everything counts that has a parent."""
        return Judges(log_keeping.signed_by_daemon(self.site.daemon.trust), lambda _, head: head)

    @property
    def identity(self) -> LogIdentity:
        return LogIdentity("ccontrol/plant-1", log_keeping.own_key(self.folder))

    def keep(self) -> Note:
        with RefLog(self.folder) as log:
            keep(self.site.git_dir, log, self.identity, self.judges, self.site.clock.now())
        note = log_keeping.newest(self.folder)
        assert note is not None
        return note

    def cosign(self, note: Note, since: int = 0) -> None:
        asked = cosigning.submission_for(self.folder, note, since)
        answer = self.book.take(asked.body())
        cosigning.keep_cosigned(self.folder, note, self.book.key, answer.text)

    def verify(self, *outside: Note, cosigned: bool = True) -> Report:
        keys = (self.book.key,) if cosigned else ()
        trust = LogTrust(self.identity.key, keys, outside)
        return verify(self.site.git_dir, self.site.daemon.trust, log=trust)

    def change_line(self, number: int, change: Callable[[bytes], bytes]) -> None:
        lines = updates_path(self.folder).read_bytes().splitlines(keepends=True)
        lines[number] = change(lines[number])
        updates_path(self.folder).write_bytes(b"".join(lines))

    def sign_anew(self) -> None:
        """Forge the hashes and the newest checkpoint, as root with the log's key could."""
        (self.folder / "hashes").unlink()
        log_keeping.checkpoint_path(self.folder).unlink()
        self.keep()


@pytest.fixture
def logged(tmp_path: Path) -> Logged:
    return Logged.make(tmp_path)


def complaints(report: Report) -> str:
    return "\n".join(fault.what for fault in report.faults)


def test_an_untouched_log_is_sound_and_nothing_is_left_unchecked(logged: Logged) -> None:
    report = logged.verify(logged.book.seen_note("ccontrol/plant-1"))
    assert (report.faults, report.unchecked) == ((), ())
    logged.site.write({"plant/press/id": b"4"})  # not logged yet: no fault
    assert logged.verify().faults == ()


def test_what_could_not_be_checked_is_said(logged: Logged, tmp_path: Path) -> None:
    assert "no cosigner is configured" in logged.verify(cosigned=False).unchecked[0]
    log_keeping.cosigned_path(logged.folder, logged.book.key).unlink()
    assert logged.verify().unchecked == ("nothing that historian.plant cosigned lies here",)
    plain = Site.make(_made(tmp_path / "plain"))
    words = "\n".join(plain.verify().unchecked)
    assert "there is no log of ref updates here" in words
    assert "no cosigner is configured" in words
    assert plain.verify().faults == ()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    "change",
    [
        lambda line: re.sub(rb'"at":"2031', b'"at":"2030', line),
        lambda line: line.replace(b'"sequence":1', b'"sequence":7'),
        lambda line: b"rubbish\n",
        lambda line: b"",
    ],
)
def test_an_edited_line_does_not_fit_what_was_signed(
    logged: Logged, change: Callable[[bytes], bytes]
) -> None:
    logged.change_line(1, change)
    assert logged.verify(cosigned=False).faults


def test_lines_that_were_edited_and_signed_anew_do_not_fit_the_history(logged: Logged) -> None:
    head = logged.site.git("rev-parse", "refs/heads/observed").strip()
    for number in (2, 3):
        logged.change_line(number, lambda line: line.replace(head.encode(), b"a" * 40))
    logged.sign_anew()
    report = logged.verify(cosigned=False)
    assert "does not hold at that place" in complaints(report) or "did not stand" in complaints(
        report
    )


def test_a_history_rewritten_with_the_genuine_keys_is_another_than_was_cosigned(
    logged: Logged,
) -> None:
    outside = logged.book.seen_note("ccontrol/plant-1")
    site = logged.site
    site.git("update-ref", "refs/heads/observed", "refs/heads/observed~1")
    head = site.git("rev-parse", "refs/heads/observed").strip()
    (site.git_dir / "ccontrol" / "head").write_text(f"{head}\n")
    site.write({"plant/press/id": b"3, as it should have been"})
    updates_path(logged.folder).unlink()
    logged.sign_anew()
    assert logged.verify(cosigned=False).faults == ()  # by itself the forgery is perfect
    assert "what historian.plant saw (4 entries) is another history" in complaints(logged.verify())
    log_keeping.cosigned_path(logged.folder, logged.book.key).unlink()
    assert "is another history than this one" in complaints(logged.verify(outside))


def test_a_log_that_was_rolled_back_is_shorter_than_what_was_cosigned(logged: Logged) -> None:
    site = logged.site
    site.git("update-ref", "refs/heads/observed", "refs/heads/observed~1")
    head = site.git("rev-parse", "refs/heads/observed").strip()
    (site.git_dir / "ccontrol" / "head").write_text(f"{head}\n")
    updates_path(logged.folder).unlink()
    logged.sign_anew()
    assert logged.verify(cosigned=False).faults == ()
    assert "the log is shorter: it was cut" in complaints(logged.verify())


def test_a_log_that_was_removed_is_told_where_others_saw_one(logged: Logged) -> None:
    for path in (updates_path(logged.folder), log_keeping.checkpoint_path(logged.folder)):
        path.unlink()
    assert "there is none here" in complaints(logged.verify())


def test_a_checkpoint_signed_with_another_key_is_told(logged: Logged, tmp_path: Path) -> None:
    other = LogIdentity("ccontrol/plant-1", log_keeping.own_key(_made(tmp_path / "k")))
    found = checkpoints.parse(logged.keep())
    forged = checkpoints.signed(found, other.signer, other.key)
    log_keeping.checkpoint_path(logged.folder).write_text(forged.text())
    assert "is not signed by the log's key" in complaints(logged.verify())


def on_approved(site: Site, *parents: str, text: str = "fine") -> str:
    """Put a commit of a person onto `approved`; one of equal text and second would be the same."""
    tree = site.git("rev-parse", "refs/heads/observed^{tree}").strip()
    author = ("-c", "user.name=ann", "-c", "user.email=ann@plant")
    over = (part for name in parents for part in ("-p", name))
    pushed = site.git(*author, "commit-tree", *over, "-m", text, tree).strip()
    site.git("update-ref", APPROVED, pushed)
    return pushed


def seen(site: Site, *names: str) -> None:
    """Let the daemon write down that it saw commits, and that they counted."""
    site.write({f"journal/approved/{name[:2]}/{name}.toml": b"seen" for name in names})


def test_an_approval_that_was_taken_back_is_told(logged: Logged) -> None:
    site = logged.site
    pushed = on_approved(site)
    seen(site, pushed)
    logged.keep()
    assert logged.verify().faults == ()
    site.git("update-ref", "-d", APPROVED)
    assert f"names {pushed}, which {APPROVED} does not hold" in complaints(logged.verify())


def test_the_way_back_over_what_never_counted_is_no_fault(logged: Logged) -> None:
    site = logged.site
    good = on_approved(site)
    seen(site, good)
    logged.keep()
    bad = [on_approved(site, good)]
    bad.append(on_approved(site, bad[0]))
    logged.keep()  # an older version wrote down what did not count, too
    site.git("update-ref", APPROVED, good)
    logged.keep()
    better = on_approved(site, good, text="better")
    seen(site, better)
    logged.keep()
    report = logged.verify()
    assert report.faults == ()
    assert [note.split()[0] for note in report.notes] == bad
    assert "that is no fault" in report.notes[0]


def test_the_way_back_over_what_had_counted_is_told_though_nothing_is_missing(
    logged: Logged,
) -> None:
    site = logged.site
    first = on_approved(site)
    second = on_approved(site, first)
    seen(site, first, second)
    logged.keep()
    site.git("update-ref", APPROVED, first)
    logged.keep()
    assert f"names {second}, which {APPROVED} does not hold" in complaints(logged.verify())
    site.git("update-ref", APPROVED, second)
    assert f"back to {first}, although {second} had counted" in complaints(logged.verify())


def test_what_the_daemon_did_not_sign_is_never_written_down(logged: Logged) -> None:
    site, before = logged.site, logged.keep()
    own = site.git("rev-parse", "refs/heads/observed").strip()
    tree = site.git("rev-parse", "refs/heads/observed^{tree}").strip()
    author = ("-c", "user.name=ann", "-c", "user.email=ann@plant")
    stray = site.git(*author, "commit-tree", "-p", own, "-m", "mine", tree).strip()
    site.git("update-ref", "refs/heads/observed", stray)
    assert logged.keep() == before
    site.git("update-ref", "refs/heads/observed", f"{own}~1")  # its own: a rewrite is to be seen
    assert checkpoints.parse(logged.keep()).size == checkpoints.parse(before).size + 1


def test_a_log_key_out_of_the_doubted_store_itself_is_said_to_prove_nothing(
    logged: Logged,
) -> None:
    def judged(*outside: Note, pinned: bool = False, cosigned: bool = False) -> Report:
        keys = (logged.book.key,) if cosigned else ()
        trust = LogTrust(honest if pinned else None, keys, outside)
        return verify(logged.site.git_dir, logged.site.daemon.trust, log=trust)

    honest = logged.identity.key
    said = "it lies in the store itself, where somebody can have put another"
    assert said in "\n".join(judged().unchecked)
    assert said not in "\n".join(judged(pinned=True).unchecked)
    assert judged(cosigned=True).unchecked == ()  # people told the cosigner whose key it is
    kept = logged.book.seen_note("ccontrol/plant-1")
    for name in ("key", "key.pub"):
        (logged.folder / name).unlink()
    log_keeping.checkpoint_path(logged.folder).unlink()
    logged.keep()  # with another key, by somebody who may write there
    assert judged().faults == ()
    assert said in "\n".join(judged().unchecked)
    assert "is not signed by the log's key" in complaints(judged(pinned=True))
    assert said in "\n".join(judged(cosigned=True).unchecked)
    assert said in "\n".join(judged(kept, cosigned=True).unchecked)
