"""What was heard in one poll, from the collector's hands to the writer's: its place in the spool.

Whole programs, and whatever is large, are written there by the collector itself, and only their
name goes on: this process never holds them. A glance comes along with the message and is put there
only when it has to be kept: most are as the one before. What a poll means is not known here.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ccontrol.errors import StoreError
from ccontrol.poll.messages import Collected
from ccontrol.store.spool import Spool


@dataclass(slots=True)
class Letter:
    """One capture, encoded."""

    spool: Spool
    name: str
    """Its name in the spool, taken or to be taken."""
    content: bytes = b""
    """Empty once it is kept."""
    size: int = 0
    """Bytes."""
    is_kept: bool = False
    """It lies in the spool, durably."""

    @property
    def source(self) -> bytes | Path:
        """What a decoder reads. Raises StoreError when it is gone."""
        return self.spool.path(self.name) if self.is_kept else self.content

    async def keep(self) -> None:
        """See that it lies in the spool. Raises the store's errors."""
        if not self.is_kept:
            await asyncio.to_thread(self.spool.put, self.name, self.content)
            self.content, self.is_kept = b"", True

    async def put_aside(self, reason: str) -> None:
        """Keep what a decoder could not stand: it may be evidence."""
        await self.keep()
        await asyncio.to_thread(self.spool.quarantine, self.name, reason)

    async def let_go(self) -> None:
        """Remove it from the spool, if it is there: nothing in it has to be written."""
        if self.is_kept:
            await asyncio.to_thread(self.spool.acknowledge, self.name)


@contextmanager
def expected(spool: Spool, name: str) -> Iterator[Path]:
    """Hold a place for what will be heard; whatever was not taken in is cleared away at the end."""
    path = spool.reserve(name)
    try:
        yield path
    finally:
        spool.forgo(name)


async def taken_in(spool: Spool, name: str, heard: Collected) -> Letter:
    """Take in what a collector heard. Raises StoreError when it could not be kept."""
    if heard.not_kept:
        raise StoreError(heard.not_kept)
    if not heard.in_file:
        spool.forgo(name)
        return Letter(spool, name, heard.capture, len(heard.capture))
    size = await asyncio.to_thread(spool.admit, name)
    return Letter(spool, name, size=size, is_kept=True)
