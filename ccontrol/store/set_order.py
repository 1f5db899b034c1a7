"""The certificates in an authority's answer, put in the order that DER wants of a set.

Authorities send their certificates as they please, `openssl ts -reply` too, and strict readers
refuse the whole answer for it. No signature covers their order (RFC 5652, 5.4). What cannot be
followed is left as it is: saying what is wrong with it is the reader's business.
"""

from dataclasses import dataclass

_SEQUENCE, _EXPLICIT_0, _OID = 0x30, 0xA0, 0x06
_LONG, _LONGEST = 0x80, 4
"""Lengths above 127 say first in how many bytes they stand; four of them count 4 GiB."""


class _LostError(ValueError):
    """Not DER, or not the structure that was looked for."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One value: where it begins in the answer, where its content does, where it ends."""

    start: int
    content: int
    end: int
    tag: int


def with_sorted_certificates(answer: bytes) -> bytes:
    """Return a TimeStampResp (RFC 3161, 2.4.2) whose certificates are sorted."""
    try:
        found = _certificates(answer)
        parts = [answer[part.start : part.end] for part in _parts(answer, found)]
    except _LostError:
        return answer
    return answer[: found.content] + b"".join(sorted(parts)) + answer[found.end :]


def _certificates(answer: bytes) -> _Part:
    """Follow TimeStampResp, timeStampToken, SignedData, certificates [0]."""
    whole = _part(answer, 0, len(answer))
    _status, token = _several(answer, whole, _SEQUENCE, 2)
    kind, explicit = _several(answer, token, _SEQUENCE, 2)
    if kind.tag != _OID or explicit.tag != _EXPLICIT_0:
        raise _LostError
    signed = _part(answer, explicit.content, explicit.end)
    _version, _digests, _content, certificates = _several(answer, signed, _SEQUENCE, 4)
    if certificates.tag != _EXPLICIT_0:
        raise _LostError
    return certificates


def _several(answer: bytes, of: _Part, tag: int, count: int) -> list[_Part]:
    found = _parts(answer, of)
    if of.tag != tag or len(found) < count:
        raise _LostError
    return found[:count]


def _parts(answer: bytes, of: _Part) -> list[_Part]:
    found: list[_Part] = []
    at = of.content
    while at < of.end:
        found.append(_part(answer, at, of.end))
        at = found[-1].end
    return found


def _part(answer: bytes, start: int, limit: int) -> _Part:
    if start + 2 > limit:
        raise _LostError
    tag, length = answer[start], answer[start + 1]
    content = start + 2
    if length >= _LONG:
        count = length - _LONG
        if not 0 < count <= _LONGEST:  # 0: a length that is not told, which DER has not
            raise _LostError
        length = int.from_bytes(answer[content : content + count])
        content += count
    if content + length > limit:
        raise _LostError
    return _Part(start, content, content + length, tag)
