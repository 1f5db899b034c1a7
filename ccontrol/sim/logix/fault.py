"""What can go wrong between a chassis and its reader, to be hung into a server's `faults`.

A fault strikes frames `first` to `last` of a connection (frame 1 is RegisterSession), on every
connection or on the nth since the server's start.
"""

from dataclasses import dataclass

from ccontrol.sim import mishap
from ccontrol.sim.logix.cip import (
    Message,
    Segment,
    Service,
    Status,
    answer,
    parse_path,
    string,
    u16,
    u32,
    words,
)
from ccontrol.sim.logix.templates import STRUCTURE
from ccontrol.sim.logix.wire import HEADER_LENGTH, Command

_TEMPLATE_PATH = b"\x20\x6c"


@dataclass(frozen=True, kw_only=True)
class Fault(mishap.Mishap):
    """Nothing goes wrong; the others override what they spoil."""

    refuses_registration = False
    refusal: tuple[int, ...] | None = None
    open_refusal: tuple[int, ...] | None = None

    def reply(self, _asked: Message, reply: bytes, _room: int) -> bytes:
        """One CIP answer, before it is packed into its frame."""
        return reply


NO_FAULT = Fault()


# ---- on the wire


class Silence(mishap.Silence, Fault):
    """The request is read and never answered."""


class Reset(mishap.Reset, Fault):
    """TCP reset instead of an answer."""


class Cut(mishap.Cut, Fault):
    """The peer closes in the middle of its answer, after `keep` bytes of it; 0 is none at all."""


class Delay(mishap.Delay, Fault):
    """The answer comes late."""


class Dribble(mishap.Dribble, Fault):
    """The answer trickles, a few bytes per second."""


class Flood(mishap.Flood, Fault):
    """The answer, then the same answer again and again without being asked."""


@dataclass(frozen=True, kw_only=True)
class Rubbish(Fault):
    """Bytes that are no answer: as the data of a frame, or raw when `framed` is off."""

    data: bytes = bytes(range(64))
    framed: bool = True

    def frame(self, frame: bytes) -> bytes:
        """The rubbish."""
        if not self.framed:
            return self.data
        return frame[:2] + u16(len(self.data)) + frame[4:HEADER_LENGTH] + self.data


@dataclass(frozen=True, kw_only=True)
class WrongLength(Fault):
    """The header of the frame announces another length than follows."""

    by: int = 4

    def frame(self, frame: bytes) -> bytes:
        """The same frame under another length."""
        length = int.from_bytes(frame[2:4], "little") + self.by
        return frame[:2] + u16(length) + frame[4:]


@dataclass(frozen=True, kw_only=True)
class WrongItemLength(Fault):
    """The last item within a frame of the right length announces another length."""

    by: int = 4

    def frame(self, frame: bytes) -> bytes:
        """The same frame with another length in its data item; frames without items stay."""
        at = {Command.SEND_RR_DATA: 38, Command.SEND_UNIT_DATA: 42}.get(
            Command(int.from_bytes(frame[:2], "little"))
        )
        if at is None or len(frame) < at + 2:
            return frame
        length = int.from_bytes(frame[at : at + 2], "little") + self.by
        return frame[:at] + u16(length) + frame[at + 2 :]


@dataclass(frozen=True, kw_only=True)
class StrangeContext(Fault):
    """The answer belongs to nobody: another sender context, another sequence count."""

    def frame(self, frame: bytes) -> bytes:
        """The same frame, addressed to another request."""
        spoilt = bytearray(frame)
        spoilt[12:20] = b"stranger"
        if frame[:2] == u16(Command.SEND_UNIT_DATA):
            spoilt[44:46] = u16(int.from_bytes(frame[44:46], "little") - 1)
        return bytes(spoilt)


@dataclass(frozen=True, kw_only=True)
class RefusedRegistration(Fault):
    """No session: the module has no place for another client."""

    refuses_registration = True


# ---- in CIP


@dataclass(frozen=True, kw_only=True)
class Refused(Fault):
    """A general status, and extended ones, instead of every answer."""

    refusal: tuple[int, ...] | None = (Status.NO_SERVICE,)


@dataclass(frozen=True, kw_only=True)
class RefusedOpen(Fault):
    """No connection: the table of the controller is full, unless another reason is given."""

    open_refusal: tuple[int, ...] | None = (Status.CONNECTION_FAILURE, 0x0113)


@dataclass(frozen=True, kw_only=True)
class Truncated(Fault):
    """The data of an answer ends early while its frame is in order."""

    missing: int = 2

    def reply(self, _asked: Message, reply: bytes, _room: int) -> bytes:
        """All but the last bytes; status and service stay."""
        return reply[: max(len(reply) - self.missing, 4)]


@dataclass(frozen=True, kw_only=True)
class Zeros(Fault):
    """Success, and zeros for everything: what cpppo's server invents for unknown objects."""

    def reply(self, _asked: Message, reply: bytes, _room: int) -> bytes:
        """As many zeros as there was data."""
        return reply[:1] + b"\0\0\0" + bytes(max(len(reply) - 4, 0))


@dataclass(frozen=True, kw_only=True)
class PartialForEver(Fault):
    """Every answer says that more follows, and the next one is the same."""

    def reply(self, asked: Message, reply: bytes, _room: int) -> bytes:
        """The answer under status 06; the read of a template or tag begins anew."""
        return answer(asked.service, reply[4:], Status.PARTIAL)


@dataclass(frozen=True, kw_only=True)
class EndlessSymbols(Fault):
    """A symbol list that goes on for ever, with instances that grow."""

    def reply(self, asked: Message, reply: bytes, _room: int) -> bytes:
        """Ten more symbols; the rest of the conversation is in order."""
        if asked.service != Service.SYMBOLS:
            return reply
        (last,) = (step.number for step in parse_path(asked.path) if step.kind is Segment.INSTANCE)
        numbers = range(last, last + 10)
        listed = b"".join(self._entry(number, words(asked.data)) for number in numbers)
        return answer(asked.service, listed, Status.PARTIAL)

    def _entry(self, number: int, wanted: tuple[int, ...]) -> bytes:
        values = {
            1: string(f"Endless_{number}"),
            2: u16(0xC4),
            3: u32(0),
            5: u32(0),
            6: u32(0),
            7: u16(4),
            8: bytes(12),
            10: b"\0",
        }
        return u32(number & 0xFFFF) + b"".join(values[one] for one in wanted if one in values)


@dataclass(frozen=True, kw_only=True)
class TemplateLoop(Fault):
    """Every structure says that its first member is of its own type."""

    def reply(self, asked: Message, reply: bytes, _room: int) -> bytes:
        """The description of a template with its first type word turned on itself."""
        at_start = asked.data[:4] == bytes(4)
        if asked.path[:2] != _TEMPLATE_PATH or asked.service != Service.READ or not at_start:
            return reply
        own = int.from_bytes(asked.path[-2:], "little")
        return reply[:6] + u16(STRUCTURE | own) + reply[8:]
