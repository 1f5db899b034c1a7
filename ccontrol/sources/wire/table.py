"""The flows that are watched, and which side of each is the controller. Bounded.

A flow is watched when one of its ends is a port of a controller's protocol. Which program the other
end's port might belong to does not matter: a station that speaks from port 1102 is heard like any.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ccontrol.sources.wire.flow import ActSink, Family, Flow, Opening
from ccontrol.sources.wire.links import TCP, Packet
from ccontrol.sources.wire.protocols import DATAGRAMS, DCP_FAMILY, PORTS, STREAMS
from ccontrol.sources.wire.stations import Stations
from ccontrol.sources.wire.streams import Now, Stream

FLOW_LIMIT: Final = 8_192
SYN: Final = 2
ACK: Final = 16
_PORTS: Final = 4


@dataclass(frozen=True, slots=True)
class Watchlist:
    """Where controllers are."""

    ports: Mapping[int, str] = field(default_factory=lambda: PORTS)
    """Port → the protocol spoken there, as protocols.PORTS names them."""
    controllers: frozenset[bytes] = frozenset()
    """Addresses of known controllers as on the wire. Where both ends of a flow have a controller's
    port, the one that stands here is taken for the controller."""


Lane = tuple[Flow, Stream, Stream]
"""One direction of a TCP flow: the flow, the stream of that direction, the other one."""
Heading = tuple[Flow, bool]
"""One direction of any other flow, and whether its packets come from the controller."""


def turned(key: bytes) -> bytes:
    """Return the key of a packet that goes the other way."""
    half = (len(key) - _PORTS) // 2
    return key[half : 2 * half] + key[:half] + key[-2:] + key[-_PORTS:-2]


class FlowTable:
    """Flows by what a packet says of its ends; each stands here once per direction."""

    def __init__(self, watchlist: Watchlist, now: Now, stations: Stations, sink: ActSink) -> None:
        self._names = {port.to_bytes(2, "big"): name for port, name in watchlist.ports.items()}
        self.controllers = watchlist.controllers
        """May be set anew; holds for flows that open from then on."""
        self._now, self._sink = now, sink
        self.lanes: dict[bytes, Lane] = {}
        self.headings: dict[bytes, Heading] = {}
        self._flows: dict[Flow, None] = {}
        self._stations = stations
        self.forgotten = 0
        """Flows that were given up to stay within bounds."""
        self._garbled = 0

    @property
    def garbled(self) -> int:
        """Messages that contradict themselves, so far."""
        return self._garbled + sum(flow.garbled for flow in self._flows)

    def lane(self, packet: Packet, data: bytes, flags: int) -> Lane | None:
        """Open the flow of a TCP packet that belongs to none; None when it is not watched."""
        family, by_server = self._watched(packet.key, flags, STREAMS)
        if family is None:
            return None
        flow = self._open(packet, data, family, by_server)
        client, server = flow.from_client, flow.from_server
        lane = (flow, server, client) if by_server else (flow, client, server)
        self.lanes[packet.key] = lane
        self.lanes[turned(packet.key)] = flow, lane[2], lane[1]
        return lane

    def heading(self, packet: Packet, data: bytes) -> Heading | None:
        """Open the flow of a UDP packet that belongs to none; None when it is not watched."""
        family, by_server = self._watched(packet.key, 0, DATAGRAMS)
        return None if family is None else self._head(packet, data, family, by_server)

    def dcp_heading(self, packet: Packet, data: bytes, by_server: bool) -> Heading:
        """Open the flow between two MAC addresses."""
        return self._head(packet, data, DCP_FAMILY, by_server)

    def _head(self, packet: Packet, data: bytes, family: Family, by_server: bool) -> Heading:
        flow = self._open(packet, data, family, by_server)
        self.headings[turned(packet.key)] = flow, not by_server
        self.headings[packet.key] = flow, by_server
        return flow, by_server

    def _watched(
        self, key: bytes, flags: int, families: Mapping[str, Family]
    ) -> tuple[Family | None, bool]:
        """Return what is spoken, and whether the sender of this first packet is the controller."""
        sender, receiver = self._names.get(key[-_PORTS:-2]), self._names.get(key[-2:])
        by_server = receiver is None
        if sender is not None and receiver is not None:
            by_server = self._sends_as_controller(key, flags)
        return families.get((sender if by_server else receiver) or ""), by_server

    def _sends_as_controller(self, key: bytes, flags: int) -> bool:
        half = (len(key) - _PORTS) // 2
        sends, receives = key[:half] in self.controllers, key[half:-_PORTS] in self.controllers
        if sends != receives:
            return sends
        return flags & (SYN | ACK) == SYN | ACK  # else whoever speaks first is the client

    def _open(self, packet: Packet, data: bytes, family: Family, by_server: bool) -> Flow:
        if len(self._flows) >= FLOW_LIMIT:
            self.forget(FLOW_LIMIT // 4)
        key, at = packet.key, packet.ethernet
        half = (len(key) - _PORTS) // 2
        source = key[:half], int.from_bytes(key[-_PORTS:-2], "big")
        target = key[half:-_PORTS], int.from_bytes(key[-2:], "big")
        macs = (data[at + 6 : at + 12], data[at : at + 6]) if at >= 0 else (b"", b"")
        self._stations.saw(macs[0], source[0])
        opening = (
            Opening(key, packet.protocol == TCP, (target, source), macs[::-1])
            if by_server
            else Opening(key, packet.protocol == TCP, (source, target), macs)
        )
        flow = Flow(opening, family, self._now, self._sink)
        self._flows[flow] = None
        return flow

    def forget(self, count: int) -> None:
        """Give up the flows that have been quiet for the longest time."""
        for flow in sorted(self._flows, key=lambda flow: flow.last_frame)[:count]:
            self.drop(flow)
            self.forgotten += 1

    def give_up(self) -> None:
        """Hear what waits in any flow: nothing more comes."""
        for flow in self._flows:
            flow.give_up()

    def give_up_before(self, time_ns: int) -> None:
        """Hear what has waited in any flow since before then."""
        for flow in self._flows:
            flow.from_client.give_up_before(time_ns)
            flow.from_server.give_up_before(time_ns)

    def drop(self, flow: Flow) -> None:
        """Forget a flow: it is over, or its ports are used anew. What waits is heard first."""
        flow.give_up()
        flow.end()
        self._garbled += flow.garbled
        self._flows.pop(flow, None)
        table: dict[bytes, Lane] | dict[bytes, Heading]
        table = self.lanes if flow.over_tcp else self.headings
        for key in (flow.key, turned(flow.key)):
            table.pop(key, None)
