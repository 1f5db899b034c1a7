"""Blocks of the ring that the kernel shares with a packet socket (TPACKET_V3), read. Pure.

Source: Linux, Documentation/networking/packet_mmap.rst and include/uapi/linux/if_packet.h. A block
holds packets of any size, each behind a head of its own with its time and the VLAN tag that the
kernel took out of it.
"""

import struct
from typing import Final

from ccontrol.sources.wire.links import ETHERNET
from ccontrol.sources.wire.recording import Frame

KERNEL, USER = 0, 1
"""Whose a block is."""
STATUS_AT: Final = 8
_COUNT_AND_FIRST: Final = struct.Struct("=II").unpack_from
_COUNT_AT: Final = 12
_HEAD: Final = struct.Struct("=IIIIIIHHIIH").unpack_from
"""Next, seconds, nanoseconds, bytes kept, length, status, where the frame begins, where its packet
does, hash, tag, the tag's type."""
_HEAD_BYTES: Final = 42
_TAGGED, _TYPE_KNOWN = 1 << 4, 1 << 6
_VLAN: Final = 0x8100
_ADDRESSES: Final = 12
"""Bytes of a frame that stand before its tag."""
_NS: Final = 1_000_000_000


def frames_of(block: bytes, number: int) -> list[Frame]:
    """Return a block's frames with their tags, numbered from `number` + 1."""
    count, at = _COUNT_AND_FIRST(block, _COUNT_AT)
    frames = []
    for _ in range(count):
        if at + _HEAD_BYTES > len(block):
            break
        following, seconds, ns, kept, length, status, mac, _, _, tag, kind = _HEAD(block, at)
        data = block[at + mac : at + mac + kept]
        if status & _TAGGED:
            mark = struct.pack(">HH", kind if status & _TYPE_KNOWN else _VLAN, tag & 0xFFFF)
            data, length = data[:_ADDRESSES] + mark + data[_ADDRESSES:], length + len(mark)
        number += 1
        frames.append(Frame(number, seconds * _NS + ns, ETHERNET, data, length))
        if not following:
            break
        at += following
    return frames
