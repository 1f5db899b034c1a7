"""Asks an address, or everybody behind a broadcast address, for its label: ListIdentity over UDP.

One datagram of 24 bytes without a session: no connection is opened, no object is read. Who answers
tells its own place in the answer; it is believed only about itself, never about its address.
"""

import asyncio
import contextlib
import socket
import struct
from ipaddress import IPv4Address
from typing import cast

from ccontrol.drivers.api import Pace
from ccontrol.drivers.enip.frames import HEADER_BYTES, LIST_IDENTITY, frame
from ccontrol.drivers.enip.guard import LISTER
from ccontrol.drivers.enip.identity import ADAPTER_TYPE, CPU_TYPE, Identity, listed
from ccontrol.drivers.finder import Found
from ccontrol.errors import GarbledError

_DELAY_MS = 500
"""How long a device may put off its answer to a broadcast, so that not all speak at once; it is the
least that may be asked for. Where nothing is said, they take up to 2 s."""
_QUESTION = struct.pack("<HHIIQI", LIST_IDENTITY, 0, 0, 0, _DELAY_MS, 0)
_ROCKWELL = 1
_MOST_ANSWERS = 4_096
_LONGEST_ANSWER_BYTES = 1_024
"""An identity with the longest name takes a third of it."""
_PCCC_NAMES = ("1761", "1762", "1763", "1764", "1766", "1747", "1785")
"""How the names of MicroLogix, SLC 500 and PLC-5 begin; all other CPUs of Rockwell are Logix."""
_MICRO800 = "2080"
_BEHIND = "A module for communication: the controller stands in its chassis; check the route."
_OTHERS = "No driver of this release reads it."


class EnipFinder:
    """Finds whatever speaks EtherNet/IP."""

    name = "enip"
    port = 44818
    families = frozenset({"logix", "pccc"})
    question = f"one UDP datagram of {HEADER_BYTES} bytes (ListIdentity)"
    broadcasts = True

    async def ask(self, address: str, port: int, timeout_s: float, pace: Pace) -> tuple[Found, ...]:
        """Return who answers within the time, each once; nobody is no error."""
        LISTER.check(_QUESTION)
        await pace.turn()
        listener = await _sent(address, port)
        if listener is None:
            return ()
        with contextlib.closing(listener):
            await listener.heard(timeout_s)
        found = [_found(where, port, data) for where, data in listener.answers.items()]
        return tuple(each for each in found if each is not None)


class _Listener(asyncio.DatagramProtocol):
    """Collects the first answer of each sender, until the one who was asked has answered."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._done = asyncio.get_running_loop().create_future()
        self._transport: asyncio.DatagramTransport | None = None
        self.answers: dict[str, bytes] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport (asyncio calls this)."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Take in an answer (asyncio calls this)."""
        if len(data) > _LONGEST_ANSWER_BYTES:
            return
        self.answers.setdefault(addr[0], data)
        if addr[0] == self._address or len(self.answers) >= _MOST_ANSWERS:
            self._finish()

    def error_received(self, exc: Exception) -> None:
        """Nobody listens there (asyncio calls this): an ICMP message came back."""
        del exc
        self._finish()

    def send(self, address: str, port: int) -> None:
        """Put the question on the wire."""
        if self._transport is not None:
            self._transport.sendto(_QUESTION, (address, port))

    async def heard(self, timeout_s: float) -> None:
        """Wait for the one who was asked, or for the whole time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._done

    def close(self) -> None:
        """Let go of the port."""
        if self._transport is not None:
            self._transport.close()

    def _finish(self) -> None:
        if not self._done.done():
            self._done.set_result(None)


async def _sent(address: str, port: int) -> _Listener | None:
    """Send the question; None where this host has no way to that address."""
    loop = asyncio.get_running_loop()
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sender.setblocking(False)
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        sender.bind(("", 0))
        _, listener = await loop.create_datagram_endpoint(lambda: _Listener(address), sock=sender)
    except OSError:
        sender.close()
        return None
    listener.send(address, port)
    return listener


def _found(address: str, port: int, answer: bytes) -> Found | None:
    """Return who answered; None for what is no answer to our question."""
    try:
        heard = frame(answer)
        if heard.command != LIST_IDENTITY or heard.status:
            return None
        who = listed(heard.data)
    except GarbledError:
        return None
    family, options, note = _family(who)
    title = who.name or f"vendor {who.vendor}, product {who.product_type}/{who.product_code}"
    serial = f"{who.serial:08X}" if who.serial else ""
    return Found(
        str(IPv4Address(address)),
        port,
        "" if who.empty else family,
        title,
        firmware=who.revision,
        serial=serial,
        options=options,
        note=note,
    )


def _family(who: Identity) -> tuple[str, tuple[tuple[str, str | int], ...], str]:
    """Return the family that reads it, what its table has to say, and what else to know."""
    if who.vendor != _ROCKWELL or who.product_type not in (CPU_TYPE, ADAPTER_TYPE):
        return "", (), _OTHERS
    if who.name.startswith(_PCCC_NAMES):
        return "pccc", (), ""
    if who.product_type == ADAPTER_TYPE:
        return "logix", (), _BEHIND
    return "logix", (("route", ""),) if who.name.startswith(_MICRO800) else (), ""


FINDER = EnipFinder()
