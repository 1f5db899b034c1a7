"""The door to git as a program: how it is started, with which environment, and how it fails.

Reading single objects goes through reading; nothing else in ccontrol starts git.
"""

import os
import re
import signal
import subprocess  # noqa: TID251 — this is the door to git
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import IO

from ccontrol.errors import StoreError

_SAFE = {
    "LC_ALL": "C",
    "GIT_ALLOW_PROTOCOL": "none",  # no transport has that name
    "GIT_ALTERNATE_OBJECT_DIRECTORIES": "",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",  # newer gits only; older ones stop at the protocol
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
_OWNER_ONLY = 0o077
_BUFFER = 1 << 20
_INSTALL = "Install git 2.33 or newer; Debian's and Ubuntu's package is called git."


def environment(git_dir: Path | None) -> dict[str, str]:
    """Return what git may know of the world: its own store, and nobody's personal settings.

    Naming the store with GIT_DIR also spares it git's search for one and its question of owners.
    Whole, since the git that reads objects is started in the store's own folder.
    """
    named = {} if git_dir is None else {"GIT_DIR": str(git_dir.absolute())}
    return {**_SAFE, **named}


def run(
    git_dir: Path | None,
    arguments: Sequence[str],
    *,
    inherit: tuple[int, ...] = (),
) -> bytes:
    """Run git to its end and return what it printed. Raises StoreError with what it complained of.

    `inherit` are file handles that the child keeps open: the store's lock, so that maintenance
    which outlives a killed daemon still counts as a holder.
    """
    done = attempt(git_dir, arguments, inherit=inherit)
    if done.returncode != 0:
        raise _failure(arguments, done.returncode, done.stderr)
    return done.stdout


def attempt(
    git_dir: Path | None,
    arguments: Sequence[str],
    *,
    inherit: tuple[int, ...] = (),
) -> subprocess.CompletedProcess[bytes]:
    """Run git to its end, for callers to whom a failure is an answer."""
    with _named_failures():
        return subprocess.run(  # noqa: S603 — fixed program, no shell
            ["git", *arguments],  # noqa: S607 — the operator's PATH decides which git
            env=_whole_environment(git_dir),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            pass_fds=inherit,
            umask=_OWNER_ONLY,
        )


@contextmanager
def pipe(git_dir: Path, first: Sequence[str], second: Sequence[str]) -> Iterator[IO[bytes]]:
    """Run `git first | git second` and hand out what comes out, as it comes.

    Raises StoreError, with what git complained of, when either failed.
    """
    with ExitStack() as stack:
        complaints = stack.enter_context(tempfile.TemporaryFile())
        head = stack.enter_context(_start(git_dir, first, subprocess.DEVNULL, complaints))
        tail = stack.enter_context(_start(git_dir, second, _output(head), complaints))
        _output(head).close()
        try:
            yield _output(tail)
        except BaseException:  # whatever stops the reader must not leave git running
            tail.kill()
            head.kill()
            raise
        _output(tail).close()
        for process, arguments in ((head, first), (tail, second)):
            if process.wait() not in {0, -signal.SIGPIPE}:
                complaints.seek(0)
                raise _failure(arguments, process.returncode, complaints.read())


@contextmanager
def fed(git_dir: Path, arguments: Sequence[str], lines: Iterable[bytes]) -> Iterator[IO[bytes]]:
    """Run git on these lines and hand out what comes out, as it comes.

    The lines are written down first: nobody waits for the other. Raises StoreError, with what git
    complained of.
    """
    with ExitStack() as stack:
        complaints = stack.enter_context(tempfile.TemporaryFile())
        told = stack.enter_context(tempfile.TemporaryFile())
        told.writelines(lines)
        told.seek(0)
        process = stack.enter_context(_start(git_dir, arguments, told, complaints))
        try:
            yield _output(process)
        except BaseException:  # whatever stops the reader must not leave git running
            process.kill()
            raise
        _output(process).close()
        if process.wait() not in {0, -signal.SIGPIPE}:
            complaints.seek(0)
            raise _failure(arguments, process.returncode, complaints.read())


def _start(
    git_dir: Path,
    arguments: Sequence[str],
    source: IO[bytes] | int,
    complaints: IO[bytes],
) -> subprocess.Popen[bytes]:
    with _named_failures():
        return subprocess.Popen(  # noqa: S603 — fixed program, no shell
            ["git", *arguments],  # noqa: S607 — the operator's PATH decides which git
            env=_whole_environment(git_dir),
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=complaints,
            bufsize=_BUFFER,
            umask=_OWNER_ONLY,
        )


@cache
def version() -> tuple[int, ...]:
    """Return git's version, such as (2, 39, 5)."""
    text = run(None, ["version"]).decode("ascii", "replace")
    numbers = re.search(r"\d+(?:\.\d+)+", text)
    if numbers is None:
        raise StoreError(f"git does not tell its version: {text!r}", hint=_INSTALL)
    return tuple(int(part) for part in numbers[0].split("."))


def missing() -> StoreError:
    """Return the error that says that there is no git."""
    return StoreError("the program git is not installed", hint=_INSTALL)


def _whole_environment(git_dir: Path | None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, **environment(git_dir)}


@contextmanager
def _named_failures() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise missing() from error


def _output(process: subprocess.Popen[bytes]) -> IO[bytes]:
    if process.stdout is None:  # never: it was asked for
        raise StoreError("git was started without its output")
    return process.stdout


def _failure(arguments: Sequence[str], code: int, complaint: bytes) -> StoreError:
    words = complaint.decode("utf-8", "replace").strip() or f"ended with code {code}"
    return StoreError(f"git {arguments[0]}: {words}")
