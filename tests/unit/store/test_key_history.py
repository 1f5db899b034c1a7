"""A retired key counts up to its last commit, whatever date it signs afterwards."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from ccontrol.canonical.people import parse_people, render_people
from ccontrol.errors import SigningError, StoreForeignError, UnreadableStateError
from ccontrol.model.approval import DaemonKey, People
from ccontrol.store.allowed_signers import AllowedSigner, AllowedSigners
from ccontrol.store.key_history import KeySpan, closed, spans_of
from ccontrol.store.keys import generate, public_line
from ccontrol.store.own_keys import last_signed, require_in_order
from ccontrol.store.repository import Repository
from ccontrol.store.signing import Signer
from ccontrol.store.verify import Report, verify
from ccontrol.store.verify_log import LogTrust
from ccontrol.store.writer import Daemon, Writer
from tests.unit.store.made_store import SAID, Site
from tests.unit.store.test_store_tampering import complaints, head_of, same, sign_again


@dataclass
class Rotated:
    """A site whose second key signs from commit 4 on; it has five."""

    site: Site
    daemon: Daemon
    old: Signer

    @classmethod
    def make(cls, folder: Path) -> "Rotated":
        site = Site.make(folder)
        for text in (b"1", b"2"):
            site.write({"plant/press/id": text})
        old, new = site.signer, generate(folder / "new-key")
        who = site.daemon.trust.principal
        both = tuple(AllowedSigner((who,), one.public_key, ("git",)) for one in (old, new))
        daemon = Daemon("plant-1", new, AllowedSigners(both))
        for text in (b"3", b"4"):
            site.clock.pass_by(seconds=1)
            with Writer(site.git_dir, daemon, site.clock) as writer:
                writer.commit({"plant/press/id": text}, message=SAID, when=site.clock.now())
        return cls(site, daemon, old)

    @property
    def new(self) -> Signer:
        return self.daemon.signer

    def spans(
        self, *, last: int | None = None, compromised_from: int | None = None
    ) -> tuple[KeySpan, ...]:
        old = KeySpan(self.old.public_key, last, compromised_from)
        return (old, KeySpan(self.new.public_key))

    def verify(self, spans: tuple[KeySpan, ...], *seen: str) -> Report:
        trust, log = self.daemon.trust, LogTrust(spans=spans)
        return verify(self.site.git_dir, trust, log=log, witnesses=seen)

    def forge(self, signer: Signer) -> str:
        """Sign the newest commit anew, as it stands: old dates stay allowed."""
        head = sign_again(self.site, same, signer)
        (self.site.git_dir / "ccontrol" / "head").write_text(f"{head}\n")
        return head

    def open(self, spans: tuple[KeySpan, ...], signer: Signer) -> None:
        """Look at the store as a daemon does that begins to sign."""
        with Repository.open(self.site.git_dir) as repository:
            require_in_order(repository, spans, signer.public_key)


@pytest.fixture
def made(tmp_path: Path) -> Rotated:
    return Rotated.make(tmp_path)


def test_a_history_over_two_keys_is_sound(made: Rotated) -> None:
    for spans in (made.spans(), made.spans(last=3)):
        report = made.verify(spans)
        assert report.faults == ()
        assert not any("history of the daemon's keys" in each for each in report.unchecked)
        made.open(spans, made.new)


def test_a_commit_signed_again_with_the_retired_key_and_an_old_date_is_told(made: Rotated) -> None:
    made.forge(made.old)
    without = made.verify(())
    assert without.faults == ()  # dates and signatures alone cannot tell
    assert any("people signed no history" in each for each in without.unchecked)
    told = complaints(made.verify(made.spans()))
    assert "was retired before commit 5: a later key had taken over" in told
    with pytest.raises(StoreForeignError, match="a later key had taken over"):
        made.open(made.spans(), made.new)


def test_a_history_cut_behind_the_retired_key_is_told_by_where_that_ended(made: Rotated) -> None:
    site = made.site
    site.git("update-ref", "refs/heads/observed", "refs/heads/observed~2")
    (site.git_dir / "ccontrol" / "head").write_text(f"{head_of(site)}\n")
    for text in (b"x", b"y"):
        site.write({"plant/press/id": text})  # with the key that was retired
    assert complaints(made.verify(made.spans())) == ""  # nothing of the new key is left
    assert "the daemon's key up to commit 3, and signed commit 4" in complaints(
        made.verify(made.spans(last=3))
    )
    with pytest.raises(StoreForeignError, match="up to commit 3, and signed commit 4"):
        made.open(made.spans(last=3), made.new)


def test_a_key_that_people_did_not_sign_is_told(made: Rotated, tmp_path: Path) -> None:
    only_old = (KeySpan(made.old.public_key),)
    assert "is not in the history of the daemon's keys" in complaints(made.verify(only_old))
    with pytest.raises(StoreForeignError, match="is not in the history"):
        made.open(only_old, made.new)
    stranger = generate(tmp_path / "stranger")
    with pytest.raises(SigningError, match=r"may not sign: .* is not in the history"):
        made.open(made.spans(), stranger)
    with pytest.raises(SigningError, match="a later key had taken over"):
        made.open(made.spans(), made.old)


def test_a_date_that_runs_back_stops_the_daemon_that_opens_the_store(made: Rotated) -> None:
    def dated_back(payload: bytes) -> bytes:
        when = made.site.clock.now().timestamp()
        return payload.replace(b"> %d +0000" % when, b"> %d +0000" % (when - 3600))

    sign_again(made.site, dated_back, made.new)
    with pytest.raises(StoreForeignError, match="dated before the commit before it"):
        made.open((), made.new)


def test_what_a_compromised_key_signed_is_doubtful_unless_somebody_outside_saw_it(
    made: Rotated,
) -> None:
    third = made.site.git("rev-parse", "refs/heads/observed~2").strip()
    second = made.site.git("rev-parse", "refs/heads/observed~3").strip()
    spans = made.spans(last=3, compromised_from=2)
    told = complaints(made.verify(spans))
    assert "commits 2 to 3 are doubtful" in told
    assert "commits 3 to 3 are doubtful" in complaints(made.verify(spans, second))
    assert made.verify(spans, third).faults == ()
    assert made.verify(made.spans(last=3, compromised_from=4)).faults == ()


def test_where_a_key_ended_is_read_from_the_history(made: Rotated) -> None:
    with Repository.open(made.site.git_dir) as repository:
        signed = last_signed(repository, head_of(made.site))
    assert signed == {made.old.public_key: 3, made.new.public_key: 5}
    lines = [public_line(one.public_key) for one in (made.old, made.new)]
    keys = tuple(DaemonKey(line) for line in lines)
    assert closed(keys, signed) == (DaemonKey(lines[0], last=3), keys[1])
    known = DaemonKey(lines[0], last=2)
    assert closed((known, keys[1]), signed)[0].last == 2  # what people said stands


def test_the_file_says_what_it_says(made: Rotated, tmp_path: Path) -> None:
    root = public_line(generate(tmp_path / "root").public_key)
    lines = [public_line(one.public_key) for one in (made.old, made.new)]
    people = People(3, 1, (root,), (), (DaemonKey(lines[0], 3, 2), DaemonKey(lines[1])))
    assert parse_people(render_people(people)) == people
    assert spans_of(people) == made.spans(last=3, compromised_from=2)
    for old, new in (("last = 3", "last = -3"), (lines[1], lines[0]), ("last = 3", 'last = "3"')):
        with pytest.raises(UnreadableStateError):
            parse_people(render_people(people).replace(old.encode(), new.encode()))
