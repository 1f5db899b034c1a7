"""Asks an address whether a S7 CPU is there, and which: two identity lists, then it lets go.

Nothing but what the guard lets pass; nothing of the program is asked. A slot without a CPU refuses
the connection, so the usual places are tried one after the other.
"""

from collections.abc import Iterable

from ccontrol.clock import Clock, SystemClock
from ccontrol.drivers.api import Pace
from ccontrol.drivers.finder import Found
from ccontrol.drivers.s7.answers import Answers
from ccontrol.drivers.s7.client import Client
from ccontrol.drivers.s7.conversation import Conversation
from ccontrol.drivers.s7.cotp import ConnectionType
from ccontrol.drivers.s7.cpu_units import read_cpu
from ccontrol.drivers.s7.guard import Guard
from ccontrol.drivers.s7.transport import Limits, Line, Peer
from ccontrol.errors import DriverError, GarbledError, NoSpareConnectionError, RefusedError
from ccontrol.model.aspect import Depth
from ccontrol.model.capture import Capture, Exchange
from ccontrol.model.snapshot import Read
from ccontrol.model.unit import Unit, field

_SLOTS = (2, 3, 1)
"""Where a CPU usually is: S7-300; S7-400 beside a power supply; S7-1200 and S7-1500."""
_READ_BY_US = ("6ES7 3", "6ES7 4", "6ES7 151-8", "6ES7 154-8", "6AG1 3", "6AG1 4")
"""How the order numbers begin of what the s7 driver reads."""
_MOST_BYTES = 65_536
_IDENTITY = ((0x0011, 0), (0x001C, 0))


class S7Finder:
    """Finds S7 CPUs over ISO-on-TCP."""

    name = "s7"
    port = 102
    families = frozenset({"s7"})
    question = "a TCP connection; where one opens, up to 3 ISO connections and 3 reads"
    broadcasts = False

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    async def ask(self, address: str, port: int, timeout_s: float, pace: Pace) -> tuple[Found, ...]:
        """Return the CPU at an address, or what answers there instead; nobody is no error."""
        for slot in _SLOTS:
            peer = Peer(address, port, ConnectionType.OP, 0, slot)
            try:
                return (await self._identity(peer, timeout_s, pace),)
            except NoSpareConnectionError:
                note = "It has no connection left, so its name is not known."
                return (Found(address, port, "s7", "S7 CPU", note=note),)
            except RefusedError:
                continue
            except GarbledError:
                title = "something that is no S7 CPU"
                return (Found(address, port, "", title, note="It answers ISO-on-TCP otherwise."),)
            except DriverError:
                return ()
        note = f"It refuses a connection to rack 0, slots {', '.join(map(str, _SLOTS))}."
        return (Found(address, port, "", "ISO-on-TCP", note=note),)

    async def _identity(self, peer: Peer, timeout_s: float, pace: Pace) -> Found:
        line = Line(peer, Limits(timeout_s, _MOST_BYTES), Guard())
        client = Client(line, pace)
        talk = Conversation(client, line, self._clock)
        try:
            await client.connect()
            await talk.setup()
            for number, index in _IDENTITY:
                await talk.szl(number, index)
        finally:
            line.close()
        return _found(peer, self._units(talk.exchanges))

    def _units(self, exchanges: Iterable[Exchange]) -> list[Unit]:
        now = self._clock.now()
        heard = Capture("", "s7", Depth.GLANCE, now, now, tuple(exchanges), 0, 0, 0)
        sightings = read_cpu(Answers(heard)).sights.sightings.values()
        return [seen.unit for seen in sightings if isinstance(seen, Read)]


def _found(peer: Peer, units: list[Unit]) -> Found:
    order_number = _told(units, "identity", "order_number")
    options: tuple[tuple[str, str | int], ...] = (("slot", peer.slot),) if peer.slot != 2 else ()  # noqa: PLR2004 — the driver's default, see options.py
    is_ours = order_number.startswith(_READ_BY_US)
    return Found(
        peer.host,
        peer.port,
        "s7" if is_ours else "",
        _told(units, "identity", "type_name") or order_number or "S7 CPU",
        order_number,
        _told(units, "firmware", "version"),
        _told(units, "identity", "serial"),
        options if is_ours else (),
        "" if is_ours else "No driver of this release reads this model.",
    )


def _told(units: list[Unit], kind: str, name: str) -> str:
    """Return a field of the CPU's own unit of that kind; "" when it does not tell."""
    parts = {unit.id.key: unit for unit in units if unit.id.kind == kind}
    for key in ("cpu", "module"):
        value = field(parts[key].fields, name) if key in parts else None
        if isinstance(value, str) and value:
            return value
    return ""


FINDER = S7Finder()
