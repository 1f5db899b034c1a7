"""A site, a mirror of it, and an engineer with a clone: real git on all three sides."""

import os
import subprocess  # noqa: TID251 — stock git is the stranger that has to agree
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ccontrol.store import mirror
from ccontrol.store.allowed_signers import AllowedSigner, AllowedSigners
from ccontrol.store.keys import FileSigner, generate
from tests.unit.store.made_store import Site

ANN = "ann@plant"
NOTHING: Mapping[str, str] = {}


@dataclass
class Mirrored:
    """The three sides."""

    site: Site
    git_dir: Path
    clone: Path
    ann: FileSigner
    folder: Path

    @classmethod
    def make(cls, folder: Path) -> "Mirrored":
        site = Site.make(folder)
        for text in (b"1", b"2", b"3"):
            site.write({"plant/press/id": text})
        ann = generate(folder / "ann")
        git_dir = folder / "mirror.git"
        mirror.make(git_dir, str(site.git_dir), site.daemon.trust.signers, people(ann))
        mirror.pull(git_dir)
        return cls(site, git_dir, folder / "clone", ann, folder)

    def stands_at(self, ref: str) -> str:
        done = self.git("--git-dir", str(self.git_dir), "rev-parse", "--verify", "--quiet", ref)
        return done.stdout.strip()

    def engineer(self, url: str | None = None, env: Mapping[str, str] = NOTHING) -> None:
        """Clone the mirror, as an engineer who approves."""
        self.git("clone", "--quiet", url or str(self.git_dir), str(self.clone), env=env)

    def approve(self, key: str = "ann", *options: str) -> str:
        """Make a commit on `approved` in the clone, signed with a key file."""
        if self.in_clone("checkout", "--quiet", "approved", check=False).returncode:
            self.in_clone("checkout", "--quiet", "--orphan", "approved")
        (self.clone / "note").write_text(f"{key} {options} {os.urandom(4).hex()}")
        self.in_clone("add", "note")
        signing = ("-c", "gpg.format=ssh", "-c", f"user.signingkey={self.folder / key}")
        self.in_clone(*signing, "commit", "--quiet", *(options or ("-S",)), "-m", "approved")
        return self.in_clone("rev-parse", "HEAD").stdout.strip()

    def push(
        self, *what: str, env: Mapping[str, str] = NOTHING
    ) -> "subprocess.CompletedProcess[str]":
        return self.in_clone("push", "origin", *what, check=False, env=env)

    def in_clone(
        self, *arguments: str, check: bool = True, env: Mapping[str, str] = NOTHING
    ) -> "subprocess.CompletedProcess[str]":
        who = ("-c", "user.name=ann", "-c", f"user.email={ANN}")
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


def people(*signers: FileSigner) -> AllowedSigners:
    return AllowedSigners(
        tuple(AllowedSigner((ANN,), signer.public_key, ("git",)) for signer in signers)
    )
