"""Where the demo plays: a folder, simulated controllers, the real daemon, and patience."""

import os
import signal
import subprocess  # noqa: TID251 — the demo runs the program as a user does
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ccontrol.cli.demo.narrator import Narrator
from ccontrol.cli.invocation import HERE, Invocation
from ccontrol.cli.plant import configured
from ccontrol.cli.told_changes import Wanted, changes_in
from ccontrol.clock import Clock
from ccontrol.errors import EngineError
from ccontrol.sim.logix import plant as logix_plant
from ccontrol.sim.logix.server import Live as LogixLive
from ccontrol.sim.logix.server import running as running_logix
from ccontrol.sim.s7 import plant
from ccontrol.sim.s7.server import Live, running
from ccontrol.store.index_rows import IndexedChange

SITE = "north"
FILLER = "filler-5"
PATIENCE_S = 90.0
_LOOK_S = 0.2
_END_S = 30.0
_TAIL_LINES = 12


@dataclass(frozen=True, slots=True)
class Controllers:
    """The simulated controllers."""

    s7: Mapping[str, Live]
    filler: LogixLive

    @property
    def everyone(self) -> Mapping[str, Live | LogixLive]:
        """All of them, by their ids."""
        return {**self.s7, FILLER: self.filler}


@contextmanager
def simulated() -> Iterator[Controllers]:
    """Run them on ports of 127.0.0.1, each in a thread of its own."""
    with ExitStack() as stack:
        cpus = {
            cpu.identity.name: stack.enter_context(running(cpu))
            for cpu in (plant.press(), plant.mixer(), plant.pump())
        }
        filler = logix_plant.press(name="Filler_5")
        yield Controllers(cpus, stack.enter_context(running_logix(filler)))


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that a scene needs."""

    folder: Path
    controllers: Controllers
    narrator: Narrator
    clock: Clock

    @property
    def config(self) -> Path:
        """The configuration of the plant."""
        return self.folder / HERE

    @property
    def store(self) -> Path:
        """The history of the plant."""
        return self.folder / "baselines" / SITE

    @property
    def log(self) -> Path:
        """What the daemon said."""
        return self.folder / "daemon.log"

    def command(self, *arguments: str, most_lines: int = 40, codes: tuple[int, ...] = (0,)) -> None:
        """Run a command of ccontrol and show it; it has to end with one of these codes."""
        own = () if arguments[0] == "init" else ("--config", str(HERE))
        done = subprocess.run(  # noqa: S603 — this very program, with the demo's own arguments
            [sys.executable, "-m", "ccontrol", *own, *arguments],
            cwd=self.folder,
            env={**os.environ, "COLUMNS": "110"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        line = " ".join(("ccontrol", *arguments))
        self.narrator.shell(line, done.stdout + done.stderr, most_lines)
        if done.returncode not in codes:
            raise self.broken(f"`{line}` ended with code {done.returncode}")

    def changes(self) -> tuple[IndexedChange, ...]:
        """Return the changes in the history so far, newest first."""
        (site,) = configured(Invocation(self.config)).sites
        return changes_in(site, Wanted(limit=1_000))

    def wait_for(
        self,
        promise: str,
        happened: Callable[[IndexedChange], bool],
        known: frozenset[str] = frozenset(),
    ) -> IndexedChange:
        """Wait for a change that is not known yet; raises EngineError when it does not come."""
        deadline = self.clock.monotonic() + PATIENCE_S
        while self.clock.monotonic() < deadline:
            for change in self.changes():
                if change.change_id not in known and happened(change):
                    self.narrator.kept(f"{promise}: {change.subject}")
                    return change
            time.sleep(_LOOK_S)
        raise self.broken(f"{promise}: nothing of that kind within {PATIENCE_S:.0f} s")

    def known(self) -> frozenset[str]:
        """Return the ids of the changes so far."""
        return frozenset(change.change_id for change in self.changes())

    def broken(self, what: str) -> EngineError:
        """Return the error of a promise that was not kept, with what the daemon said last."""
        said = self.log.read_text("utf-8", "replace").splitlines() if self.log.exists() else []
        tail = "\n".join(f"  daemon: {line}" for line in said[-_TAIL_LINES:])
        return EngineError(
            f"the demo's promise was not kept: {what}\n{tail}".rstrip(),
            hint="`ccontrol demo --keep FOLDER` leaves everything there to look at.",
        )

    @contextmanager
    def daemon(self) -> Iterator[None]:
        """Run the real daemon meanwhile; afterwards it ends within ten seconds of being told to."""
        started: list[subprocess.Popen[bytes]] = []
        try:
            with _undisturbed():  # a daemon that nobody holds yet would stay behind
                started.append(self._start())
            (process,) = started
            yield
            process.terminate()
            code = process.wait(_END_S)
            if code != 0:
                raise self.broken(f"the daemon ended with code {code}")
            self.narrator.kept("the daemon ended cleanly when it was told to")
        except subprocess.TimeoutExpired as error:
            raise self.broken(f"the daemon did not end within {_END_S:.0f} s") from error
        finally:
            for process in started:
                if process.poll() is None:
                    process.terminate()
                    _wait_or_kill(process)

    def _start(self) -> "subprocess.Popen[bytes]":
        with self.log.open("wb") as log:
            return subprocess.Popen(  # noqa: S603 — this very program
                [sys.executable, "-m", "ccontrol", "--config", str(self.config), "run"],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Take a polite kill, but let it act only when the block is over."""
    told: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
    if told:
        signal.raise_signal(told[0])


def _wait_or_kill(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
