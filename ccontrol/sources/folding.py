"""Acts folded into events: one conversation, one kind of act, less than a minute between them.

Five thousand blocks of a firmware load are one event, whose objects each say what was answered.
Bounded: an event lists so many objects and no more, and the oldest open event is closed when there
are too many of them, or of their objects.
"""

import ipaddress
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from ccontrol.model.engineering import (
    Actor,
    Claim,
    Completeness,
    EngineeringEvent,
    MacScope,
    Outcome,
    Role,
    Target,
    Testimony,
    Touched,
    Witness,
)
from ccontrol.sources.actions import ACTIONS
from ccontrol.sources.acts import UNANSWERED, Act, Tally

GAP_NS: Final = 60 * 1_000_000_000
SPAN_NS: Final = 600 * 1_000_000_000
"""No event grows longer: an HMI that writes all day has to be told before the day is over."""
OPEN_EVENTS: Final = 4096
OBJECTS_LISTED: Final = 256
OBJECTS_HELD: Final = 65_536
"""Of all open events together: half a kilobyte each, and one packet can name twenty."""
_MAC_BYTES: Final = 6
_LOOKS_EVERY: Final = 1024
_LAST_SECOND: Final = 253_402_300_799
"""9999-12-31: a time stamp may say anything."""
End = tuple[bytes, int]
"""Address as on the wire, and port (0 where there is none)."""


class Parties(Protocol):
    """Who speaks with whom in a conversation, by its two ends. Compared by identity."""

    @property
    def client(self) -> End:
        """The one that asks."""

    @property
    def server(self) -> End:
        """The controller."""

    @property
    def client_mac(self) -> bytes:
        """Empty where it is not known."""

    @property
    def server_mac(self) -> bytes:
        """Empty where it is not known."""

    @property
    def station(self) -> Role:
        """What the client says it is."""

    @property
    def claims(self) -> tuple[Claim, ...]:
        """What the client said about itself so far."""

    @property
    def tears(self) -> int:
        """How often something was missing so far."""


_Key = tuple[Parties, str, str, tuple[str, ...], bool]
EventSink = Callable[[EngineeringEvent], None]


@dataclass(frozen=True, slots=True)
class Scene:
    """What all events of one reading have in common."""

    witness: Witness
    name: str
    scope: Callable[[bytes], MacScope]
    """Whether a MAC address is its station's own."""
    weaknesses: tuple[str, ...] = ()
    """What this source cannot see, as codes. With any, no event of it is complete."""


class _Thing:
    """One object of an open event."""

    __slots__ = ("facts", "kind", "name", "sha256", "tally")

    def __init__(self, kind: str, name: str) -> None:
        self.kind, self.name = kind, name
        self.sha256 = ""
        self.facts: tuple[tuple[str, str], ...] = ()
        self.tally = Tally()

    def touched(self) -> Touched:
        return Touched(
            self.kind, self.name, _outcome(self.tally), self.tally.size, self.sha256, self.facts
        )


class _Open:
    """An event that may still grow."""

    __slots__ = (
        "count", "first_frame", "first_ns", "last_frame", "last_ns", "left_out", "redacted",
        "tally", "tears", "things", "torn",
    )  # fmt: skip

    def __init__(self, act: Act, tears: int) -> None:
        self.tears = tears
        self.first_frame, self.first_ns = act.frame, act.time_ns
        self.last_frame, self.last_ns = act.frame, act.time_ns
        self.count = self.left_out = 0
        self.redacted = self.torn = False
        self.tally = Tally()
        self.things: dict[tuple[str, str], _Thing] = {}

    def is_over(self, time_ns: int) -> bool:
        return time_ns - self.last_ns >= GAP_NS or time_ns - self.first_ns >= SPAN_NS

    def add(self, act: Act, *, torn: bool) -> None:
        self.count += 1
        self.last_frame, self.last_ns = act.frame, max(self.last_ns, act.time_ns)
        self.redacted |= act.redacted
        self.torn |= torn
        thing = self._thing(act)
        act.tallies = (self.tally,) if thing is None else (self.tally, thing.tally)
        for tally in act.tallies:
            tally.unanswered += 1
            if act.outcome != UNANSWERED:
                tally.settle(act.outcome)
            if act.size is not None:
                tally.size = (tally.size or 0) + act.size
        if thing is not None:
            thing.sha256 = act.sha256 or thing.sha256
            thing.facts = act.facts or thing.facts

    def _thing(self, act: Act) -> _Thing | None:
        if not act.kind and not act.name:
            return None
        key = act.kind, act.name
        thing = self.things.get(key)
        if thing is None:
            if len(self.things) >= OBJECTS_LISTED:
                self.left_out += 1
                return None
            thing = self.things[key] = _Thing(act.kind, act.name)
        return thing


class Folding:
    """Takes acts, hands on events when they are over."""

    def __init__(self, scene: Scene, sink: EventSink) -> None:
        self._scene = scene
        self._sink = sink
        self._open: dict[_Key, _Open] = {}
        self._acts = self._objects = 0

    def add(self, flow: Parties, act: Act) -> None:
        """Take the next act."""
        key = flow, act.protocol, act.action, act.route, act.by_server
        event = self._open.get(key)
        if event is not None and event.is_over(act.time_ns):
            self._close(key)
            event = None
        if event is None:
            if len(self._open) >= OPEN_EVENTS:
                self._close(next(iter(self._open)))
            event = self._open[key] = _Open(act, flow.tears)
        before = len(event.things)
        event.add(act, torn=flow.tears != event.tears)
        self._objects += len(event.things) - before
        while self._objects > OBJECTS_HELD:
            self._close(next(iter(self._open)))
        self._acts += 1
        if self._acts % _LOOKS_EVERY == 0:
            self.close_before(act.time_ns - GAP_NS)

    def close_before(self, time_ns: int) -> None:
        """Hand on every event that nothing was added to since then."""
        for key in [key for key, event in self._open.items() if event.last_ns < time_ns]:
            self._close(key)

    def close_answered(self, began_ns: int, actions: Collection[str]) -> None:
        """Hand on what goes on since then, of these actions, once all of it is answered.

        What comes after it is an event of its own.
        """
        for key in [key for key, event in self._open.items() if event.first_ns < began_ns]:
            if key[2] in actions and not self._open[key].tally.unanswered:
                self._close(key)

    def close(self) -> None:
        """Hand on every open event: the source is at its end."""
        for key in list(self._open):
            self._close(key)

    def _close(self, key: _Key) -> None:
        event = self._open.pop(key)
        self._objects -= len(event.things)
        self._sink(self._event(key, event))

    def _event(self, key: _Key, event: _Open) -> EngineeringEvent:
        flow, protocol, action, route, by_server = key
        meaning = ACTIONS[action]
        return EngineeringEvent(
            first=time_of(event.first_ns),
            last=time_of(event.last_ns),
            controller=_target(flow, route, by_server=by_server),
            actor=self._actor(flow, by_server=by_server),
            protocol=protocol,
            action=action,
            effect=meaning.effect,
            techniques=meaning.techniques,
            objects=tuple(thing.touched() for thing in event.things.values()),
            objects_left_out=event.left_out,
            count=event.count,
            outcome=_outcome(event.tally),
            completeness=_completeness(
                action, partial=event.torn or bool(self._scene.weaknesses)
            ),
            redacted=event.redacted,
            testimony=Testimony(
                self._scene.witness, self._scene.name, event.first_frame, event.last_frame,
                self._scene.weaknesses,
            ),
        )  # fmt: skip

    def _actor(self, flow: Parties, *, by_server: bool) -> Actor:
        if by_server:
            address, port, mac = _end(flow.server, flow.server_mac)
            return Actor(address, port, mac, self._scene.scope(flow.server_mac))
        address, port, mac = _end(flow.client, flow.client_mac)
        scope = self._scene.scope(flow.client_mac)
        return Actor(address, port, mac, scope, flow.station, flow.claims)


def _target(flow: Parties, route: tuple[str, ...], *, by_server: bool) -> Target:
    end, mac = (flow.client, flow.client_mac) if by_server else (flow.server, flow.server_mac)
    return Target(*_end(end, mac), route)


def _completeness(action: str, *, partial: bool) -> Completeness:
    if action == "session.encrypted":
        return Completeness.FLOW
    return Completeness.PARTIAL if partial else Completeness.FULL


def _outcome(tally: Tally) -> Outcome:
    return Outcome(tally.done, tally.refused, tally.unanswered, tuple(sorted(tally.errors)))


def time_of(ns: int) -> datetime:
    """Return a time, kept to microseconds; one that no calendar has becomes its first or last."""
    seconds, rest = divmod(ns, 1_000_000_000)
    known = min(max(seconds, 0), _LAST_SECOND)
    return datetime.fromtimestamp(known, UTC).replace(microsecond=rest // 1000)


def _end(end: End, mac: bytes) -> tuple[str, int, str]:
    address, port = end
    if len(address) == _MAC_BYTES:
        return "", 0, address.hex(":")
    return str(ipaddress.ip_address(address)), port, mac.hex(":")
