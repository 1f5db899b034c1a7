"""How much memory and time a process has that reads hostile bytes, and how the kernel holds it so.

The watched folder's decoder and the commands that read a file are bounded alike.
"""

import resource
import signal
from dataclasses import dataclass
from pathlib import Path

MEMORY_BYTES = 1024 * 1024 * 1024
"""Address space, not resident memory: room for 64 MB of answers and what is made of them."""
PROJECT_FIRST_S, PROJECT_S_PER_MIB = 20.0, 1.0
"""A project file has so long to be read and compared: 50 MB of L5X take 6 s."""
_STATM = Path("/proc/self/statm")
_UNLIMITED = resource.RLIM_INFINITY


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one piece of work may need."""

    time_s: float
    memory_bytes: int = MEMORY_BYTES


def project_time_s(size: int) -> float:
    """Return how long files of so many bytes together may take to be read and compared."""
    return PROJECT_FIRST_S + PROJECT_S_PER_MIB * size / 2**20


def bound_memory(most: int) -> None:
    """Refuse this process more address space than that, in bytes, and never allow it more again."""
    _, allowed = resource.getrlimit(resource.RLIMIT_AS)
    most = most if allowed == _UNLIMITED else min(most, allowed)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def bound_time(limit_s: float) -> None:
    """Have the kernel end this process, whatever it does, after so many seconds; 0 for never."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, limit_s)


def address_space() -> int:
    """Return how many bytes of address space this process has taken."""
    return int(_STATM.read_text("ascii").split()[0]) * resource.getpagesize()
