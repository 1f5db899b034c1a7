"""The history as anybody reads it who has stock git and nothing of ours."""

import os
import shlex
import shutil
import subprocess  # noqa: TID251 — stock git is shown exactly as a reader would call it

from ccontrol.cli.demo.stage import Stage
from ccontrol.poll.signers import ALLOWED_SIGNERS

_CLONE = "history"


def read_with_stock_git(stage: Stage) -> None:
    """Clone the store and show what changed, who signed it, and that nothing was altered."""
    stage.narrator.chapter("Now with stock git alone: clone, read, verify")
    _git(stage, f"clone --quiet baselines/{stage.store.name} {_CLONE}", clone=False)
    _git(stage, f"config gpg.ssh.allowedSignersFile ../{ALLOWED_SIGNERS}")
    _git(stage, "log --oneline")
    changed = _commit_of(stage, "press-3")
    _git(stage, f"show --stat --format=%s {changed}")
    names = _git(stage, f"show --name-only --format= {changed} -- views", show=False).split()
    (program,) = (name for name in names if "FB12" in name)
    _git(stage, f"diff {changed}~1 {changed} -- {program}", most_lines=48)
    _git(stage, "fsck --strict --no-progress --no-dangling")
    if shutil.which("ssh-keygen") is None:
        stage.narrator.tell("ssh-keygen is not installed here, so git cannot check signatures;")
        stage.narrator.tell("`ccontrol verify` below checks every one of them.")
        return
    _git(stage, f"log -1 --show-signature {changed}", most_lines=16)
    _git(stage, "verify-commit HEAD")
    _every_commit_is_good(stage)


def _commit_of(stage: Stage, controller_id: str) -> str:
    """Return the newest change of a controller, as short as a reader would type it."""
    found = [one.commit for one in stage.changes() if one.controller_id == controller_id]
    return found[0][:10]


def _every_commit_is_good(stage: Stage) -> None:
    words = _git(stage, "log --format=%G?", show=False).split()
    if set(words) != {"G"}:
        raise stage.broken(f"git does not call every signature good: {words}")
    stage.narrator.kept(f"git calls the signatures of all {len(words)} commits good")


def _git(
    stage: Stage, arguments: str, *, clone: bool = True, show: bool = True, most_lines: int = 24
) -> str:
    done = subprocess.run(  # noqa: S603 — arguments are this module's own
        ["git", *shlex.split(arguments)],  # noqa: S607 — the reader's own git is the point
        cwd=stage.folder / _CLONE if clone else stage.folder,
        env={**os.environ, "GIT_PAGER": "cat", "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if show:
        stage.narrator.shell(f"git {arguments}", done.stdout, most_lines)
    if done.returncode != 0:
        raise stage.broken(f"`git {arguments}` ended with code {done.returncode}")
    return done.stdout
