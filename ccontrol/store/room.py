"""Whether there is room to go on. Stopping loudly before the disk is full keeps the store whole.

A full disk cost no store its history in our trials (git stopped, `git fsck` stayed clean), but a
daemon that finds out in the middle of a write has nowhere left to say so.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from ccontrol.errors import StoreFullError, StoreReadOnlyError
from ccontrol.store.disk import named_failures


@dataclass(frozen=True, slots=True)
class Room:
    """The free space of the disk on which `folder` lies, and how much of it must stay free."""

    folder: Path
    low_water_bytes: int

    @property
    def free_bytes(self) -> int:
        """Bytes that this process could still write."""
        with named_failures(self.folder):
            disk = os.statvfs(self.folder)
        return disk.f_bavail * disk.f_frsize

    def check(self) -> None:
        """Return when there is room to write.

        Raises StoreFullError below the low-water mark, StoreReadOnlyError when the folder may not
        be written at all.
        """
        if not os.access(self.folder, os.W_OK | os.X_OK, effective_ids=True):
            with named_failures(self.folder):
                os.stat(self.folder)  # noqa: PTH116 — named_failures wants the plain error
            raise StoreReadOnlyError(f"{self.folder}: may not be written")
        free = self.free_bytes
        if free < self.low_water_bytes:
            raise StoreFullError(
                f"{self.folder}: {free:,} bytes are free, fewer than the low-water mark"
                f" of {self.low_water_bytes:,}"
            )
