"""The decoder held against real CPUs: public packet captures and block images, where present.

CPU 315-2 PN/DP V3.2.7 (gymgit's captures) and IM151-8 PN/DP (s7comm_downloading_block_db1).
"""

from functools import reduce
from operator import xor
from pathlib import Path

import pytest

from ccontrol.drivers.s7.answers import Answers
from ccontrol.drivers.s7.block_units import block_unit
from ccontrol.drivers.s7.decode import interpret
from ccontrol.drivers.s7.pdu import BLOCK_TYPES
from ccontrol.logic.mc7.block import interface_parts, parse_image, parse_info
from ccontrol.model.aspect import Depth
from ccontrol.model.secret import Seal
from ccontrol.model.snapshot import Read, Snapshot
from ccontrol.model.unit import Unit, UnitId, field
from tests.unit.drivers.s7.heard import SEAL
from tests.unit.drivers.s7.real_captures import corpus, real_capture


def images() -> list[tuple[str, int, bytes]]:
    found = []
    for path in sorted([*corpus("mc7", "captures").glob("*.mc7"), *corpus("mc7").glob("*/*.bin")]):
        key = path.name.partition("__")[0].removesuffix(".bin")
        name = key.rstrip("0123456789")
        found.append((name, int(key.removeprefix(name)), path.read_bytes()))
    return found


def unit(snapshot: Snapshot, kind: str, key: str) -> Unit:
    sighting = snapshot.sightings[UnitId(kind, key)]
    assert isinstance(sighting, Read), sighting
    return sighting.unit


def test_a_real_cpu_says_who_it_is() -> None:
    snapshot = interpret(real_capture("snap7_s300_everything.pcapng"), SEAL)
    cpu = dict(unit(snapshot, "identity", "cpu").fields)
    assert cpu["order_number"] == "6ES7 315-2EH14-0AB0"
    assert cpu["station"] == "S7300/ET200M station_1"
    assert cpu["name"] == "PLC_1"
    assert cpu["serial"] == "S C-B1U393142011"
    assert cpu["type_name"] == "CPU 315-2 PN/DP"
    assert cpu["manufacturer"] == 42
    assert field(unit(snapshot, "firmware", "cpu").fields, "version") == "V3.2.7"
    assert field(unit(snapshot, "firmware", "module").fields, "version") == "3.1"
    assert field(unit(snapshot, "firmware", "boot-loader").fields, "version") == "A32.9.9"
    assert field(unit(snapshot, "hardware", "memory-card").fields, "serial") == "MMC 4A1AC019"
    assert field(unit(snapshot, "mode", "cpu").moving, "mode") == "RUN"
    counts = {"ob": 1, "fb": 1, "fc": 0, "sdb": 8, "sfc": 77, "sfb": 15}
    assert dict(unit(snapshot, "inventory", "blocks").fields) == counts


def test_a_real_protected_cpu_says_how_it_is_locked() -> None:
    capture = real_capture("step7_s300_AuthPassword.pcapng", Depth.GLANCE)
    lock = dict(unit(interpret(capture, SEAL), "protection", "cpu").fields)
    assert lock == {
        "configured_level": 3, "mode_switch": "RUN-P", "start_switch": "undefined",
        "switch_level": 1, "valid_level": 3,
    }  # fmt: skip


def test_real_words_move_by_size_and_checksum_of_the_block_that_was_loaded() -> None:
    """IM151-8: before and after a download of DB1; the hardware words stay."""
    capture = real_capture("s7comm_downloading_block_db1.pcap", Depth.GLANCE)
    words = [one for one in capture.exchanges if one.question.startswith("szl 0132 0004")]
    path = corpus("mc7", "captures", "DB1__download__s7comm_downloading_block_db1.mc7")
    block = parse_image(path.read_bytes(), "DB", 1)
    seen = [
        [int.from_bytes(answer[-24:][at : at + 2], "little") for at in (0, 2, 4, 6)]
        for one in words
        for answer in (one.answers[0],)
    ]
    assert len(seen) >= 3
    first, last = seen[0], seen[-1]
    assert first[:2] == last[:2]
    assert first[2] ^ last[2] == block.header.mc7_bytes == 0x0190
    assert first[3] ^ last[3] == block.footer.crc == 0xC0DF
    assert not interpret(capture, SEAL).usable, "the program changed between the readings"


def test_real_infos_add_up_to_the_words_that_the_cpu_reported() -> None:
    """315-2 PN/DP before its OB1 was loaded: it reported 1f4a and 0144 (S7 facts, section 0)."""
    answers = Answers(real_capture("tia_s300_downloadOb1.pcapng"))
    told = {
        (name, number): parse_info(answers.of(f"info {code} {number:05d}")[0].payload, name, number)
        for name, code, number in (
            ("OB", "38", 1),
            ("FB", "45", 1),
            ("DB", "41", 1),
            ("DB", "41", 2),
        )
    }
    assert reduce(xor, (header.mc7_bytes for header, _ in told.values())) == 0x1F4A
    assert reduce(xor, (footer.crc for _, footer in told.values())) == 0x0144
    assert told["FB", 1][1].author == "AUT_1"
    assert told["FB", 1][0].password == bytes.fromhex("00000003")


def test_a_real_info_fits_the_real_image_of_its_block() -> None:
    answers = Answers(real_capture("tia_s300_downloadOb1.pcapng"))
    told = parse_info(answers.of("info 38 00001")[-1].payload, "OB", 1)
    path = corpus("mc7", "captures", "OB1__download__tia_s300_downloadOb1.mc7")
    image = parse_image(path.read_bytes(), "OB", 1)
    assert told == (image.header, image.footer)


def test_real_lists_name_every_block() -> None:
    snapshot = interpret(real_capture("tia_s300_downloadHwConfig.pcapng"), SEAL)
    listings = [snapshot.listings[kind].keys for kind in BLOCK_TYPES]
    assert set().union(*listings) == {
        "OB1", "FB1", "DB1", "DB2",
        "SDB0", "SDB1", "SDB2", "SDB3", "SDB4", "SDB7", "SDB1000", "SDB2000",
    }  # fmt: skip


def test_every_real_image_is_cut_without_rest_and_its_code_fits_its_checksum() -> None:
    found = [parse_image(image, name, number) for name, number, image in images()]
    assert len(found) == 21
    assert all(one.checksum_fits for one in found if one.header.type != "DB")
    assert all(
        b"".join((one.raw_header, one.body, one.interface, one.additional, one.raw_footer)) == image
        for one, (_, _, image) in zip(found, images(), strict=True)
    )


def test_every_real_interface_is_cut_into_declarations_and_initial_values() -> None:
    for name, number, image in images():
        block = parse_image(image, name, number)
        if block.interface and name != "OB":
            assert interface_parts(block.interface) is not None, f"{name}{number}"


def test_the_same_real_sdb0_loaded_twice_has_equal_content() -> None:
    """The captures hold it as uploaded in January and as loaded in February 2016."""
    paths = [
        Path(f"SDB0__{way}.mc7")
        for way in ("upload__snap7_s300_everything", "download__tia_s300_downloadHwConfig")
    ]
    one, other = (
        block_unit(
            parse_image(corpus("mc7", "captures", str(path)).read_bytes(), "SDB", 0),
            Seal(b"k"), "", keep_values=False,
        )
        for path in paths
    )  # fmt: skip
    assert one.content == other.content
    assert one.full != other.full


def test_the_time_table_of_a_real_sdb4_is_masked() -> None:
    image = corpus("mc7", "captures", "SDB4__download__tia_s300_downloadHwConfig.mc7").read_bytes()
    stamp = bytes.fromhex("051272582dce")
    assert image.count(stamp) == 8
    unit_ = block_unit(parse_image(image, "SDB", 4), Seal(b"k"), "", keep_values=False)
    assert unit_.image is not None
    assert not any(stamp in data for _, data in unit_.image.sections)


@pytest.mark.parametrize(
    "name",
    [
        "wincc_s300_setup-alarm-read-write.pcapng",
        "tia_s300_flashLed.pcapng",
        "S7Comm__s7comm_clean.pcap",
    ],
)
def test_real_traffic_that_is_no_poll_yields_nothing_false(name: str) -> None:
    snapshot = interpret(real_capture(name), SEAL)
    assert not snapshot.findings
    assert not snapshot.usable
