"""A site with its people, a mirror of it, and an engineer with a clone: real git on all sides."""

import os
import subprocess  # noqa: TID251 — stock git is the stranger that has to agree
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ccontrol.model.approval import Anchor
from ccontrol.store import mirror
from tests.unit.store.made_people import Crowd
from tests.unit.store.made_store import Site

ADA = "ada@plant"
NOTHING: Mapping[str, str] = {}


@dataclass
class Mirrored:
    """The three sides. Who may sign is there from the beginning; `ada` approves, `ivy` may not."""

    site: Site
    crowd: Crowd
    git_dir: Path
    clone: Path
    folder: Path

    @classmethod
    def make(cls, folder: Path) -> "Mirrored":
        site = Site.make(folder)
        for text in (b"1", b"2", b"3"):
            site.write({"plant/press/id": text})
        crowd = Crowd.make(site)
        crowd.begin()
        git_dir = folder / "mirror.git"
        made = cls(site, crowd, git_dir, folder / "clone", folder)
        mirror.make(git_dir, str(site.git_dir), site.daemon.trust.signers, made.anchor)
        mirror.pull(git_dir)
        return made

    @property
    def anchor(self) -> Anchor:
        return self.crowd.judging.anchor

    def stands_at(self, ref: str, git_dir: Path | None = None) -> str:
        where = ("--git-dir", str(git_dir or self.git_dir))
        return self.git(*where, "rev-parse", "--verify", "--quiet", ref, check=False).stdout.strip()

    def engineer(self, url: str | None = None, env: Mapping[str, str] = NOTHING) -> None:
        """Clone the mirror, as an engineer who approves."""
        self.git("clone", "--quiet", url or str(self.git_dir), str(self.clone), env=env)
        self.in_clone("config", "gpg.format", "ssh")
        self.in_clone("config", "user.signingkey", str(self.folder / "ada"))
        self.in_clone("checkout", "--quiet", "approved")

    def approve(
        self,
        key: str = "ada",
        *options: str,
        path: str = "plant/press/note",
        text: str = "",
        env: Mapping[str, str] = NOTHING,
    ) -> str:
        """Make a commit on `approved` in the clone, signed with a key file."""
        (self.clone / path).parent.mkdir(parents=True, exist_ok=True)
        (self.clone / path).write_text(text or f"{key} {options} {os.urandom(4).hex()}")
        self.in_clone("add", path)
        return self.commit(key, *options, env=env)

    def commit(self, key: str = "ada", *options: str, env: Mapping[str, str] = NOTHING) -> str:
        """Commit what is staged in the clone."""
        signing = ("-c", f"user.signingkey={self.folder / key}")
        said = () if any(each.startswith("-m") for each in options) else ("-m", "approved")
        how = (*(options or ("-S",)), *said)
        self.in_clone(*signing, "commit", "--quiet", "--allow-empty", *how, env=env)
        return self.in_clone("rev-parse", "HEAD").stdout.strip()

    def undo(self) -> None:
        """Forget the engineer's last commit."""
        self.in_clone("reset", "--quiet", "--hard", "HEAD~1")

    def push(
        self, *what: str, env: Mapping[str, str] = NOTHING
    ) -> "subprocess.CompletedProcess[str]":
        return self.in_clone("push", "origin", *what, check=False, env=env)

    def refused(self, *what: str, env: Mapping[str, str] = NOTHING) -> str:
        """Push what the mirror has to refuse, and return what it says."""
        stood = self.git("--git-dir", str(self.git_dir), "for-each-ref").stdout
        done = self.push(*(what or ("approved",)), env=env)
        assert done.returncode != 0, done.stderr
        assert self.git("--git-dir", str(self.git_dir), "for-each-ref").stdout == stood
        return done.stderr

    def in_clone(
        self, *arguments: str, check: bool = True, env: Mapping[str, str] = NOTHING
    ) -> "subprocess.CompletedProcess[str]":
        who = ("-c", "user.name=ada", "-c", f"user.email={ADA}")
        return self.git("-C", str(self.clone), *who, *arguments, check=check, env=env)

    def git(
        self, *arguments: str, check: bool = True, env: Mapping[str, str] = NOTHING
    ) -> "subprocess.CompletedProcess[str]":
        clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
        done = subprocess.run(
            ["git", *arguments],
            env={**clean, **alone, **env},
            capture_output=True,
            text=True,
            check=False,
        )
        assert not (check and done.returncode), (arguments, done.stdout, done.stderr)
        return done
