"""Change a key, and die by SIGKILL before the step of that number: KEY STEP."""

import os
import signal
import sys
from pathlib import Path

from ccontrol.store import durable
from ccontrol.store.disk import Disk
from ccontrol.store.key_change import prepare, take_over


class DyingDisk(Disk):
    """Counts what is done to the disk, and kills this process before one of it."""

    def __init__(self, step: int) -> None:
        self._left = step

    def _count(self) -> None:
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1

    def create(self, path: Path, content: bytes, mode: int) -> None:
        self._count()
        super().create(path, content, mode)

    def sync(self, path: Path) -> None:
        self._count()
        super().sync(path)

    def rename(self, source: Path, target: Path) -> None:
        self._count()
        super().rename(source, target)

    def remove(self, path: Path) -> None:
        self._count()
        super().remove(path)


if __name__ == "__main__":
    durable._DISK = DyingDisk(int(sys.argv[2]))  # the point of this program
    prepare(Path(sys.argv[1]))
    take_over(Path(sys.argv[1]))
