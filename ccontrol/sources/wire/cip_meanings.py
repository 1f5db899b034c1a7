"""What a CIP service does, by the class that it is sent to. A table with a few rules.

From 0x4B on a service means what its class says: 0x4D writes a tag, forces, loads firmware or
transfers a file. Never judged by its number alone. Read off public captures of a ControlLogix 1756
and a Micro850, and the CIP specification's common services; what was not seen is marked.
"""

# ruff: noqa: PLR2004 — a wire format is made of numbers; each is named in the line beside it

from functools import lru_cache
from typing import Final, NamedTuple

from ccontrol.sources.wire.cip_path import Path

SET_ALL, SET_LIST, RESET, CREATE, DELETE, SET_ONE = 0x02, 0x04, 0x05, 0x08, 0x09, 0x10
IDENTITY, ROUTER, CONNECTIONS, CHANGES, SYMBOL, PCCC = 0x01, 0x02, 0x06, 0xAC, 0x6B, 0x67
_SETS: Final = frozenset({SET_ALL, SET_LIST, SET_ONE})
_EDS_FILES: Final = frozenset({0xC8, 0xC9})
"""Instances of the file class that hold a device's own description, read by every browser."""
_FILE: Final = 0x37
_WRITES_TAG: Final = frozenset({0x4D, 0x4E, 0x53})

KINDS: Final = {
    0x01: "identity", 0x37: "file", 0x64: "controller-properties", 0x68: "program",
    0x69: "io-module", 0x6A: "data", 0x6B: "symbol", 0x6C: "template", 0x6D: "routine",
    0x70: "task", 0x72: "data-table", 0x77: "system", 0x7E: "module-connection",
    0x8B: "clock", 0x8E: "controller", 0xA1: "firmware", 0xAC: "change-words",
    0xF5: "network", 0xF6: "port",
}  # fmt: skip
_PROGRAM: Final = frozenset({0x64, 0x68, 0x69, 0x6B, 0x6C, 0x6D, 0x72, 0x77, 0x7E, 0x8E})

_SET: Final = {
    **dict.fromkeys(_PROGRAM, "program.modify"),
    0x70: "task.modify",
    0x8B: "clock.set",
    CHANGES: "program.sign",
    0xF5: "config.network",
    0xF6: "config.network",
}
_SERVICES: Final = {
    (0x8E, 0x06): "mode.run",
    (0x8E, 0x07): "mode.program",
    (0x8E, 0x5C): "session.online",  # asks for rights; not seen in our captures
    (0x74, 0x4B): "lock.acquire",
    (0x74, 0x4C): "lock.release",
    (0x6A, 0x50): "program.download",
    (0x6A, 0x51): "variable.write",
    (0x6D, 0x4C): "program.upload",
    (0x68, 0x4D): "force.set",  # this and the next three: not seen
    (0x68, 0x4E): "force.set",
    (0x69, 0x4D): "force.set",
    (0x69, 0x4E): "force.set",
    (0xA1, 0x4B): "firmware.write",
    (0xA1, 0x4D): "firmware.write",
    (_FILE, 0x4B): "program.upload",
    (_FILE, 0x4D): "program.upload",
    (_FILE, 0x4F): "program.upload",
    (_FILE, 0x4C): "program.download",
    (_FILE, 0x4E): "program.download",
    (_FILE, 0x50): "program.download",
    (_FILE, 0x51): "file.delete",
    (IDENTITY, RESET): "controller.reset",
    (0x72, RESET): "program.modify",
    (CHANGES, CREATE): "program.commit",
    (0x70, CREATE): "task.modify",
}


class Meaning(NamedTuple):
    """What a request does, and to what kind of thing."""

    action: str
    kind: str


@lru_cache(maxsize=1024)
def meaning_of(service: int, path: Path) -> Meaning | None:
    """Return what a request does; None for one that only asks, or that nobody knows."""
    if path.symbol:
        return Meaning("variable.write", "variable") if service in _WRITES_TAG else None
    if not path.steps:
        return None
    last, instance = path.steps[-1]
    if last == SYMBOL and service in _WRITES_TAG:
        return Meaning("variable.write", "variable")
    if last == _FILE and instance in _EDS_FILES:
        return None
    kind = KINDS.get(last, f"class {last:02X}")
    if last == 0x74:
        kind = KINDS.get(path.steps[0][0], kind)
    action = _SERVICES.get((last, service)) or _general(service, last)
    return Meaning(action, kind) if action else None


def _general(service: int, last: int) -> str:
    if service in _SETS:
        return _SET.get(last, "attribute.set")
    if last in _PROGRAM or last == 0x70:
        return {CREATE: "program.modify", DELETE: "program.delete"}.get(service, "")
    return ""
