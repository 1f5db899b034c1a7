"""Processor time and memory of a process with all its children, from /proc.

Knows nothing of what the processes do, but for their names.
"""

import os
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
SAMPLE_S = 1.0
ROLES = {"ccontrol.poll.collector": "collector", "ccontrol.poll.decoder": "decoder"}
"""Modules of worker processes, and what to call them."""
ENDED = "ended children"
"""Git and whatever else was run and is over: it counts by its processor time."""


@dataclass(frozen=True)
class Cost:
    """What processes took during a window."""

    seconds: float
    cpu_s: dict[str, float]
    """Processor seconds by role."""
    memory_mb: dict[str, float]
    """At the moment of the highest sum, shared pages counted once (PSS)."""
    alone_mb: float
    """At the end, with every page that strangers share counted whole: PSS where nobody else runs
    the same interpreter."""
    machine: float
    """How busy the machine's cores were in all, 0 to 1: a share beside which ours is to be read."""

    @property
    def share(self) -> float:
        """Of one core."""
        return total(self.cpu_s) / self.seconds


def processes(root: int) -> list[int]:
    """Return a process and all that descend from it."""
    found = [root]
    for pid in found:
        tasks = Path(f"/proc/{pid}/task")
        for thread in list(tasks.iterdir()) if tasks.exists() else []:
            found += [int(child) for child in _text(thread / "children").split()]
    return found


def cpu_s(root: int) -> dict[str, float]:
    """Return the processor seconds so far, by role."""
    spent: defaultdict[str, float] = defaultdict(float)
    for pid in processes(root):
        stat = _text(Path(f"/proc/{pid}/stat"))
        if stat:
            columns = [int(value) for value in stat.rpartition(")")[2].split()[11:15]]
            spent[_role(pid, root)] += sum(columns[:2]) / TICKS_PER_S
            spent[ENDED] += sum(columns[2:]) / TICKS_PER_S
    return spent


def memory_mb(root: int) -> dict[str, float]:
    """Return the proportional set sizes, by role."""
    found: defaultdict[str, float] = defaultdict(float)
    for pid in processes(root):
        found[_role(pid, root)] += _pss_mb(pid)
    return found


def measure(root: int, seconds: float, each_sample: Callable[[float], None]) -> Cost:
    """Measure for so long; `each_sample` is called every second with the seconds gone by."""
    begun, before, busy = time.monotonic(), cpu_s(root), _machine_s()
    most: dict[str, float] = {}
    while (gone := time.monotonic() - begun) < seconds:
        each_sample(gone)
        most = max(most, memory_mb(root), key=total)
        time.sleep(SAMPLE_S)
    after, worked = cpu_s(root), _machine_s()
    roles = sorted({*before, *after})  # a worker that ended counts among the ended children
    spent = {role: after.get(role, 0.0) - before.get(role, 0.0) for role in roles}
    whole = time.monotonic() - begun
    share = (worked - busy) / whole / (os.cpu_count() or 1)
    return Cost(whole, spent, most, _alone_mb(root), share)


def total(by_role: dict[str, float]) -> float:
    """Return the sum over all roles."""
    return sum(by_role.values())


def _role(pid: int, root: int) -> str:
    if pid == root:
        return "main"
    words = _text(Path(f"/proc/{pid}/cmdline")).split("\0")
    return next((ROLES[word] for word in words if word in ROLES), "others")


def _pss_mb(pid: int) -> float:
    for line in _text(Path(f"/proc/{pid}/smaps_rollup")).splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _alone_mb(root: int) -> float:
    """Return private pages, and of each file or shared memory the most that one of them has."""
    private, shared = 0, defaultdict[str, int](int)
    for pid in processes(root):
        mine: defaultdict[str, int] = defaultdict(int)
        name = ""
        for words in map(str.split, _text(Path(f"/proc/{pid}/smaps")).splitlines()):
            if not words[0].endswith(":"):
                name = words[5] if len(words) > 5 else ""  # the mapping's head, with its file
            elif words[0] in {"Shared_Clean:", "Shared_Dirty:"}:
                mine[name] += int(words[1])
            elif words[0] in {"Private_Clean:", "Private_Dirty:"}:
                private += int(words[1])
        for name, size in mine.items():
            shared[name] = max(shared[name], size)
    return (private + sum(shared.values())) / 1024


def _machine_s() -> float:
    columns = [int(value) for value in _text(Path("/proc/stat")).splitlines()[0].split()[1:8]]
    return (sum(columns) - columns[3] - columns[4]) / TICKS_PER_S  # all but idle and waiting


def _text(path: Path) -> str:
    """Return what a file says; "" when its process has ended meanwhile."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
