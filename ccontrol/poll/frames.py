"""One value as a frame on a pipe, and back: lists as JSON, the bytes that they name behind them.

Whoever sent it may have been taken over by what it read: nothing arises but what the declared type
names, and n bytes cost no more than some fixed number of times n. Knows no messages.
"""

import json
from typing import Any, BinaryIO

from ccontrol.errors import EngineError, ModelError
from ccontrol.poll.shapes import Blobs, Shape

HEAD_BYTES = 4
FRAME_AT_MOST = 256 * 1024 * 1024
"""The bytes of a capture are 64 MiB at most, those of the blocks in it no more."""
LISTS_AT_MOST = 64 * 1024 * 1024
"""Everything but the bytes of blocks; 8,000 blocks have 6 MB. Parsed it is some 40 times larger."""


def laid(shape: Shape, value: object) -> bytes:
    """Return a value as a frame: with its length in front.

    Raises ModelError for a value that is not what its type declares, and for too much.
    """
    blobs: list[bytes] = []
    (lists,) = shape.lay([value], blobs)
    # surrogates pass: a fault may name a file in bytes that are no UTF-8
    text = json.dumps(lists, ensure_ascii=False, separators=(",", ":"))
    written = text.encode("utf-8", "surrogatepass")
    whole = framed(len(written).to_bytes(HEAD_BYTES, "big"), written, *blobs)
    if len(written) > LISTS_AT_MOST or len(whole) > FRAME_AT_MOST:
        raise ModelError(f"{len(whole)} bytes are more than a message may have")
    return whole


def built(shape: Shape, body: bytes) -> Any:  # noqa: ANN401 — what the shape was made for
    """Rebuild a value. Raises EngineError for anything that is none of this shape."""
    split = HEAD_BYTES + int.from_bytes(body[:HEAD_BYTES], "big")
    blobs = Blobs(body, split)
    if split > min(len(body), HEAD_BYTES + LISTS_AT_MOST):
        raise EngineError("a worker sent something that is no message: its lists are not there")
    try:
        raw = json.loads(body[HEAD_BYTES:split].decode("utf-8", "surrogatepass"))
        (value,) = shape.build([raw], blobs)
    except (ValueError, RecursionError, ModelError) as error:
        told = str(error)[:200]
        raise EngineError(f"a worker sent something that is no message: {told}") from error
    if blobs.at != len(body):
        raise EngineError("a worker sent something that is no message: it has bytes left over")
    return value


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


def framed(*parts: bytes) -> bytes:
    """Join at once: a large message must not lie there twice."""
    return b"".join((sum(map(len, parts)).to_bytes(HEAD_BYTES, "big"), *parts))
