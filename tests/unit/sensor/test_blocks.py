"""Blocks of the kernel's ring, made by hand: frames, times, the tag that the kernel took out."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from ccontrol.sensor.blocks import frames_of

FRAME = bytes(range(60))
MAC = 82
"""Where the kernel of 2025 puts the frame behind a packet's head."""


def block(*packets: tuple[bytes, int, int, int]) -> bytes:
    """Frames with their status, tag and the tag's type, as the kernel lays them."""
    body = bytearray()
    for number, (data, status, tag, kind) in enumerate(packets):
        size = (MAC + len(data) + 15) // 16 * 16
        following = size if number + 1 < len(packets) else 0
        when = 1_700_000_000 + number, 5
        places = status, MAC, MAC + 14, 0, tag, kind, 0
        head = struct.pack("=6I2H2IHH8x", following, *when, len(data), len(data), *places)
        body += (head.ljust(MAC, b"\0") + data).ljust(size, b"\0")
    return (
        struct.pack("=IIIIIIQ4I", 1, 48, 1, len(packets), 48, 48 + len(body), 1, 0, 0, 0, 0) + body
    )


def test_frames_come_in_order_with_their_times_and_one_count() -> None:
    frames = frames_of(block((FRAME, 1, 0, 0), (FRAME[:20], 1, 0, 0)), 41)
    assert [(each.number, each.data) for each in frames] == [(42, FRAME), (43, FRAME[:20])]
    assert frames[1].time_ns == 1_700_000_001 * 10**9 + 5
    assert frames[1].length == 20


def test_the_tag_that_the_kernel_took_out_is_put_back() -> None:
    (usual,) = frames_of(block((FRAME, 1 | 1 << 4, 5, 0)), 0)
    assert usual.data == FRAME[:12] + bytes.fromhex("81000005") + FRAME[12:]
    assert usual.length == len(FRAME) + 4
    (provider,) = frames_of(block((FRAME, 1 | 1 << 4 | 1 << 6, 0xE006, 0x88A8)), 0)
    assert provider.data[12:16] == bytes.fromhex("88a8e006")


@given(st.binary(max_size=400))
def test_a_block_of_anything_is_read_to_its_end(rubbish: bytes) -> None:
    assert len(frames_of(rubbish.ljust(48, b"\0"), 0)) <= 400
