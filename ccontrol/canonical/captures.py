"""Capture ⇄ one self-contained text file: in the spool, in the vault, and by `ccontrol capture`.

JSON lines: a head, one line an exchange, and a last line with the SHA-256 of everything above.
Decoding believes nothing: a file may have been cut, damaged or made up.
"""

import hashlib
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from ccontrol.errors import BadFileError, ModelError
from ccontrol.model.aspect import Depth
from ccontrol.model.capture import Capture, Exchange
from ccontrol.model.controller import ID_PATTERN

FORM = 1
LARGEST_BYTES = 192 * 1024 * 1024
"""A capture of the largest byte budget (80 MiB), as hex, with room to spare."""
LINES_AT_MOST = 500_000
ANSWERS_AT_MOST = 100_000
"""In one exchange. Counted before anything is built: a file of commas must not fill the memory."""
_SEPARATORS_AT_MOST = 2_000_000
_LARGEST = 2**63 - 1
_NEWER = "Decode it with the version of ccontrol that wrote it, or a later one."


def encode(capture: Capture) -> bytes:
    """Return the file. Equal captures give equal bytes.

    Raises ModelError for a time without a zone and for numbers that nothing can count.
    """
    content = io.BytesIO()  # one buffer: a large capture must not lie in memory twice
    content.write(_line(_head(capture)))
    for exchange in capture.exchanges:
        content.write(_line(_exchange(exchange)))
    with content.getbuffer() as written:
        digest = hashlib.sha256(written).hexdigest()
    content.write(_line({"sha256": digest}))
    return content.getvalue()


def decode(content: bytes) -> Capture:
    """Return the capture. Raises BadFileError for whatever `encode` did not write."""
    if len(content) > LARGEST_BYTES:
        raise BadFileError(f"the file has {len(content)} bytes, more than any capture")
    if content.count(b"\n") > LINES_AT_MOST or content.count(b",") > _SEPARATORS_AT_MOST:
        raise BadFileError("the file has more parts than any capture")
    end = content.rfind(b"\n", 0, len(content) - 1) + 1
    with memoryview(content) as view:  # no copy: a large file lies in memory often enough
        found = hashlib.sha256(view[:end]).hexdigest()
    if not end or _text(_object(content[end:].removesuffix(b"\n")), "sha256") != found:
        raise BadFileError("the file was cut or damaged: its checksum does not fit")
    lines = _lines(content, end)
    return _capture(_object(next(lines)), tuple(map(_parsed, lines)))


def _lines(content: bytes, end: int) -> Iterator[bytes]:
    """Yield the lines up to a place that is the beginning of one."""
    start = 0
    while start < end:
        stop = content.index(b"\n", start)
        yield content[start:stop]
        start = stop + 1


def _line(part: dict[str, Any]) -> bytes:
    return json.dumps(part, separators=(",", ":")).encode("ascii") + b"\n"


def _head(capture: Capture) -> dict[str, Any]:
    return {
        "ccontrol_capture": FORM,
        "controller": capture.controller_id,
        "family": capture.family,
        "depth": capture.depth.value,
        "started_at": _written_time(capture.started_at),
        "ended_at": _written_time(capture.ended_at),
        "requests": _written_number(capture.requests),
        "bytes_sent": _written_number(capture.bytes_sent),
        "bytes_received": _written_number(capture.bytes_received),
        "fault": capture.fault,
        "fault_class": capture.fault_class,
        "notes": capture.notes,
    }


def _exchange(exchange: Exchange) -> dict[str, Any]:
    return {
        "question": exchange.question,
        "after_ms": _written_number(exchange.after_ms),
        "fault": exchange.fault,
        "answers": [answer.hex() for answer in exchange.answers],
    }


def _written_time(at: datetime) -> str:
    if at.tzinfo is None:
        raise ModelError("a capture holds a time without a zone")
    return at.astimezone(UTC).isoformat()


def _written_number(number: int) -> int:
    if type(number) is not int or not 0 <= number <= _LARGEST:
        raise ModelError(f"a capture counts {number!r:.40}")
    return number


def _capture(head: dict[str, Any], exchanges: tuple[Exchange, ...]) -> Capture:
    form = _number(head, "ccontrol_capture")
    if form != FORM:
        raise BadFileError(f"a capture of form {form}, where {FORM} is known", hint=_NEWER)
    return Capture(
        controller_id=_id(_text(head, "controller")),
        family=_text(head, "family"),
        depth=_depth(_text(head, "depth")),
        started_at=_time(_text(head, "started_at")),
        ended_at=_time(_text(head, "ended_at")),
        exchanges=exchanges,
        requests=_number(head, "requests"),
        bytes_sent=_number(head, "bytes_sent"),
        bytes_received=_number(head, "bytes_received"),
        fault=_perhaps(head, "fault"),
        fault_class=_text(head, "fault_class"),
        notes=_notes(head.get("notes")),
    )


def _parsed(line: bytes) -> Exchange:
    if line.count(b",") > ANSWERS_AT_MOST:
        raise BadFileError("an exchange has more answers than any controller gives")
    part = _object(line)
    answers = part.get("answers")
    if not isinstance(answers, list):
        raise _wrong("answers")
    return Exchange(
        question=_text(part, "question"),
        answers=tuple(_bytes(answer) for answer in answers),
        fault=_perhaps(part, "fault"),
        after_ms=_number(part, "after_ms"),
    )


def _object(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadFileError(f"a line is not JSON: {str(error)[:200]}") from error
    if not isinstance(found, dict):
        raise BadFileError("a line is JSON, yet no object")
    return found


def _text(part: dict[str, Any], name: str) -> str:
    found = part.get(name)
    if not isinstance(found, str):
        raise _wrong(name)
    return found


def _perhaps(part: dict[str, Any], name: str) -> str | None:
    return None if part.get(name) is None else _text(part, name)


def _number(part: dict[str, Any], name: str) -> int:
    found = part.get(name)
    if type(found) is not int or not 0 <= found <= _LARGEST:
        raise _wrong(name)
    return found


def _bytes(found: object) -> bytes:
    if not isinstance(found, str):
        raise _wrong("answers")
    try:
        data = bytes.fromhex(found)
    except ValueError as error:
        raise _wrong("answers") from error
    if data.hex() != found:  # blanks, capitals: not what `encode` writes
        raise _wrong("answers")
    return data


def _id(found: str) -> str:
    if ID_PATTERN.fullmatch(found) is None:
        raise _wrong("controller")
    return found


def _depth(found: str) -> Depth:
    try:
        return Depth(found)
    except ValueError as error:
        raise _wrong("depth") from error


def _time(found: str) -> datetime:
    try:
        time = datetime.fromisoformat(found)
        if time.tzinfo is not None:
            return time.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _wrong("time") from error
    raise _wrong("time")


def _notes(found: object) -> tuple[tuple[str, str], ...]:
    match found:
        case list() if all(_is_pair(note) for note in found):
            return tuple((name, value) for name, value in found)
    raise _wrong("notes")


def _is_pair(note: object) -> bool:
    match note:
        case [str(), str()]:
            return True
    return False


def _wrong(name: str) -> BadFileError:
    return BadFileError(f"the capture's {name!r} is missing or not what it should be")
