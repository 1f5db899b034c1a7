"""A retired key counts up to its last commit, whatever date it signs afterwards."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ccontrol.errors import SigningError
from ccontrol.store import key_history, signing
from ccontrol.store.allowed_signers import AllowedSigner, AllowedSigners
from ccontrol.store.key_history import KeySpan, parse, render, require_signed, rotated
from ccontrol.store.keys import generate
from ccontrol.store.signing import Signer
from ccontrol.store.verify import Report, verify
from ccontrol.store.verify_log import LogTrust
from ccontrol.store.writer import Daemon, Writer
from tests.unit.store.made_store import SAID, START, Site, ssh_keygen
from tests.unit.store.test_store_tampering import complaints, same, sign_again


@dataclass
class Rotated:
    """A site whose second key signs from commit 4 on."""

    site: Site
    daemon: Daemon
    old: Signer
    spans: tuple[KeySpan, ...]

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
        spans = (KeySpan(old.public_key, 1),)
        return cls(site, daemon, old, rotated(spans, new.public_key, 3, compromised=False))

    def verify(self, spans: tuple[KeySpan, ...]) -> Report:
        return verify(self.site.git_dir, self.daemon.trust, log=LogTrust(spans=spans))


@pytest.fixture
def made(tmp_path: Path) -> Rotated:
    return Rotated.make(tmp_path)


def test_a_history_over_two_keys_is_sound(made: Rotated) -> None:
    report = made.verify(made.spans)
    assert report.faults == ()
    assert not any("history of keys" in each for each in report.unchecked)


def test_a_commit_signed_again_with_the_retired_key_and_an_old_date_is_told(made: Rotated) -> None:
    head = sign_again(made.site, same, made.old)  # the date stays: old, and allowed then
    (made.site.git_dir / "ccontrol" / "head").write_text(f"{head}\n")
    without = made.verify(())
    assert without.faults == ()  # dates and signatures alone cannot tell
    assert any("no signed history of keys is here" in each for each in without.unchecked)
    told = complaints(made.verify(made.spans))
    assert "was not the daemon's key for commit 5 of the history" in told


def test_a_compromised_key_leaves_what_nobody_else_saw_unproved(made: Rotated) -> None:
    spans = (replace(made.spans[0], compromised=True), made.spans[1])
    assert any("was compromised" in each for each in made.verify(spans).unchecked)


def test_the_file_says_what_it_says_and_ssh_keygen_agrees(made: Rotated, tmp_path: Path) -> None:
    root = generate(tmp_path / "root")
    text = render(made.spans)
    assert parse(text) == made.spans
    armor = signing.sign(root, text.encode(), key_history.NAMESPACE)
    roots = AllowedSigners((AllowedSigner(("ann@plant",), root.public_key, ("ccontrol-keys",)),))
    assert require_signed(text, armor, roots, START) == "ann@plant"
    (tmp_path / "roots").write_text(roots.text())
    (tmp_path / "sig").write_text(armor)
    named = ("-f", str(tmp_path / "roots"), "-I", "ann@plant", "-n", "ccontrol-keys")
    ssh_keygen("-Y", "verify", *named, "-s", str(tmp_path / "sig"), said=text.encode())
    with pytest.raises(SigningError, match="does not fit"):
        require_signed(text + "\n", armor, roots, START)
    by_daemon = signing.sign(made.old, text.encode(), key_history.NAMESPACE)
    with pytest.raises(SigningError, match="is no root key"):
        require_signed(text, by_daemon, roots, START)
    other = signing.sign(root, text.encode(), "git")
    with pytest.raises(SigningError, match="signed for 'git'"):
        require_signed(text, other, roots, START)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("first = 4", "first = 5"),
        ("first = 1", "first = 2"),
        ("last = 3", "last = -1"),
        ("form = 1", "form = 2"),
        ("compromised = false", "compromised = 0"),
        ('public = "ssh-ed25519 ', 'public = "'),
        ("form = 1", "form = "),
    ],
)
def test_a_history_with_a_gap_or_another_form_is_refused(made: Rotated, old: str, new: str) -> None:
    with pytest.raises(SigningError):
        parse(render(made.spans).replace(old, new))
