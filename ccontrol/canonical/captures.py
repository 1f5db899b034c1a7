"""Capture ⇄ one self-contained text file: in the spool, in the vault, and by `ccontrol capture`.

JSON lines: a head, one line an exchange, and a last line with the SHA-256 of everything above.
Written and read piece by piece: the text, twice as long as what was heard, never lies in memory
whole. Reading believes nothing: a file may have been cut, damaged or made up.
"""

import hashlib
import io
import json
import re
from binascii import hexlify, unhexlify
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO

from ccontrol.errors import BadFileError, ModelError
from ccontrol.model.aspect import Depth
from ccontrol.model.capture import Capture, Exchange
from ccontrol.model.controller import ID_PATTERN

FORM = 1
LARGEST_BYTES = 192 * 1024 * 1024
"""A capture of the largest byte budget (64 MiB), as hex, with room to spare."""
EXCHANGES_AT_MOST = 500_000
ANSWERS_AT_MOST = 2_000_000
ANSWERS_IN_ONE_AT_MOST = 100_000
"""In one exchange. Counted while they are built: a file of commas must not fill the memory."""
PIECE_BYTES = 256 * 1024
_ANSWERS_A_PIECE = 64
_LARGEST = 2**63 - 1
_NEWER = "Decode it with the version of ccontrol that wrote it, or a later one."
_TEXT = rb'"[ !#-\[\]-~]*+(?:\\[ -~][ !#-\[\]-~]*+)*+"'  # what the writer makes of any text
_OPENING = re.compile(
    rb'\{"question":(%b),"after_ms":(0|[1-9][0-9]{0,18}),"fault":(null|%b),"answers":\['
    % (_TEXT, _TEXT)
)
_quoted = json.JSONEncoder().encode  # of a text: straight into C


def pieces(capture: Capture) -> Iterator[bytes]:
    """Yield the file, in pieces of a few hundred KiB. Equal captures give equal bytes.

    Raises ModelError for a time without a zone and for numbers that nothing can count.
    """
    digest = hashlib.sha256()
    for piece in _gathered(_texts(capture)):
        digest.update(piece)
        yield piece
    yield _line({"sha256": digest.hexdigest()}).encode("ascii")


def encode(capture: Capture) -> bytes:
    """Return the file whole: for what is small. Raises what `pieces` does."""
    return b"".join(pieces(capture))


def read(source: BinaryIO) -> Capture:
    """Return the capture in a file. Raises BadFileError for whatever `pieces` did not write."""
    lines = _Lines(source)
    head = _object(lines.first())
    return _capture(head, tuple(lines.exchanges()))


def decode(content: bytes) -> Capture:
    """Return the capture in these bytes. Raises what `read` does."""
    return read(io.BytesIO(content))


class _Lines:
    """A capture's file being read: hashed and counted, a piece of a line at a time."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._digest = hashlib.sha256()
        self._bytes = 0
        self._answers = 0

    def first(self) -> bytes:
        """Return the head."""
        return self._take(self._next())

    def exchanges(self) -> Iterator[Exchange]:
        """Yield the exchanges; whoever has had all of them knows that the checksum fits."""
        count = 0
        while not (piece := self._next()).startswith(b'{"sha256":'):
            count += 1
            if count > EXCHANGES_AT_MOST:
                raise BadFileError("the file has more exchanges than any capture")
            yield self._exchange(self._take(piece))
        if self._source.read(1) or _text(_object(piece), "sha256") != self._digest.hexdigest():
            raise BadFileError("the file was cut or damaged: its checksum does not fit")

    def _next(self, size: int = PIECE_BYTES) -> bytes:
        piece = self._source.readline(size)
        self._bytes += len(piece)
        if not piece:
            raise BadFileError("the file was cut: it ends without its checksum")
        if self._bytes > LARGEST_BYTES:
            raise BadFileError(f"the file has more than {LARGEST_BYTES} bytes, as no capture has")
        return piece

    def _take(self, piece: bytes) -> bytes:
        self._digest.update(piece)
        return piece

    def _exchange(self, piece: bytes) -> Exchange:
        opening = _OPENING.match(piece)
        if opening is None:
            raise BadFileError("a line is no exchange as ccontrol writes it")
        question, after_ms, fault = opening.groups()
        return Exchange(
            question=_unquoted(question),
            answers=tuple(self._answers_in(piece[opening.end() :])),
            fault=None if fault == b"null" else _unquoted(fault),
            after_ms=_counted(int(after_ms)),
        )

    def _answers_in(self, rest: bytes) -> list[bytes]:
        """Return the answers of a line whose list begins here and may go on in further pieces."""
        if rest == b"]}\n":
            return []
        if not rest.startswith(b'"'):
            raise _wrong("answers")
        found: list[bytes] = []
        rest = rest[1:]
        while not rest.endswith(b'"]}\n'):
            *whole, rest = rest.split(b'","')
            self._add(whole, found)
            if rest.endswith(b"\n"):
                raise _wrong("answers")
            rest += self._take(self._next(max(PIECE_BYTES, len(rest))))  # no byte is copied often
        self._add(rest[:-4].split(b'","'), found)
        return found

    def _add(self, written: list[bytes], found: list[bytes]) -> None:
        self._answers += len(written)
        if self._answers > ANSWERS_AT_MOST or len(found) + len(written) > ANSWERS_IN_ONE_AT_MOST:
            raise BadFileError("the file has more answers than any controller gives")
        found += map(_answer, written)


def _answer(written: bytes) -> bytes:
    try:
        answer = unhexlify(written)
    except ValueError as error:
        raise _wrong("answers") from error
    if hexlify(answer) != written:  # capitals: not what `pieces` writes
        raise _wrong("answers")
    return answer


def _unquoted(written: bytes) -> str:
    if b"\\" not in written:
        return written[1:-1].decode("ascii")
    try:
        found: str = json.loads(written)
    except ValueError as error:
        raise BadFileError("a text in the file is no text") from error
    return found


def _counted(number: int) -> int:
    if number > _LARGEST:
        raise _wrong("after_ms")
    return number


def _gathered(texts: Iterator[str]) -> Iterator[bytes]:
    """Yield short texts together."""
    waiting: list[str] = []
    size = 0
    for text in texts:
        waiting.append(text)
        size += len(text)
        if size >= PIECE_BYTES:
            yield "".join(waiting).encode("ascii")
            waiting, size = [], 0
    yield "".join(waiting).encode("ascii")


def _texts(capture: Capture) -> Iterator[str]:
    yield _line(_head(capture))
    for exchange in capture.exchanges:
        fault = "null" if exchange.fault is None else _quoted(exchange.fault)
        yield (
            f'{{"question":{_quoted(exchange.question)},'
            f'"after_ms":{_written_number(exchange.after_ms)},"fault":{fault},"answers":['
        )
        answers, before = exchange.answers, '"'
        for at in range(0, len(answers), _ANSWERS_A_PIECE):
            few = '","'.join([answer.hex() for answer in answers[at : at + _ANSWERS_A_PIECE]])
            yield f"{before}{few}"
            before = '","'
        yield '"]}\n' if answers else "]}\n"


def _line(part: dict[str, Any]) -> str:
    return json.dumps(part, separators=(",", ":")) + "\n"


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
