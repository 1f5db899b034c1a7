"""PCCC, the commands of PLC-5, SLC 500 and MicroLogix, as CIP carries them. Pure.

Function numbers are those of the DF1 manual (1770-6.5.16); 0x80 was seen in a public capture.
"""

# ruff: noqa: PLR2004 — a wire format is made of numbers; each is named in the line beside it

from typing import Final

from ccontrol.sources.acts import OK, Act

_EXTENDED, _DOWNLOAD_MODE = 0x0F, 0x07
_EXTENDED_STATUS: Final = 0xF0
_MODES: Final = {0x01: "mode.program", 0x06: "mode.run"}
_CHANGE_MODE, _SET_MODE, _SET_CPU_MODE = 0x80, 0x3A, 0x3A
_FUNCTIONS: Final = {
    0x00: "variable.write", 0x02: "variable.write", 0x03: "variable.write",
    0x05: "program.download", 0x07: "mode.stop", 0x08: "memory.write", 0x0A: "controller.reset",
    0x11: "lock.acquire", 0x12: "lock.release", 0x18: "memory.write", 0x26: "variable.write",
    0x3A: "mode.set", 0x41: "force.clear", 0x50: "program.download", 0x52: "program.download",
    0x53: "program.upload", 0x55: "program.upload", 0x57: "memory.reset",
    0x67: "variable.write", 0x79: "variable.write", 0x80: "mode.set", 0x8F: "config.network",
    0xA9: "variable.write", 0xAA: "variable.write", 0xAB: "variable.write",
    0xAF: "variable.write",
}  # fmt: skip
_FILE_WRITES: Final = frozenset({0xA9, 0xAA, 0xAB})


def pccc_act(data: bytes) -> tuple[Act | None, str]:
    """Return what a command does, None when it only asks; and who asks, as vendor and serial."""
    size = data[0]
    requester = data[1:size]
    originator = ""
    if size >= 7:
        vendor = int.from_bytes(requester[:2], "little")
        originator = f"{vendor:04x}:{int.from_bytes(requester[2:6], 'little'):08x}"
    return _act(data[size:]), originator


def _act(command: bytes) -> Act | None:
    kind, function = command[0] & 0x0F, command[4] if len(command) > 4 else -1
    if kind == _DOWNLOAD_MODE:
        return Act("pccc", "program.download") if function in (4, 5, 6) else None
    action = _FUNCTIONS.get(function) if kind == _EXTENDED else None
    if action is None:
        return None
    act = Act("pccc", action)
    if function == _CHANGE_MODE:
        act.action = _MODES.get(command[5], action) if len(command) > 5 else action
    elif function in _FILE_WRITES and len(command) > 7:
        act.kind, act.name = "variable", f"file {command[6]}"  # behind the size of what is written
    return act


def pccc_word(data: bytes) -> str:
    """Return what the answer to a command says: its status, or the extended one behind it."""
    command = data[data[0] :] if data else b""
    if len(command) < 2:
        return OK
    status = command[1]
    if status == _EXTENDED_STATUS and len(command) > 4:
        return f"F0/{command[4]:02X}"
    return f"{status:02X}" if status else OK
