"""What watching 2,000 controllers costs: processor time, memory, and whether every poll is in time.

The real daemon (`ccontrol run`, as `ccontrol init` sets it up: store, signatures, vault, journal,
index) watches simulated S7 CPUs that live in processes of their own; with `--mixed`, every second
one is a ControlLogix. All are enrolled with
`ccontrol enroll`, and read and committed for the first time, before anything is measured. Then, for
the length of the window, glances and the daily sweep come at their true rates, and engineers
change programs. python-snap7's own client asks the S7 CPUs the same four questions afterwards.

    python -m benchmarks.fleet [--controllers 2000] [--window-s 900] [--glance-s 300] [--mixed]
"""

import argparse
import json
import signal
import subprocess  # noqa: TID251 — the peer runs in a process of its own
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks import _fleet_meter as meter
from benchmarks._fleet_coverage import Coverage, Window, cover
from benchmarks._fleet_plant import (
    ENROLLING_PACE,
    ROOT,
    SITE,
    Plant,
    Simulators,
    simulators,
    watched,
)
from ccontrol.clock import SystemClock
from ccontrol.model.aspect import Depth
from ccontrol.model.journal import Outcome

CLOCK = SystemClock()
DAY_S = 86_400.0
CPU_LIMIT = 0.10
MEMORY_LIMIT_MB = 256
SETTLE_S = 30.0
"""Between the last first read and the window: follow-ups and a reloaded configuration are over."""
LEDGER_S = 10.0
"""After the window: what fell due at its end is answered and journaled."""


@dataclass(frozen=True)
class FirstReads:
    """What reading and committing everybody for the first time took."""

    seconds: float
    cpu_s: float
    memory_mb: float


@dataclass(frozen=True)
class Watch:
    """What the daemon took, and what it saw."""

    first: FirstReads
    cost: meter.Cost
    coverage: Coverage
    edits: int
    commits: int


@dataclass(frozen=True)
class Peer:
    """What python-snap7's client took for its glances."""

    cost: meter.Cost
    polls: int
    failed: int
    latest_s: float


class Engineers:
    """Change the program of another controller at every turn.

    Some changes lie there when the window begins, as they would on any day: as many as are made in
    half an interval, the mean time until a glance sees one.
    """

    def __init__(self, sims: Simulators, per_minute: float) -> None:
        self.edits = 0
        self._sims = sims
        self._per_s = per_minute / 60

    def before(self, glance_s: float) -> None:
        """Make the changes that nobody has looked at yet."""
        self._until(round(self._per_s * glance_s / 2))
        self._early = self.edits

    def at(self, gone_s: float) -> None:
        """Make the changes that are due when so many seconds of the window are over."""
        self._until(self._early + int(gone_s * self._per_s))

    def _until(self, wanted: int) -> None:
        while self.edits < min(wanted, len(self._sims.where)):
            self._sims.change(self.edits * 7 % len(self._sims.where))
            self.edits += 1


def _first_reads(plant: Plant, daemon: int) -> FirstReads:
    begun, before = time.monotonic(), meter.total(meter.cpu_s(daemon))
    plant.enrol_all()
    spent = meter.total(meter.cpu_s(daemon)) - before
    return FirstReads(time.monotonic() - begun, spent, meter.total(meter.memory_mb(daemon)))


def _watch(plant: Plant, sims: Simulators, wanted: argparse.Namespace) -> Watch:
    plant.init()
    plant.configure(ENROLLING_PACE)
    with watched(plant) as daemon:
        first = _first_reads(plant, daemon.pid)
        print(f"  enrolled and read in {first.seconds:.0f} s", file=sys.stderr, flush=True)
        plant.configure()
        daemon.send_signal(signal.SIGHUP)  # the default pace from here on
        time.sleep(SETTLE_S)
        engineers = Engineers(sims, wanted.changes_per_minute)
        engineers.before(wanted.glance_s)
        before, begun = plant.changes(), CLOCK.now()
        cost = meter.measure(daemon.pid, wanted.window_s, engineers.at)
        ended, commits = CLOCK.now(), plant.changes() - before
        time.sleep(LEDGER_S)
        entries = plant.journal(begun - timedelta(seconds=wanted.glance_s))
        window = Window(SITE, plant.names, wanted.glance_s, begun, ended, CLOCK.now())
    return Watch(first, cost, cover(window, entries), engineers.edits, commits)


def _peer(plant: Plant, seconds: float) -> Peer:
    command = [sys.executable, "-m", "benchmarks._fleet_peer"]
    work = json.dumps({"where": plant.s7, "glance_s": plant.glance_s, "seconds": seconds})
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(work + "\n")
        process.stdin.flush()
        process.stdout.readline()
        process.stdin.write("go\n")
        process.stdin.flush()
        cost = meter.measure(process.pid, seconds - meter.SAMPLE_S, lambda _: None)
        told = json.loads(process.stdout.readline())
    return Peer(cost, **told)


def main(argv: list[str] | None = None) -> int:
    """Print the figures beside the peer's; 1 when one of them misses its goal."""
    wanted = _arguments(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # daemon and simulators end with us
    with (
        tempfile.TemporaryDirectory() as name,
        simulators(wanted.controllers, mixed=wanted.mixed) as sims,
    ):
        plant = Plant(Path(name) / "plant", sims.where, wanted.glance_s, wanted.mixed)
        found = _watch(plant, sims, wanted)
        peer = _peer(plant, wanted.peer_s)
        written = sims.end()
        _tell_circumstances(wanted, len(plant.s7), found)
        _tell_parts(found.cost)
        return _tell_figures(wanted, found, peer, written)


def _tell_circumstances(wanted: argparse.Namespace, s7: int, found: Watch) -> None:
    first, count = found.first, wanted.controllers
    print(f"{count:,} controllers, all of them enrolled: {s7:,} S7 of twelve small blocks", end="")
    print(f", {count - s7:,} ControlLogix of a small project" if count > s7 else "")
    print(
        f"  before the window: first reads and commits of all in {first.seconds:.0f} s, at "
        f"{ENROLLING_PACE:g} requests a second each"
    )
    print(
        f"  {first.cpu_s / count * 1000:.0f} ms of processor each, "
        f"{first.memory_mb:.0f} MB at the end"
    )
    sweep = count * found.cost.seconds / DAY_S
    print(
        f"the window: {found.cost.seconds:.0f} s at the default pace; a glance every "
        f"{wanted.glance_s:.0f} s; a sweep a day ({sweep:.1f} full reads expected);"
    )
    print(f"  {found.edits} programs changed by engineers; no nightly maintenance")
    polls = ", ".join(f"{number} {depth}" for depth, number in found.coverage.polls.items())
    told = ", ".join(f"{many} {one}" for one, many in found.coverage.outcomes.items() if many)
    print(f"  polls: {polls}; {found.coverage.requests:,} requests")
    print(f"  outcomes: {told}; {found.commits} commits")
    print(f"  memory at its end as if nobody else ran Python here: {found.cost.alone_mb:.0f} MB")
    print(f"  the machine, everybody's work: {found.cost.machine:.0%} of its cores busy")


def _tell_parts(cost: meter.Cost) -> None:
    print(f"\n{'where it goes':<18}{'of one core':>12}{'PSS':>10}")
    for role, spent in cost.cpu_s.items():
        print(f"  {role:<16}{spent / cost.seconds:>11.2%}{cost.memory_mb[role]:>7.0f} MB")


def _tell_figures(wanted: argparse.Namespace, found: Watch, peer: Peer, written: int) -> int:
    cover, cost = found.coverage, found.cost
    print(f"\n{'':<34}{'ccontrol':>12}{'snap7, threads':>16}{'goal':>12}")
    unserved = cover.due - cover.served
    goals = (
        _tell("processor, of one core", cost.share, peer.cost.share, CPU_LIMIT, "%"),
        _tell(
            "memory of all processes, peak MB",
            meter.total(cost.memory_mb),
            meter.total(peer.cost.memory_mb),
            MEMORY_LIMIT_MB,
        ),
        _tell(
            "latest glance after its due time, s", cover.latest_s, peer.latest_s, wanted.glance_s
        ),
        _tell("longest without an answer, s", cover.unseen_s, None, 2 * wanted.glance_s),
        _tell("glances not served", unserved, None, 0),
        _tell("failed polls", cover.failed, peer.failed, 0),
        _tell("coverage gaps told", cover.gaps, None, 0),
        _tell("requests that were no reads", written, None, 0),
    )
    print(
        f"  {cover.served} of {cover.due} glances that fell due were served; the peer made "
        f"{peer.polls} of S7 in {peer.cost.seconds:.0f} s; it compares, journals and keeps nothing"
    )
    if wanted.changes_per_minute and not cover.outcomes[Outcome.CHANGED]:
        print("  MISSED: programs were changed, and nothing was committed")
        return 1
    return int(not all(goals) or not cover.polls[Depth.GLANCE])


def _tell(what: str, ours: float, peers: float | None, goal: float, unit: str = "") -> bool:
    """Print one line of the table; False when its goal is missed."""

    def cell(value: float | None) -> str:
        if value is None:
            return "none"
        return f"{value:.2%}" if unit == "%" else f"{value:.4g}"

    kept = ours <= goal
    line = f"{what:<34}{cell(ours):>12}{cell(peers):>16}{cell(goal):>12}"
    print(line + ("" if kept else "  MISSED"))
    return kept


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fleet")
    parser.add_argument("--controllers", type=int, default=2_000)
    parser.add_argument("--window-s", type=float, default=900.0)
    parser.add_argument("--glance-s", type=float, default=300.0)
    parser.add_argument("--changes-per-minute", type=float, default=1.0)
    parser.add_argument("--mixed", action="store_true")
    parser.add_argument("--peer-s", type=float, default=60.0)
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
