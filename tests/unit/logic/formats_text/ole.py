"""The smallest OLE file: one stream of 4096 bytes, in 512-byte sectors (MS-CFB 2.2, 2.6)."""

import struct

_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_STREAM_BYTES = 4096
_HEAD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def ole(name: str, content: bytes) -> bytes:
    """Return an OLE file whose one stream begins with that content."""
    chain = [*range(3, 10), _END]
    fat = struct.pack("<128L", _FAT, _END, *chain, *[_FREE] * (128 - 2 - len(chain)))
    root = _entry("Root Entry", 5, 1, _END, 0)
    stream = _entry(name, 2, _FREE, 2, _STREAM_BYTES)
    directory = (root + stream).ljust(512, b"\0")
    header = _HEAD + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<LLLLLLLLL", 0, 1, 1, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<109L", 0, *[_FREE] * 108)
    return header + fat + directory + content.ljust(_STREAM_BYTES, b"\0")


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    fields = struct.pack("<HBBLLL", len(encoded), kind, 1, _FREE, _FREE, child)
    return encoded.ljust(64, b"\0") + fields + b"\0" * 36 + struct.pack("<LQ", start, size)
