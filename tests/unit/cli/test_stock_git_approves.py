"""Engineers approve with stock git as docs/approvals.md prints it, whatever settings they have."""

import os
import shutil
import subprocess  # noqa: TID251 — stock git, as an engineer types it
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from ccontrol.model.approval import Authorisation
from ccontrol.store.message import Message
from tests.unit.cli.works import CLOCK, Works

PAGE = Path(__file__).parents[3] / "docs" / "approvals.md"
FOLDER = "plant/hall-2/press-3"
PLACEHOLDER = "4f2c61d09a"
"""The commit that the page pretends was reviewed."""
USUAL = """
[core]
    autocrlf = true
    abbrev = 40
    editor = false
    safecrlf = false
[commit]
    gpgsign = true
    cleanup = scissors
    template = ~/template
    verbose = true
[pull]
    rebase = true
[rebase]
    autoStash = true
[i18n]
    commitEncoding = ISO-8859-1
[format]
    signOff = true
"""


@dataclass
class Engineer:
    """Somebody with a home folder of their own, and a clone in it."""

    works: Works
    home: Path

    @classmethod
    def begin(cls, works: Works, name: str, settings: str = "") -> "Engineer":
        home = works.plant.folder / f"home-{name}"
        (home / ".ssh").mkdir(parents=True)
        for ending in ("", ".pub"):
            shutil.copy(works.key(f"{name}{ending}"), home / ".ssh" / f"id_ed25519{ending}")
        user = f"[user]\n    name = {name.title()}\n    email = {name}@plant\n"
        (home / ".gitconfig").write_text(user + settings)
        (home / "template").write_text("Ticket: \n")
        engineer = cls(works, home)
        engineer.sh(f"git clone --quiet {works.plant.store} clone", at=home)
        return engineer

    @property
    def clone(self) -> Path:
        return self.home / "clone"

    def sh(self, line: str, at: Path | None = None, code: int = 0) -> str:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", line],
            cwd=at or self.clone,
            env={
                "HOME": str(self.home),
                "PATH": os.environ["PATH"],
                "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_TERMINAL_PROMPT": "0",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, (line, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def prepare(self) -> None:
        self.sh("git config gpg.format ssh; git config user.signingkey ~/.ssh/id_ed25519.pub")
        self.sh("git switch --quiet approved")

    def approve(self, *trailers: str, path: str = FOLDER, flags: str = "-S") -> None:
        self.sh(f"git restore --source=origin/observed --staged --worktree {path}")
        words = "".join(f" --trailer '{each}'" for each in trailers)
        self.sh(f"git commit --quiet {flags} -m 'Approve press-3'{words}")


def printed(after: str) -> list[str]:
    """Return the commands of the first console block after a sentence of the page."""
    block = PAGE.read_text().partition(after)[2].partition("```console\n")[2].partition("```")[0]
    return [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]


def type_as_printed(engineer: Engineer, reviewed: str) -> str:
    """Type the page's block; return what its `git diff` showed."""
    shown = ""
    for line in printed("With stock git alone, on a clone:"):
        said = engineer.sh(
            line.replace(PLACEHOLDER, reviewed).replace("git diff", "git --no-pager diff")
        )
        shown = said if line.startswith("git diff") else shown
    return shown


@pytest.mark.parametrize("settings", ["", USUAL], ids=["plain", "usual"])
def test_the_commands_of_the_page_count_as_they_are_printed(works: Works, settings: str) -> None:
    works.look()
    now = CLOCK.now()
    change = works.change(b"\x65\x02", now, now - timedelta(minutes=5)).change_id
    ada = Engineer.begin(works, "ada", settings)
    reviewed = works.git("rev-parse", "observed").strip()[:10]
    assert "OB1.press-3.toml" in type_as_printed(ada, reviewed)
    assert works.look() == 1
    assert works.baselines()["press-3"] == ("in baseline", 0)
    assert works.differing(FOLDER) == 0
    found = works.judged(change)
    assert (found.word, found.ticket) == (Authorisation.ACCEPTED_AFTERWARDS, "T-4711")
    assert "2 commits on approved count" in works.ccontrol("verify")
    assert b"\r" not in (ada.clone / FOLDER / "OB" / "OB1.press-3.toml").read_bytes()


def test_a_block_that_is_gone_is_gone_from_what_is_approved(works: Works) -> None:
    ada = Engineer.begin(works, "ada", USUAL)
    ada.prepare()
    ada.approve()
    ada.sh("git push --quiet origin approved")
    gone: dict[str, bytes | None] = {f"{FOLDER}/FB/FB12.press-3.toml": None}
    text = Message("FB12 is gone", "", ())
    works.opened.scribe.give(
        lambda line: line.writer.commit(gone, message=text, when=CLOCK.now())
    ).result(60)
    assert works.baselines()["press-3"] == ("drift", 1)
    ada.sh("git fetch --quiet")
    ada.approve()
    ada.sh("git push --quiet origin approved")
    assert works.differing(FOLDER) == 0
    assert works.baselines()["press-3"] == ("in baseline", 0)


def test_a_part_that_was_restored_is_approved_and_no_more(works: Works) -> None:
    ada = Engineer.begin(works, "ada")
    ada.prepare()
    whole = works.differing(FOLDER)
    ada.approve(path=f"{FOLDER}/OB")
    ada.sh("git push --quiet origin approved")
    assert works.differing(FOLDER) == whole - 1
    assert works.baselines()["press-3"] == ("drift", whole - 1)
    assert works.look() == 2


def test_who_pushes_second_rebases_with_a_signature(works: Works) -> None:
    ada, bob = Engineer.begin(works, "ada", USUAL), Engineer.begin(works, "bob")
    for one in (ada, bob):
        one.prepare()
    bob.approve()
    ada.approve("Ticket: T-8", path="plant/hall-1/mixer-1")
    bob.sh("git push --quiet origin approved")
    ada.sh("git push --quiet origin approved", code=1)
    ada.sh("git pull --quiet")
    ada.sh("git push --quiet origin approved")
    assert works.look() == 3
    assert works.baselines() == {"press-3": ("in baseline", 0), "mixer-1": ("in baseline", 0)}


def test_the_page_says_how_to_push_second_without_any_setting(works: Works) -> None:
    ada, bob = Engineer.begin(works, "ada"), Engineer.begin(works, "bob")
    for one in (ada, bob):
        one.prepare()
    bob.approve()
    ada.approve(path="plant/hall-1/mixer-1")
    bob.sh("git push --quiet origin approved")
    for line in printed("Somebody else pushed first:"):
        ada.sh(line)
    assert works.look() == 3
    assert works.baselines()["mixer-1"] == ("in baseline", 0)


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("git -c commit.gpgsign=false rebase --force-rebase --quiet HEAD~1", "it is not signed"),
        ("git commit --amend --quiet --no-edit --no-gpg-sign", "it is not signed"),
        (
            "git merge --quiet -S --no-ff --no-edit --allow-unrelated-histories origin/observed",
            "its parents are not the one commit before it",
        ),
    ],
    ids=["rebased-unsigned", "amended-unsigned", "merged"],
)
def test_a_push_that_does_not_count_is_told_with_the_commit_and_the_reason(
    works: Works, how: str, why: str
) -> None:
    ada = Engineer.begin(works, "ada")
    ada.prepare()
    ada.approve()
    ada.sh(how)
    ada.sh("git push --quiet origin approved")
    works.look()
    head = works.git("rev-parse", "approved").strip()
    (site,) = works.run("--config", works.plant.config, "status", "--json").json["sites"]
    assert site["approved_fault"] == f"commit {head[:12]}: {why}"
    journal = works.opened.journal
    works.opened.ledger.stop(10)
    told = [one.reason for day in journal.days() for one in journal.read(day)]
    assert any(head in reason and why in reason for reason in told)


def test_an_approval_in_a_clone_takes_what_was_fetched(works: Works) -> None:
    """The clone's own branches stand where they were when it was made."""
    ada = Engineer.begin(works, "ada")
    now = CLOCK.now()
    works.change(b"\x65\x09", now, now - timedelta(minutes=5))
    works.approve("mixer-1", who="bob")
    ada.sh("git branch --quiet approved origin/approved && git fetch --quiet")
    told = works.approve("press-3", "--repository", str(ada.clone))
    assert "git push origin approved" in told
    ada.sh("git push --quiet origin approved")
    assert works.baselines() == {"press-3": ("in baseline", 0), "mixer-1": ("in baseline", 0)}


def test_a_window_written_on_windows_counts(works: Works) -> None:
    ada = Engineer.begin(works, "ada", USUAL)
    ada.prepare()
    lines = (
        "form = 1",
        'id = "CHG-7"',
        'controllers = ["press-3"]',
        "from = 2026-11-23T18:00:00+01:00",
        "until = 2026-11-23T22:00:00+01:00",
        'ticket = "T-7"',
        'reason = "retrofit"',
        "aspects = []",
        "objects = []",
    )
    (ada.clone / "changes").mkdir()
    (ada.clone / "changes" / "CHG-7.toml").write_bytes(
        "".join(f"{one}\r\n" for one in lines).encode()
    )
    ada.sh(
        "git add changes && git commit --quiet -S -m 'CHG-7' && git push --quiet origin approved"
    )
    assert works.look() == 2
    assert "CHG-7" in works.ccontrol("window", "list")


def test_other_line_ends_are_other_bytes_and_so_drift(works: Works) -> None:
    ada = Engineer.begin(works, "ada", USUAL)
    ada.prepare()
    ada.approve()
    ada.sh(f"sed -i 's/$/\\r/' {FOLDER}/OB/OB1.press-3.toml && git commit --quiet -a -S -m ends")
    ada.sh("git push --quiet origin approved")
    assert works.look() == 3
    assert works.differing(FOLDER) == 1
    assert works.baselines()["press-3"] == ("drift", 1)
