"""Syslog over UDP (RFC 5426): one line in each datagram, and what the kernel had to drop.

Anybody who can send to us can write any address into a datagram: what comes this way is forgeable.
"""

import asyncio
import socket
import sys
from contextlib import suppress
from typing import Final

from ccontrol.model.listening import endpoint
from ccontrol.sources.syslog.intake import Intake
from ccontrol.sources.syslog.message import LONGEST_LINE

BUFFER_BYTES: Final = 8 * 2**20
"""Asked of the kernel, which gives net.core.rmem_max at most: some seconds of a flood."""
AT_ONCE: Final = 512
_SO_RCVBUFFORCE: Final = 33
_SO_RXQ_OVFL: Final = 40
"""socket(7) and asm-generic/socket.h: each datagram then brings the count of those dropped."""
_COUNT_BYTES: Final = 4
_COUNTS: Final = 1 << 32


class Datagrams:
    """The one UDP socket of a listener."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._socket: socket.socket | None = None
        self._dropped = 0

    def open(self, named: str) -> int:
        """Begin to read; return the port. Raises OSError or ValueError."""
        host, port = endpoint(named)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        opened = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
            with suppress(OSError):  # it takes CAP_NET_ADMIN to have more than rmem_max
                opened.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, BUFFER_BYTES)
            opened.setsockopt(socket.SOL_SOCKET, _SO_RXQ_OVFL, 1)
            opened.bind((host, port))
        except OSError:
            opened.close()
            raise
        self._socket = opened
        asyncio.get_running_loop().add_reader(opened, self._read, opened)
        bound: int = opened.getsockname()[1]
        return bound

    def close(self) -> None:
        """Read what is there, then no more."""
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._read(self._socket)
            self._socket.close()
            self._socket = None

    def _read(self, opened: socket.socket) -> None:
        """Take what is there, but not for ever: others have their turn between."""
        intake = self._intake
        space = socket.CMSG_SPACE(_COUNT_BYTES)
        with suppress(BlockingIOError):
            for _ in range(AT_ONCE):
                line, beside, flags, whence = opened.recvmsg(LONGEST_LINE, space)
                if beside:
                    self._count(int.from_bytes(beside[0][2][:_COUNT_BYTES], sys.byteorder))
                intake.cut += bool(flags & socket.MSG_TRUNC)
                sender = intake.sender(whence[0])
                if sender:
                    intake.line(line, sender, forgeable=True)

    def _count(self, dropped: int) -> None:
        """The kernel's count only grows, and begins anew after 2³²."""
        self._intake.drop((dropped - self._dropped) % _COUNTS)
        self._dropped = dropped
