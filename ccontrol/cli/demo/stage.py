"""Where the demo plays: a folder, simulated controllers, the real daemon, and patience."""

import os
import subprocess  # noqa: TID251 — the demo runs the program as a user does
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ccontrol.cli.demo.narrator import Narrator
from ccontrol.cli.demo.programs import Program, ProgramError
from ccontrol.cli.demo.programs import running as running_program
from ccontrol.cli.invocation import HERE, Invocation
from ccontrol.cli.plant import configured
from ccontrol.cli.told_changes import Wanted, changes_in
from ccontrol.clock import Clock
from ccontrol.errors import EngineError
from ccontrol.sim.logix import plant as logix_plant
from ccontrol.sim.logix.server import Live as LogixLive
from ccontrol.sim.logix.server import running as running_logix
from ccontrol.sim.mirror import Mirror
from ccontrol.sim.s7 import plant
from ccontrol.sim.s7.server import Live, running
from ccontrol.store.index_rows import IndexedChange

SITE = "north"
FILLER = "filler-5"
_ADDRESSES = {
    "mixer-1": "127.0.0.11",
    "press-3": "127.0.0.13",
    FILLER: "127.0.0.15",
    "pump-7": "127.0.0.17",
}
STATION = "127.0.0.90"
"""Where the engineering station of this plant is; the CPUs take blocks from there alone."""
WITNESS_SOCKET = "witness"
PATIENCE_S = 300.0
"""Only a net: what is waited for takes seconds, but a machine may be busy with other things."""
_LOOK_S = 0.2
_TAIL_LINES = 12


@dataclass(frozen=True, slots=True)
class Controllers:
    """The simulated controllers."""

    s7: Mapping[str, Live]
    filler: LogixLive
    mirror: Mirror
    """Where all that passes can be seen by those who may not listen on the loopback."""

    @property
    def everyone(self) -> Mapping[str, Live | LogixLive]:
        """All of them, by their ids."""
        return {**self.s7, FILLER: self.filler}


@contextmanager
def simulated(clock: Clock) -> Iterator[Controllers]:
    """Run them at addresses of the loopback, each in a thread of its own."""
    mirror = Mirror(clock)
    with ExitStack() as stack:
        cpus = {
            cpu.identity.name: stack.enter_context(
                running(cpu, {STATION}, host=_ADDRESSES[cpu.identity.name], mirror=mirror)
            )
            for cpu in (plant.press(), plant.mixer(), plant.pump())
        }
        filler = stack.enter_context(
            running_logix(
                logix_plant.press(name="Filler_5"), host=_ADDRESSES[FILLER], mirror=mirror
            )
        )
        yield Controllers(cpus, filler, mirror)


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

    def command(self, *arguments: str, most_lines: int = 40, codes: tuple[int, ...] = (0,)) -> str:
        """Run a command of ccontrol, show it and return what it printed.

        It has to end with one of these codes.
        """
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
        return done.stdout

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
        tail = "\n".join(f"  daemon: {line}" for line in self._daemon.said()[-_TAIL_LINES:])
        return EngineError(
            f"the demo's promise was not kept: {what}\n{tail}".rstrip(),
            hint="`ccontrol demo --keep FOLDER` leaves everything there to look at.",
        )

    def wait_until(self, promise: str, happened: Callable[[], bool]) -> None:
        """Wait until something is so; raises EngineError when it does not come to that."""
        deadline = self.clock.monotonic() + PATIENCE_S
        while self.clock.monotonic() < deadline:
            if happened():
                self.narrator.kept(promise)
                return
            time.sleep(_LOOK_S)
        raise self.broken(f"{promise}: not within {PATIENCE_S:.0f} s")

    @contextmanager
    def daemon(self) -> Iterator[None]:
        """Run the real daemon meanwhile; afterwards it ends soon after being told to."""
        with self.program(self._daemon):
            yield

    @contextmanager
    def program(self, program: Program) -> Iterator[None]:
        """Run a program meanwhile; afterwards it ends soon after being told to."""
        try:
            with running_program(program):
                yield
        except ProgramError as error:
            raise self.broken(str(error)) from error
        self.narrator.kept(f"the {program.name} ended cleanly when it was told to")

    def hears(self, words: str) -> bool:
        """Whether the daemon has said these words."""
        return any(words in line for line in self._daemon.said())

    @property
    def _daemon(self) -> Program:
        return Program("daemon", self.folder, ("--config", str(self.config), "run"))
