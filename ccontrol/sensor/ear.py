"""What is made of packets as they pass: events when they are over, hints at once, and counts.

Takes frames and the time; opens nothing and waits for nothing.
"""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ccontrol.canonical.witness import Act as Hint
from ccontrol.model.engineering import EngineeringEvent, Witness
from ccontrol.model.witness import Watch
from ccontrol.sensor.evidence import CHANGES, Evidence
from ccontrol.sources.actions import ACTIONS
from ccontrol.sources.acts import Act
from ccontrol.sources.folding import End, Folding, Scene, time_of
from ccontrol.sources.wire.flow import Flow
from ccontrol.sources.wire.recording import Frame
from ccontrol.sources.wire.stations import Stations
from ccontrol.sources.wire.table import Watchlist
from ccontrol.sources.wire.wire import Wire

HINT_EVERY_NS: Final = 1_000_000_000
"""Of one conversation at most one hint in so long."""
HELD_NS: Final = 2_000_000_000
"""What waits behind bytes that did not come is heard after so long: they are lost to us."""
_LASTING: Final = 2
"""What changes something and goes on for so many times the quiet is told in pieces. The daemon
looks at a controller after a minute of work without end, and has to know by then who is at work."""
_CHANGING: Final = frozenset(name for name, each in ACTIONS.items() if each.effect in CHANGES)
_HINTED: Final = 4096
_MAC_BYTES: Final = 6
_NS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Orders:
    """What a sensor is told to do."""

    name: str
    watchlist: Watchlist
    quiet_s: float = 10.0
    """An event is over when nothing was added to it for so long."""


@dataclass(frozen=True, slots=True)
class Findings:
    """Who is told what the ear makes out."""

    event: Callable[[EngineeringEvent], None]
    hint: Callable[[Hint], None]


class Ear:
    """One sensor's understanding of all that passes."""

    def __init__(
        self, orders: Orders, findings: Findings, evidence: Evidence | None = None
    ) -> None:
        name, watchlist = orders.name, orders.watchlist
        self._name = name
        self._quiet_ns = int(orders.quiet_s * _NS)
        self._hint = findings.hint
        self._evidence = evidence
        stations = Stations()
        self._folding = Folding(Scene(Witness.LIVE, name, stations.scope), findings.event)
        self._wire = Wire(watchlist, stations, self._told)
        self._named = watchlist.controllers
        self._hinted: dict[Flow, int] = {}
        self._heard: dict[bytes, int] = dict.fromkeys(watchlist.controllers, 0)
        self._frames = self._forgotten = 0
        """What the last watch told of already."""

    def hear(self, frame: Frame) -> None:
        """Take the next frame."""
        wire = self._wire
        wire.feed(frame)
        flow = wire.flow
        if flow is None:
            return
        address = flow.server[0]
        if address in self._heard:
            self._heard[address] += 1
        if self._evidence is not None:
            self._evidence.take(frame, flow, wire.payload)

    def know(self, controllers: frozenset[bytes]) -> None:
        """Take the addresses of controllers, beside those that it was made with."""
        known = self._named | controllers
        self._wire.table.controllers = known
        self._heard = {address: self._heard.get(address, 0) for address in known}

    def turn(self, now: datetime) -> None:
        """Let time pass: hand on what is over."""
        now_ns = _ns(now)
        self._wire.give_up_before(now_ns - HELD_NS)
        self._folding.close_before(now_ns - self._quiet_ns)
        self._folding.close_answered(now_ns - _LASTING * self._quiet_ns, _CHANGING)

    def watch(self, since: datetime, until: datetime, dropped: int) -> Watch:
        """Return how well it watched since the last time; conversations given up are losses, too.

        `dropped` is what was lost before it got here, or behind.
        """
        frames, forgotten = self._wire.frames, self._wire.table.forgotten
        heard = sorted((_shown(address), count) for address, count in self._heard.items() if count)
        watch = Watch(
            self._name,
            since,
            until,
            frames - self._frames,
            dropped + forgotten - self._forgotten,
            tuple(heard),
        )
        self._frames, self._forgotten = frames, forgotten
        self._heard = dict.fromkeys(self._heard, 0)
        return watch

    def close(self) -> None:
        """Hand on everything: nothing more comes."""
        self._wire.close()
        self._folding.close()
        if self._evidence is not None:
            self._evidence.close()

    def _told(self, flow: Flow, act: Act) -> None:
        self._folding.add(flow, act)
        if self._evidence is not None:
            self._evidence.told(flow, act)
        if act.action not in _CHANGING:
            return
        effect = ACTIONS[act.action].effect
        last = self._hinted.get(flow)
        if last is not None and 0 <= act.time_ns - last < HINT_EVERY_NS:
            return
        if len(self._hinted) >= _HINTED:
            self._hinted.clear()
        self._hinted[flow] = act.time_ns
        client, server = _address(flow.client), _address(flow.server)
        ends = (
            (client, server, flow.server[1]) if act.by_server else (server, client, flow.client[1])
        )
        self._hint(Hint(time_of(act.time_ns), *ends, effect))


def _address(end: End) -> str:
    return end[0].hex(":") if len(end[0]) == _MAC_BYTES else _shown(end[0])


def _shown(address: bytes) -> str:
    return str(ipaddress.ip_address(address))


def _ns(time: datetime) -> int:
    return int(time.timestamp()) * _NS + time.microsecond * 1000
