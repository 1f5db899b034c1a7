"""Work on files from outside in a child of this process, within bounds of memory and time.

The child is a fork: what it needs is loaded already, and a small file costs milliseconds more.
What it says is built by its declared type, as with the daemon's workers, whose bounds it has.
It is no sandbox: it may do what the caller may.
"""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn, TypeVar, cast

from ccontrol.errors import BadFileError, CcontrolError, EngineError, ModelError
from ccontrol.poll.bounds import Bounds, address_space, bound_memory, bound_time
from ccontrol.poll.frames import built, laid, read_frame
from ccontrol.poll.shapes import Shape, shape_of

Result = TypeVar("Result")

_OUT_OF_MEMORY = 3
_HINT = (
    "Export a part of the project, e.g. one program. A small file that needs so much is damaged, "
    "or was made to do harm: ask where it came from."
)


@dataclass(frozen=True, slots=True)
class _Bad:
    """The file is not what it should be."""

    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class _Defect:
    """The work broke in a way that nobody foresaw."""

    told: str


def within_bounds(
    work: Callable[[], Result],
    kind: type[Result],
    subject: str,
    bounds: Bounds,
) -> Result:
    """Return what the work returns, which is of this kind; `subject` names the files it reads.

    Raises the BadFileError that the work raises, and one for work that needs more time or memory
    than its bounds allow; memory counts beyond what this process has taken. Raises CcontrolError
    for a defect.
    """
    shape = shape_of(kind | _Bad | _Defect)
    ours, theirs = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if not child:
        os.close(ours)
        _child(lambda: _framed(shape, work, subject), theirs, bounds)
    os.close(theirs)
    try:
        with os.fdopen(ours, "rb") as answers:
            body = read_frame(answers)
        answer = None if body is None else built(shape, body)
    except EngineError:
        answer = None
    finally:
        os.kill(child, signal.SIGKILL)  # has no business any more; one that has ended stays so
        _, status = os.waitpid(child, 0)
    if isinstance(answer, _Bad):
        raise BadFileError(answer.message, hint=answer.hint)
    if isinstance(answer, _Defect):
        raise CcontrolError(answer.told)
    if answer is None:
        raise BadFileError(f"{subject}: {_death(status, bounds)}", hint=_HINT)
    return cast("Result", answer)


def _death(status: int, bounds: Bounds) -> str:
    """Say why there is no answer."""
    code = os.waitstatus_to_exitcode(status)
    if code in (-signal.SIGPROF, -signal.SIGALRM):
        return f"reading it took longer than {bounds.time_s:.3g} s, and was ended"
    if code == _OUT_OF_MEMORY:
        return f"reading it needs more than {bounds.memory_bytes >> 20} MiB of memory"
    return f"reading it broke down ({code})"


def _child(frame: Callable[[], bytes], pipe: int, bounds: Bounds) -> NoReturn:
    """Do the work and say what came of it; whatever happens, nothing of the parent's runs here."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        bound_memory(address_space() + bounds.memory_bytes)
        bound_time(bounds.time_s)
        whole = frame()
        with os.fdopen(pipe, "wb") as answers:
            answers.write(whole)
        code = 0
    except MemoryError:
        code = _OUT_OF_MEMORY
    finally:
        os._exit(code)


def _framed(shape: Shape, work: Callable[[], object], subject: str) -> bytes:
    outcome = _outcome(work)
    try:
        return laid(shape, outcome)
    except ModelError as error:
        return laid(shape, _Bad(f"{subject}: what it says is too much: {error}", _HINT))


def _outcome(work: Callable[[], object]) -> object:
    try:
        return work()
    except BadFileError as error:
        return _Bad(str(error), error.hint)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 — supervised border: told whole, as the last border would
        return _Defect(traceback.format_exc().rstrip())
