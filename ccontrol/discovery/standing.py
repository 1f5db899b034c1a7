"""Known, new, gone: answers of a sweep against what is configured and what the history knows. Pure.

A controller of the configuration is never asked here: the daemon asks it, and when it was last
heard says whether it is there. Gone is not removed: its history stays.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ccontrol.drivers.finder import Found
from ccontrol.model.controller import Controller


class Standing(StrEnum):
    """How something in the networks stands to what is known."""

    KNOWN = "known"
    """Configured, and heard lately."""
    GONE = "gone"
    """Configured, and silent for longer than its `stale_after_s`: dormant, moved or dismantled."""
    NEVER = "never heard"
    """Configured, and no poll has ever succeeded."""
    NEW = "new"
    """Answers, and nobody configured it."""
    ELSEWHERE = "known elsewhere"
    """Answers with the serial number of a controller, or of a module beside one, that is known at
    another address: it moved, or this is another way to it."""
    RETIRED = "retired"
    """No longer configured; its history is kept."""


@dataclass(frozen=True, slots=True)
class Watch:
    """A controller of the configuration."""

    controller: Controller
    addresses: tuple[str, ...]
    """Its IPv4 addresses; several or none where that is what its name stands for."""
    heard_at: datetime | None
    """When a poll of it last succeeded."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A controller of the history, configured or not."""

    site: str
    controller_id: str
    serials: frozenset[str]
    """Serial numbers of its identity and its modules."""
    configured: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One line of what a sweep tells."""

    standing: Standing
    address: str
    controller_id: str = ""
    """Of what is known; of one that is known elsewhere: whose serial number it has."""
    found: Found | None = None
    heard_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the plant is known to consist of."""

    watches: tuple[Watch, ...]
    remembered: tuple[Remembered, ...]
    now: datetime

    def at(self, address: str) -> bool:
        """Whether a controller of the configuration has this address."""
        return any(address in watch.addresses for watch in self.watches)


def rows(known: Known, meant: frozenset[str], found: Iterable[Found]) -> tuple[Row, ...]:
    """Return every line: what is configured in `meant`, what answered, what is retired."""
    configured = [
        _watched(watch, next(iter(there)), known.now)
        for watch in known.watches
        if (there := [address for address in watch.addresses if address in meant])
    ]
    strangers = [_stranger(one, known) for one in found if not known.at(one.address)]
    seen = {row.controller_id for row in strangers}
    retired = [
        Row(Standing.RETIRED, "", f"{one.site}/{one.controller_id}")
        for one in known.remembered
        if not one.configured and f"{one.site}/{one.controller_id}" not in seen
    ]
    return (*configured, *strangers, *retired)


def _watched(watch: Watch, address: str, now: datetime) -> Row:
    controller = watch.controller
    standing = Standing.NEVER
    if watch.heard_at is not None:
        patience = timedelta(seconds=controller.schedule.stale_after_s)
        standing = Standing.GONE if now - watch.heard_at > patience else Standing.KNOWN
    name = f"{controller.site}/{controller.id}"
    return Row(standing, address, name, heard_at=watch.heard_at)


def _stranger(found: Found, known: Known) -> Row:
    for one in known.remembered:
        if found.serial and found.serial.casefold() in map(str.casefold, one.serials):
            name = f"{one.site}/{one.controller_id}"
            return Row(Standing.ELSEWHERE, found.address, name, found)
    return Row(Standing.NEW, found.address, found=found)
