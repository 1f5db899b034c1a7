"""One TCP connection of a simulated controller: bytes in, answers out, mishaps between.

Knows no protocol: a family says what is whole in a stream, and what answers it.
"""

import asyncio
from abc import abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, Generic, Protocol, TypeVar, cast

from ccontrol.sim.delivery import Delivery
from ccontrol.sim.mirror import Mirror, Mirrored
from ccontrol.sim.mishap import Mishap
from ccontrol.sim.request_log import RequestLog

UnitT = TypeVar("UnitT")
Whole_co = TypeVar("Whole_co", covariant=True)
Asked_contra = TypeVar("Asked_contra", contravariant=True)
FaultT = TypeVar("FaultT", bound=Mishap)
Spoilt_contra = TypeVar("Spoilt_contra", bound=Mishap, contravariant=True)


class RubbishError(ValueError):
    """What arrived is not the protocol. A controller closes the connection then."""


class Reader(Protocol[Whole_co]):
    """Collects a stream into what is whole: units."""

    def feed(self, data: bytes) -> Iterator[Whole_co]:
        """Yield every unit that is complete; raises RubbishError."""


class Session(Protocol[Asked_contra, Spoilt_contra]):
    """One client's conversation: message in, message out. Opens nothing, waits never."""

    def answer(self, asked: Asked_contra, fault: Spoilt_contra, /) -> bytes | None:
        """Return what answers, which may be nothing, or None: hang up. Raises RubbishError."""

    def leave(self) -> None:
        """The client is gone: what it held is free again."""


class Line(Protocol[FaultT]):
    """What the connections of one controller share."""

    @property
    def log(self) -> RequestLog[Any]:
        """What they were asked."""

    faults: list[FaultT]
    no_fault: FaultT
    delay_s: float
    mirror: Mirror | None
    open_ones: set[asyncio.Transport]


class Connection(asyncio.Protocol, Generic[UnitT, FaultT]):
    """What the event loop calls when bytes come and go."""

    def __init__(self, line: Line[FaultT], number: int, reader: Reader[UnitT]) -> None:
        self._line = line
        self._number = number
        self._reader = reader
        self._messages = 0
        self._mirrored: Mirrored | None = None

    @abstractmethod
    def take(self, unit: UnitT) -> bool:
        """Do what a unit asks for; False: hang up. Raises RubbishError."""

    @abstractmethod
    def leave(self) -> None:
        """The client is gone: what it held is free again."""

    def reply(self, answer: Callable[[FaultT], bytes | None]) -> bool:
        """Send what answers a message, which may be nothing, with the mishap that strikes it.

        None is no answer: hang up, and return False.
        """
        self._messages += 1
        line = self._line
        strikes = (one for one in line.faults if one.strikes(self._number, self._messages))
        fault = next(strikes, line.no_fault)
        said = answer(fault)
        if said:
            self._delivery.put(fault.frame(said), fault)
        return said is not None

    def ask(self, said: bytes) -> None:
        """Send what the controller asks by itself, behind the answers that are on their way."""
        unspoilt = self._line.no_fault
        self._delivery.put(unspoilt.frame(said), unspoilt)

    def write(self, data: bytes) -> None:
        """Send what no mishap befalls, at once."""
        self._delivery.write(data)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client knocked."""
        self._transport = cast("asyncio.Transport", transport)
        self._delivery = Delivery(self._transport, self._goes_out, self._line.delay_s)
        self._line.open_ones.add(self._transport)
        if self._line.mirror is not None:
            ends = (transport.get_extra_info(name)[:2] for name in ("peername", "sockname"))
            self._mirrored = Mirrored(self._line.mirror, *ends)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 — the protocol's form
        """The client is gone."""
        self._line.open_ones.discard(self._transport)
        if self._mirrored is not None:
            self._mirrored.ended()
        self.leave()
        self._delivery.stop()

    def pause_writing(self) -> None:
        """The client does not read as fast as we write."""
        self._delivery.pause()

    def resume_writing(self) -> None:
        """The client has caught up."""
        self._delivery.resume()

    def data_received(self, data: bytes) -> None:
        """Take everything that is whole; hang up on rubbish, as a controller does."""
        self._line.log.bytes_in += len(data)
        if self._mirrored is not None:
            self._mirrored.heard(data)
        try:
            goes_on = all(map(self.take, self._reader.feed(data)))
        except RubbishError:
            goes_on = False
        if not goes_on:
            self._transport.close()

    def _goes_out(self, data: bytes) -> None:
        self._line.log.bytes_out += len(data)
        if self._mirrored is not None:
            self._mirrored.said(data)


class Framed(Connection[UnitT, FaultT]):
    """Where every unit is a message."""

    def __init__(
        self,
        line: Line[FaultT],
        number: int,
        reader: Reader[UnitT],
        session: Session[UnitT, FaultT],
    ) -> None:
        super().__init__(line, number, reader)
        self._session = session

    def take(self, unit: UnitT) -> bool:
        """Answer it."""
        return self.reply(lambda fault: self._session.answer(unit, fault))

    def leave(self) -> None:
        """End the conversation."""
        self._session.leave()
