"""EtherNet/IP: the envelope of CIP, with the connections that say who asks and which way it goes.

An answer belongs to its request by the sender's mark (unconnected) or the connection's count
(connected). The identity of a connection's originator is in the clear when it is opened.
"""

# ruff: noqa: PLR2004 — a wire format is made of numbers; each is named in the line beside it

import struct
from typing import Final, NamedTuple

from ccontrol.sources.acts import Conversation
from ccontrol.sources.wire.answers import Waiting
from ccontrol.sources.wire.cip import Asked, Connection, request_of, settle

_SEND_RR, _SEND_UNIT = 0x6F, 0x70
_CONNECTED_ADDRESS, _CONNECTED, _UNCONNECTED = 0xA1, 0xB1, 0xB2
_HEAD: Final = 24
_ITEMS: Final = struct.Struct("<IHH")
_ITEM: Final = struct.Struct("<HH")
_MOST_ITEMS: Final = 8
_CONNECTIONS: Final = 32
_NOBODY: Final = Connection()
Reference = tuple[int, bytes]


class _Envelope(NamedTuple):
    reference: Reference
    connection: Connection
    cip: bytes


class Enip:
    """One EtherNet/IP session."""

    def __init__(self, flow: Conversation) -> None:
        self._flow = flow
        self._waiting: Waiting[Reference, Asked, bytes] = Waiting()
        self._connections: dict[int, Connection] = {}
        """By the ids of both directions."""

    def hear(self, message: bytes, from_server: bool) -> None:
        """Take one message."""
        if message[0] not in (_SEND_RR, _SEND_UNIT) or len(message) < _HEAD + _ITEMS.size:
            return
        envelope = self._open(message)
        if envelope is None or not envelope.cip:
            return
        if envelope.cip[0] & 0x80:
            self._answer(envelope)
        elif not from_server:
            self._request(envelope)

    def _open(self, message: bytes) -> _Envelope | None:
        _, _, count = _ITEMS.unpack_from(message, _HEAD)
        at = _HEAD + _ITEMS.size
        connection = _NOBODY
        identity = 0
        for _ in range(min(count, _MOST_ITEMS)):
            kind, size = _ITEM.unpack_from(message, at)
            data = message[at + 4 : at + 4 + size]
            at += 4 + size
            if kind == _CONNECTED_ADDRESS and size == 4:
                found = int.from_bytes(data, "little")
                connection = self._connections.get(found, _NOBODY)
                identity = connection.identity
            elif kind == _CONNECTED and size >= 2:
                return _Envelope((identity + 1, data[:2]), connection, data[2:])
            elif kind == _UNCONNECTED:
                return _Envelope((0, message[12:20]), _NOBODY, data)
        return None

    def _request(self, envelope: _Envelope) -> None:
        asked = request_of(envelope.cip, envelope.connection)
        if asked is None:
            return
        for act in asked.acts:
            self._flow.tell(act)
        for originator in asked.originators:
            self._flow.claim("cip-originator", originator)
        early = self._waiting.asked(envelope.reference, asked, self._flow.messages)
        if early is not None:
            self._settle(asked, early)

    def _answer(self, envelope: _Envelope) -> None:
        asked = self._waiting.answered(envelope.reference)
        if asked is not None:
            self._settle(asked, envelope.cip)
        elif self._flow.overtaken:
            self._waiting.early(envelope.reference, envelope.cip, self._flow.messages)

    def _settle(self, asked: Asked, cip: bytes) -> None:
        for connection in settle(asked, cip):
            if len(self._connections) >= 2 * _CONNECTIONS:
                del self._connections[next(iter(self._connections))]
            self._connections[connection.to_target] = connection
            self._connections[connection.to_originator] = connection
