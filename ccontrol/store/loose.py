"""Writing git objects, one file each, that outlive a power cut before anybody counts on them.

Packing them later is maintenance's business; reading them is reading's.
"""

import os
import secrets
import zlib
from pathlib import Path

from ccontrol.store.disk import Disk, named_failures
from ccontrol.store.objects import Kind, frame, sha1_id

DAEMONS_OWN = "tmp_obj_ccontrol_"
"""How unfinished objects of the one writer of `observed` begin; git's prune knows the first half.

Whoever holds the writer's lock may remove them: the writer that made them is dead.
"""

_COMPRESSION = 1  # maintenance packs with more; here a commit waits


def of_nobody_else() -> str:
    """Return how the unfinished objects of a person's command begin; a daemon lets them be."""
    return f"tmp_obj_{os.getpid()}_{secrets.token_hex(4)}_"


class LooseWriter:
    """Collects objects, packed, and writes them together: none is on the disk before `flush`.

    `unfinished` is how its half-written files begin: no two processes may share that, or one takes
    the other's away (`DAEMONS_OWN`, `of_nobody_else`).
    """

    def __init__(self, objects: Path, disk: Disk, unfinished: str) -> None:
        self._objects = objects
        self._disk = disk
        self._unfinished = unfinished
        self._pending: dict[str, tuple[Kind, bytes]] = {}

    def put(self, kind: Kind, content: bytes) -> bytes:
        """Take an object for the next flush and return its id."""
        sha1 = sha1_id(kind, content)
        if sha1.hex() not in self._pending:
            packed = zlib.compress(frame(kind, content), _COMPRESSION)
            self._pending[sha1.hex()] = kind, packed
        return sha1

    def discard(self) -> None:
        """Forget what was put since the last flush."""
        self._pending.clear()

    def flush(self) -> None:
        """Write everything that was put, durably.

        First all contents are synced, then the names of files and trees, and only then does a
        commit get its name: whatever survives a power cut is never a commit without its files.
        """
        with named_failures(self._objects):
            written = {
                name: self._write(name, packed) for name, (_, packed) in self._pending.items()
            }
            self._disk.sync_all([temporary for temporary, _final in written.values()])
            kinds = {name: kind for name, (kind, _) in self._pending.items()}
            self._show([move for name, move in written.items() if kinds[name] != "commit"])
            self._show([move for name, move in written.items() if kinds[name] == "commit"])
        self._pending.clear()

    def _show(self, moves: list[tuple[Path, Path]]) -> None:
        for temporary, final in moves:
            if temporary != final:
                self._disk.rename(temporary, final)
        self._disk.sync_all({final.parent for _temporary, final in moves})

    def _write(self, name: str, packed: bytes) -> tuple[Path, Path]:
        folder = self._objects / name[:2]
        final = folder / name[2:]
        if final.exists():
            return final, final  # perhaps from a run that died before it was synced
        if self._disk.make_folder(folder):
            self._disk.sync(self._objects)
        temporary = folder / (self._unfinished + name[2:])
        self._disk.remove(temporary)
        self._disk.create(temporary, packed, 0o400)
        return temporary, final
