"""Word from the kernel that something moved in a folder. watchdog is imported nowhere else.

An event only shortens the wait for the next look: what lies there is always found by looking.
"""

import logging
import os
from collections.abc import Callable
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

_NO_EVENTS = ("nfs", "cifs", "smb", "9p", "fuse", "afs", "ceph", "gluster", "davfs", "vboxsf")
"""File systems where what another host writes is no event here, by the beginning of their type."""
_MOUNTS = Path("/proc/self/mounts")

_log = logging.getLogger(__name__)


class Events:
    """Tells of moves in one folder until it is closed. `on_move` is called in another thread."""

    def __init__(self, folder: Path, on_move: Callable[[], None], *, inside: bool) -> None:
        """Begin; `inside`: in the folders inside it, too, links left out.

        Raises OSError when the kernel gives no events for this folder.
        """
        self._observer = Observer()
        self._observer.schedule(_Handler(on_move), str(folder), recursive=inside)
        self._observer.daemon = True
        self._observer.start()

    @property
    def is_alive(self) -> bool:
        """Whether there is still word to be had."""
        return self._observer.is_alive()

    def close(self) -> None:
        """End; waits for no disk."""
        self._observer.stop()


class _Handler(FileSystemEventHandler):
    def __init__(self, on_move: Callable[[], None]) -> None:
        self._on_move = on_move

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type not in {"opened", "closed_no_write"}:  # that is what we do ourselves
            self._on_move()


def gives_events(folder: Path) -> bool:
    """Tell whether a folder, and all in it, lies where the kernel's events say everything."""
    kinds = mount_types(folder, _MOUNTS.read_text("utf-8", "replace"))
    return not any(kind.startswith(_NO_EVENTS) for kind in kinds)


def mount_types(folder: Path, mounts: str) -> tuple[str, ...]:
    """Return the types of the file systems of a folder, and of those mounted in it.

    `mounts`: the lines of /proc/self/mounts. The folder's own stands first.
    """
    place = os.path.realpath(folder)
    best, kind, inside = "", "", []
    for line in mounts.splitlines():
        fields = line.split(" ")
        point = fields[1].encode("latin-1", "replace").decode("unicode_escape")
        if place == point or place.startswith(point.rstrip("/") + "/"):
            best, kind = (point, fields[2]) if len(point) >= len(best) else (best, kind)
        elif point.startswith(place.rstrip("/") + "/"):
            inside.append(fields[2])
    return kind, *inside
