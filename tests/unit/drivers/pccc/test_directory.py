"""Directories of three kinds of processor, as the simulator lays them out; and broken ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.drivers.pccc import directory as files
from ccontrol.drivers.pccc.data_files import name_of
from ccontrol.drivers.pccc.directory import Directory, Layout, Row, directory, layout_of, rest_of
from ccontrol.errors import GarbledError
from ccontrol.sim.pccc import plant
from ccontrol.sim.pccc.processor import Processor

KINDS = {
    "1400": (plant.press(), files.MICROLOGIX_1400),
    "1100": (plant.pump(), files.MICROLOGIX),
    "SLC": (plant.conveyor(), files.SLC),
}


def parts(processor: Processor, layout: Layout) -> tuple[bytes, bytes]:
    """What stands before the passwords of a directory, and behind."""
    whole = processor.memory.directory()
    return whole[: 2 * files.HEAD_WORDS], whole[2 * layout.after :]


def read(processor: Processor, layout: Layout) -> Directory:
    return directory(layout, *parts(processor, layout))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_lists_its_files_by_their_names(kind: str) -> None:
    found = read(*KINDS[kind])
    assert (found.name, found.program_id) == ("MAIN_PROG", 0x8236)
    names = [name_of(row) for row in found.rows]
    assert names[1:5] == ["SYS0", "SYS1", "LAD2", "LAD3"]
    assert [name_of(row) for row in found.of_class(files.DATA)][:9] == [
        "O0", "I1", "S2", "B3", "T4", "C5", "R6", "N7", "F8",
    ]  # fmt: skip
    assert [row.size for row in found.of_class(files.DATA)][:2] == [12, 16]


def test_the_layout_goes_by_the_bulletin_number() -> None:
    assert layout_of("1766-LEC") == files.MICROLOGIX_1400
    assert layout_of("1763-LEC") == files.MICROLOGIX
    assert layout_of("5/05") == files.SLC


def test_what_is_still_to_be_read_follows_from_the_first_row() -> None:
    processor, layout = KINDS["1400"]
    _, tail = parts(processor, layout)
    word, size = rest_of(layout, tail[: files.FIRST_BYTES])
    assert 2 * (word - layout.after) + size == len(tail)


@pytest.mark.parametrize("kind", KINDS)
def test_a_directory_of_another_kind_does_not_add_up(kind: str) -> None:
    processor, own = KINDS[kind]
    for _, layout in KINDS.values():
        if layout != own:
            with pytest.raises(GarbledError):
                directory(layout, *parts(processor, layout))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cut", [1, 9, 10, 200])
def test_a_directory_that_is_cut_off_is_garbled(kind: str, cut: int) -> None:
    head, tail = parts(*KINDS[kind])
    with pytest.raises(GarbledError):
        directory(KINDS[kind][1], head, tail[:-cut])
    with pytest.raises(GarbledError):
        directory(KINDS[kind][1], head[:-1], tail)


@given(kind=st.sampled_from(["1400", "1100"]), at=st.integers(2, 49), byte=st.integers(1, 255))
def test_a_count_or_an_address_that_is_off_is_noticed(kind: str, at: int, byte: int) -> None:
    head, tail = parts(*KINDS[kind])
    spoilt = bytearray(tail)
    spoilt[at] ^= byte
    with pytest.raises(GarbledError):
        directory(KINDS[kind][1], head, bytes(spoilt))


@given(
    layout=st.sampled_from([files.MICROLOGIX_1400, files.MICROLOGIX, files.SLC]),
    head=st.binary(min_size=22, max_size=22),
    tail=st.binary(max_size=400),
)
def test_any_bytes_are_a_directory_or_garbled(layout: Layout, head: bytes, tail: bytes) -> None:
    try:
        directory(layout, head, tail)
    except GarbledError:
        return


def test_types_without_letters_are_called_by_their_number() -> None:
    assert name_of(Row(0x9C, 12, 2, 0, 0)) == "9C-12"
    assert name_of(Row(0x49, 1, 266, 0, 0)) == "49-1"
    assert name_of(Row(0x91, 10, 8, 0, 0)) == "L10"
