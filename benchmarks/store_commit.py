"""How long a durable signed commit of one changed controller takes, beside GitPython's index.

Wanted: at most 50 ms at the 99th percentile, below 100 MB, the same at 200 and 5,000 controllers;
at most 2 ms to see that nothing changed.
"""

import argparse
import statistics
import subprocess  # noqa: TID251 — each figure is taken in a process of its own
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import store_fleet
from ccontrol.store.disk import Disk
from ccontrol.store.keys import FileSigner
from ccontrol.store.message import Message
from ccontrol.store.writer import Daemon, Writer

_PROBES = 500
P99_MS, UNCHANGED_MS, MEMORY_MB = 50.0, 2.0, 100.0
_ROW = "{:>12} {:>26} {:>8} {:>9} {:>9} {:>9} {:>8}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one row per size and method; 1 when one of ours misses its goal."""
    options = _options(arguments)
    if options.measure:
        return _measure(options)
    missed = 0
    print("One changed file of one controller with 100 files; every object, ref and folder synced.")
    print(_ROW.format("controllers", "method", "commits", "p50 ms", "p99 ms", "no-chg ms", "MB"))
    for controllers in options.controllers:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            store_fleet.make_fleet(Path(folder) / "store", Path(folder) / "key", controllers)
            _print_floor(Path(folder))
            for method, commits in (
                ("ccontrol", options.commits),
                ("GitPython index", options.peer),
            ):
                if commits:
                    missed |= _child(folder, method, controllers, commits)
    return missed


def _print_floor(folder: Path) -> None:
    """Print what the disk itself takes; a commit waits for it five times."""
    disk, times = Disk(), []
    for number in range(_PROBES):
        start = time.perf_counter()
        disk.create(folder / f"probe-{number}", b"x" * 1000, 0o600)
        disk.sync(folder / f"probe-{number}")
        times.append((time.perf_counter() - start) * 1000)
    row = ("", "one new file, synced", _PROBES, *_quantiles(times), "-", "-")
    print(_ROW.format(*row), flush=True)


def _quantiles(times: list[float]) -> tuple[str, str]:
    return f"{statistics.median(times):.1f}", f"{_p99(times):.1f}"


def _p99(times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.99))]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--controllers", type=int, nargs="+", default=[200, 5000])
    parser.add_argument("--commits", type=int, default=1000, help="commits by ccontrol")
    parser.add_argument("--peer", type=int, default=2, help="commits by GitPython's index")
    parser.add_argument("--folder", type=Path, help="a folder on the disk to be measured")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _child(folder: str, method: str, controllers: int, commits: int) -> int:
    command = [sys.executable, "-m", "benchmarks.store_commit", "--measure", method]
    sizes = ["--folder", folder, "--controllers", str(controllers), "--commits", str(commits)]
    done = subprocess.run([*command, *sizes], check=False)
    if done.returncode not in (0, 1):
        raise subprocess.CalledProcessError(done.returncode, command)
    return done.returncode


def _measure(options: argparse.Namespace) -> int:
    (controllers,) = options.controllers
    if options.measure == "ccontrol":
        times, unchanged = _ours(options.folder, controllers, options.commits)
    else:
        times, unchanged = _gitpython(options.folder, controllers, options.commits), []
    idle = f"{statistics.median(unchanged):.2f}" if unchanged else "-"
    row = (controllers, options.measure, len(times), *_quantiles(times), idle, f"{_peak_mb():.0f}")
    print(_ROW.format(*row), flush=True)
    if not unchanged:
        return 0
    met = (
        _p99(times) <= P99_MS
        and statistics.median(unchanged) <= UNCHANGED_MS
        and _peak_mb() < MEMORY_MB
    )
    return 0 if met else 1


def _peak_mb() -> float:
    """Return the most memory this process had; getrusage would count its parent's, too."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(peak) / 1024


def _ours(folder: Path, controllers: int, commits: int) -> tuple[list[float], list[float]]:
    clock = store_fleet.CountedClock()
    daemon = Daemon("bench", FileSigner.load(folder / "key"))
    times: list[float] = []
    unchanged: list[float] = []
    with Writer(folder / "store", daemon, clock) as writer:
        for number in range(commits):
            controller = number * 7919 % controllers
            path = store_fleet.folder(controller)
            files = writer.repository.read(path)
            files[store_fleet.unit_path(controller, number % 100)] += b"edited %d\n" % number
            start = time.perf_counter()
            message = Message(f"plc-{controller:05}: FC{number % 100} changed")
            receipt = writer.commit(files, message=message, when=clock.now(), replace=(path,))
            times.append((time.perf_counter() - start) * 1000)
            if receipt is None:
                raise ValueError("the commit did not take the edit")
        for number in range(commits):
            path = store_fleet.folder(number * 7919 % controllers)
            files = writer.repository.read(path)
            start = time.perf_counter()
            changed = writer.differs(path, files)
            unchanged.append((time.perf_counter() - start) * 1000)
            if changed:
                raise ValueError("a folder differs from itself")
    return times, unchanged


def _gitpython(folder: Path, controllers: int, commits: int) -> list[float]:
    import git  # noqa: PLC0415 — the peer; ours must not be measured with it loaded twice

    with git.Repo.clone_from(str(folder / "store"), folder / "peer", no_checkout=True) as repo:
        repo.git.read_tree("HEAD")
        times = []
        for number in range(commits):
            name = store_fleet.unit_path(number % controllers, 0)
            path = folder / "peer" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"edited %d\n" % number)
            start = time.perf_counter()
            repo.index.add([name])
            repo.index.commit(f"edit {number}")
            times.append((time.perf_counter() - start) * 1000)
    return times


if __name__ == "__main__":
    sys.exit(main())
