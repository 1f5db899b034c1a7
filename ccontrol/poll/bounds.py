"""How much memory and time a process has that reads hostile bytes, and how the kernel holds it so.

The watched folder's decoder and the commands that read a file are bounded alike.
"""

import os
import resource
import signal
from dataclasses import dataclass
from pathlib import Path

MEMORY_BYTES = 1024 * 1024 * 1024
"""Address space, not resident memory: room for 64 MB of answers and what is made of them."""
BUSY = 10.0
"""On a host that has more to do, a second of the processor takes up to so many of the clock."""
PROJECT_FIRST_S, PROJECT_S_PER_MIB = 20.0, 1.0
"""A project file has so long to be read and compared: 50 MB of L5X take 6 s."""
_STATM = Path("/proc/self/statm")
_UNLIMITED = resource.RLIM_INFINITY


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one piece of work may need."""

    time_s: float
    """Of the processor."""
    memory_bytes: int = MEMORY_BYTES


def project_time_s(size: int) -> float:
    """Return how many seconds of the processor files of so many bytes together may take.

    To be read and compared.
    """
    return PROJECT_FIRST_S + PROJECT_S_PER_MIB * size / 2**20


def bound_memory(most: int) -> None:
    """Refuse this process more address space than that, in bytes, and never allow it more again."""
    _, allowed = resource.getrlimit(resource.RLIMIT_AS)
    most = most if allowed == _UNLIMITED else min(most, allowed)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def bound_time(limit_s: float) -> None:
    """Have the kernel end this process after so many seconds of the processor; 0 for never.

    Honest work has its time however busy the host is: nobody is blamed for that. What waits
    instead of working is ended by the clock, after `BUSY` times as many seconds.
    """
    for number, timer, seconds in (
        (signal.SIGPROF, signal.ITIMER_PROF, limit_s),
        (signal.SIGALRM, signal.ITIMER_REAL, BUSY * limit_s),
    ):
        signal.signal(number, signal.SIG_DFL)
        signal.setitimer(timer, seconds)


def ended_by(limit_s: float) -> float:
    """Return after how many seconds of the clock whoever was bound so has ended."""
    return BUSY * limit_s + 1


def processor_s(pid: int) -> float:
    """Return how many seconds of the processor a process has taken; 0 for one that is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except OSError:
        return 0.0
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def address_space() -> int:
    """Return how many bytes of address space this process has taken."""
    return int(_STATM.read_text("ascii").split()[0]) * resource.getpagesize()
