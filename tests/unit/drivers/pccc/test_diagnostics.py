"""The diagnostic status of every kind of processor, bit by bit, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.drivers.pccc.diagnostics import Status, status
from ccontrol.errors import GarbledError
from tests.unit.drivers.pccc.heard import LEC_FORCED, LEC_PROGRAM, LEC_RUN


def with_byte(at: int, value: int) -> Status:
    """The status of the 1766-LEC with one byte changed."""
    return status(LEC_RUN[:at] + bytes((value,)) + LEC_RUN[at + 1 :])


def test_a_micrologix_that_runs() -> None:
    told = status(LEC_RUN)
    assert (told.mode, told.key, told.bulletin) == ("run", "remote", "1766-LEC")
    assert (told.forces_enabled, told.forces_installed) == (True, False)
    assert (told.program_id, told.ram_kb, told.owner) == (0x8236, 158, None)
    assert (told.series, told.revision, told.processor) == (1, 3, 0x9F)
    assert (told.edits, told.faulted, told.locked, told.corrupt) == ("none", False, False, False)


def test_it_is_stopped_and_forced() -> None:
    assert status(LEC_PROGRAM).mode == "program (stopped)"
    assert status(LEC_FORCED).forces_installed is True


@pytest.mark.parametrize(
    ("code", "mode", "key"),
    [
        (0x00, "download (stopped)", "remote"),
        (0x03, "suspended (stopped)", "remote"),
        (0x07, "test, continuous scan (outputs stopped)", "remote"),
        (0x08, "test, single scan (outputs stopped)", "remote"),
        (0x10, "download (stopped)", "program"),
        (0x11, "program (stopped)", "program"),
        (0x1B, "suspended (stopped)", "run"),
        (0x1E, "run", "run"),
        (0x0A, "unknown 0x0a (perhaps stopped)", "remote"),
    ],
)
def test_each_mode_has_its_words_and_its_key(code: int, mode: str, key: str) -> None:
    told = with_byte(18, code)
    assert (told.mode, told.key) == (mode, key)
    assert told.downloading == (code in (0x00, 0x10))


def test_each_bit_says_what_the_manual_says() -> None:
    assert with_byte(0, 0x40).edits == "being tested"
    assert with_byte(0, 0x80).edits == "in the processor"
    assert with_byte(19, 0x20).faulted is True
    assert with_byte(19, 0x40).locked is True
    assert with_byte(23, 0xFD).corrupt is True
    assert with_byte(23, 5 << 2).owner == 5
    assert with_byte(16, 0x23).major_error == 0x23


def test_a_slc_has_one_byte_less() -> None:
    assert status(LEC_RUN[:24]).program_id == 0x8236


PLC5 = bytes.fromhex("06eb4b 00900100 a1 01 fd 00 0900 0400 00 00 00".replace(" ", ""))
EDITED = bytes.fromhex("00 0000 0000 1f00 0700 0e00 0300 0600 e307 10".replace(" ", ""))


def test_a_plc5_that_runs_and_tells_when_it_was_edited() -> None:
    told = status(PLC5 + EDITED)
    assert (told.family, told.mode, told.key) == ("plc5", "run", "remote")
    assert told.edited == "2019-06-03T14:07:31"
    assert (told.series, told.revision, told.ram_kb) == (5, 1, 100)
    assert (told.data_files, told.program_files) == (9, 4)
    assert (told.program_id, told.major_error, told.owner) == (None, None, None)


def test_a_plc5_that_tells_no_more_than_eighteen_bytes() -> None:
    assert status(PLC5).edited is None


@pytest.mark.parametrize(
    ("first", "mode", "key"),
    [
        (0, "program (stopped)", "program"),
        (2, "run", "run"),
        (4, "program (stopped)", "remote"),
        (5, "test (outputs stopped)", "remote"),
        (0x14, "download (stopped)", "remote"),
        (3, "unknown 3 (perhaps stopped)", ""),
    ],
)
def test_modes_of_a_plc5(first: int, mode: str, key: str) -> None:
    told = status(bytes((first,)) + PLC5[1:])
    assert (told.mode, told.key) == (mode, key)


def test_faults_edits_forces_and_protection_of_a_plc5() -> None:
    assert status(b"\x0e" + PLC5[1:]).faulted is True
    assert status(b"\x46" + PLC5[1:]).edits == "being tested"
    forced = status(PLC5[:15] + b"\x11\x01\x01")
    assert (forced.forces_enabled, forced.forces_installed) == (True, True)
    assert (forced.locked, forced.corrupt) == (True, True)


@pytest.mark.parametrize(
    "data",
    [b"", bytes(25), LEC_RUN[:23], PLC5[:17], b"\x00\x1e" + LEC_RUN[2:]],
    ids=["nothing", "zeros", "cut off", "a PLC-5 cut off", "of another kind"],
)
def test_what_is_no_status_is_garbled(data: bytes) -> None:
    with pytest.raises(GarbledError):
        status(data)


@given(st.binary(max_size=60) | st.binary(min_size=23, max_size=50).map(lambda b: b"\0\xee" + b))
def test_any_bytes_are_a_status_or_garbled(data: bytes) -> None:
    try:
        assert status(data).mode
    except GarbledError:
        return
