"""History over a diode or on a stick: git's own bundles, and the log of ref updates beside them."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccontrol.cosigner.book import Book
from ccontrol.errors import BadFileError, CcontrolError, MirrorError, StoreError
from ccontrol.poll import cosigning
from ccontrol.store import bundled_log, log_keeping, mirror
from ccontrol.store.layout import log_folder
from ccontrol.store.log_keeping import Judges, LogIdentity, keep
from ccontrol.store.ref_log import RefLog
from ccontrol.store.verify import Report, verify
from ccontrol.store.verify_log import LogTrust
from tests.unit.store.made_store import SetClock, Site
from tests.unit.store.mirrored import Mirrored

OBSERVED, APPROVED = "refs/heads/observed", "refs/heads/approved"


@dataclass
class Crossing:
    """A site with a cosigned log, and an empty mirror on the other side of the diode."""

    mirrored: Mirrored
    book: Book
    other: Path
    stick: Path

    @classmethod
    def make(cls, folder: Path) -> "Crossing":
        mirrored = Mirrored.make(folder)
        book = Book.make(folder / "book", "historian.plant", SetClock())
        made = cls(mirrored, book, folder / "other.git", folder / "stick")
        made.stick.mkdir()
        book.trust(made.identity.key)
        mirror.make(made.other, "stick", mirrored.site.daemon.trust.signers, mirrored.anchor)
        return made

    @property
    def site(self) -> Site:
        return self.mirrored.site

    @property
    def identity(self) -> LogIdentity:
        return LogIdentity("ccontrol/plant-1", log_keeping.own_key(log_folder(self.site.git_dir)))

    @property
    def judges(self) -> Judges:
        """The daemon's key for `observed`; on `approved` everything counts."""
        return Judges(log_keeping.signed_by_daemon(self.site.daemon.trust), lambda _, head: head)

    def cosign(self, since: int = 0) -> None:
        folder = log_folder(self.site.git_dir)
        with RefLog(folder) as log:
            keep(self.site.git_dir, log, self.identity, self.judges, self.site.clock.now())
        note = log_keeping.newest(folder)
        assert note is not None
        answer = self.book.take(cosigning.submission_for(folder, note, since).body())
        cosigning.keep_cosigned(folder, note, self.book.key, answer.text)

    def export(self, name: str, after: str = "") -> Path:
        bundle = self.stick / name
        before = self.stick / after if after else None
        mirror.export_bundle(self.site.git_dir, bundle, before)
        return bundle

    def verify(self) -> Report:
        trust = LogTrust(self.identity.key, (self.book.key,))
        return verify(self.other, self.site.daemon.trust, log=trust)

    @property
    def stands(self) -> str:
        folder = log_folder(self.other)
        lines = (folder / "updates.jsonl").read_text() if folder.exists() else ""
        return self.mirrored.git("--git-dir", str(self.other), "for-each-ref").stdout + lines


@pytest.fixture
def crossing(tmp_path: Path) -> Crossing:
    return Crossing.make(tmp_path)


def test_the_other_side_verifies_everything_without_a_network(crossing: Crossing) -> None:
    crossing.cosign()
    first = crossing.export("first.bundle")
    mirror.import_bundle(crossing.other, first)
    report = crossing.verify()
    assert (report.faults, report.unchecked, report.commits) == ((), (), 4)
    for text in (b"4", b"5"):
        crossing.site.write({"plant/press/id": text})
    crossing.cosign(since=5)
    second = crossing.export("second.bundle", after="first.bundle")
    assert bundled_log.head_of(bundled_log.beside(second)).first == 5
    moved = mirror.import_bundle(crossing.other, second)
    assert moved[-1] == "log of ref updates: 2 new entries"
    report = crossing.verify()
    assert (report.faults, report.unchecked, report.commits) == ((), (), 6)


def test_stock_git_reads_what_was_exported(crossing: Crossing) -> None:
    git, bundle = crossing.mirrored.git, crossing.export("first.bundle")
    assert not bundled_log.beside(bundle).exists()  # there is no log here yet
    where = ("--git-dir", str(crossing.other))
    assert "records a complete history" in git(*where, "bundle", "verify", str(bundle)).stdout
    crossing.site.write({"plant/press/id": b"4"})
    second = crossing.export("second.bundle", after="first.bundle")
    lacking = git(*where, "bundle", "verify", str(second), check=False)
    assert "lacks these prerequisite commits" in lacking.stderr
    mirror.import_bundle(crossing.other, bundle)
    git(*where, "bundle", "verify", str(second))
    git("clone", "--quiet", str(bundle), str(crossing.stick / "clone"))


def test_the_same_bundle_again_changes_nothing_and_is_no_error(crossing: Crossing) -> None:
    crossing.cosign()
    first = crossing.export("first.bundle")
    assert mirror.import_bundle(crossing.other, first)
    stood = crossing.stands
    assert mirror.import_bundle(crossing.other, first) == ()
    assert crossing.stands == stood


def test_an_import_that_was_cut_off_between_its_files_is_finished_by_the_next(
    crossing: Crossing,
) -> None:
    crossing.cosign()
    first = crossing.export("first.bundle")
    mirror.pull(crossing.other, str(first))  # and then the power failed
    assert mirror.import_bundle(crossing.other, first) == ("log of ref updates: 5 new entries",)
    assert crossing.verify().faults == ()


def test_an_older_bundle_does_not_take_the_mirror_back(crossing: Crossing) -> None:
    crossing.cosign()
    first = crossing.export("first.bundle")
    crossing.site.write({"plant/press/id": b"4"})
    crossing.cosign(since=5)
    mirror.import_bundle(crossing.other, crossing.export("whole.bundle"))
    stood = crossing.stands
    with pytest.raises(MirrorError, match="would go back"):
        mirror.import_bundle(crossing.other, first)
    assert crossing.stands == stood


def test_a_step_that_was_left_out_is_told(crossing: Crossing) -> None:
    first = crossing.export("first.bundle")
    with pytest.raises(StoreError, match="nothing new"):
        mirror.export_bundle(crossing.site.git_dir, crossing.stick / "x", first)
    crossing.site.write({"plant/press/id": b"4"})
    second = crossing.export("second.bundle", after="first.bundle")
    with pytest.raises(MirrorError, match="could not be fetched whole"):
        mirror.import_bundle(crossing.other, second)
    assert crossing.stands == ""


@pytest.mark.parametrize("kept", [10, 60, -20])
def test_a_truncated_bundle_changes_nothing(crossing: Crossing, kept: int) -> None:
    bundle = crossing.export("cut.bundle")
    bundle.write_bytes(bundle.read_bytes()[:kept])
    with pytest.raises((MirrorError, BadFileError), match=r"nothing was changed|bundle"):
        mirror.import_bundle(crossing.other, bundle)
    assert crossing.stands == ""


def test_a_bundle_that_was_swapped_under_its_log_is_told(crossing: Crossing) -> None:
    crossing.cosign()
    first = crossing.export("first.bundle")
    crossing.site.write({"plant/press/id": b"4"})
    other = crossing.export("other.bundle")
    shutil.copy(bundled_log.beside(first), bundled_log.beside(other))
    with pytest.raises(BadFileError, match="belongs to another bundle"):
        mirror.import_bundle(crossing.other, other)
    assert crossing.stands == ""


def test_a_bundle_of_another_history_is_refused(crossing: Crossing, tmp_path: Path) -> None:
    mirror.import_bundle(crossing.other, crossing.export("first.bundle"))
    folder = tmp_path / "forger"
    folder.mkdir()
    forger = Site(folder, crossing.site.signer)  # with the genuine key
    shutil.copytree(crossing.site.git_dir, forger.git_dir)
    forger.git("update-ref", OBSERVED, f"{OBSERVED}~1")
    head = forger.git("rev-parse", OBSERVED).strip()
    (forger.git_dir / "ccontrol" / "head").write_text(f"{head}\n")
    forger.clock.pass_by(minutes=5)
    forger.write({"plant/press/id": b"as it should have been"})
    bundle = folder / "forged.bundle"
    mirror.export_bundle(forger.git_dir, bundle)
    stood = crossing.stands
    with pytest.raises(MirrorError, match="may not be rewritten"):
        mirror.import_bundle(crossing.other, bundle)
    assert crossing.stands == stood


@pytest.mark.parametrize("ref", ["refs/replace/{}", "refs/tags/fat", "refs/heads/master", "HEAD"])
def test_a_bundle_with_anything_but_the_two_branches_is_refused(
    crossing: Crossing, ref: str
) -> None:
    site, bundle = crossing.site, crossing.stick / "more.bundle"
    head = site.git("rev-parse", OBSERVED).strip()
    name = ref.format(head)
    if name != "HEAD":
        site.git("update-ref", name, f"{OBSERVED}~1")
    site.git("bundle", "create", "--quiet", str(bundle), OBSERVED, APPROVED, name)
    with pytest.raises(MirrorError, match=f"holds {name} too; nothing was changed"):
        mirror.import_bundle(crossing.other, bundle)
    assert crossing.stands == ""


def test_a_log_that_was_rewritten_does_not_continue_the_one_here(crossing: Crossing) -> None:
    crossing.cosign()
    mirror.import_bundle(crossing.other, crossing.export("first.bundle"))
    folder = log_folder(crossing.site.git_dir)
    for name in ("updates.jsonl", "hashes", "checkpoint"):
        (folder / name).unlink()
    crossing.site.clock.pass_by(hours=1)
    with RefLog(folder) as log:
        now = crossing.site.clock.now()
        keep(crossing.site.git_dir, log, crossing.identity, crossing.judges, now)
    crossing.site.write({"plant/press/id": b"4"})
    stood = crossing.stands
    with pytest.raises(MirrorError, match="is another one than here: rewritten"):
        mirror.import_bundle(crossing.other, crossing.export("second.bundle"))
    assert crossing.stands.splitlines()[2:] == stood.splitlines()[2:]  # of the log nothing moved


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(where=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255), cut=st.booleans())
def test_a_damaged_log_is_told_and_nothing_of_it_is_taken(
    damaged: tuple[Crossing, Path, bytes], where: float, byte: int, *, cut: bool
) -> None:
    crossing, bundle, good = damaged
    at = int(where * len(good))
    bad = good[:at] if cut else good[:at] + bytes([byte]) + good[at + 1 :]
    bundled_log.beside(bundle).write_bytes(bad)
    lines = log_folder(crossing.other) / "updates.jsonl"
    try:
        bundled_log.take(crossing.other, bundle)
    except CcontrolError:
        assert not lines.exists() or lines.read_bytes() == b""
    else:  # a key, or a signature: whose they are is verify's business
        for path in log_folder(crossing.other).rglob("*"):
            if path.is_file():
                path.unlink()


@pytest.fixture
def damaged(crossing: Crossing) -> tuple[Crossing, Path, bytes]:
    crossing.cosign()
    bundle = crossing.export("first.bundle")
    mirror.pull(crossing.other, str(bundle))
    return crossing, bundle, bundled_log.beside(bundle).read_bytes()
