"""The ring of evidence: packets worth keeping, as encrypted recordings in one folder, bounded.

What has not been written yet stands in memory alone: nothing of it ever lies on the disk in clear.
A process that is killed loses at most the last minute. `age --decrypt` gives back a pcapng file
that every program for recordings opens, `ccontrol events` among them.
"""

import hashlib
import logging
from datetime import datetime
from pathlib import Path
from typing import Final

from ccontrol.clock import Clock
from ccontrol.errors import StoreError
from ccontrol.sensor.evidence import Exhibit
from ccontrol.sensor.pcapng import recording
from ccontrol.store import durable
from ccontrol.store.age import Sealer
from ccontrol.store.disk import named_failures

SUFFIX: Final = ".pcapng.age"
FILE_S: Final = 60.0
"""A file is closed so long after its first packet came."""
FILE_BYTES: Final = 1 << 22
FILES_AT_LEAST: Final = 8
"""A small ring has smaller files, so that the oldest can go by pieces."""
_OVERHEAD: Final = 48
BLANK: Final = "payload left out by ccontrol"

_log = logging.getLogger(__name__)


class Ring:
    """One sensor's ring. The folder is its own: whatever else ends alike in it grows old, too."""

    def __init__(
        self, folder: Path, sealer: Sealer, bytes_limit: int, interface: str, clock: Clock
    ) -> None:
        """Raises StoreError when the folder cannot be had."""
        self._folder = durable.make_folder(folder)
        self._sealer = sealer
        self._limit = bytes_limit
        self._file_bytes = min(FILE_BYTES, bytes_limit // FILES_AT_LEAST)
        self._interface = interface
        self._clock = clock
        self._begun_s = 0.0
        self._open: list[Exhibit] = []
        self._bytes = 0
        self._files = 0
        self.dropped = 0
        """Packets that the kernel dropped since the last file was closed: told in the next one."""
        self.lost = 0
        """Packets that were worth keeping and could not be written."""
        durable.sweep(self._folder)

    def add(self, kept: Exhibit) -> None:
        """Take a packet."""
        if not self._open:
            self._begun_s = self._clock.monotonic()
        self._open.append(kept)
        self._bytes += len(kept.frame.data) + _OVERHEAD
        if self._bytes >= self._file_bytes:
            self.close()

    def tend(self) -> None:
        """Close a file that is old enough. To be called every now and then."""
        if self._open and self._clock.monotonic() - self._begun_s >= FILE_S:
            self.close()

    def close(self) -> None:
        """Write what is there. A disk that does not take it is told; the sensor goes on."""
        if not self._open:
            return
        packets = sorted(self._open, key=lambda kept: kept.frame.number)
        self._open, self._bytes = [], 0
        try:
            self._write(packets)
        except StoreError as error:
            self.lost += len(packets)
            _log.error("evidence is lost packets=%d: %s (%s)", len(packets), error, error.hint)

    def _write(self, packets: list[Exhibit]) -> None:
        told = ((kept.frame, BLANK if kept.blank else "") for kept in packets)
        plain = recording(told, self._interface, "ccontrol sense", self.dropped)
        self.dropped = 0
        sealed = self._sealer.seal(plain)
        path = self._folder / f"{_stamp(self._clock.now())}-{self._files:06}{SUFFIX}"
        self._files += 1
        self._make_room(len(sealed))
        durable.write_whole(path, sealed)
        _log.info(
            "evidence kept file=%s packets=%d blank=%d sha256=%s content=%s",
            path.name,
            len(packets),
            sum(kept.blank for kept in packets),
            hashlib.sha256(sealed).hexdigest(),
            hashlib.sha256(plain).hexdigest(),
        )

    def _make_room(self, size: int) -> None:
        """Remove the oldest files until so many bytes more stay within the ring."""
        there = sorted(self._folder.glob(f"*{SUFFIX}"))
        with named_failures(self._folder):
            sizes = {path: path.stat().st_size for path in there}
        for path in there:
            if sum(sizes.values()) + size <= self._limit:
                return
            del sizes[path]
            durable.remove(path)
            _log.info("evidence made room file=%s", path.name)


def _stamp(now: datetime) -> str:
    return f"{now:%Y%m%dT%H%M%S.%f}Z"
