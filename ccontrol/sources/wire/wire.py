"""Frames in, acts out. Takes each frame once, in order, and never raises; bounded in memory."""

import struct
from typing import Final

from ccontrol.sources.wire.flow import ActSink, Flow
from ccontrol.sources.wire.links import DCP, ETHERNET, TCP, Packet, innermost
from ccontrol.sources.wire.recording import Frame
from ccontrol.sources.wire.stations import Stations
from ccontrol.sources.wire.streams import Now
from ccontrol.sources.wire.table import ACK, SYN, FlowTable, Heading, Lane, Watchlist

HELD_LIMIT: Final = 8 << 20
"""Bytes that all flows together may hold back while they wait for others."""
_FORGOTTEN_AT_ONCE: Final = 256
_RST: Final = 4
_OPENS_OR_ENDS: Final = SYN | _RST
_PLAIN_IPV4: Final = b"\x08\x00\x45"
"""Type and first byte of an IPv4 packet without options."""
_WHOLE: Final = frozenset({b"\0\0", b"\x40\0", b"\x20\0", b"\x60\0"})
"""Flags and offset of what is no later piece of a fragmented packet."""
_PLAIN_TCP, _HEADS, _LEAST = 34, 40, 54
"""Where TCP begins in such a frame; both headers, alone and behind Ethernet's."""
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
        self.flow: Flow | None = None
        """Whose the last frame is; None when it belongs to none that is watched."""
        self.payload = 0, 0
        """Where in that frame the flow's payload begins and ends."""

    def feed(self, frame: Frame) -> None:
        """Take the next frame."""
        number, time_ns, link, data, _ = frame
        self.frames += 1
        self.flow = None
        now = self._now
        now.frame = number
        now.time_ns = time_ns
        if link == ETHERNET and data[12:15] == _PLAIN_IPV4 and data[20:22] in _WHOLE:
            # Nearly every frame is this: a segment of a connection that is known already.
            lane = self._lanes.get(data[26:38])
            known = lane is not None and len(data) >= _LEAST and data[23] == TCP
            if lane is not None and known and not data[47] & _OPENS_OR_ENDS:
                size = data[16] << 8 | data[17]
                self._segment(lane, data, _PLAIN_TCP, 14 + size if size >= _HEADS else len(data))
                return
        packet = innermost(link, data)
        if packet is None:
            return
        if packet.protocol == TCP:
            lane = self._lane_of(packet, data)
            if lane is not None:
                self._segment(lane, data, packet.at, packet.end)
        elif packet.protocol == DCP:
            self._dcp(packet, data)
        else:
            self._datagram(packet, data)

    def close(self) -> None:
        """Hear what still waits for something: nothing more comes."""
        self.table.give_up()

    def give_up_before(self, time_ns: int) -> None:
        """Hear what has waited since before then for bytes that did not come."""
        if self._now.held:
            self.table.give_up_before(time_ns)

    def _segment(self, lane: Lane, data: bytes, at: int, end: int) -> None:
        """Take the segment whose TCP header begins at `at` and which ends at `end`."""
        seq, ack, offset, flags = _TCP_HEAD(data, at + 4)
        self.watched += 1
        flow, stream, peer = lane
        flow.last_frame = self._now.frame
        if flags & ACK:
            peer.acked = ack
            if peer.waiting:
                peer.give_up_acknowledged()
        begin = at + (offset >> 2 & 0x3C)
        self.flow = flow
        self.payload = begin, end
        if begin >= end:
            return
        known = peer.next
        if ack != known:
            flow.overtaken = known is not None and 0 < ((ack - known) & 0xFFFFFFFF) < _OLD
        elif flow.overtaken:
            flow.overtaken = False
        cut = end - max(begin, len(data)) if end > len(data) else 0
        stream.take(seq, data[begin:end], cut)
        if self._now.held > HELD_LIMIT:
            self.table.forget(_FORGOTTEN_AT_ONCE)

    def _lane_of(self, packet: Packet, data: bytes) -> Lane | None:
        """Return the lane of any segment, also of one that opens or ends a connection."""
        lane = self._lanes.get(packet.key)
        seq, _, _, flags = _TCP_HEAD(data, packet.at + 4)
        first = (seq + 1) & 0xFFFFFFFF
        if lane is not None and flags & SYN and lane[1].next not in (None, first):
            self.table.drop(lane[0])  # the same ports again: another connection
            lane = None
        if lane is None:
            lane = self.table.lane(packet, data, flags)
        if lane is not None and flags & SYN:
            lane[1].opened(first)
        if lane is not None and flags & _RST:
            lane[0].release()
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
        self.flow = flow
        self.payload = begin, packet.end
        payload = data[begin : packet.end]
        mark = hash((packet.ident, payload))
        if packet.ident and mark in flow.recent:
            return  # a mirror showed it twice
        flow.recent = (*flow.recent[1 - _RECENT :], mark)
        if packet.end > len(data):
            flow.tear()
        flow.hear(payload, from_server)
