"""How messages become frames on a pipe, and which classes a worker may make us build.

A worker has heard what a hostile controller said. What it sends is therefore unpickled with a list
of admitted classes: our own nouns and times, nothing that runs.
"""

import io
import pickle
from typing import BinaryIO, cast

from ccontrol.errors import EngineError
from ccontrol.poll.messages import FromWorker, ToWorker

HEAD_BYTES = 4
FRAME_AT_MOST = 512 * 1024 * 1024
_ADMITTED_MODULES = ("ccontrol.model.", "ccontrol.poll.messages")
_ADMITTED_NAMES = frozenset(
    {("datetime", "datetime"), ("datetime", "timezone"), ("datetime", "timedelta")}
)


class _OursOnly(pickle.Unpickler):
    """Builds our nouns and times and refuses every other class."""

    def find_class(self, module: str, name: str) -> object:
        if module.startswith(_ADMITTED_MODULES) or (module, name) in _ADMITTED_NAMES:
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"a worker may not send {module}.{name}")


def frame(message: ToWorker | FromWorker) -> bytes:
    """Return a message as bytes with its length in front."""
    whole = io.BytesIO(bytes(HEAD_BYTES))  # one buffer: a large message must not lie there twice
    whole.seek(HEAD_BYTES)
    pickle.dump(message, whole, protocol=5)
    length = whole.tell() - HEAD_BYTES
    whole.seek(0)
    whole.write(length.to_bytes(HEAD_BYTES, "big"))
    return whole.getvalue()


def frame_length(head: bytes) -> int:
    """Return how many bytes follow. Raises EngineError for a length that no message has."""
    length = int.from_bytes(head, "big")
    if length > FRAME_AT_MOST:
        raise EngineError(f"a worker announced a message of {length} bytes")
    return length


def from_worker(body: bytes) -> FromWorker:
    """Rebuild what a worker sent. Raises EngineError for anything that is not on the list."""
    try:
        message = _OursOnly(io.BytesIO(body)).load()
    except Exception as error:  # rubbish in a pickle raises nearly anything
        raise EngineError(f"a worker sent something that is no message: {error}") from error
    if not isinstance(message, FromWorker):
        raise EngineError(f"a worker sent a {type(message).__name__}")
    return message


def from_engine(body: bytes) -> ToWorker:
    """Rebuild what the engine sent, in the worker; the engine is trusted."""
    return cast("ToWorker", pickle.loads(body))  # noqa: S301 — comes from our own parent process


def read_frame(stream: BinaryIO) -> bytes | None:
    """Read one frame from a blocking pipe; None when the other side has closed it."""
    head = stream.read(HEAD_BYTES)
    if len(head) < HEAD_BYTES:
        return None
    length = frame_length(head)
    body = stream.read(length)
    return body if len(body) == length else None
