"""Syslog over TCP (RFC 6587) and TLS (RFC 5425): connections, few and bounded.

A handshake proves that somebody answers at an address, not who: only a certificate that the site's
own authority has given lifts what makes a line forgeable.
"""

import asyncio
import socket
import ssl
from contextlib import suppress
from typing import Final

from ccontrol.clock import Clock
from ccontrol.model.listening import Listening, endpoint
from ccontrol.sources.syslog.framing import FramingError, Splitter
from ccontrol.sources.syslog.intake import Intake

MOST_OF_ONE: Final = 8
"""Connections of one address. The one that was silent longest makes room: a controller that was
switched off leaves dead ones behind."""
MOST: Final = 512
HANDSHAKE_S: Final = 10.0
UNFINISHED_S: Final = 30.0
"""So long a message may take that has begun."""
_PIECE: Final = 65_536
_KEEPALIVE: Final = ((socket.TCP_KEEPIDLE, 60), (socket.TCP_KEEPINTVL, 20), (socket.TCP_KEEPCNT, 3))


class _Connection:
    """One of a sender's connections."""

    def __init__(self, sender: str, writer: asyncio.StreamWriter, now_s: float) -> None:
        self.sender = sender
        self.writer = writer
        self.splitter = Splitter()
        self.heard_s = now_s

    def close(self) -> None:
        self.writer.transport.abort()


class Streams:
    """The TCP and the TLS server of one listener."""

    def __init__(self, intake: Intake, clock: Clock, settings: Listening) -> None:
        self._intake = intake
        self._clock = clock
        self._settings = settings
        self._servers: list[asyncio.Server] = []
        self._connections: set[_Connection] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, named: str, *, tls: bool) -> int:
        """Begin to accept; return the port. Raises OSError (also of a bad certificate)."""
        host, port = endpoint(named)
        context = _context(self._settings) if tls else None

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.create_task(self._serve(reader, writer, context))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        server = await asyncio.start_server(accept, host, port, limit=_PIECE, backlog=64)
        self._servers.append(server)
        bound: int = server.sockets[0].getsockname()[1]
        return bound

    def look(self) -> None:
        """Close who has been silent too long, in the middle of a message sooner."""
        now_s = self._clock.monotonic()
        for each in tuple(self._connections):
            limit_s = UNFINISHED_S if each.splitter.is_within else self._settings.idle_s
            if now_s - each.heard_s > limit_s:
                each.close()

    async def close(self) -> None:
        """Accept nobody any more, close every connection."""
        for server in self._servers:
            server.close()
        for each in tuple(self._connections):
            each.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        tls: ssl.SSLContext | None,
    ) -> None:
        """Follow one connection; a stranger's ends before its handshake."""
        connection = self._admitted(writer)
        if connection is None:
            writer.transport.abort()
            return
        forgeable = tls is None or tls.verify_mode is not ssl.CERT_REQUIRED
        try:
            if tls is not None:
                await writer.start_tls(tls, ssl_handshake_timeout=HANDSHAKE_S)
            await self._follow(connection, reader, forgeable=forgeable)
        except ConnectionError:
            pass  # it went away; what it had said before is taken
        except (OSError, FramingError) as error:
            self._intake.trouble(connection.sender, str(error))
        finally:
            self._intake.cut += connection.splitter.cut
            self._connections.discard(connection)
            connection.close()

    async def _follow(
        self, connection: _Connection, reader: asyncio.StreamReader, *, forgeable: bool
    ) -> None:
        splitter, intake = connection.splitter, self._intake
        while piece := await reader.read(_PIECE):
            connection.heard_s = self._clock.monotonic()
            for line in splitter.feed(piece):
                intake.line(line, connection.sender, forgeable=forgeable)
            await asyncio.sleep(0)
        rest = splitter.end()
        if rest:
            intake.line(rest, connection.sender, forgeable=forgeable)

    def _admitted(self, writer: asyncio.StreamWriter) -> _Connection | None:
        """Return the connection of a configured sender, None for anybody else."""
        peer = writer.get_extra_info("peername")
        sender = self._intake.sender(peer[0]) if peer else ""
        if not sender:
            return None
        if len(self._connections) >= MOST:
            self._intake.trouble(sender, f"there are {MOST} connections already")
            return None
        own = [each for each in self._connections if each.sender == sender]
        if len(own) >= MOST_OF_ONE:
            silent = min(own, key=lambda each: each.heard_s)
            silent.close()
            self._connections.discard(silent)
        _keep_alive(writer)
        connection = _Connection(sender, writer, self._clock.monotonic())
        self._connections.add(connection)
        return connection


def _keep_alive(writer: asyncio.StreamWriter) -> None:
    door: socket.socket = writer.get_extra_info("socket")
    with suppress(OSError):  # it is closed already
        door.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in _KEEPALIVE:
            door.setsockopt(socket.IPPROTO_TCP, option, value)


def _context(settings: Listening) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(settings.certificate, settings.key)
    if settings.client_ca:
        context.load_verify_locations(settings.client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context
