"""What a server was asked: the proof that a driver only reads.

Holds the list of what counts as reading, by class and service, since services from 4B on mean
something else for each class. Everything else is a violation, known or not.
"""

from dataclasses import dataclass

from ccontrol.sim import request_log
from ccontrol.sim.logix.cip import Message, RefusedError, Segment, parse_path

_BARE = {0x00, 0x04, 0x63, 0x64, 0x65, 0x66}  # encapsulation commands that carry no CIP
TAG = -1  # a path of symbols instead of a class
_GETTERS = {0x01, 0x03, 0x0E}
READING: dict[int, set[int]] = {
    TAG: {0x4C, 0x52},
    0x02: {0x0A},
    0x06: {0x4E, 0x52, 0x54, 0x5B},
    0x68: {0x4B},
    0x6A: {0x4B},
    0x6B: {0x4B, 0x4C, 0x52, 0x55},
    0x6C: {0x4B, 0x4C},
    0x6D: {0x4B, 0x4C, 0x52},
    0x69: {0x4B},
    0x70: {0x4B},
    0x7E: {0x4B},
}


@dataclass(frozen=True, slots=True)
class Request:
    """One CIP request, or a frame that carries none: it has neither service nor class."""

    connection: int
    command: int
    service: int | None
    classes: tuple[int, ...]
    route: tuple[int, ...]
    raw: bytes

    @property
    def code(self) -> tuple[int, int | None, int | None]:
        """What it is, without what it says: command, service, innermost class."""
        return self.command, self.service, self.classes[-1] if self.classes else None

    @property
    def reads(self) -> bool:
        """Whether it is on the list of reads."""
        if self.service is None:
            return self.command in _BARE
        innermost = self.classes[-1] if self.classes else TAG
        if innermost != TAG and self.service in _GETTERS:
            return True
        return self.service in READING.get(innermost, set())


def classify(connection: int, command: int, message: Message, route: tuple[int, ...]) -> Request:
    """Say what a message asks for."""
    try:
        steps = parse_path(message.path)
    except RefusedError:
        steps = ()
    classes = tuple(step.number for step in steps if step.kind is Segment.CLASS)
    return Request(connection, command, message.service, classes, route, message.packed)


class RequestLog(request_log.RequestLog[Request]):
    """What a chassis was asked, and in how many frames."""

    def __init__(self, keep: int = 20_000) -> None:
        super().__init__(keep)
        self.frames = 0

    @property
    def total(self) -> int:
        """Frames that carried CIP: what a client waited for, one by one."""
        return self.frames
