"""Rights and limits of the process, given up once its sockets are open. They never come back.

Source: prctl(2), capabilities(7), getrlimit(2). What systemd's unit sets holds from the start;
this holds wherever the sensor runs.
"""

import ctypes
import os
import resource
import struct
from typing import Final

from ccontrol.errors import SensorError

_SET_NO_NEW_PRIVILEGES, _AMBIENT, _CLEAR_ALL = 38, 47, 4
_CAPABILITIES_3: Final = 0x20080522
MEMORY_BYTES: Final = 1 << 30
FILES: Final = 64


def confine() -> None:
    """Give up every capability, for this thread and all that it starts. Raises SensorError."""
    kernel = ctypes.CDLL(None, use_errno=True)
    head = struct.pack("=Ii", _CAPABILITIES_3, 0)
    nothing = bytes(24)
    for what, done in (
        ("forbid new rights", kernel.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)),
        ("give up ambient rights", kernel.prctl(_AMBIENT, _CLEAR_ALL, 0, 0, 0)),
        ("give up rights", kernel.capset(head, nothing)),
    ):
        if done != 0:
            raise SensorError(f"the process could not {what}: {os.strerror(ctypes.get_errno())}")


def bound() -> None:
    """Bound memory and files; start nothing, and leave no core: it would hold what passed."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_NOFILE, FILES),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (limit, limit))
