"""How messages become frames on a pipe, and what a worker may make us build.

A worker has heard what a hostile controller said, and may have been taken over by it. What it sends
is therefore no pickle but lists, texts and numbers, read by the types that its messages declare:
nothing else is built, and n bytes cost no more than some fixed number of times n.
"""

import json
import pickle
from typing import BinaryIO, cast

from ccontrol.errors import EngineError, ModelError
from ccontrol.poll.messages import FromWorker, ToWorker
from ccontrol.poll.shapes import Blobs, shape_of

HEAD_BYTES = 4
FRAME_AT_MOST = 256 * 1024 * 1024
"""The bytes of a capture are 64 MiB at most, those of the blocks in it no more."""
LISTS_AT_MOST = 64 * 1024 * 1024
"""Everything but the bytes of blocks; 8,000 blocks have 6 MB. Parsed it is some 40 times larger."""
_FROM_WORKER = shape_of(FromWorker)


def to_worker(message: ToWorker) -> bytes:
    """Return what the engine says as a frame: with its length in front."""
    return _framed(pickle.dumps(message, protocol=5))


def from_engine(body: bytes) -> ToWorker:
    """Rebuild what the engine said, in the worker; the engine is trusted."""
    return cast("ToWorker", pickle.loads(body))  # noqa: S301 — comes from our own parent process


def to_engine(message: FromWorker) -> bytes:
    """Return what a worker says as a frame: with its length in front.

    Raises ModelError for values that are not what the message declares, and for too many.
    """
    blobs: list[bytes] = []
    (laid,) = _FROM_WORKER.lay([message], blobs)
    # surrogates pass: a fault may name a file in bytes that are no UTF-8
    lists = json.dumps(laid, ensure_ascii=False, separators=(",", ":"))
    written = lists.encode("utf-8", "surrogatepass")
    whole = _framed(len(written).to_bytes(HEAD_BYTES, "big"), written, *blobs)
    if len(written) > LISTS_AT_MOST or len(whole) > FRAME_AT_MOST:
        raise ModelError(f"{len(whole)} bytes are more than a message may have")
    return whole


def from_worker(body: bytes) -> FromWorker:
    """Rebuild what a worker said. Raises EngineError for anything that is no message of one."""
    split = HEAD_BYTES + int.from_bytes(body[:HEAD_BYTES], "big")
    blobs = Blobs(body, split)
    if split > min(len(body), HEAD_BYTES + LISTS_AT_MOST):
        raise EngineError("a worker sent something that is no message: its lists are not there")
    try:
        raw = json.loads(body[HEAD_BYTES:split].decode("utf-8", "surrogatepass"))
        (message,) = _FROM_WORKER.build([raw], blobs)
    except (ValueError, RecursionError, ModelError) as error:
        told = str(error)[:200]
        raise EngineError(f"a worker sent something that is no message: {told}") from error
    if blobs.at != len(body):
        raise EngineError("a worker sent something that is no message: it has bytes left over")
    return cast("FromWorker", message)


def frame_length(head: bytes) -> int:
    """Return how many bytes follow. Raises EngineError for a length that no message has."""
    length = int.from_bytes(head, "big")
    if length > FRAME_AT_MOST:
        raise EngineError(f"a worker announced a message of {length} bytes")
    return length


def read_frame(stream: BinaryIO) -> bytes | None:
    """Read one frame from a blocking pipe; None when the other side has closed it."""
    head = stream.read(HEAD_BYTES)
    if len(head) < HEAD_BYTES:
        return None
    length = frame_length(head)
    body = stream.read(length)
    return body if len(body) == length else None


def _framed(*parts: bytes) -> bytes:
    """Join at once: a large message must not lie there twice."""
    return b"".join((sum(map(len, parts)).to_bytes(HEAD_BYTES, "big"), *parts))
