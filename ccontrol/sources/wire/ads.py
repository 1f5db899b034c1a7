"""Beckhoff ADS over TCP (port 48898). The sender's AmsNetId names the station, not its IP address.

Reading and looking names up go by the same commands as writing; only the index group tells them
apart. How a program is loaded into TwinCAT is not known from any public capture: not decoded.
"""

import struct
from typing import Final

from ccontrol.sources.acts import OK, Act, Conversation
from ccontrol.sources.wire.answers import Waiting

_HEAD: Final = struct.Struct("<6sH6sHHHIII")
_BEGIN: Final = 6
_DATA: Final = _BEGIN + _HEAD.size
_WRITE, _WRITE_CONTROL, _READ_WRITE = 3, 5, 9
_ANSWER: Final = 1
_SYSTEM_SERVICE: Final = 10_000
_STATES: Final = {
    2: "mode.run",  # reset, which starts TwinCAT in run mode
    5: "mode.run",
    6: "mode.stop",
    12: "mode.stop",  # shut down
    15: "mode.config",
    16: "mode.config",
}
_SYSTEM: Final = {
    (_WRITE, 200): ("config.write", "registry"),
    (_WRITE, 801): ("config.write", "routes"),
    (_WRITE, 802): ("config.write", "routes"),
    (_READ_WRITE, 123): ("file.write", "file"),
    (_READ_WRITE, 131): ("file.delete", "file"),
}
"""By command and index group. The registry is read by the other command: seen in captures."""
_NO_VALUES: Final = frozenset({0xF006})
"""Index groups of a write that changes nothing: a handle is given back."""
_WRITES_MANY, _WRITES_BY_NAME = 0xF081, 0xF004
Reference = tuple[bool, int]


class Ads:
    """One connection between two ADS routers."""

    def __init__(self, flow: Conversation) -> None:
        self._flow = flow
        self._waiting: Waiting[Reference, Act, bytes] = Waiting()

    def hear(self, message: bytes, from_server: bool) -> None:
        """Take one message."""
        target, port, source, _, command, flags, _, error, invoke = _HEAD.unpack_from(
            message, _BEGIN
        )
        if flags & _ANSWER:
            self._answer((not from_server, invoke), message, error)
            return
        act = _act(command, port, message)
        if act is None:
            return
        act.route = (_net_id(target), str(port))
        act.by_server = from_server
        if not from_server:
            self._flow.claim("ams-net-id", _net_id(source))
        self._flow.tell(act)
        early = self._waiting.asked((from_server, invoke), act, self._flow.messages)
        if early is not None:
            act.settle(_word(early, 0))

    def _answer(self, reference: Reference, message: bytes, error: int) -> None:
        act = self._waiting.answered(reference)
        if act is not None:
            act.settle(_word(message, error))
        elif self._flow.overtaken:
            self._waiting.early(reference, message, self._flow.messages)


def _act(command: int, port: int, message: bytes) -> Act | None:
    if command == _WRITE_CONTROL:
        state = message[_DATA] | message[_DATA + 1] << 8
        return Act("ads", _STATES.get(state, "mode.set"), "state", str(state))
    if command not in (_WRITE, _READ_WRITE):
        return None
    group = int.from_bytes(message[_DATA : _DATA + 4], "little")
    if port == _SYSTEM_SERVICE:
        meaning = _SYSTEM.get((command, group))
        return Act("ads", *meaning) if meaning else None
    writes = command == _WRITE and group not in _NO_VALUES
    if not writes and group not in (_WRITES_MANY, _WRITES_BY_NAME):
        return None
    return Act("ads", "variable.write", "variable", f"group {group:04X}")


def _word(message: bytes, error: int) -> str:
    code = error or int.from_bytes(message[_DATA : _DATA + 4], "little")
    return f"{code:04X}" if code else OK


def _net_id(raw: bytes) -> str:
    return ".".join(map(str, raw))
