"""Modbus/TCP: writes and the few functions that change how a station works; UMAS in function 90.

An answer belongs to its request by transaction and unit. What is written is never kept, only where.
"""

from typing import Final

from ccontrol.sources.acts import OK, Act, Conversation
from ccontrol.sources.wire.answers import Waiting
from ccontrol.sources.wire.umas import UMAS, umas_acts, umas_word

FUNCTIONS: Final = {
    0x05: ("variable.write", "coil"),
    0x06: ("variable.write", "register"),
    0x0F: ("variable.write", "coil"),
    0x10: ("variable.write", "register"),
    0x15: ("file.write", "file"),
    0x16: ("variable.write", "register"),
    0x17: ("variable.write", "register"),
}
DIAGNOSTICS: Final = {1: "controller.reset", 4: "communication.silence", 10: "log.clear"}
_DIAGNOSTIC, _READ_AND_WRITE = 0x08, 0x17


class Modbus:
    """One Modbus connection."""

    def __init__(self, flow: Conversation) -> None:
        self._flow = flow
        self._waiting: Waiting[bytes, tuple[Act, ...], bytes] = Waiting()

    def hear(self, message: bytes, from_server: bool) -> None:
        """Take one message."""
        reference = message[:2] + message[6:7]
        function = message[7]
        if from_server:
            self._answer(reference, message)
            return
        acts = umas_acts(self._flow, message) if function == UMAS else _acts(function, message)
        if not acts:
            return
        for act in acts:
            self._flow.tell(act)
        early = self._waiting.asked(reference, acts, self._flow.messages)
        if early is not None:
            _settle(acts, early)

    def _answer(self, reference: bytes, message: bytes) -> None:
        acts = self._waiting.answered(reference)
        if acts is not None:
            _settle(acts, message)
        elif self._flow.overtaken:
            self._waiting.early(reference, message, self._flow.messages)


def _acts(function: int, message: bytes) -> tuple[Act, ...]:
    if function == _DIAGNOSTIC:
        action = DIAGNOSTICS.get(message[8] << 8 | message[9])
        return (Act("modbus", action, "unit", str(message[6])),) if action else ()
    meaning = FUNCTIONS.get(function)
    if meaning is None:
        return ()
    action, kind = meaning
    return (Act("modbus", action, kind, f"unit {message[6]}"),)


def _settle(acts: tuple[Act, ...], message: bytes) -> None:
    function = message[7]
    word = f"{message[8]:02X}" if function & 0x80 else OK
    if function == UMAS:
        word = umas_word(message)
    for act in acts:
        act.settle(word)
