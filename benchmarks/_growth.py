"""What a piece of work took of this process: time, processor time, and memory at its peak.

Needs nothing but Python's own library: the peers' interpreters, which have no ccontrol, use it too.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
_FORGET_THE_PEAK = "5"
"""Written to clear_refs, it makes VmHWM begin anew (proc(5))."""


@dataclass(frozen=True)
class Taken:
    """What it took."""

    seconds: float
    cpu_s: float
    memory_mb: float
    """By which the process was larger at its peak than before."""


def measured(work: Callable[[], T]) -> tuple[T, Taken]:
    """Do some work; return what it returned, and what it took."""
    Path("/proc/self/clear_refs").write_text(_FORGET_THE_PEAK)
    before_mb, wall, cpu = _memory_mb("VmRSS"), time.perf_counter(), time.process_time()
    done = work()
    seconds, cpu_s = time.perf_counter() - wall, time.process_time() - cpu
    return done, Taken(seconds, cpu_s, max(_memory_mb("VmHWM") - before_mb, 0.0))


def _memory_mb(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))
