"""Where a message of each protocol ends, by its own head. Pure and total.

A framing takes bytes and a place and returns the whole size of the message that begins there, 0
when too few bytes are there to tell, or NO_MESSAGE. It is strict about what it can check: after a
loss it is what finds the next message.
"""

# ruff: noqa: PLR2004 — a wire format is made of numbers; each is named in the line beside it

from ccontrol.sources.wire.streams import NO_MESSAGE

_COTP = frozenset({0xE0, 0xD0, 0xF0, 0x80, 0xC0, 0x70, 0x10, 0x20, 0x50, 0x60})
_ENIP = frozenset({0x01, 0x04, 0x63, 0x64, 0x65, 0x66, 0x6F, 0x70, 0x72, 0x73, 0xC8})
_ENIP_HEAD, _MODBUS_HEAD, _AMS_HEAD = 24, 6, 6
_MODBUS_LONGEST = 2048  # 254 by the book; UMAS of newer controllers goes to some 1,100


def tpkt(data: bytes, at: int) -> int:
    """ISO on TCP (RFC 1006): 03 00 and the size, then a COTP message."""
    if data[at] != 3:
        return NO_MESSAGE
    if len(data) < at + 6:
        return 0
    size = data[at + 2] << 8 | data[at + 3]
    if size < 7 or data[at + 4] > size - 5 or data[at + 5] & 0xF0 not in _COTP:
        return NO_MESSAGE
    return size


def enip(data: bytes, at: int) -> int:
    """EtherNet/IP: command, size of what follows a head of 24 bytes, options that are 0."""
    if len(data) < at + _ENIP_HEAD:
        known = len(data) < at + 2 or (data[at] in _ENIP and data[at + 1] == 0)
        return 0 if known else NO_MESSAGE
    if data[at + 1] or data[at] not in _ENIP or data[at + 20 : at + 24] != b"\0\0\0\0":
        return NO_MESSAGE
    return _ENIP_HEAD + (data[at + 2] | data[at + 3] << 8)


def modbus(data: bytes, at: int) -> int:
    """Modbus/TCP: number, protocol 0, size, unit, function."""
    if len(data) < at + 8:
        plausible = len(data) < at + 4 or data[at + 2 : at + 4] == b"\0\0"
        return 0 if plausible else NO_MESSAGE
    size = data[at + 4] << 8 | data[at + 5]
    if data[at + 2 : at + 4] != b"\0\0" or not 2 <= size <= _MODBUS_LONGEST or not data[at + 7]:
        return NO_MESSAGE
    return _MODBUS_HEAD + size


def fins(data: bytes, at: int) -> int:
    """FINS/TCP: the word FINS and the size of what follows it."""
    if not b"FINS".startswith(data[at : at + 4]):
        return NO_MESSAGE
    if len(data) < at + 8:
        return 0
    size = int.from_bytes(data[at + 4 : at + 8], "big")
    return 8 + size if 8 <= size <= 1 << 20 else NO_MESSAGE


def ams(data: bytes, at: int) -> int:
    """AMS/TCP: 0, the size, then the addresses of both stations."""
    if data[at : at + 2] not in (b"\0", b"\0\0"):
        return NO_MESSAGE
    if len(data) < at + _AMS_HEAD:
        return 0
    size = int.from_bytes(data[at + 2 : at + 6], "little")
    return _AMS_HEAD + size if 32 <= size <= 1 << 26 else NO_MESSAGE


def whole(data: bytes, at: int) -> int:
    """Datagrams and frames: what stands in one is one message."""
    return len(data) - at
