"""The door of a store: git's hooks, which take from a push what a mirror would, and less of it.

`approved` alone may be pushed, by the people whom the pinned roots name; everything else in a store
is the daemon's. Its own commits do not pass here: they are written, not pushed.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from ccontrol.model.approval import Anchor
from ccontrol.store import durable, mirror, settings
from ccontrol.store.allowed_signers import AllowedSigners
from ccontrol.store.disk import named_failures
from ccontrol.store.layout import lock_path

_SCRIPTS = ("windows", "people", "update")
_ONLY_APPROVED = "only_approved"
_SETTINGS = {
    "core.hookspath": mirror.OWN_HOOKS,
    "receive.maxinputsize": "[receive]\n\tmaxInputSize = 268435456\n",
}
"""256 MiB of a push: git unpacks it before a hook sees it, on the disk that the daemon needs."""
_WHY = b"nothing but approved may be pushed here; hooks/update looks for this file\n"


def install(git_dir: Path, daemon: AllowedSigners, people: Anchor | None) -> None:
    """Lay down the hooks and whom they believe, where they are not so already.

    `people` None: nobody may push anything. Raises StoreError.
    """
    mirror.pin(git_dir, daemon, people)
    marker = mirror.pinned_folder(git_dir) / _ONLY_APPROVED
    if _content(marker) != _WHY:
        durable.write_whole(marker, _WHY)
    if any(_faults(git_dir)):
        mirror.lay_down_scripts(git_dir, _SCRIPTS)
    said = settings.read(git_dir)
    missing = [text for name, text in _SETTINGS.items() if name not in said]
    if missing:
        config = git_dir / "config"
        with named_failures(config):
            text = config.read_bytes()
        durable.write_whole(config, text + "".join(missing).encode("ascii"))


def faults(git_dir: Path) -> Iterator[str]:
    """Yield what of the door is missing or was changed; nothing where no daemon writes.

    The history is none the worse for it; but what was pushed meanwhile nobody has judged before.
    """
    if lock_path(git_dir).exists():
        yield from _faults(git_dir)


def _faults(git_dir: Path) -> Iterator[str]:
    after = "a push to this store is not judged before it counts (a start of the daemon lays it)"
    for name in _SCRIPTS:
        path = git_dir / "hooks" / name
        found = _content(path)
        if found is None:
            yield f"hooks/{name} is missing: {after}"
        elif found != mirror.script(name) or not os.access(path, os.X_OK):
            yield f"hooks/{name} is not as this version of ccontrol lays it: {after}"
    if _content(mirror.pinned_folder(git_dir) / _ONLY_APPROVED) is None:
        yield f"{_ONLY_APPROVED} is missing beside the pinned roots: {after}"


def _content(path: Path) -> bytes | None:
    with named_failures(path):
        return path.read_bytes() if path.is_file() else None
