"""Programs that run beside the demo while it plays: the daemon and the sensor."""

import signal
import subprocess  # noqa: TID251 — the demo runs the program as a user does
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_END_S = 60.0
"""A program that was told to end is killed after so long. Ending takes a second or two."""
Process = subprocess.Popen[bytes]


class ProgramError(Exception):
    """A program did not end as it should; says how."""


@dataclass(frozen=True, slots=True)
class Program:
    """A command of ccontrol that goes on until it is told to end."""

    name: str
    folder: Path
    arguments: tuple[str, ...]
    stdin: int = subprocess.DEVNULL

    @property
    def log(self) -> Path:
        """What it said."""
        return self.folder / f"{self.name}.log"

    def said(self) -> list[str]:
        """Return the lines that it said so far."""
        return self.log.read_text("utf-8", "replace").splitlines() if self.log.exists() else []


@contextmanager
def running(program: Program) -> Iterator[None]:
    """Run a program until the block ends, however that happens; nothing of it stays behind.

    Raises ProgramError when it does not end well although the block did.
    """
    started: list[Process] = []
    try:
        with _undisturbed():  # a program that nobody holds yet would stay behind
            started.append(_start(program))
        (process,) = started
        yield
        process.terminate()
        _require_good_end(program, process)
    finally:
        for process in started:
            if process.poll() is None:
                process.terminate()
                _wait_or_kill(process)


def _start(program: Program) -> Process:
    with program.log.open("wb") as log:
        return subprocess.Popen(  # noqa: S603 — this very program
            [sys.executable, "-m", "ccontrol", *program.arguments],
            cwd=program.folder,
            stdin=program.stdin,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def _require_good_end(program: Program, process: Process) -> None:
    try:
        code = process.wait(_END_S)
    except subprocess.TimeoutExpired as error:
        raise ProgramError(f"the {program.name} did not end within {_END_S:.0f} s") from error
    if code != 0:
        raise ProgramError(f"the {program.name} ended with code {code}")


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


def _wait_or_kill(process: Process) -> None:
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
