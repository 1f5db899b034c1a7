"""One client's conversation with a chassis: frame in, frame out. Opens nothing, waits never."""

import itertools
import struct
from collections.abc import Callable

from ccontrol.sim.connection import RubbishError
from ccontrol.sim.logix import wire
from ccontrol.sim.logix.chassis import Chassis, Place, follow
from ccontrol.sim.logix.cip import (
    Message,
    RefusedError,
    Segment,
    Service,
    Status,
    answer,
    exactly,
    parse_message,
    parse_path,
    refusal,
    u16,
)
from ccontrol.sim.logix.connections import Connections
from ccontrol.sim.logix.fault import NO_FAULT, Fault
from ccontrol.sim.logix.listing import identity_item, services_item
from ccontrol.sim.logix.objects import perform
from ccontrol.sim.logix.request_log import Request, RequestLog, classify
from ccontrol.sim.logix.wire import Command, Item, ItemKind

UNCONNECTED_ROOM = 504  # bytes of an answer outside a connection
_MANAGER, _ROUTER = 0x06, 0x02
_DEEPEST = 8  # messages within messages
_sessions = itertools.count(0x0B02_4201, 0x0101)


class Session:
    """State of one TCP connection: the registered session and what is open in it."""

    def __init__(self, chassis: Chassis, log: RequestLog, connection: int = 1) -> None:
        self._chassis = chassis
        self._log = log
        self._connection = connection
        self._handle = 0
        self._opened = Connections()
        self._fault: Fault = NO_FAULT
        self._command = 0
        self._depth = 0
        self._commands: dict[int, Callable[[wire.Frame], bytes | None]] = {
            Command.NOP: lambda _frame: b"",
            Command.LIST_SERVICES: self._list_services,
            Command.LIST_IDENTITY: self._list_identity,
            Command.LIST_INTERFACES: lambda frame: wire.answer(frame, u16(0)),
            Command.REGISTER: self._register,
            Command.UNREGISTER: self._unregister,
            Command.SEND_RR_DATA: self._unconnected,
            Command.SEND_UNIT_DATA: self._connected,
        }

    def answer(self, frame: wire.Frame, fault: Fault = NO_FAULT) -> bytes | None:
        """Return the frame that answers, nothing at all, or None: hang up."""
        self._fault, self._command = fault, frame.command
        handler = self._commands.get(frame.command)
        if frame.command not in (Command.SEND_RR_DATA, Command.SEND_UNIT_DATA):
            self._note(frame)
        if handler is None:
            return wire.answer(frame, status=wire.UNSUPPORTED)
        return handler(frame)

    def leave(self) -> None:
        """The client is gone: give back what it held."""
        self._opened.close_all()

    # ---- encapsulation

    def _note(self, frame: wire.Frame) -> None:
        """Record a frame that carries no CIP, or none that can be read."""
        self._log.note(Request(self._connection, frame.command, None, (), (), frame.data))

    def _list_services(self, frame: wire.Frame) -> bytes:
        return wire.answer(frame, wire.pack_items(services_item()))

    def _list_identity(self, frame: wire.Frame) -> bytes:
        return wire.answer(frame, wire.pack_items(identity_item(self._chassis)))

    def _register(self, frame: wire.Frame) -> bytes:
        if len(frame.data) != 4:  # noqa: PLR2004 — version, options
            return wire.answer(frame, status=wire.BAD_LENGTH)
        if frame.data != struct.pack("<HH", 1, 0):
            return wire.answer(frame, frame.data, status=wire.BAD_VERSION)
        if self._fault.refuses_registration or self._handle:
            self._log.turned_away += 1
            return wire.answer(frame, frame.data, status=wire.NO_MEMORY, session=0)
        self._handle = next(_sessions) & 0x7FFFFFFF
        return wire.answer(frame, frame.data, session=self._handle)

    def _unregister(self, _frame: wire.Frame) -> None:
        """Hang up."""

    def _items(self, frame: wire.Frame) -> list[Item]:
        if len(frame.data) < 6:  # noqa: PLR2004 — interface, timeout
            raise RubbishError("no interface handle")
        return wire.parse_items(frame.data[6:])

    def _unconnected(self, frame: wire.Frame) -> bytes:
        if frame.session != self._handle or not self._handle:
            return wire.answer(frame, status=wire.NO_SESSION)
        self._log.frames += 1
        try:
            items = self._items(frame)
            (data,) = (item.data for item in items if item.kind == ItemKind.UNCONNECTED_DATA)
            reply = self._route(self._entry, data, (), UNCONNECTED_ROOM)
        except ValueError:  # rubbish, or not exactly one data item
            self._note(frame)
            return wire.answer(frame, status=wire.BAD_DATA)
        packed = wire.pack_items(Item(ItemKind.NULL, b""), Item(ItemKind.UNCONNECTED_DATA, reply))
        return wire.answer(frame, frame.data[:6] + packed)

    def _connected(self, frame: wire.Frame) -> bytes:
        if frame.session != self._handle or not self._handle:
            return wire.answer(frame, status=wire.NO_SESSION)
        self._log.frames += 1
        try:
            address, data = self._items(frame)
            opened = self._opened.find(int.from_bytes(address.data, "little"))
            if opened is None or len(data.data) < 2 or not opened.place.answers:  # noqa: PLR2004 — the sequence count
                return b""  # a connection that timed out: nobody answers
            reply = self._route(opened.place, data.data[2:], opened.route, opened.room)
        except ValueError:
            self._note(frame)
            return wire.answer(frame, status=wire.BAD_DATA)
        packed = wire.pack_items(
            Item(ItemKind.CONNECTED_ADDRESS, struct.pack("<I", opened.client_number)),
            Item(ItemKind.CONNECTED_DATA, data.data[:2] + reply),
        )
        return wire.answer(frame, frame.data[:6] + packed)

    # ---- CIP

    @property
    def _entry(self) -> Place:
        return Place(self._chassis, self._chassis.entry)

    def _route(self, place: Place, raw: bytes, route: tuple[int, ...], room: int) -> bytes:
        """Answer a message at a place, whatever comes of it."""
        message = parse_message(raw)
        request = classify(self._connection, self._command, message, route)
        self._log.note(request)
        if not request.reads or self._depth == _DEEPEST:
            return answer(message.service, b"", Status.NO_SERVICE)
        self._depth += 1
        try:
            return self._answer(place, message, route, room)
        except RefusedError as refused:
            return refusal(message.service, refused)
        finally:
            self._depth -= 1

    def _answer(self, place: Place, message: Message, route: tuple[int, ...], room: int) -> bytes:
        kinds = [s.number for s in parse_path(message.path) if s.kind is Segment.CLASS]
        if kinds == [_MANAGER]:
            return self._manage(place, message, route, room)
        if kinds == [_ROUTER] and message.service == Service.MULTIPLE:
            return self._several(place, message, route, room)
        if self._fault.refusal is not None:
            raise RefusedError(*self._fault.refusal)
        return self._fault.reply(message, perform(place, message, room), room)

    def _manage(self, place: Place, message: Message, route: tuple[int, ...], room: int) -> bytes:
        if message.service == Service.UNCONNECTED_SEND:
            return self._pass_on(place, message, route, room)
        if message.service == Service.FORWARD_CLOSE:
            return self._opened.close(message)
        if message.service in (Service.FORWARD_OPEN, Service.LARGE_FORWARD_OPEN):
            if self._fault.open_refusal is not None:
                raise RefusedError(*self._fault.open_refusal)
            return self._opened.open(place, message)
        return perform(place, message, room)

    def _pass_on(self, place: Place, message: Message, route: tuple[int, ...], room: int) -> bytes:
        """Unconnected Send: a message and the way that it has still to go."""
        _, _, length = exactly(message.data, "<BBH")
        at = 4 + length + length % 2
        if at + 2 > len(message.data):
            raise RefusedError(Status.TOO_LITTLE_DATA)
        steps = parse_path(message.data[at + 2 : at + 2 + 2 * message.data[at]])
        try:
            there, _rest = follow(place, steps)
        except RefusedError as refused:
            left = bytes((message.data[at],))
            raise RefusedError(refused.status, *refused.extended, data=left) from None
        way = tuple(step.link[0] for step in steps if len(step.link) == 1)
        return self._route(there, message.data[4 : 4 + length], route + way, room)

    def _several(self, place: Place, message: Message, route: tuple[int, ...], room: int) -> bytes:
        """Multiple Service Packet: the answers share the room, in the order of the questions."""
        (count,) = exactly(message.data, "<H")
        starts = (*exactly(message.data[2:], f"<{count}H"), len(message.data))
        at = 2 + 2 * count
        left = room - 4 - at
        replies = []
        for start, end in itertools.pairwise(starts):
            try:
                reply = self._route(place, message.data[start:end], route, max(left, 4))
            except RubbishError:
                raise RefusedError(Status.TOO_LITTLE_DATA) from None
            if len(reply) > left:
                reply = answer(message.data[start], b"", Status.REPLY_TOO_LARGE)
            replies.append(reply)
            left -= len(reply)
        offsets = itertools.accumulate((len(reply) for reply in replies), initial=at)
        head = u16(count) + b"".join(u16(offset) for offset in list(offsets)[:-1])
        failed = any(reply[2] not in (Status.OK, Status.PARTIAL) for reply in replies)
        return answer(
            message.service, head + b"".join(replies), Status.EMBEDDED if failed else Status.OK
        )
