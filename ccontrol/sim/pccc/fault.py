"""What can go wrong between a processor and its reader, to be hung into a server's `faults`.

A fault strikes messages `first` to `last` of a connection (message 1 registers the session), on
every connection or on the nth since the server's start.
"""

from dataclasses import dataclass

from ccontrol.sim import mishap


@dataclass(frozen=True, kw_only=True)
class Fault(mishap.Mishap):
    """Nothing goes wrong; the others override what they spoil."""

    refusal: int | None = None
    refuses_sessions = False

    def message(self, told: bytes) -> bytes:
        """What an object answers."""
        return told


NO_FAULT = Fault()


class Silence(mishap.Silence, Fault):
    """The request is read and never answered."""


class Reset(mishap.Reset, Fault):
    """TCP reset instead of an answer."""


class Cut(mishap.Cut, Fault):
    """The peer closes in the middle of its answer, after `keep` bytes."""


class Delay(mishap.Delay, Fault):
    """The answer comes late."""


class Dribble(mishap.Dribble, Fault):
    """The answer trickles, a few bytes per second."""


@dataclass(frozen=True, kw_only=True)
class Truncated(Fault):
    """An object's answer lacks its last bytes; its frame is whole."""

    missing: int = 2

    def message(self, told: bytes) -> bytes:
        """All but the last bytes."""
        return told[: -self.missing]


@dataclass(frozen=True, kw_only=True)
class WrongLength(Fault):
    """The frame announces another length than it has."""

    by: int = 4

    def frame(self, whole: bytes) -> bytes:
        """The same bytes under another length."""
        told = int.from_bytes(whole[2:4], "little") + self.by
        return whole[:2] + (told & 0xFFFF).to_bytes(2, "little") + whole[4:]


@dataclass(frozen=True, kw_only=True)
class OtherNumber(Fault):
    """The PCCC reply bears the number of another command."""

    def message(self, told: bytes) -> bytes:
        """Other bytes where the number stands: behind the status of CIP and the requestor."""
        at = 4 + told[4] + 2 if len(told) > 4 else 0  # noqa: PLR2004 — an answer with data
        return told[:at] + bytes(255 - one for one in told[at : at + 2]) + told[at + 2 :]


@dataclass(frozen=True, kw_only=True)
class Rubbish(Fault):
    """Bytes that are no answer: as an object's answer, or raw when `framed` is off."""

    data: bytes = bytes(range(64))
    framed: bool = True

    def message(self, told: bytes) -> bytes:
        """The rubbish, where it is framed."""
        return self.data if self.framed else told

    def frame(self, whole: bytes) -> bytes:
        """The rubbish, where it is not."""
        return whole if self.framed else self.data


@dataclass(frozen=True, kw_only=True)
class Zeros(Fault):
    """An object that says success and nothing but zeros, as an invented one does."""

    def message(self, told: bytes) -> bytes:
        """The same length in zeros behind the status."""
        return told[:4] + bytes(len(told) - 4)


class Flood(mishap.Flood, Fault):
    """The answer, then the same answer again and again without being asked."""


@dataclass(frozen=True, kw_only=True)
class Refuse(Fault):
    """A PCCC status instead of data (60: not allowed by protection; B0: a download)."""

    refusal: int | None = 0x60


@dataclass(frozen=True, kw_only=True)
class NoSession(Fault):
    """The registration of a session is refused: the table is full."""

    refuses_sessions = True
