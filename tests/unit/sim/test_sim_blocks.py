"""Blocks that the simulator makes are built like real ones."""

import struct
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.sim.s7 import plant
from ccontrol.sim.s7.block import Block, Kind, Language, block_crc, block_time, make_block
from ccontrol.sim.s7.cpu import Words, xor_words
from ccontrol.sim.s7.mc7 import Variable, assemble, interface

WHEN = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


def _real(corpus: Path, name: str) -> Block:
    return Block((corpus / "mc7" / name).read_bytes())


def _bitwise_crc(data: bytes) -> int:
    value = 0
    for bit in (byte >> shift & 1 for byte in data for shift in range(7, -1, -1)):
        value = (value << 1 ^ (0x9003 if value >> 15 ^ bit else 0)) & 0xFFFF
    return value


@given(st.sampled_from(Kind), st.binary(max_size=40))
def test_the_table_computes_what_the_polynomial_says(kind: Kind, body: bytes) -> None:
    plain = bytes([kind.in_image]) + struct.pack(">H", len(body)) + body
    assert block_crc(kind.in_image, body) == _bitwise_crc(plain)


@pytest.mark.parametrize(
    "name",
    [
        "dotnet-toolbox/FC1.bin",
        "dotnet-toolbox/FC100.bin",
        "dotnet-toolbox/FB41.bin",
        "captures/OB1__download__tia_s300_downloadOb1.mc7",
        "captures/SDB4__download__tia_s300_downloadHwConfig.mc7",
        "captures/DB1__download__s7comm_downloading_block_db1.mc7",
    ],
)
def test_the_checksum_of_a_real_block_comes_out(corpus: Path, name: str) -> None:
    block = _real(corpus, name)
    assert block_crc(block.kind.in_image, block.body) == block.stored_crc


def test_a_real_block_can_be_made_again_from_its_parts(corpus: Path) -> None:
    real = _real(corpus, "captures/OB1__download__tia_s300_downloadOb1.mc7")
    lengths = struct.unpack(">4H", real.image[28:36])
    cut = 36 + lengths[3]
    made = make_block(
        Kind.OB,
        1,
        real.body,
        changed=datetime(2016, 2, 8, 22, 27, 49, 984000, tzinfo=UTC),
        interface_changed=datetime(2016, 2, 8, 22, 27, 49, tzinfo=UTC),
        language=Language.FBD,
        interface=real.image[cut : cut + lengths[0]],
        additional=real.image[cut + lengths[0] : -36],
        local_length=lengths[2],
    )
    assert made.image[:16] + made.image[28:] == real.image[:16] + real.image[28:]


def test_statements_assemble_to_the_bytes_of_a_real_program(corpus: Path) -> None:
    """FC1 of the corpus begins with UC FC50, UC FC86, BLD 1 (see FC1.awl beside it)."""
    body = _real(corpus, "dotnet-toolbox/FC1.bin").body
    assert body.startswith(assemble("UC FC50; UC FC86; BLD 1").body[:-2])
    assert body.endswith(assemble("").body)


def test_an_interface_is_described_as_in_a_real_block(corpus: Path) -> None:
    real = _real(corpus, "dotnet-toolbox/DB3002.bin")
    reals = [Variable("STATIC", "REAL", initial) for initial in (None, 1, 2, None, 4)]
    ints = [Variable("STATIC", "INT", n) for n in (None, 2, None, 8, None, 16, None)]
    made = interface(3002, [*reals, *ints], data_block=True)
    assert real.image[36 + real.body_length : -36] == made


def test_an_unknown_statement_is_no_program() -> None:
    with pytest.raises(ValueError, match="FLY"):
        assemble("A I0.0; FLY 3")


def test_the_words_are_those_of_a_captured_cpu() -> None:
    """IM151-8: loading a DB of 400 bytes with CRC C0DF moved the words by exactly these."""
    before = xor_words(plant.press().true_blocks())
    block = make_block(Kind.DB, 1, bytes(400), changed=WHEN, language=Language.DB)
    after = xor_words((*plant.press().true_blocks(), block))
    assert after.program_length ^ before.program_length == 0x0190
    assert after.program_crc ^ before.program_crc == 0xC0DF
    assert (after.hardware_length, after.hardware_crc) == (
        before.hardware_length,
        before.hardware_crc,
    )


def test_sdb_2_and_4_do_not_count() -> None:
    silent = [
        make_block(Kind.SDB, n, b"\1\2\3", changed=WHEN, language=Language.SDB) for n in (2, 4)
    ]
    assert xor_words(silent) == Words(0, 0, 0, 0)


def test_dates_are_days_since_1984_and_milliseconds() -> None:
    assert block_time(datetime(1984, 1, 1, 0, 0, 1, tzinfo=UTC)) == bytes.fromhex("000003e80000")
    assert block_time(datetime(1985, 1, 1, tzinfo=UTC)) == struct.pack(">IH", 0, 366)


def test_a_recompiled_block_differs_in_its_dates_alone() -> None:
    block = plant.motor(1, "I0.2", "M11.0", "Q4.2")
    again = block.with_times(WHEN)
    assert again.image != block.image
    assert again.image[:16] + again.image[22:] == block.image[:16] + block.image[22:]


def test_moved_values_keep_the_checksum_of_the_load() -> None:
    block = plant.data_block(1, Variable("STATIC", "INT", 7))
    moved = block.with_values(b"\x00\x09")
    assert moved.stored_crc == block.stored_crc
    assert block_crc(moved.kind.in_image, moved.body) != moved.stored_crc


@settings(max_examples=10)
@given(st.integers(1, 60))
def test_many_blocks_have_different_keys_and_true_sizes(count: int) -> None:
    blocks = plant.many_blocks(count)
    assert len({block.key for block in blocks}) == count
    assert all(int.from_bytes(b.image[8:12], "big") == len(b.image) for b in blocks)
