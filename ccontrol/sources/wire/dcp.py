"""PROFINET DCP: names and addresses given to devices, below IP, where stations are MACs."""

from collections.abc import Iterator
from typing import Final

from ccontrol.sources.acts import OK, Act, Conversation
from ccontrol.sources.wire.answers import Waiting
from ccontrol.sources.wire.text import printable

_HEAD: Final = 12
"""Frame id, service, kind, number, a delay, length; then blocks."""
_CONTROL: Final = 5
_RESPONSE: Final = 4
_MOST_BLOCKS: Final = 16
_MEANINGS: Final = {
    (1, 2): ("config.network", "address"),
    (1, 3): ("config.network", "address"),
    (2, 2): ("config.name", "name of station"),
    (_CONTROL, 3): ("debug.flash", ""),
    (_CONTROL, 5): ("controller.factory-reset", ""),
    (_CONTROL, 6): ("controller.factory-reset", ""),
}
_NAME: Final = (2, 2)


class Dcp:
    """What one station sets in another."""

    def __init__(self, flow: Conversation) -> None:
        self._flow = flow
        self._waiting: Waiting[bytes, dict[tuple[int, int], Act], bytes] = Waiting()

    def hear(self, message: bytes, from_server: bool) -> None:
        """Take one frame that sets something, or the answer to one."""
        number = message[4:8]
        if from_server:
            asked = self._waiting.answered(number)
            if asked is not None:
                _settle(asked, message)
            return
        acts: dict[tuple[int, int], Act] = {}
        for code, value in _blocks(message):
            if code in _MEANINGS:
                act = acts[code] = Act("dcp", *_MEANINGS[code])
                if code == _NAME:
                    act.name = printable(value[2:242], "ascii")
                self._flow.tell(act)
        if acts:
            self._waiting.asked(number, acts, self._flow.messages)


def _blocks(message: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    at = _HEAD
    end = min(len(message), _HEAD + (message[10] << 8 | message[11]))
    for _ in range(_MOST_BLOCKS):
        if at + 4 > end:
            return
        size = message[at + 2] << 8 | message[at + 3]
        yield (message[at], message[at + 1]), message[at + 4 : at + 4 + size]
        at += 4 + size + (size & 1)


def _settle(asked: dict[tuple[int, int], Act], message: bytes) -> None:
    """An answer has one block for each that was set: which one, and 0 or an error."""
    for code, value in _blocks(message):
        act = asked.get((value[0], value[1])) if code == (_CONTROL, _RESPONSE) else None
        if act is not None:
            act.settle(f"{value[2]:02X}" if value[2] else OK)
