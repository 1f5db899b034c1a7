r"""The last look at every frame before it leaves: PCCC that reads, and the identity. Pure.

The shared guard takes each frame apart to its last byte, also within an Unconnected Send, and
holds every length. Here stands what may be in it. A command is written down from the requestor to
its end: `.` is a byte that may have any value (a number, a size, an address). The function decides
whether a command reads or writes (0F/A2 reads, 0F/AA writes, 0F/80 changes the mode): what is not
on the list is refused, and so are the words of the directory that hold passwords. Commands:
1770-6.5.16, chapter 7.
"""

import re
from dataclasses import dataclass

from ccontrol.drivers.enip.guard import ROUTED, SESSION, Read, guard_of
from ccontrol.drivers.pccc.commands import REQUESTOR
from ccontrol.errors import ReadOnlyViolationError

_FROM_US = re.escape(REQUESTOR)
_WIDE = rb"\xff(?:\xff\x00|.[\x01-\xff])"  # no number that one byte could tell
_NUMBER = rb"(?:[\x00-\xfe]|" + _WIDE + rb")"
_SIZE = rb"[\x02-\x50]"
_DIRECTORY = (  # file 0 of types 01 to 03: what stands before the passwords, or behind them
    rb"[\x02-\x16]\x00[\x01-\x03]\x00\x00"
    rb"|" + _SIZE + rb"\x00[\x01\x02]\x00(?:[\x15-\xfe]|" + _WIDE + rb")"
    rb"|" + _SIZE + rb"\x00\x03\x00(?:[\x1a-\xfe]|" + _WIDE + rb")"
)
_FILE = _SIZE + _NUMBER + rb"[\x04-\xff]\x00" + _NUMBER

_COMMANDS = {
    "PCCC 06/03: diagnostic status": rb"\x06\x00..\x03",
    "PCCC 0F/A2: protected typed logical read with three address fields": (
        rb"\x0f\x00..\xa2(?:" + _DIRECTORY + rb"|" + _FILE + rb")"
    ),
    "PCCC 0F/01: word range read": (
        rb"\x0f\x00..\x01\x00\x00.\x00\x07\x00" + _NUMBER + _NUMBER + _SIZE
    ),
}
_IDENTITY = "01 on class 01: get all attributes of the identity"
SERVICES = (SESSION, ROUTED, _IDENTITY, *_COMMANDS)
"""Everything that may leave, in words."""

_reads = guard_of(
    {
        _IDENTITY: Read("01", 0x01),
        "PCCC": Read("67", 0x4B, _FROM_US + rb"(?:" + rb"|".join(_COMMANDS.values()) + rb")"),
    }
)
_MESSAGE = rb"(?:\x01\x02\x20\x01\x24\x01|\x4b\x02\x20\x67\x24\x01)"
_ROUTED_HEAD = rb"\x52\x02\x20\x06\x24\x01.{4}"
_begins_as_ours = re.compile(
    rb"\x65\x00|\x6f\x00.{38}(?:" + _ROUTED_HEAD + rb")?" + _MESSAGE, re.DOTALL
).match
"""The shared guard lets more pass, for other families: connections, packets of many services."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets the reads of this family pass."""

    def check(self, frame: bytes) -> None:
        """Return when the frame is one of the reads; raise ReadOnlyViolationError otherwise."""
        if _begins_as_ours(frame) is None:
            raise ReadOnlyViolationError(
                f"refused to send a frame of none of our services: {frame[:64].hex()}…"
            )
        _reads.check(frame)
