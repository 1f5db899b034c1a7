"""How messages between the engine and its workers become frames on a pipe.

A worker has heard what a hostile controller said, and may have been taken over by it. What it sends
is therefore no pickle but lists, texts and numbers, read by the types that its messages declare.
"""

import pickle
from typing import cast

from ccontrol.poll.frames import built, framed, laid
from ccontrol.poll.messages import FromWorker, ToWorker
from ccontrol.poll.shapes import shape_of

_FROM_WORKER = shape_of(FromWorker)


def to_worker(message: ToWorker) -> bytes:
    """Return what the engine says as a frame: with its length in front."""
    return framed(pickle.dumps(message, protocol=5))


def from_engine(body: bytes) -> ToWorker:
    """Rebuild what the engine said, in the worker; the engine is trusted."""
    return cast("ToWorker", pickle.loads(body))  # noqa: S301 — comes from our own parent process


def to_engine(message: FromWorker) -> bytes:
    """Return what a worker says as a frame: with its length in front.

    Raises ModelError for values that are not what the message declares, and for too many.
    """
    return laid(_FROM_WORKER, message)


def from_worker(body: bytes) -> FromWorker:
    """Rebuild what a worker said. Raises EngineError for anything that is no message of one."""
    return cast("FromWorker", built(_FROM_WORKER, body))
