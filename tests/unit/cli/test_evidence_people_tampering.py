"""What a forger who holds the seal's key does to `approved`: `verify.sh` alone says so.

Nothing of ours runs here but what made the honest pack.
"""

import base64
import shutil
import subprocess  # noqa: TID251 — git and ssh-keygen are the forger's tools, sh the auditor's
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from ccontrol.cli import main
from tests.unit.cli.packs import CLEAN, OWN, Person, stock, verify
from tests.unit.cli.peopled import WEEK, Site
from tests.unit.cli.plants import BEGIN, Answer, Plant
from tests.unit.cli.test_evidence_tampering import reseal

APPROVED = "refs/heads/approved"


@dataclass
class Sealed:
    """An honest pack, everybody's keys, and what the auditor holds."""

    pack: Path
    keys: Path
    signers: Path


@pytest.fixture(scope="module")
def sealed(made_plants: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    folder = tmp_path_factory.mktemp("peopled")
    plant = Plant(Path(shutil.copytree(made_plants[1], folder / "plant")))
    site = Site(plant, lambda *words: Answer(main([str(one) for one in words]), "", ""))
    try:
        site.window("CHG-7", WEEK)
        site.look()
        site.change(b"\x65\x02", WEEK + timedelta(minutes=9), WEEK + timedelta(minutes=5))
        site.ccontrol("approve", "press-3", "--key", site.key("bob"), "--requested-by", "ada@plant")
        site.look()
        pack = site.packed().folder
    finally:
        site.opened.close(10)
    stock("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(plant.folder / "stranger"))
    shutil.copy(next(plant.folder.rglob("*signing*key")), plant.folder / "daemon")
    return Sealed(pack, plant.folder, auditors(plant.folder))


def auditors(keys: Path) -> Path:
    """Write what an auditor holds: the keys of daemon, seal and roots, each for its purpose."""
    lines = [(keys / "allowed_signers").read_text()]
    for who, purpose in (("export", "evidence"), ("root-1", "people"), ("root-2", "people")):
        public = " ".join((keys / f"{who}.pub").read_text().split()[:2])
        lines.append(f'{who}@north namespaces="ccontrol-{purpose}" {public}\n')
    (keys / "auditors").write_text("".join(lines))
    return keys / "auditors"


@dataclass
class Forge:
    """A copy of the pack, its history in a clone, and everybody's keys."""

    pack: Path
    clone: Path
    keys: Path

    @classmethod
    def begin(cls, sealed: Sealed, folder: Path) -> "Forge":
        pack = Path(shutil.copytree(sealed.pack, folder / "pack"))
        stock("git", "clone", "-q", "-b", "approved", str(pack / "store.bundle"), f"{folder}/clone")
        return cls(pack, folder / "clone", sealed.keys)

    def git(self, who: str, *words: str, date: str = "2026-03-08T06:00:00Z") -> str:
        """Run stock git as somebody, at a time of one's choice."""
        person = Person(self.keys, who)
        dated = {**CLEAN, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        sign = ("-c", "gpg.format=ssh", "-c", f"user.signingkey={person.key}")
        name = ("-c", f"user.name={who}", "-c", f"user.email={who}@plant")
        command = ["git", "-C", str(self.clone), *name, *sign, *words]
        return subprocess.run(
            command, env=dated, capture_output=True, text=True, check=True
        ).stdout.strip()

    def approve(self, who: str, *trailers: str, sign: str = "-S", date: str = "") -> None:
        """Take over what was before, which is a change of plant/."""
        path = next(path for path in (self.clone / "plant").rglob("*.toml") if "OB1" in path.name)
        path.write_text(path.read_text() + "# taken over\n")
        text = "\n".join(("take over", "", "Class: approval", *trailers))
        when = date or "2026-03-08T06:00:00Z"
        self.git(who, "commit", "-q", sign, "-a", "-m", text, date=when)

    def done(self) -> None:
        """Put the history into the pack, and seal it with the genuine key."""
        head = self.git("ada", "rev-parse", "approved")
        self.git("ada", "fetch", "-q", str(self.pack / "store.bundle"), "observed:observed")
        about = self.pack / "pack.json"
        before = stock("git", "bundle", "list-heads", str(self.pack / "store.bundle"), APPROVED)
        about.write_text(about.read_text().replace(before.split()[0], head))
        (self.pack / "store.bundle").unlink()
        both = ("observed", "approved")
        self.git("ada", "bundle", "create", "-q", str(self.pack / "store.bundle"), *both)
        reseal(self.pack, self.keys / "export")


@pytest.fixture
def forge(sealed: Sealed, tmp_path: Path) -> Forge:
    return Forge.begin(sealed, tmp_path)


@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_an_honest_pack_of_people_holds_in_every_shell(sealed: Sealed, shell: str) -> None:
    stock(shell, "-n", str(OWN))
    said = verify(sealed.pack, sealed.signers, shell=shell)
    assert "ok:  3 commits on approved by people who might; 1 versions" in said
    assert "each signed by 2 or more roots" in said
    assert "NOTE" not in said
    assert "Everything that this script can check holds" in said


def test_roots_that_come_from_the_pack_alone_are_told(sealed: Sealed, tmp_path: Path) -> None:
    own = tmp_path / "signers"
    lines = sealed.signers.read_text().splitlines(keepends=True)
    own.write_text("".join(line for line in lines if "ccontrol-people" not in line))
    said = verify(sealed.pack, own)
    assert "your file names no roots of who may approve: those of the pack itself" in said
    assert "ok:  3 commits on approved" in said


def by_the_daemon(forge: Forge) -> None:
    forge.approve("daemon")


def by_who_asked(forge: Forge) -> None:
    forge.approve("ada", "Requested-By: Ada@plant")


def by_who_asked_for_a_window(forge: Forge) -> None:
    (window,) = (forge.clone / "changes").glob("*.toml")
    other = window.with_name("CHG-8.toml")
    other.write_text(window.read_text().replace("CHG-7", "CHG-8"))
    forge.git("ada", "add", "changes")
    forge.git("ada", "commit", "-q", "-S", "-m", "window")


def by_a_stranger(forge: Forge) -> None:
    forge.approve("stranger")


def by_nobody(forge: Forge) -> None:
    forge.approve("ada", sign="--no-gpg-sign")


def by_a_retired_key_with_an_old_date(forge: Forge) -> None:
    forge.approve("carol", date=(BEGIN + timedelta(days=1)).isoformat())


def without_the_role(forge: Forge) -> None:
    forge.approve("dan")


def for_another_purpose(forge: Forge) -> None:
    """Sign the commit as one signs a file: same key, same content, other namespace."""
    forge.approve("ada", sign="--no-gpg-sign")
    raw = forge.git("ada", "cat-file", "commit", "HEAD") + "\n"
    (forge.clone.parent / "payload").write_text(raw)
    key = ("-f", str(forge.keys / "ada"))
    stock("ssh-keygen", "-q", "-Y", "sign", "-n", "file", *key, f"{forge.clone.parent}/payload")
    armor = (forge.clone.parent / "payload.sig").read_text().rstrip("\n").replace("\n", "\n ")
    head, _, text = raw.partition("\n\n")
    (forge.clone.parent / "signed").write_text(f"{head}\ngpgsig {armor}\n\n{text}")
    write = ("hash-object", "-w", "-t", "commit", f"{forge.clone.parent}/signed")
    forge.git("ada", "reset", "-q", "--hard", forge.git("ada", *write))


def editing_what_was_said(forge: Forge) -> None:
    folder = forge.clone / "decisions" / "20260308-0123456789abcdef"
    folder.mkdir(parents=True)
    saying = folder / "0001.toml"
    saying.write_text('form = 1\nkind = "reject"\n')
    forge.git("ada", "add", "decisions")
    forge.git("ada", "commit", "-q", "-S", "-m", "said")
    saying.write_text('form = 1\nkind = "investigate"\n')
    forge.git("ada", "commit", "-q", "-S", "-a", "-m", "said otherwise")


def decided_by_an_investigator(forge: Forge, text: str) -> None:
    folder = forge.clone / "decisions" / "20260308-0123456789abcdef"
    folder.mkdir(parents=True)
    (folder / "0001.toml").write_text(f'form = 1\nkind = "approve"\n{text}')
    forge.git("dan", "add", "decisions")
    forge.git("dan", "commit", "-q", "-S", "-m", "looked into, it says")


def in_a_table_below(forge: Forge) -> None:
    decided_by_an_investigator(forge, '[facts]\nkind = "investigate"\n')


def in_a_text_of_several_lines(forge: Forge) -> None:
    decided_by_an_investigator(forge, 'reason = """\nkind = "investigate"\n"""\n')


def by_a_merge(forge: Forge) -> None:
    forge.git("ada", "checkout", "-q", "-b", "side")
    forge.approve("ada")
    forge.git("ada", "checkout", "-q", "approved")
    forge.git("ada", "merge", "-q", "--no-ff", "-S", "-m", "merge", "side")


def outside_its_place(forge: Forge) -> None:
    (forge.clone / "hooks").mkdir()
    (forge.clone / "hooks" / "update").write_text("true\n")
    forge.git("ada", "add", "hooks")
    forge.git("ada", "commit", "-q", "-S", "-m", "hook")


def letting_oneself_in(forge: Forge) -> None:
    """A new version of who may sign, with a higher serial and the old signatures."""
    people = forge.clone / "people" / "people.toml"
    text = people.read_text().replace("serial = 1", "serial = 2")
    people.write_text(text.replace('"investigator"', '"approver"'))
    forge.git("dan", "commit", "-q", "-S", "-a", "-m", "me too")


def with_one_root_alone(forge: Forge) -> None:
    letting_oneself_in(forge)
    people = forge.clone / "people" / "people.toml"
    for old in (forge.clone / "people" / "signatures").iterdir():
        old.unlink()
    public = (forge.keys / "root-1.pub").read_text().split()[1]
    name = stock("sh", "-c", f"echo {public} | base64 -d | sha256sum").split()[0]
    assert base64.b64decode(public)
    key = ("-f", str(forge.keys / "root-1"))
    stock("ssh-keygen", "-q", "-Y", "sign", "-n", "ccontrol-people", *key, str(people))
    people.with_name("people.toml.sig").rename(people.parent / "signatures" / f"{name}.sig")
    forge.git("dan", "add", "-A", "people")
    forge.git("dan", "commit", "-q", "-S", "--amend", "-m", "me too")


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        (by_the_daemon, "the daemon's key signed it, which counts for nothing here"),
        (by_who_asked, "ada@plant asked for it, and so may not approve it"),
        (by_who_asked_for_a_window, "ada@plant asked for it, and so may not approve it"),
        (by_a_stranger, "belongs to nobody who might sign"),
        (by_nobody, "it bears no signature that holds"),
        (by_a_retired_key_with_an_old_date, "belongs to nobody who might sign when it was seen"),
        (without_the_role, "dan@plant may not change plant/"),
        (for_another_purpose, "it bears no signature that holds"),
        (editing_what_was_said, "was there before: it may only be added"),
        (in_a_table_below, "dan@plant may not change decisions/"),
        (in_a_text_of_several_lines, "dan@plant may not change decisions/"),
        (by_a_merge, "its parents are not the one commit before it"),
        (outside_its_place, "hooks/update has no place on this branch"),
        (letting_oneself_in, "people/people.toml is signed by 0 of the roots that count"),
        (with_one_root_alone, "people/people.toml is signed by 1 of the roots that count; 2"),
    ],
)
def test_what_does_not_count_on_approved_is_caught_by_stock_tools(
    sealed: Sealed, forge: Forge, tamper: Callable[[Forge], None], told: str
) -> None:
    tamper(forge)
    forge.done()
    said = verify(forge.pack, sealed.signers, code=1)
    assert "BAD: approved, commit " in said
    assert told in said
    assert "ok:  each commit names its parent by SHA-256" in said, "everything else was checked"


def test_a_pack_that_asks_for_one_root_alone_is_told(sealed: Sealed, forge: Forge) -> None:
    about = forge.pack / "pack.json"
    text = about.read_text()
    assert '"threshold": 2' in text
    about.write_text(text.replace('"threshold": 2', '"threshold": 1'))
    reseal(forge.pack, forge.keys / "export")
    assert "one root alone may say who approves" in verify(forge.pack, sealed.signers)


def test_a_pack_that_counts_what_does_not_hold_is_told_so(sealed: Sealed, forge: Forge) -> None:
    by_the_daemon(forge)
    head = forge.git("ada", "rev-parse", "approved")
    table = forge.pack / "authorizations.csv"
    with table.open("ab") as file:
        file.write(f"{head},press-3,,,ada@plant,SHA256:x,,,,fine,no,yes,\r\n".encode())
    forge.done()
    assert f"and the pack counts {head}" in verify(forge.pack, sealed.signers, code=1)


def test_a_branch_with_roots_of_ones_own_fails_by_the_roots_that_an_auditor_holds(
    sealed: Sealed, forge: Forge, tmp_path: Path
) -> None:
    """Its forger holds the seal's key, so the pack's own list of signers names the forger's."""
    for name in ("root-1", "root-2"):
        stock("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name))
    own = sealed.signers.read_text()
    for name in ("root-1", "root-2"):
        real = (sealed.keys / f"{name}.pub").read_text().split()[1]
        own = own.replace(real, (tmp_path / f"{name}.pub").read_text().split()[1])
    other = tmp_path / "other"
    other.write_text(own)
    said = verify(forge.pack, other, code=1)
    assert "people/people.toml is signed by 0 of the roots that count; 2 are needed" in said
