"""Frames in, acts out. Takes each frame once, in order, and never raises; bounded in memory."""

import struct
from typing import Final

from ccontrol.sources.wire.flow import ActSink
from ccontrol.sources.wire.links import DCP, TCP, Packet, innermost
from ccontrol.sources.wire.recording import Frame
from ccontrol.sources.wire.stations import Stations
from ccontrol.sources.wire.streams import Now
from ccontrol.sources.wire.table import ACK, SYN, FlowTable, Heading, Lane, Watchlist

HELD_LIMIT: Final = 8 << 20
"""Bytes that all flows together may hold back while they wait for others."""
_FORGOTTEN_AT_ONCE: Final = 256
_RST: Final = 4
_OLD: Final = 1 << 31
_RECENT: Final = 8
_TCP_HEAD: Final = struct.Struct(">IIBB").unpack_from
_UDP_HEAD: Final = 8
_DCP_SET: Final = b"\xfe\xfd\x04"
"""Frame id of what is asked of one station, and the service that sets something."""
_DCP_LEAST: Final = 12


class Wire:
    """Whatever passes on one wire. Acts go to the sink as they pass; answers reach them later."""

    def __init__(self, watchlist: Watchlist, stations: Stations, sink: ActSink) -> None:
        self._now = Now()
        self.table = FlowTable(watchlist, self._now, stations, sink)
        self._lanes = self.table.lanes
        self.frames = 0
        self.watched = 0
        """Frames that belong to a flow that is watched."""

    def feed(self, frame: Frame) -> None:
        """Take the next frame."""
        number, time_ns, link, data, _ = frame
        self.frames += 1
        packet = innermost(link, data)
        if packet is None:
            return
        now = self._now
        now.frame = number
        now.time_ns = time_ns
        if packet.protocol == TCP:
            self._segment(packet, data)
        elif packet.protocol == DCP:
            self._dcp(packet, data)
        else:
            self._datagram(packet, data)

    def close(self) -> None:
        """Hear what still waits for something: nothing more comes."""
        self.table.give_up()

    def _segment(self, packet: Packet, data: bytes) -> None:
        _, key, at, end, _, _ = packet
        lane = self._lanes.get(key)
        seq, ack, offset, flags = _TCP_HEAD(data, at + 4)
        if lane is None or flags & SYN:
            lane = self._opened(packet, data, (seq, flags), lane)
            if lane is None:
                return
        self.watched += 1
        flow, stream, peer = lane
        flow.last_frame = self._now.frame
        if flags & ACK:
            peer.acked = ack
            if peer.waiting:
                peer.give_up_acknowledged()
        if flags & _RST:
            flow.release()
            return
        begin = at + (offset >> 4) * 4
        if begin >= end:
            return
        known = peer.next
        flow.overtaken = known is not None and 0 < ((ack - known) & 0xFFFFFFFF) < _OLD
        cut = end - max(begin, len(data)) if end > len(data) else 0
        stream.take(seq, data[begin:end], cut)
        if self._now.held > HELD_LIMIT:
            self.table.forget(_FORGOTTEN_AT_ONCE)

    def _opened(
        self, packet: Packet, data: bytes, head: tuple[int, int], lane: Lane | None
    ) -> Lane | None:
        """Return the lane of a packet that opens a connection or belongs to none yet."""
        seq, flags = head
        first = (seq + 1) & 0xFFFFFFFF
        if lane is not None and lane[1].next not in (None, first):
            self.table.drop(lane[0])  # the same ports again: another connection
            lane = None
        if lane is None:
            lane = self.table.lane(packet, data, flags)
        if lane is not None and flags & SYN:
            lane[1].opened(first)
        return lane

    def _datagram(self, packet: Packet, data: bytes) -> None:
        heading = self.table.headings.get(packet.key) or self.table.heading(packet, data)
        if heading is not None:
            self._heard(heading, packet, data, packet.at + _UDP_HEAD)

    def _dcp(self, packet: Packet, data: bytes) -> None:
        """Hear what sets something. Asking for names goes on all the time and makes no flow."""
        at = packet.at
        if data[at : at + 3] != _DCP_SET or len(data) < at + _DCP_LEAST:
            return
        heading = self.table.headings.get(packet.key)
        is_answer = bool(data[at + 3])
        self._heard(heading or self.table.dcp_heading(packet, data, is_answer), packet, data, at)

    def _heard(self, heading: Heading, packet: Packet, data: bytes, begin: int) -> None:
        flow, from_server = heading
        self.watched += 1
        flow.last_frame = self._now.frame
        payload = data[begin : packet.end]
        mark = (packet.ident, payload)
        if packet.ident and mark in flow.recent:
            return  # a mirror showed it twice
        flow.recent = (*flow.recent[1 - _RECENT :], mark)
        if packet.end > len(data):
            flow.tear()
        flow.hear(payload, from_server)
