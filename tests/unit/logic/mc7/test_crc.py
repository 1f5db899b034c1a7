"""The block checksum, held against the long way and against blocks of real controllers."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.logic.mc7.crc import block_crc, crc16


def the_long_way(data: bytes) -> int:
    remainder = 0
    for byte in data:
        remainder ^= byte << 8
        for _ in range(8):
            remainder = remainder << 1 ^ (0x19003 if remainder & 0x8000 else 0)
    return remainder


@given(st.binary(max_size=700))
def test_folding_gives_what_walking_bit_by_bit_gives(data: bytes) -> None:
    assert crc16(data) == the_long_way(data)


@pytest.mark.parametrize("size", [4096, 65_535, 65_536])
def test_long_blocks_too(size: int) -> None:
    data = bytes(at * 7 % 251 for at in range(size))
    assert crc16(data) == the_long_way(data)


def test_blocks_of_real_controllers_carry_their_checksum() -> None:
    corpus = Path(os.environ.get("CCONTROL_CORPUS", Path.cwd().parent / "shared" / "corpus"))
    images = [path.read_bytes() for path in sorted(corpus.glob("mc7/*/*.bin"))]
    code = [image for image in images if image[:2] == b"pp" and image[5] in (0x08, 0x0C, 0x0E)]
    if not code:
        pytest.skip(f"no captured blocks in {corpus}: set CCONTROL_CORPUS")
    for image in code:
        body = image[36 : 36 + int.from_bytes(image[34:36], "big")]
        assert block_crc(image[5], body) == int.from_bytes(image[-10:-8], "big")
