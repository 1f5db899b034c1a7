"""The connection manager: Forward Open in both sizes, Forward Close, and what they leave open.

Layouts and the answer to a Forward Open: captures of a 1756-L61 behind a 1756-ENBT.
"""

import itertools
import struct
from dataclasses import dataclass

from ccontrol.sim.logix.chassis import Place, follow
from ccontrol.sim.logix.cip import (
    Message,
    RefusedError,
    Segment,
    Service,
    Status,
    answer,
    exactly,
    parse_path,
    u8,
    u16,
    u32,
)
from ccontrol.sim.logix.controller import Controller

IN_USE, NO_CONNECTION, BAD_SIZE, TABLE_FULL = 0x0100, 0x0107, 0x0109, 0x0113
SMALL_LIMIT, LARGE_LIMIT = 511, 4002
_SMALL = "<BBIIHHIB3xIHIHBB"
_LARGE = "<BBIIHHIB3xIIIIBB"
_numbers = itertools.count(0x0079_0D01, 0x0001_0002)


@dataclass(frozen=True)
class Opened:
    """One class 3 connection. `room` is what an answer may have, without its sequence count."""

    number: int
    client_number: int
    triad: tuple[int, int, int]
    place: Place
    route: tuple[int, ...]
    room: int


class Connections:
    """What one client holds open."""

    def __init__(self) -> None:
        self._opened: dict[int, Opened] = {}

    def find(self, number: int) -> Opened | None:
        """The connection of that number."""
        return self._opened.get(number)

    def open(self, place: Place, message: Message) -> bytes:
        """Forward Open; raises RefusedError with the extended status that tells why."""
        large = message.service == Service.LARGE_FORWARD_OPEN
        form = _LARGE if large else _SMALL
        fields = exactly(message.data, form)
        triad = fields[4:7]
        echo = u16(triad[0]) + u16(triad[1]) + u32(triad[2]) + bytes(2)
        try:
            opened = self._admit(place, message, fields, large=large)
        except RefusedError as refused:
            raise RefusedError(refused.status, *refused.extended, data=echo) from None
        self._opened[opened.number] = opened
        _count(opened, 1)
        numbers = u32(opened.number) + u32(opened.client_number)
        return answer(
            message.service, numbers + echo[:8] + u32(fields[8]) + u32(fields[10]) + bytes(2)
        )

    def _admit(
        self, place: Place, message: Message, fields: tuple[int, ...], *, large: bool
    ) -> Opened:
        start = struct.calcsize(_LARGE if large else _SMALL)
        steps = parse_path(message.data[start : start + 2 * fields[13]])
        there, _rest = follow(place, steps)
        module = there.module
        if large and not (isinstance(module, Controller) and module.model.large_connections):
            raise RefusedError(Status.NO_SERVICE)
        size = fields[11] & (0xFFFF if large else 0x01FF)
        if not 0 < size <= (LARGE_LIMIT if large else SMALL_LIMIT):
            raise RefusedError(Status.CONNECTION_FAILURE, BAD_SIZE)
        triad = (fields[4], fields[5], fields[6])
        if any(one.triad == triad for one in self._opened.values()):
            raise RefusedError(Status.CONNECTION_FAILURE, IN_USE)
        if isinstance(module, Controller) and module.connected >= module.model.connections:
            raise RefusedError(Status.CONNECTION_FAILURE, TABLE_FULL)
        route = tuple(step.link[0] for step in steps if step.kind is Segment.PORT and step.link)
        return Opened(next(_numbers) & 0xFFFFFFFF, fields[3], triad, there, route, size - 2)

    def close(self, message: Message) -> bytes:
        """Forward Close."""
        _, _, serial, vendor, originator = exactly(message.data, "<BBHHI")
        echo = u16(serial) + u16(vendor) + u32(originator) + u8(0) + u8(0)
        for number, one in self._opened.items():
            if one.triad == (serial, vendor, originator):
                _count(self._opened.pop(number), -1)
                return answer(message.service, echo)
        raise RefusedError(Status.CONNECTION_FAILURE, NO_CONNECTION, data=echo)

    def close_all(self) -> None:
        """The client is gone."""
        for one in self._opened.values():
            _count(one, -1)
        self._opened.clear()


def _count(opened: Opened, by: int) -> None:
    module = opened.place.module
    if isinstance(module, Controller):
        module.connected += by
