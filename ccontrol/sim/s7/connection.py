"""One TCP connection of a simulated CPU: who is let in, and which pieces are one message."""

import asyncio
from dataclasses import dataclass, field

from ccontrol.sim import connection
from ccontrol.sim.s7 import wire
from ccontrol.sim.s7.connections import ClientType
from ccontrol.sim.s7.cpu import Cpu
from ccontrol.sim.s7.engineering import Engineering
from ccontrol.sim.s7.fault import Fault
from ccontrol.sim.s7.request_log import RequestLog
from ccontrol.sim.s7.session import Session


@dataclass(frozen=True)
class Engineers:
    """Who may change a CPU: nobody, unless addresses are named."""

    addresses: frozenset[str] = frozenset()
    log: RequestLog = field(default_factory=RequestLog)
    """What they asked, apart from what all others did; its violations are changes they made."""


class Connection(connection.Connection[bytes, Fault]):
    """Takes COTP units; what is asked before a client was let in ends the connection."""

    def __init__(
        self, cpu: Cpu, line: connection.Line[Fault], number: int, engineers: Engineers
    ) -> None:
        super().__init__(line, number, wire.Reader())
        self._cpu = cpu
        self._engineers = engineers
        self._session = Session(cpu, line.log, number)
        self._pieces = bytearray()
        self._admitted: ClientType | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client knocked; by its address it is an engineering station or not."""
        super().connection_made(transport)
        if transport.get_extra_info("peername")[0] in self._engineers.addresses:
            self._session = Engineering(self._cpu, self._engineers.log, self._number)

    def take(self, unit: bytes) -> bool:
        """Let a client in, or answer the message that this unit ends."""
        if unit[1] & 0xF0 == wire.CONNECT and len(unit) >= 7:  # noqa: PLR2004 — fixed part
            return self._admit(wire.parse_connect(unit))
        if unit[1] != wire.DATA or self._admitted is None:
            return False
        self._pieces += unit[1 + unit[0] :]
        if not unit[2] & 0x80 or not self._pieces:
            return True
        pdu, self._pieces = wire.parse_pdu(bytes(self._pieces)), bytearray()
        goes_on = self.reply(lambda fault: self._session.answer(pdu, fault))
        asked = self._session.asks()
        if asked:
            self.ask(asked)
        return goes_on

    def leave(self) -> None:
        """Its place is free again."""
        if self._admitted is not None:
            self._cpu.connections.release(self._admitted)
            self._admitted = None

    def _admit(self, request: wire.ConnectRequest) -> bool:
        called = request.called
        kind = ClientType(called[0]) if len(called) == 2 and called[0] in (1, 2, 3) else None  # noqa: PLR2004 — TSAP
        here = kind is not None and called[1] == self._cpu.model.slot
        if kind is None or not here or not self._cpu.connections.admit(kind):
            self._line.log.turned_away += 1
            self.write(wire.turn_away(request))
            return False
        self._admitted = kind
        self.write(wire.confirm(request, self._number))
        return True
