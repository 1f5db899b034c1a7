"""A plant as its owner would set it up: `ccontrol init`, a configuration, the daemon, `enroll`.

Starts and ends the programs; measures nothing.
"""

import json
import signal
import subprocess  # noqa: TID251 — daemon, commands and simulators run in processes of their own
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from benchmarks._fleet_simulators import is_logix
from ccontrol.clock import SystemClock
from ccontrol.model.journal import JournalEntry
from ccontrol.poll.control import ask_status
from ccontrol.poll.places import Places
from ccontrol.store.index import IndexReader
from ccontrol.store.journal import Journal

ROOT = Path(__file__).parent.parent
SITE = "bench"
SIMULATOR_PROCESSES = 2
AREA = 100
"""Controllers in one area."""
ENROLLED_AT_ONCE = 100
"""Names in one call of `ccontrol enroll`."""
BACKLOG = 50
"""So many may wait for their first read when the next ones are enrolled."""
FIRST_READS_S = 1_800.0
"""No fleet may take longer to be read for the first time."""
ENROLLING_PACE = 200.0
"""Requests a second to one controller while all of them are read for the first time."""


_S7 = 'family = "s7"\n[site.controller.s7]\nrack = 0\nslot = 2\n'
_LOGIX = 'family = "logix"\n[site.controller.logix]\nroute = "1/0"\n'


class Simulators:
    """The processes that play the controllers, numbered through."""

    def __init__(self, processes: "list[subprocess.Popen[str]]") -> None:
        self._processes = processes
        told = [json.loads(_line(process)) for process in processes]
        self.where: list[tuple[str, int]] = [tuple(at) for one in told for at in one["listening"]]
        self._each = len(told[0]["listening"])

    def change(self, number: int) -> None:
        """Let an engineer change the program of one controller over the network."""
        pipe = self._processes[number // self._each].stdin
        assert pipe is not None
        pipe.write(f"{number % self._each}\n")
        pipe.flush()

    def end(self) -> int:
        """End them and return how many requests were no reads."""
        told = [process.communicate()[0] for process in self._processes]
        return sum(int(json.loads(one)["violations"]) for one in told)


@contextmanager
def simulators(count: int, *, mixed: bool) -> Iterator[Simulators]:
    """Play so many controllers: S7 CPUs or, when mixed, every second one a ControlLogix."""
    each = -(-count // SIMULATOR_PROCESSES)
    with ExitStack() as stack:
        started = []
        for first in range(0, count, each):
            command = [sys.executable, "-m", "benchmarks._fleet_simulators"]
            command += ["--first", str(first), "--count", str(min(each, count - first))]
            command += ["--mixed"] if mixed else []
            process = subprocess.Popen(
                command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            stack.callback(process.kill)
            started.append(process)
        yield Simulators(started)


@dataclass(frozen=True)
class Plant:
    """A plant on disk."""

    folder: Path
    where: list[tuple[str, int]]
    glance_s: float
    mixed: bool = False
    """Every second one is a ControlLogix."""

    @property
    def s7(self) -> list[tuple[str, int]]:
        """Where the S7 CPUs listen."""
        return [at for number, at in enumerate(self.where) if not self._is_logix(number)]

    @property
    def names(self) -> tuple[str, ...]:
        """Ids of all its controllers."""
        return tuple(f"cpu-{number:04d}" for number in range(len(self.where)))

    @property
    def places(self) -> Places:
        """Where the engine keeps its files."""
        return Places(self.folder / "baselines" / SITE)

    def init(self) -> None:
        """Make keys, store and configuration, as the product does it."""
        _run("init", str(self.folder), "--site", SITE)

    def configure(self, requests_per_s: float | None = None) -> None:
        """Add every controller to the configuration that `init` made, all settings at default."""
        path = self.folder / "ccontrol.toml"
        head = path.read_text().partition("# One such block")[0].partition("[site.defaults")[0]
        text = f"{head}[site.defaults.schedule]\nglance_s = {self.glance_s}\n"
        if requests_per_s is not None:
            text += f"[site.defaults.budget]\nrequests_per_s = {requests_per_s}\n"
        for number, (name, (host, port)) in enumerate(zip(self.names, self.where, strict=True)):
            text += (
                f'[[site.controller]]\nid = "{name}"\narea = "area-{number // AREA:02d}"\n'
                f'address = "{host}"\nport = {port}\n'
            )
            text += _LOGIX if self._is_logix(number) else _S7
        path.write_text(text)

    def _is_logix(self, number: int) -> bool:
        return is_logix(number, mixed=self.mixed)

    def changes(self) -> int:
        """How many changes the history has, first sights included."""
        reader = IndexReader(self.places.index)
        try:
            return len(reader.changes(limit=1_000_000))
        finally:
            reader.close()

    def journal(self, since: datetime) -> list[JournalEntry]:
        """What the journal says from then on."""
        journal = Journal(self.places.journal, SystemClock())
        entries = (entry for day in journal.days() for entry in journal.read(day))
        return [entry for entry in entries if entry.at >= since]

    def enrol_all(self) -> None:
        """Enrol everybody by the command for it, some at a time, until all are in the history.

        Raises SystemExit when that takes too long.
        """
        begun = time.monotonic()
        config = str(self.folder / "ccontrol.toml")
        for at in range(0, len(self.names), ENROLLED_AT_ONCE):
            names = self.names[at : at + ENROLLED_AT_ONCE]
            _run("--config", config, "enroll", *names, "--yes")
            self._wait_for_changes(at + len(names) - BACKLOG, begun)
        self._wait_for_changes(len(self.names), begun)

    def _wait_for_changes(self, wanted: int, begun: float) -> None:
        while (done := self.changes()) < wanted:
            if time.monotonic() - begun > FIRST_READS_S:
                raise SystemExit(f"only {done} controllers were read in {FIRST_READS_S:.0f} s")
            time.sleep(1.0)


@contextmanager
def watched(plant: Plant) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the daemon over a plant."""
    said = plant.folder / "said"
    command = [sys.executable, "-m", "ccontrol"]
    command += ["--config", str(plant.folder / "ccontrol.toml"), "run"]
    with said.open("wb") as log:
        daemon = subprocess.Popen(command, cwd=ROOT, stderr=log, stdout=log)
    try:
        while ask_status(plant.places) is None:
            if daemon.poll() is not None:
                raise SystemExit(said.read_text())
            time.sleep(0.2)
        yield daemon
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(30)


def _run(*arguments: str) -> None:
    command = [sys.executable, "-m", "ccontrol", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()
