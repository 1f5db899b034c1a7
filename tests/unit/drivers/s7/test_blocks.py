"""The parts of a block, and what is masked in it."""

import pytest

from ccontrol.drivers.s7.block_units import block_unit
from ccontrol.errors import GarbledError
from ccontrol.logic.mc7.block import (
    Block,
    attribute_names,
    interface_parts,
    iso_time,
    language_name,
    parse_image,
    parse_info,
    text,
)
from ccontrol.model.secret import Seal
from ccontrol.model.unit import Unit, field
from ccontrol.sim.s7 import plant
from ccontrol.sim.s7.block import Kind, Language, block_time, make_block

TIMES = ("0512725 82dce".replace(" ", ""), "000000012dcf")


def sdb4(time: str) -> Unit:
    """The table of a CPU 315-2 PN/DP, with one time stamp in all places."""
    body = (
        "03000008003a0054"
        f"040c00000002 0000{time} 000100020000{time} 000300020000{time} 000700020000{time}"
        f"020c07d000020100{time} 03e800020200{time}"
        f"010c000400020000{time}"
    )
    stamp = plant.BUILT if time == TIMES[0] else plant.BUILT.replace(year=2024)
    image = make_block(
        Kind.SDB, 4, bytes.fromhex(body), changed=stamp, interface_changed=plant.BUILT,
        language=Language.SDB, password=bytes.fromhex("80000000"),
    ).image  # fmt: skip
    return block_unit(parse_image(image, "SDB", 4), Seal(b"k"), "", keep_values=False)


def parsed(*, interface: bytes = b"", additional: bytes = b"", body: bytes = b"\x65\0") -> Block:
    image = make_block(
        Kind.FC, 7, body, changed=plant.BUILT, interface=interface, additional=additional
    ).image
    return parse_image(image, "FC", 7)


def test_an_image_is_cut_into_its_parts() -> None:
    block = parsed(body=b"\x65\0\x65\1", interface=b"123456", additional=b"net!")
    assert (block.body, block.interface, block.additional) == (b"\x65\0\x65\1", b"123456", b"net!")
    assert block.checksum_fits
    assert block.header.number == 7


@pytest.mark.parametrize("cut", [0, 35, 71, 73])
def test_an_image_of_another_size_is_none(cut: int) -> None:
    image = make_block(Kind.FC, 7, b"\x65\0", changed=plant.BUILT).image
    with pytest.raises(GarbledError):
        parse_image(image[:cut], "FC", 7)


def test_an_info_tells_the_same_as_the_image() -> None:
    block = make_block(Kind.FC, 7, b"\x65\0", changed=plant.BUILT, names=("ME", "US", "IT"))
    header, footer = parse_info(block.info, "FC", 7)
    image = parse_image(block.image, "FC", 7)
    assert (header, footer) == (image.header, image.footer)
    with pytest.raises(GarbledError):
        parse_info(block.info, "FB", 7)


def test_a_hardware_download_of_the_same_rack_moves_nothing_but_dates_in_sdb4() -> None:
    before, after = sdb4(TIMES[0]), sdb4(TIMES[1])
    assert before.content == after.content
    assert before.full != after.full
    assert field(before.moving, "crc") != field(after.moving, "crc")
    assert field(before.fields, "crc") is None
    assert before.image is not None
    assert bytes.fromhex(TIMES[0]) not in dict(before.image.sections)["body"]


def test_another_sdb_number_in_sdb4_is_content() -> None:
    body = bytes.fromhex("03000008 0016 0018 010c 0000 0002 0000 051272582dce 000c 000c")
    made = [
        make_block(
            Kind.SDB, 4, body[:10] + bytes((0, number)) + body[12:], changed=plant.BUILT
        ).image
        for number in (1, 2)
    ]
    one, other = (
        block_unit(parse_image(image, "SDB", 4), Seal(b"k"), "", keep_values=False)
        for image in made
    )
    assert one.content != other.content
    assert field(one.moving, "crc") is not None


@pytest.mark.parametrize(
    "body", ["", "0300", "0300000800080008", "03000008ffff0054040c", "ff" * 40]
)
def test_a_sdb4_of_another_layout_is_kept_whole(body: str) -> None:
    image = make_block(Kind.SDB, 4, bytes.fromhex(body), changed=plant.BUILT).image
    unit = block_unit(parse_image(image, "SDB", 4), Seal(b"k"), "", keep_values=False)
    assert unit.image is not None
    assert dict(unit.image.sections).get("body", b"") == bytes.fromhex(body)
    assert field(unit.fields, "crc") is not None


def test_an_interface_is_cut_into_declarations_and_initial_values() -> None:
    head = bytes.fromhex("0501000c000800")
    declared, initial = bytes(range(12)), bytes(range(8))
    assert interface_parts(head + declared + initial + b"\x52") == (head + declared, initial)
    assert interface_parts(head + declared + initial) == (head + declared, initial)
    assert interface_parts(head + declared) is None
    assert interface_parts(b"\5") is None


def test_a_text_ends_at_its_first_zero_and_keeps_every_other_byte() -> None:
    assert text(b"MOTOR \0x\0") == "MOTOR"
    assert text(b"\xe4\x1b[0m  ") == "ä\x1b[0m"
    assert text(b"") == ""


def test_what_has_no_name_is_shown_by_its_number() -> None:
    assert language_name(0x33) == "0x33"
    assert attribute_names(0x8B) == ("linked", "standard block", "not retentive", "bit 7")


def test_the_longest_time_that_six_bytes_can_say_is_still_a_time() -> None:
    image = bytearray(make_block(Kind.FC, 7, b"\x65\0", changed=plant.BUILT).image)
    assert bytes(image[16:22]) == block_time(plant.BUILT)
    image[16:22] = b"\xff" * 6
    assert iso_time(parse_image(bytes(image), "FC", 7).header.code_stamp).startswith("2163-")
