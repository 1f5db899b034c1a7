"""OMRON FINS, over UDP and TCP (port 9600). Either side may command the other.

A bit says which is command and which answer, so the roles do not hang on ports. The command codes
are those of OMRON's W342.
"""

from typing import Final

from ccontrol.sources.acts import OK, Act, Conversation
from ccontrol.sources.wire.answers import Waiting

_TCP_HEAD, _HEAD = 16, 10
_FRAME: Final = 2
"""FINS/TCP's own command for a FINS message; the others find node addresses."""
_ANSWER: Final = 0x40
COMMANDS: Final = {
    0x0102: ("variable.write", "memory area"),
    0x0103: ("variable.write", "memory area"),
    0x0105: ("variable.write", "memory area"),
    0x0202: ("config.write", "parameter area"),
    0x0203: ("config.clear", "parameter area"),
    0x0304: ("config.protection", "protection set"),
    0x0305: ("config.protection", "protection removed"),
    0x0306: ("program.upload", "program area"),
    0x0307: ("program.download", "program area"),
    0x0308: ("program.delete", "program area"),
    0x0401: ("mode.run", ""),
    0x0402: ("mode.stop", ""),
    0x0403: ("controller.reset", ""),
    0x0702: ("clock.set", ""),
    0x0C01: ("lock.acquire", "access right"),
    0x0C02: ("lock.force", "access right"),
    0x0C03: ("lock.release", "access right"),
    0x2101: ("log.clear", "errors"),
    0x2103: ("log.clear", "error log"),
    0x2203: ("file.write", "file"),
    0x2204: ("file.format", "memory card"),
    0x2205: ("file.delete", "file"),
    0x2207: ("file.write", "file"),
    0x2208: ("file.write", "file"),
    0x220A: ("variable.write", "memory area"),
    0x220B: ("config.write", "parameter area"),
    0x220C: ("program.download", "program area"),
    0x2301: ("force.set", "bits"),
    0x2302: ("force.clear", "bits"),
}
Reference = tuple[bool, bytes, int]


class Fins:
    """One conversation of FINS."""

    def __init__(self, flow: Conversation) -> None:
        self._flow = flow
        self._waiting: Waiting[Reference, Act, bytes] = Waiting()

    def hear(self, message: bytes, from_server: bool) -> None:
        """Take one datagram or one message of FINS/TCP."""
        if message[:4] == b"FINS":
            if int.from_bytes(message[8:12], "big") != _FRAME:
                return
            message = message[_TCP_HEAD:]
        if len(message) < _HEAD + 2:
            return
        command = message[10] << 8 | message[11]
        asked_by_server = from_server != bool(message[0] & _ANSWER)
        reference = asked_by_server, message[9:12], 0
        if message[0] & _ANSWER:
            self._answer(reference, message)
        elif command in COMMANDS:
            self._command(command, reference, message)

    def _command(self, command: int, reference: Reference, message: bytes) -> None:
        action, kind = COMMANDS[command]
        act = Act("fins", action, kind)
        act.route = (f"{message[3]}.{message[4]}.{message[5]}",) if any(message[3:6]) else ()
        act.by_server = reference[0]
        if any(message[6:9]):
            self._flow.claim("fins-node", f"{message[6]}.{message[7]}.{message[8]}")
        self._flow.tell(act)
        early = self._waiting.asked(reference, act, self._flow.messages)
        if early is not None:
            act.settle(_word(early))

    def _answer(self, reference: Reference, message: bytes) -> None:
        act = self._waiting.answered(reference)
        if act is not None:
            act.settle(_word(message))
        elif self._flow.overtaken:
            self._waiting.early(reference, message, self._flow.messages)


def _word(message: bytes) -> str:
    """Return the end code: 0 is good, also with the bits that only tell of the CPU's state."""
    main, sub = message[12] & 0x7F, message[13] & 0x3F
    return f"{main:02X}{sub:02X}" if main or sub else OK
