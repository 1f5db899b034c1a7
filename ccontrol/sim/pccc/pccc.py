"""PCCC: a command in, a reply out. Reads are answered, everything else is refused.

Formats: 1770-6.5.16, chapters 7 (commands), 8 (status) and 13 (addresses of a PLC-5); the reads of
a MicroLogix as in a recording of RSLogix 500 and a 1766-LEC. Opens nothing, waits never.
"""

import struct
from collections.abc import Iterator

from ccontrol.sim.pccc.memory import STATUS
from ccontrol.sim.pccc.processor import Kind, Processor

ILLEGAL, PROTECTED, EXTENDED = 0x10, 0x60, 0xF0
NO_SUCH_ADDRESS, NO_ACCESS = 0x06, 0x0B
MOST_BYTES = 236
_WIDE = 0xFF
_STATUS_NUMBER = 2
_ARRAY_OF_WORDS = b"\x99\x09"
_INTEGER = 0x42
_LEVELS = 3
_DATA_TABLE = 0
_TYPED = 0x0F
"""The command of the typed reads; the function after it says which."""


class _RefusedError(Exception):
    """A command that is answered with a status."""

    def __init__(self, status: int, extended: int | None = None) -> None:
        super().__init__(f"{status:02x}")
        self.told = bytes((status,)) if extended is None else bytes((status, extended))


def reply(processor: Processor, asked: bytes, refusal: int | None = None) -> bytes:
    """Answer one PCCC message: command, status, number, and data or an extended status."""
    if len(asked) < 4:  # noqa: PLR2004 — command, status, number
        return b""
    command, number, rest = asked[0], asked[2:4], asked[4:]
    if refusal is not None:
        return bytes((command | 0x40, refusal)) + number
    try:
        data = _answer(processor, command, rest)
    except _RefusedError as refused:
        return bytes((command | 0x40, refused.told[0])) + number + refused.told[1:]
    return bytes((command | 0x40, 0)) + number + data


def _answer(processor: Processor, command: int, rest: bytes) -> bytes:
    function, fields = rest[:1], rest[1:]
    known = not function or (command, function[0]) not in processor.lacks
    is_plc5 = processor.model.kind is Kind.PLC5
    if known and (command, function) == (0x06, b"\x03") and not fields:
        return processor.diagnostic_status()
    if known and command == _TYPED and is_plc5 and function in (b"\x01", b"\x68"):
        return _plc5_read(processor, fields, typed=function == b"\x68")
    if known and command == _TYPED and not is_plc5 and function in (b"\xa1", b"\xa2"):
        return _typed_logical_read(processor, fields, addresses=function[0] - 0x9E)
    raise _RefusedError(ILLEGAL)


def _typed_logical_read(processor: Processor, fields: bytes, addresses: int) -> bytes:
    size, values = fields[0] if fields else 0, list(_numbers(fields[1:]))
    if len(values) != addresses or not 0 < size <= MOST_BYTES:
        raise _RefusedError(ILLEGAL)
    number, file_type, element, sub = (*values, 0)[:4]
    if (file_type, number) == (STATUS, _STATUS_NUMBER):
        begin = 2 * (element + sub)
        data: bytes | None = processor.status_file()[begin : begin + size]
        data = data if data and len(data) == size else None
    else:
        data = processor.memory.read(file_type, number, element, sub, size)
    if data is None:
        raise _RefusedError(ILLEGAL)
    return data


def _plc5_read(processor: Processor, fields: bytes, *, typed: bool) -> bytes:
    if len(fields) < 6:  # noqa: PLR2004 — offset, total, address, size
        raise _RefusedError(ILLEGAL)
    offset, total = struct.unpack_from("<HH", fields)
    area, number, element, rest = _plc5_address(fields[4:])
    if len(rest) != 1 + typed:
        raise _RefusedError(EXTENDED, NO_SUCH_ADDRESS)
    size = int.from_bytes(rest, "little") * (1 + typed)
    if size > MOST_BYTES or size % 2 or offset + size // 2 > total:
        raise _RefusedError(ILLEGAL)
    begin = 2 * (element + offset)
    whole = processor.status_file() if (area, number) == (_DATA_TABLE, _STATUS_NUMBER) else b""
    data = whole[begin : begin + size]
    if not data or len(data) != size:
        raise _RefusedError(EXTENDED, NO_SUCH_ADDRESS)
    return _ARRAY_OF_WORDS + bytes((size + 1, _INTEGER)) + data if typed else data


def _plc5_address(data: bytes) -> tuple[int, int, int, bytes]:
    """Area, file and element of a logical binary address, and what follows it."""
    mask, at, levels = data[0], 1, [0, 1, 0]
    if mask >> _LEVELS:
        raise _RefusedError(EXTENDED, NO_SUCH_ADDRESS)
    for level in range(_LEVELS):
        if mask >> level & 1:
            wide = data[at : at + 1] == bytes((_WIDE,))
            piece = data[at + 1 : at + 3] if wide else data[at : at + 1]
            levels[level] = int.from_bytes(piece, "little")
            at += 3 if wide else 1
    return levels[0], levels[1], levels[2], data[at:]


def _numbers(data: bytes) -> Iterator[int]:
    """Numbers of one byte each, or of two behind FF."""
    at = 0
    while at < len(data):
        if data[at] == _WIDE:
            yield int.from_bytes(data[at + 1 : at + 3], "little")
            at += 3
        else:
            yield data[at]
            at += 1
