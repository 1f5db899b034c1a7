"""What watching 2,000 controllers costs: processor time, memory, and whether every poll is in time.

The real daemon (`ccontrol run`) watches simulated S7 CPUs that live in a process of their own. To
be done in minutes, glances come more often than every five minutes; the figure for five minutes is
measured too when `--glance-s 300 --measure-s 300` is given. Processor time is that of the daemon,
its workers and its git; memory is theirs, shared pages counted once (PSS).

    python -m benchmarks.fleet [--controllers 2000] [--enrolled 50] [--glance-s 30] [--measure-s 60]
"""

import argparse
import json
import os
import signal
import subprocess  # noqa: TID251 — daemon and simulator run in processes of their own
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from ccontrol.clock import SystemClock
from ccontrol.config.settings import KeyFile
from ccontrol.model.aspect import Depth
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll.control import ask_status
from ccontrol.poll.places import Places
from ccontrol.store import creation, keys
from ccontrol.store.index import IndexReader
from ccontrol.store.journal import Journal
from ccontrol.store.keys import FileSigner
from ccontrol.store.standing import Enrolment, Standing
from ccontrol.store.writer import Daemon

ROOT = Path(__file__).parent.parent
CLOCK = SystemClock()
GLANCE_S = 300.0
DAY_S = 86_400.0
CPU_LIMIT = 0.10
MEMORY_LIMIT_MB = 256
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Fleet:
    """A plant on disk and its daemon."""

    folder: Path
    daemon: "subprocess.Popen[bytes]"

    @property
    def places(self) -> Places:
        return Places(self.folder / "store")

    def processes(self) -> list[int]:
        """The daemon, its workers, and whatever git they run."""
        found = [self.daemon.pid]
        for pid in found:
            children = Path(f"/proc/{pid}/task/{pid}/children")
            threads = Path(f"/proc/{pid}/task").iterdir()
            for thread in [children, *(each / "children" for each in threads)]:
                found += [int(each) for each in _text(thread).split() if int(each) not in found]
        return found

    def cpu_s(self) -> float:
        """Processor seconds of all of them so far, ended children included."""
        return sum(_cpu_s(pid) for pid in self.processes())

    def memory_mb(self) -> float:
        return sum(_pss_mb(pid) for pid in self.processes())

    def changes(self) -> int:
        reader = IndexReader(self.places.index)
        try:
            return len(reader.changes(limit=100_000))
        finally:
            reader.close()

    def journal(self, since: datetime) -> list[JournalEntry]:
        journal = Journal(self.places.journal, CLOCK)
        entries = [entry for day in journal.days() for entry in journal.read(day)]
        return [entry for entry in entries if entry.at >= since and entry.controller_id]


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _cpu_s(pid: int) -> float:
    stat = _text(Path(f"/proc/{pid}/stat"))
    if not stat:
        return 0.0
    columns = stat.rpartition(")")[2].split()
    return sum(int(value) for value in columns[11:15]) / TICKS_PER_S  # own and of ended children


def _pss_mb(pid: int) -> float:
    for line in _text(Path(f"/proc/{pid}/smaps_rollup")).splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _write_plant(folder: Path, ports: list[int], glance_s: float) -> None:
    """A configuration whose owner trusts simulators: the first reads of all are unpaced."""
    keys.generate(folder / "signing-key")
    (folder / "seal-key").write_text("5a" * 32)
    (folder / "seal-key").chmod(0o600)
    text = f"""
[[site]]
name = "bench"
title = "Benchmark"
[site.store]
path = "store"
signing_key = {{ file = "signing-key" }}
seal_key = {{ file = "seal-key" }}
vault_recipient = ""
low_water_bytes = 1048576
[site.defaults.schedule]
glance_s = {glance_s}
[site.defaults.budget]
requests_per_s = 20.0
"""
    for number, port in enumerate(ports):
        text += f"""
[[site.controller]]
id = "cpu-{number}"
area = "area-{number // 100}"
family = "s7"
address = "127.0.0.1"
port = {port}
bridge = "cpu-{number}"
[site.controller.s7]
rack = 0
slot = 2
"""
    (folder / "ccontrol.toml").write_text(text)
    signer = FileSigner.load(KeyFile(folder / "signing-key").path)
    creation.create(folder / "store", Daemon("bench", signer), CLOCK)


@contextmanager
def _simulator(count: int) -> Iterator[list[int]]:
    command = [sys.executable, "-m", "ccontrol.sim", "--count", str(count), "--port", "0"]
    with subprocess.Popen(
        [*command, "--keep-requests", "1"], cwd=ROOT, stdout=subprocess.PIPE
    ) as sim:
        assert sim.stdout is not None
        listening = json.loads(sim.stdout.readline())["listening"]
        try:
            yield [port for _, port in listening]
        finally:
            sim.send_signal(signal.SIGTERM)
            sim.communicate()


@contextmanager
def _watched(folder: Path) -> Iterator[Fleet]:
    command = [sys.executable, "-m", "ccontrol", "--config", str(folder / "ccontrol.toml"), "run"]
    with (folder / "said").open("wb") as said:
        daemon = subprocess.Popen(command, cwd=ROOT, stderr=said, stdout=said)
    fleet = Fleet(folder, daemon)
    try:
        while ask_status(fleet.places) is None:
            if daemon.poll() is not None:
                raise SystemExit((folder / "said").read_text())
            time.sleep(0.1)
        yield fleet
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(15)


def _enrol(fleet: Fleet, count: int) -> float:
    """Enrol some, wait until all were read whole, and return the processor seconds of each."""
    standing = Standing(fleet.places.standing)
    cpu_s, begun = fleet.cpu_s(), time.monotonic()
    for number in range(count):
        standing.enrol(f"cpu-{number}", Enrolment(CLOCK.now(), "benchmark"))
    while fleet.changes() < count:
        if time.monotonic() - begun > 600:
            raise SystemExit("the enrolled controllers were not read in ten minutes")
        time.sleep(0.5)
    return (fleet.cpu_s() - cpu_s) / count


def _longest_gap_s(entries: list[JournalEntry], begun: datetime, ended: datetime) -> float:
    """The longest time without a glance of any controller, edges of the measurement included."""
    seen: dict[str, datetime] = {}
    longest = timedelta()
    for entry in sorted(entries, key=lambda entry: entry.at):
        if entry.depth is not Depth.GLANCE:
            continue
        longest = max(longest, entry.at - seen.get(entry.controller_id, begun))
        seen[entry.controller_id] = entry.at
    for last in seen.values():
        longest = max(longest, ended - last)
    return longest.total_seconds()


@dataclass(frozen=True)
class Figures:
    """What was measured."""

    share: float
    """Of one core."""
    memory_mb: float
    entries: list[JournalEntry]
    gap_s: float

    def count(self, outcome: Outcome) -> int:
        return sum(entry.outcome is outcome for entry in self.entries)


def _measure(fleet: Fleet, measure_s: float) -> Figures:
    begun, cpu_s, monotonic = CLOCK.now(), fleet.cpu_s(), time.monotonic()
    most_mb = 0.0
    while time.monotonic() - monotonic < measure_s:
        most_mb = max(most_mb, fleet.memory_mb())
        time.sleep(2.0)
    spent_s, ended = fleet.cpu_s() - cpu_s, CLOCK.now()
    share = spent_s / (time.monotonic() - monotonic)
    time.sleep(1.0)  # for the ledger
    entries = [entry for entry in fleet.journal(begun) if entry.at <= ended]
    return Figures(share, most_mb, entries, _longest_gap_s(entries, begun, ended))


def main(argv: list[str] | None = None) -> int:
    """Print the figures; 1 when one of them misses its goal."""
    wanted = _arguments(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # daemon and simulator end with us
    with tempfile.TemporaryDirectory() as name, _simulator(wanted.controllers) as ports:
        folder = Path(name)
        _write_plant(folder, ports, wanted.glance_s)
        with _watched(folder) as fleet:
            full_s = _enrol(fleet, wanted.enrolled)
            time.sleep(wanted.glance_s)  # everybody was seen once
            figures = _measure(fleet, wanted.measure_s)
    return _report(wanted, full_s, figures)


def _report(wanted: argparse.Namespace, full_s: float, found: Figures) -> int:
    scale = GLANCE_S / wanted.glance_s
    sweep = full_s * wanted.controllers / DAY_S
    total = found.share / scale + sweep
    missed, failed = found.count(Outcome.MISSED), found.count(Outcome.FAILED)
    glances = sum(entry.depth is Depth.GLANCE for entry in found.entries)
    each_ms = found.share * wanted.measure_s / max(glances, 1) * 1000
    print(f"{wanted.controllers} controllers, {wanted.enrolled} of them enrolled and stored,")
    print(f"a glance every {wanted.glance_s:.0f} s ({scale:.0f} times the normal load)")
    print(f"  measured: {glances} glances, {found.share:.1%} of one core, {failed} failed")
    print(f"  per glance: {each_ms:.1f} ms of processor")
    print(f"  first read of everything, commit included: {full_s * 1000:.0f} ms of processor each")
    print(f"  a glance every {GLANCE_S:.0f} s and one sweep a day: {total:.1%} of one core", end="")
    print(f"  (goal: under {CPU_LIMIT:.0%}; computed from the two above)" if scale != 1 else "")
    print(
        f"  memory of all processes: {found.memory_mb:.0f} MB  (goal: under {MEMORY_LIMIT_MB} MB)"
    )
    print(f"  longest time without a glance: {found.gap_s:.1f} s; missed turns: {missed}")
    in_time = not missed and found.gap_s < 2 * wanted.glance_s
    return int(total > CPU_LIMIT or found.memory_mb > MEMORY_LIMIT_MB or not in_time)


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fleet")
    parser.add_argument("--controllers", type=int, default=2_000)
    parser.add_argument("--enrolled", type=int, default=50)
    parser.add_argument("--glance-s", type=float, default=30.0)
    parser.add_argument("--measure-s", type=float, default=60.0)
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
