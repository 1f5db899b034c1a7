"""Mirrors: a bare repository on another host that only takes what its hook lets in; and bundles.

The hooks and the pull are shell scripts for hosts that have git and ssh-keygen and nothing of ours;
they are run here as they are there.
"""

import os
import re
import subprocess  # noqa: TID251 — runs the mirror's own script, as a host without ccontrol does
from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path

from ccontrol.errors import AlreadyThereError, BadFileError, MirrorError, StoreError
from ccontrol.model.approval import Anchor
from ccontrol.store import bundled_log, creation, durable, git_process, refs, sshwire
from ccontrol.store.allowed_signers import AllowedSigners
from ccontrol.store.disk import named_failures
from ccontrol.store.layout import APPROVED, BRANCH, OWN_FOLDER
from ccontrol.store.people import key_of

_SCRIPTS = {
    "update": "mirror_update.sh",
    "people": "mirror_people.sh",
    "windows": "mirror_windows.sh",
    "pull": "mirror_pull.sh",
}
OWN_HOOKS = "[core]\n\thooksPath = hooks\n"
"""Whatever the host's own configuration of git says, it is these that judge a push."""
_RUN_BY_OWNER = 0o700
_ADDRESS = re.compile(r"[A-Za-z0-9./~][A-Za-z0-9._~:/@+%,=-]{0,400}")


def pinned_folder(git_dir: Path) -> Path:
    """Return where a mirror keeps whose signatures count; its scripts look nowhere else."""
    return git_dir / OWN_FOLDER / "mirror"


def make(git_dir: Path, source: str, daemon: AllowedSigners, people: Anchor | None) -> None:
    """Make an empty mirror of `source` with its hook.

    `people`: the roots that begin who may sign on `approved`; None: nobody may. Raises
    AlreadyThereError when the name is taken, and StoreError when a key stands on both sides:
    whoever observes may not approve.
    """
    roots = frozenset(map(key_of, people.roots)) if people else frozenset()
    if both := frozenset(daemon.keys) & roots:
        names = ", ".join(map(sshwire.fingerprint, sorted(both)))
        raise StoreError(
            f"a daemon's key is among the roots: {names}",
            hint="The daemon never approves: take it out of the roots.",
        )
    _require_address(source)
    if git_dir.exists():
        raise AlreadyThereError(f"{git_dir} exists already")
    with named_failures(git_dir):
        git_dir.mkdir(parents=True)
    creation.initialise(git_dir)
    with named_failures(git_dir), (git_dir / "config").open("a", encoding="utf-8") as config:
        config.write(OWN_HOOKS)
        config.write(f'[remote "origin"]\n\turl = {source}\n')
    lay_down_scripts(git_dir, _SCRIPTS)
    pin(git_dir, daemon, people)


def pin(git_dir: Path, daemon: AllowedSigners, people: Anchor | None) -> None:
    """Say anew whose signatures count from now on; what was taken before stays."""
    folder = durable.make_folder(pinned_folder(git_dir))
    prints = sorted(map(sshwire.fingerprint, frozenset(daemon.keys)))
    files = {
        "daemon_signers": daemon.text(),
        "daemon_fingerprints": "".join(f"{each}\n" for each in prints),
        "roots": "".join(f"{line}\n" for line in people.roots) if people else "",
        "threshold": f"{people.threshold if people else 1}\n",
    }
    for name, text in files.items():
        durable.write_whole(folder / name, text.encode())
    rule = folder / "requester_approves"
    if people is not None and people.requester_approves:
        durable.write_whole(rule, b"whoever asked for a change may approve it here\n")
    else:
        durable.remove(rule)


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


def export_bundle(git_dir: Path, target: Path, after: Path | None = None) -> tuple[str, ...]:
    """Write both branches into a bundle of git's, and beside it the log of ref updates.

    Only what is newer than the bundle `after`, which has its own log beside it. Return what it
    holds, as `git bundle list-heads` prints it. Raises StoreError when there is nothing new.
    """
    # The log before the branches: whatever it names has to be in the bundle.
    checkpoint = bundled_log.newest(git_dir)
    known = [line.split()[0] for line in heads_of(after)] if after is not None else []
    heads = _write_bundle(git_dir, target, known)
    if checkpoint is not None:
        before = None if after is None else bundled_log.beside(after)
        carried = before is not None and before.is_file()
        first = bundled_log.head_of(before).end.size if before is not None and carried else 0
        bundled_log.write(git_dir, target, checkpoint, first)
    return heads


def import_bundle(git_dir: Path, bundle: Path) -> tuple[str, ...]:
    """Take a bundle and the log beside it into a mirror; return what moved. May be done again.

    Raises BadFileError for what is damaged and MirrorError for what was refused.
    """
    heads_of(bundle)
    log = bundled_log.beside(bundle)
    if log.is_file():
        bundled_log.require_of(log, bundle)
    moved = pull(git_dir, str(bundle.absolute()))
    if log.is_file():
        fresh = bundled_log.take(git_dir, bundle)
        return (*moved, f"log of ref updates: {fresh} new entries") if fresh else moved
    return moved


def _write_bundle(git_dir: Path, target: Path, known: Sequence[str]) -> tuple[str, ...]:
    here = [ref for ref in (BRANCH, APPROVED) if refs.read(git_dir, ref) not in {None, *known}]
    if not here:
        raise StoreError("there is nothing new to export", hint="Leave --after out for everything.")
    target = target.absolute()
    half = durable.half_written(target)
    without = [f"^{commit}" for commit in known]
    try:
        git_process.run(git_dir, ["bundle", "create", "--quiet", str(half), *here, *without])
        durable.settle(half, target)
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


def script(name: str) -> bytes:
    """Return one of the hooks as it is laid down."""
    return files("ccontrol.store").joinpath(_SCRIPTS[name]).read_bytes()


def lay_down_scripts(git_dir: Path, names: Iterable[str]) -> None:
    """Lay hooks down, over whatever is there."""
    folder = durable.make_folder(git_dir / "hooks")
    with named_failures(folder):
        for name in names:
            durable.write_whole(folder / name, script(name))
            (folder / name).chmod(_RUN_BY_OWNER)


def _require_address(source: str) -> None:
    """Refuse what git's configuration would need quotes for, or would hand to another program."""
    if _ADDRESS.fullmatch(source) is None or "::" in source:
        raise StoreError(
            f"this is no address of a repository that a mirror can have: {source[:80]!a}",
            hint="Name a path, ssh://USER@HOST/PATH or https://HOST/PATH, in ASCII.",
        )
