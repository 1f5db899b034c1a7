"""Putting a new key in the place of one that lies in a file, so that a crash leaves one of the two.

At no moment is the key's own name without a whole private key. Each step may be done again.
"""

import hashlib
from pathlib import Path

from ccontrol.errors import SigningError
from ccontrol.store import durable, keys
from ccontrol.store.keys import FileSigner, public_line


def next_path(path: Path) -> Path:
    """Return where the next key waits."""
    return path.with_name(f"{path.name}.next")


def prepare(path: Path) -> FileSigner:
    """Make the key that is to follow; one that waits already is kept."""
    waiting, half = next_path(path), path.with_name(f"{path.name}.half")
    if not waiting.exists():
        for leftover in (half, _public(half)):
            durable.remove(leftover)
        keys.generate(half)
        durable.move(half, waiting)
    signer = FileSigner.load(waiting)
    _write_public(waiting, signer)
    durable.remove(_public(half))
    return signer


def take_over(path: Path) -> tuple[Path, ...]:
    """Put the next key in place, and return where the old ones lie now.

    Where none waits, only what a crash left undone is done. Raises SigningError when there is
    nothing to do at all.
    """
    waiting = next_path(path)
    if waiting.exists():
        old = FileSigner.load(path)
        retired = path.with_name(f"{path.name}.retired-{_short(old)}")
        durable.write_whole(retired, path.read_bytes())
        durable.move(waiting, path)
    elif not _public(waiting).exists():
        raise SigningError(
            f"{waiting}: there is no next key", hint="`ccontrol key next SITE` makes one."
        )
    _write_public(path, FileSigner.load(path))
    for leftover in path.parent.glob(f".{path.name}*.tmp"):  # a private key that a crash left
        durable.remove(leftover)
    durable.remove(_public(waiting))
    return tuple(sorted(path.parent.glob(f"{path.name}.retired-*")))


def _public(path: Path) -> Path:
    return path.with_name(f"{path.name}.pub")


def _short(signer: FileSigner) -> str:
    return hashlib.sha256(signer.public_key).hexdigest()[:12]


def _write_public(path: Path, signer: FileSigner) -> None:
    target = _public(path)
    durable.write_whole(target, f"{public_line(signer.public_key)} ccontrol\n".encode())
    target.chmod(0o644)
