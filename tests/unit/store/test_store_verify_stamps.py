"""What `verify` says of the time stamps of a history, and of everything that is done to them."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ccontrol.canonical.stamps import stamp_path
from ccontrol.clock import SystemClock
from ccontrol.errors import TimeStampError
from ccontrol.poll.stamping import Stamped, kept_as
from ccontrol.store.creation import create
from ccontrol.store.keys import generate
from ccontrol.store.repository import Repository
from ccontrol.store.time_stamp import Authorities, authorities_of, checked
from ccontrol.store.verify import Report, verify
from ccontrol.store.verify_stamps import StampTrust
from tests.unit.store.made_store import SAID, SetClock, Site, git
from tests.unit.store.stamp_authority import StampAuthority, openssl


@dataclass
class StampedSite:
    """A site whose head an authority stamped on some days."""

    site: Site
    authority: StampAuthority

    @classmethod
    def make(cls, folder: Path, authority: StampAuthority) -> "StampedSite":
        # The authority's certificates are valid from now on, so this history begins tomorrow noon.
        noon = SystemClock().now().replace(hour=12, minute=0, second=0, microsecond=0)
        signer, clock = generate(folder / "signing-key"), SetClock(noon + timedelta(days=1))
        site = Site(folder, signer, clock)
        create(site.git_dir, site.daemon, clock)
        site.write({"plant/press/id": b"1"})
        return cls(site, authority)

    @property
    def trusted(self) -> Authorities:
        return authorities_of(self.authority.ca)

    def change(self) -> str:
        return self.site.write({"plant/press/id": str(self.site.clock.now()).encode()}).commit

    def content(self, commit: str) -> bytes:
        with Repository.open(self.site.git_dir) as repository:
            return repository.objects.content(bytes.fromhex(commit), "commit")

    def stamp_of(self, commit: str, at: datetime) -> Stamped:
        content = self.content(commit)
        answer = self.authority.answer(self.authority.query(content), at)
        return Stamped(answer, checked(answer, content, self.trusted), self.trusted)

    def keep(self, stamped: Stamped, commit: str, **instead: bytes) -> str:
        """Have the daemon commit a stamp; `instead` replaces what is stored under a path's end."""
        files, text = kept_as("plant-1", commit, stamped)
        with self.site.writer() as writer:
            files = {path: instead.get(path[-3:], content) for path, content in files.items()}
            receipt = writer.commit(files, message=text, when=self.site.clock.now())
        assert receipt is not None
        return receipt.commit

    def day(self) -> tuple[str, Stamped]:
        """A day goes by: something changes, the head is stamped, and a minute later kept."""
        commit = self.change()
        self.site.clock.pass_by(minutes=1)
        stamped = self.stamp_of(commit, self.site.clock.now())
        self.site.clock.pass_by(minutes=1)
        self.keep(stamped, commit)
        self.site.clock.pass_by(hours=23, minutes=57)
        return commit, stamped

    def path(self, stamped: Stamped) -> str:
        return stamp_path(stamped.stamp.at.date())

    def write(self, path: str, content: bytes | None) -> None:
        """The daemon's own key does something to a file that it should never do."""
        with self.site.writer() as writer:
            writer.commit({path: content}, message=SAID, when=self.site.clock.now())

    def verify(self, trust: StampTrust | None = None) -> Report:
        trust = trust or StampTrust(self.trusted, expected=True)
        return verify(self.site.git_dir, self.site.daemon.trust, stamps=trust)

    def faults(self) -> str:
        return "\n".join(fault.what for fault in self.verify().faults)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> StampAuthority:
    return StampAuthority.make(tmp_path_factory.mktemp("authority") / "own")


@pytest.fixture
def stamped(tmp_path: Path, authority: StampAuthority) -> StampedSite:
    return StampedSite.make(tmp_path, authority)


def of_stamps(report: Report) -> tuple[str, ...]:
    return tuple(each for each in report.unchecked if "stamp" in each)


def test_each_day_holds_and_is_told_with_its_commit_and_time(stamped: StampedSite) -> None:
    days = [stamped.day() for _ in range(3)]
    stamped.change()
    report = stamped.verify()
    assert (report.faults, of_stamps(report)) == ((), ())
    told = [(each.commit, each.at, each.authority, each.holds) for each in report.stamps]
    assert told == [(commit, each.stamp.at, "CN=time.plant", True) for commit, each in days]


def test_stock_tools_agree_on_what_was_stored(stamped: StampedSite, tmp_path: Path) -> None:
    commit, at = stamped.change(), SystemClock().now()
    stamped.keep(stamped.stamp_of(commit, at), commit)
    git_dir = str(stamped.site.git_dir)
    (tmp_path / "content").write_text(git("--git-dir", git_dir, "cat-file", "commit", commit))
    openssl_stamp = tmp_path / "stamp.tsr"
    openssl_stamp.write_bytes(blob(stamped, stamp_path(at.date())))
    read = ("-in", openssl_stamp, "-data", tmp_path / "content")
    assert b"OK" in openssl("ts", "-verify", *read, "-CAfile", stamped.authority.ca)
    chain = stamped.authority.folder / "again.pem"
    chain.write_bytes(blob(stamped, "keys/timestamp-authorities.pem"))
    assert b"OK" in openssl("ts", "-verify", *read, "-CAfile", chain)


def blob(stamped: StampedSite, path: str) -> bytes:
    with Repository.open(stamped.site.git_dir) as repository:
        return repository.read(path)[path]


def test_what_could_not_be_checked_is_said(stamped: StampedSite) -> None:
    assert of_stamps(stamped.verify()) == ("there is no time stamp here yet",)
    assert of_stamps(stamped.verify(StampTrust())) == ()
    stamped.day()
    stamped.site.clock.pass_by(days=1)
    lacking = stamped.site.clock.now().date() - timedelta(days=1)
    stamped.day()
    for _ in range(3):
        stamped.site.clock.pass_by(days=1)
        stamped.change()
    last = stamped.site.clock.now().date()
    run = f"from {last - timedelta(days=3)} to {last - timedelta(days=1)}"
    told = f"no time stamp was made on {lacking}, {run}"
    assert of_stamps(stamped.verify()) == (told,)
    nobody = stamped.verify(StampTrust())
    assert "2 time stamps: nobody says whose count" in of_stamps(nobody)[0]
    assert nobody.faults == ()
    assert not any(each.holds for each in nobody.stamps)


def test_a_stamp_by_an_authority_that_nobody_named_is_a_fault(
    stamped: StampedSite, tmp_path: Path
) -> None:
    stamped.day()
    strange = StampAuthority.make(tmp_path / "strange")
    other = StampTrust(authorities_of(strange.ca), expected=True)
    (fault,) = stamped.verify(other).faults
    assert "does not hold" in fault.what
    (day,) = stamped.verify(other).stamps
    assert not day.holds


def test_the_stamp_of_another_day_in_its_place_is_a_fault(stamped: StampedSite) -> None:
    (first, one), (second, two) = stamped.day(), stamped.day()
    commit = stamped.change()
    three = replace(one, stamp=replace(two.stamp, at=stamped.site.clock.now()))
    stamped.keep(three, commit)  # the answer of the first day, as that of today
    assert stamped.faults().endswith("it is a time stamp of something else")
    with pytest.raises(TimeStampError):
        checked(two.answer, stamped.content(first), stamped.trusted)
    assert first != second


def test_a_swap_of_two_stamps_is_a_fault_of_both(stamped: StampedSite) -> None:
    (_, one), (_, two) = stamped.day(), stamped.day()
    stamped.write(stamped.path(one), two.answer)
    stamped.write(stamped.path(two), one.answer)
    assert stamped.faults().count("another one than was stored") == 2


def test_an_edited_stamp_is_a_fault(stamped: StampedSite) -> None:
    _, one = stamped.day()
    edited = bytearray(one.answer)
    edited[-5] ^= 1
    stamped.write(stamped.path(one), bytes(edited))
    assert "another one than was stored" in stamped.faults()


def test_a_stamp_that_was_stored_broken_is_a_fault(stamped: StampedSite) -> None:
    commit = stamped.change()
    one = stamped.stamp_of(commit, stamped.site.clock.now())
    edited = bytearray(one.answer)
    edited[-5] ^= 1
    stamped.keep(one, commit, tsr=bytes(edited))
    assert "it does not hold" in stamped.faults()


def test_a_stamp_that_was_taken_out_is_missed(stamped: StampedSite) -> None:
    (_, one), _ = stamped.day(), stamped.day()
    stamped.write(stamped.path(one), None)
    assert f"{stamped.path(one)}: the time stamp was there once and is gone" in stamped.faults()


def test_a_stamp_that_no_commit_names_is_a_fault(stamped: StampedSite) -> None:
    _, one = stamped.day()
    stamped.write("journal/stamps/2020/01-01.tsr", one.answer)
    assert "no commit says that it brought this time stamp" in stamped.faults()


def test_a_stamp_of_a_commit_that_is_not_there_is_a_fault(stamped: StampedSite) -> None:
    commit = stamped.change()
    one = stamped.stamp_of(commit, stamped.site.clock.now())
    stamped.keep(one, "4" * 40)
    assert "which is no commit before it" in stamped.faults()


def test_a_commit_that_is_dated_after_its_stamp_is_a_fault(stamped: StampedSite) -> None:
    commit = stamped.change()
    one = stamped.stamp_of(commit, stamped.site.clock.now() - timedelta(hours=1))
    stamped.keep(one, commit)
    assert f"the commit {commit}: it is dated" in stamped.faults()
    assert "after its stamp" in stamped.faults()


def test_a_history_that_was_made_late_and_dated_back_is_a_fault(stamped: StampedSite) -> None:
    """Whoever has the daemon's key can write any date; the authority dates by its own clock."""
    commit = stamped.change()
    stamped.site.clock.pass_by(days=30)
    one = stamped.stamp_of(commit, stamped.site.clock.now())
    stamped.keep(one, commit)
    assert "long before its stamp" in stamped.faults()


def test_a_stamp_that_was_stored_before_it_was_made_is_a_fault(stamped: StampedSite) -> None:
    commit = stamped.change()
    one = stamped.stamp_of(commit, stamped.site.clock.now() + timedelta(hours=5))
    stamped.keep(one, commit)
    assert "before it was made" in stamped.faults()


def test_two_clocks_may_differ_by_some_minutes(stamped: StampedSite) -> None:
    commit = stamped.change()
    stamped.keep(stamped.stamp_of(commit, stamped.site.clock.now() - timedelta(minutes=9)), commit)
    assert stamped.faults() == ""


def test_a_later_stamp_of_an_older_commit_is_a_fault(stamped: StampedSite) -> None:
    older, newer = stamped.change(), stamped.change()
    stamped.keep(stamped.stamp_of(newer, stamped.site.clock.now()), newer)
    stamped.site.clock.pass_by(days=1)
    stamped.keep(stamped.stamp_of(older, stamped.site.clock.now()), older)
    assert "is about an older commit than that of" in stamped.faults()


def test_a_commit_that_only_claims_a_stamp_is_a_fault(stamped: StampedSite) -> None:
    commit = stamped.change()
    _, text = kept_as("plant-1", commit, stamped.stamp_of(commit, stamped.site.clock.now()))
    with stamped.site.writer() as writer:
        writer.commit({"plant/x": b"1"}, message=text, when=stamped.site.clock.now())
        odd = replace(text, trailers=(("Stamp", "journal/stamps/2026/99-99.tsr"),))
        writer.commit({"plant/x": b"2"}, message=odd, when=stamped.site.clock.now())
    assert "says it brought this time stamp did not" in stamped.faults()
    assert "no place for a time stamp" in stamped.faults()
