"""What a server was asked: the proof that a driver only reads.

Holds the list of what counts as reading; everything else is a violation, known or not.
"""

from dataclasses import dataclass

from ccontrol.sim import request_log
from ccontrol.sim.pccc import wire

READING_PCCC = {
    (0x06, 0x03): "diagnostic status",
    (0x0F, 0x01): "word range read",
    (0x0F, 0x68): "typed read",
    (0x0F, 0xA1): "protected typed logical read with two address fields",
    (0x0F, 0xA2): "protected typed logical read with three address fields",
}
READING_CIP = {
    (0x01, 0x01): "get all attributes of the identity",
    (0x54, 0x06): "forward open",
    (0x5B, 0x06): "large forward open",
    (0x4E, 0x06): "forward close",
}
_READING_COMMANDS = frozenset(
    {wire.LIST_SERVICES, wire.LIST_IDENTITY, wire.REGISTER, wire.UNREGISTER}
)
EXECUTE_PCCC, PCCC_OBJECT = 0x4B, (0x67, 1)
_FUNCTION_COMMANDS = frozenset({0x06, 0x07, 0x0F})
"""Commands that a function follows."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request: a bare command of the encapsulation, a service of an object, or PCCC in it."""

    connection: int
    command: int
    service: int | None
    object_class: int | None
    pccc: int | None
    function: int | None
    raw: bytes

    @property
    def code(self) -> tuple[int, int | None, int | None, int | None, int | None]:
        """What it is, without what it says."""
        return self.command, self.service, self.object_class, self.pccc, self.function

    @property
    def reads(self) -> bool:
        """Whether it is on the list of reads."""
        if self.service is None:
            return self.command in _READING_COMMANDS
        if self.pccc is not None:
            return (self.pccc, self.function) in READING_PCCC
        return (self.service, self.object_class) in READING_CIP


def bare(connection: int, frame: wire.Frame) -> Request:
    """A command of the encapsulation that carries no message."""
    return Request(connection, frame.command, None, None, None, None, frame.raw)


def classify(connection: int, frame: wire.Frame, message: wire.Message) -> Request:
    """Say what a message asks for."""
    object_class, instance = message.target
    pccc = function = None
    if message.service == EXECUTE_PCCC and (object_class, instance) == PCCC_OBJECT:
        asked = pccc_of(message.data)
        pccc = asked[0] if asked else 0xFF
        has_function = pccc in _FUNCTION_COMMANDS and len(asked) > 4  # noqa: PLR2004 — see below
        function = asked[4] if has_function else None
    return Request(
        connection, frame.command, message.service, object_class, pccc, function, frame.raw
    )


def pccc_of(data: bytes) -> bytes:
    """The PCCC message behind the requestor: command, status, two bytes of number, function."""
    return data[data[0] :] if data else b""


RequestLog = request_log.RequestLog[Request]
