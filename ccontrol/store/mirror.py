"""Mirrors: a bare repository on another host that only takes what its hook lets in; and bundles.

The hook and the pull are shell scripts for hosts that have git and ssh-keygen and nothing of ours;
they are run here as they are there.
"""

import os
import re
import subprocess  # noqa: TID251 — runs the mirror's own script, as a host without ccontrol does
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from ccontrol.errors import AlreadyThereError, BadFileError, MirrorError, StoreError
from ccontrol.store import allowed_signers, creation, durable, git_process, refs, sshwire
from ccontrol.store.allowed_signers import AllowedSigners
from ccontrol.store.disk import named_failures
from ccontrol.store.layout import APPROVED, BRANCH, OWN_FOLDER

_SCRIPTS = {"update": "mirror_update.sh", "pull": "mirror_pull.sh"}
_RUN_BY_OWNER = 0o700
_ADDRESS = re.compile(r"[A-Za-z0-9./~][A-Za-z0-9._~:/@+%,=-]{0,400}")


def pinned_folder(git_dir: Path) -> Path:
    """Return where a mirror keeps whose signatures count; its scripts look nowhere else."""
    return git_dir / OWN_FOLDER / "mirror"


def make(git_dir: Path, source: str, daemon: AllowedSigners, people: AllowedSigners | None) -> None:
    """Make an empty mirror of `source` with its hook.

    Raises AlreadyThereError when the name is taken, and StoreError when a key stands on both
    sides: whoever observes may not approve.
    """
    both = _keys(daemon) & _keys(people) if people else frozenset()
    if both:
        names = ", ".join(map(sshwire.fingerprint, sorted(both)))
        raise StoreError(
            f"a daemon's key is among the people's: {names}",
            hint="The daemon never approves: take its line out of the people's allowed signers.",
        )
    _require_address(source)
    if git_dir.exists():
        raise AlreadyThereError(f"{git_dir} exists already")
    creation.initialise(git_dir)
    with named_failures(git_dir):
        with (git_dir / "config").open("a", encoding="utf-8") as config:
            config.write(f'[remote "origin"]\n\turl = {source}\n')
        _lay_down_scripts(git_dir)
    pin(git_dir, daemon, people)


def pin(git_dir: Path, daemon: AllowedSigners, people: AllowedSigners | None) -> None:
    """Say anew whose signatures count from now on; what was taken before stays."""
    folder = durable.make_folder(pinned_folder(git_dir))
    prints = sorted(map(sshwire.fingerprint, _keys(daemon)))
    nobody = "# nobody may approve yet\n"
    for name, text in (
        ("daemon_signers", daemon.text()),
        ("people_signers", people.text() if people else nobody),
        ("daemon_fingerprints", "".join(f"{each}\n" for each in prints)),
    ):
        durable.write_whole(folder / name, text.encode())


def pull(git_dir: Path, source: str = "") -> tuple[str, ...]:
    """Bring a mirror up to date from its address, or from a bundle; return what moved.

    Raises MirrorError with what its scripts refused: whatever is refused changed nothing.
    """
    script = git_dir / "hooks" / "pull"
    if not script.is_file():
        raise StoreError(f"{git_dir} is no mirror", hint="`ccontrol mirror init` makes one.")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    ssh = {name: os.environ[name] for name in ("GIT_SSH_COMMAND",) if name in os.environ}
    done = subprocess.run(  # noqa: S603 — our own script, no shell text of anybody's
        [str(script), *([source] if source else [])],
        env={**clean, **ssh},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise MirrorError(done.stderr.decode("utf-8", "replace").strip() or "the pull failed")
    return tuple(done.stdout.decode("ascii", "replace").splitlines())


def export_bundle(git_dir: Path, target: Path, known: Sequence[str] = ()) -> tuple[str, ...]:
    """Write both branches into a bundle of git's; only what is not in the `known` commits.

    Return what it holds, as `git bundle list-heads` prints it. Raises StoreError when there is
    nothing new.
    """
    here = [ref for ref in (BRANCH, APPROVED) if refs.read(git_dir, ref) not in {None, *known}]
    if not here:
        raise StoreError("there is nothing new to export", hint="Leave --after out for everything.")
    target = target.absolute()
    half = durable.half_written(target)
    without = [f"^{commit}" for commit in known]
    try:
        git_process.run(git_dir, ["bundle", "create", "--quiet", str(half), *here, *without])
        durable.move(half, target)
    finally:
        durable.remove(half)
    return heads_of(target)


def heads_of(bundle: Path) -> tuple[str, ...]:
    """Return the lines `commit ref` of a bundle. Raises BadFileError when it is none."""
    done = git_process.attempt(None, ["bundle", "list-heads", str(bundle.absolute())])
    if done.returncode:
        raise BadFileError(
            f"{bundle}: {done.stderr.decode('utf-8', 'replace').strip()}",
            hint="Copy it again: it is not a whole bundle of git's.",
        )
    return tuple(done.stdout.decode("ascii", "replace").splitlines())


def read_people(path: Path) -> AllowedSigners:
    """Read an allowed-signers file of people."""
    with named_failures(path):
        return allowed_signers.parse(path.read_text("utf-8"))


def _keys(signers: AllowedSigners) -> frozenset[bytes]:
    return frozenset(line.public_key for line in signers.lines)


def _lay_down_scripts(git_dir: Path) -> None:
    folder = durable.make_folder(git_dir / "hooks")
    for name, resource in _SCRIPTS.items():
        durable.write_whole(folder / name, files("ccontrol.store").joinpath(resource).read_bytes())
        (folder / name).chmod(_RUN_BY_OWNER)


def _require_address(source: str) -> None:
    """Refuse what git's configuration would need quotes for, or would hand to another program."""
    if _ADDRESS.fullmatch(source) is None or "::" in source:
        raise StoreError(
            f"this is no address of a repository that a mirror can have: {source[:80]!a}",
            hint="Name a path, ssh://USER@HOST/PATH or https://HOST/PATH, in ASCII.",
        )
