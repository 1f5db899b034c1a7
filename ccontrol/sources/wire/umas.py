"""UMAS, the engineering protocol of Schneider's Modicon M340, M580 and Quantum, in Modbus' 0x5A.

Pure. 0x30 to 0x32 load a program into the controller and 0x33 to 0x35 read it, whatever public
dissectors call them: the direction of the data says so. Newer controllers want each request signed;
the signed one stands in clear behind the signature.
"""

import re
from typing import Final

from ccontrol.sources.acts import OK, Act, Conversation
from ccontrol.sources.wire.text import printable

UMAS: Final = 0x5A
_DONE, _FAILED = 0xFE, 0xFD
_SIGNED, _SIGNATURE = 0x38, 33
_RESERVE: Final = 0x10
_NAME: Final = re.compile(rb"[\x20-\x7e]{3,64}")
_FUNCTIONS: Final = {
    0x10: "lock.acquire", 0x11: "lock.release",
    0x21: "memory.write", 0x23: "variable.write", 0x25: "variable.write", 0x29: "memory.write",
    0x30: "program.download", 0x31: "program.download", 0x32: "program.download",
    0x33: "program.upload", 0x34: "program.upload", 0x35: "program.upload",
    0x36: "memory.persist", 0x40: "mode.run", 0x41: "mode.stop", 0x42: "memory.reset",
    0x43: "program.activate",
    0x60: "debug.command", 0x61: "debug.command", 0x62: "debug.command", 0x63: "debug.command",
    0x64: "debug.command", 0x6E: "credential.use",
    0x71: "variable.write",
}  # fmt: skip
_BLOCKS: Final = frozenset({0x31, 0x34})


def umas_acts(flow: Conversation, message: bytes) -> tuple[Act, ...]:
    """Return what a request does; the name of the station that takes a reservation is claimed."""
    at = 8
    function = message[at + 1]
    if function == _SIGNED:
        at += 2 + _SIGNATURE + 1  # the inner request begins with 0x5A again
        function = message[at + 1]
    action = _FUNCTIONS.get(function)
    if action is None:
        return ()
    act = Act("umas", action)
    act.redacted = action == "credential.use"
    if function == _RESERVE:
        name = _NAME.search(message, at + 2)
        if name is not None:
            flow.claim("umas-host", printable(name[0], "ascii"))
        flow.role("engineering")
    elif action.startswith("program."):
        act.kind = "program"
        act.size = len(message) - at - 2 if function in _BLOCKS else None
    return (act,)


def umas_word(message: bytes) -> str:
    """Return what an answer says: done, or the code behind a refusal."""
    status = message[9]
    if status == _DONE:
        return OK
    return f"{status:02X}/{message[10:12].hex().upper()}" if status == _FAILED else f"{status:02X}"
