"""Nothing but reads leaves: every PCCC command that could disturb, by its name, and by chance."""

import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.drivers.pccc import commands
from ccontrol.drivers.pccc.commands import DIAGNOSTIC_STATUS, REQUESTOR, TYPED_READ, WORD_RANGE_READ
from ccontrol.drivers.pccc.guard import Guard
from ccontrol.errors import ReadOnlyViolationError

GUARD = Guard()
WHO = bytes.fromhex("0102 2001 2401")
REGISTER = bytes.fromhex("65000400" + "00" * 20 + "01000000")
ROUTE = bytes.fromhex("0200 0103 0205")


def header(command: int, data: bytes) -> bytes:
    return struct.pack("<HHIIQI", command, len(data), 7, 0, 5, 0) + data


def plain(message: bytes) -> bytes:
    """A message outside a connection."""
    return header(0x6F, struct.pack("<IHHHHHH", 0, 10, 2, 0, 0, 0xB2, len(message)) + message)


def routed(message: bytes) -> bytes:
    """A message within an Unconnected Send."""
    embedded = b"\x0a\x05" + struct.pack("<H", len(message)) + message + b"\0" * (len(message) % 2)
    return plain(bytes.fromhex("5202 2006 2401") + embedded + ROUTE)


def connected(message: bytes) -> bytes:
    """A message over a connection."""
    items = struct.pack("<IHHHHIHHH", 0, 10, 2, 0xA1, 4, 99, 0xB1, len(message) + 2, 1)
    return header(0x70, items + message)


def packet(message: bytes) -> bytes:
    """A Multiple Service Packet of one."""
    return bytes.fromhex("0a02 2002 2401 0100 0400") + message


def execute(text: str) -> bytes:
    """Execute PCCC with a command in hexadecimal: code, function, fields; a number put between."""
    told = bytes.fromhex(text)
    return bytes.fromhex("4b02 2067 2401") + REQUESTOR + told[:1] + b"\0" + b"\x63\xc5" + told[1:]


def ours(command: bytes, fields: bytes = b"") -> bytes:
    """A command as the driver builds it."""
    request = commands.execute(command, 0xC563, fields)
    return bytes.fromhex("4b02 2067 2401") + request.data


READS = {
    "identity": WHO,
    "diagnostic status": ours(DIAGNOSTIC_STATUS),
    "status words": ours(TYPED_READ, commands.typed_read(0x84, 2, 57, 16)),
    "ladder file": ours(TYPED_READ, commands.typed_read(0x22, 2, 0, 80)),
    "far into a ladder file": ours(TYPED_READ, commands.typed_read(0x22, 255, 4_000, 80)),
    "head of a directory": ours(TYPED_READ, commands.typed_read(0x03, 0, 0, 22)),
    "rows of a directory": ours(TYPED_READ, commands.typed_read(0x03, 0, 26, 80)),
    "rows of an older directory": ours(TYPED_READ, commands.typed_read(0x01, 0, 21, 80)),
    "faults of a PLC-5": ours(WORD_RANGE_READ, commands.word_range_read(2, 10, 6)),
}
WRITES = {
    "protected write": "00 0000 ffff",
    "unprotected read": "01 0000 02",
    "protected bit write": "02 0000 01 00",
    "unprotected bit write": "05 0000 01 00",
    "unprotected write": "08 0000 ffff",
    "echo": "06 00 0000",
    "read diagnostic counters": "06 01 0000 02",
    "set variables": "06 02 000000",
    "set timeout": "06 04 00",
    "set NAKs": "06 05 00",
    "set ENQs": "06 06 00",
    "reset diagnostic counters": "06 07",
    "set data table size": "06 08 0000",
    "set link parameters": "06 0a 00 00 05",
    "disable outputs": "07 00",
    "enable program": "07 01",
    "enable PLC scanning": "07 03",
    "enter download mode": "07 04",
    "exit download mode": "07 05",
    "enter upload mode": "07 06",
    "word range write": "0f 00 0000 0100 07 00 07 00 ffff",
    "bit write": "0f 02 07 00 07 00 0100 0000",
    "file write": "0f 03 0000 0100 07 00 07 00 ffff",
    "download request": "0f 05",
    "upload": "0f 06",
    "shutdown": "0f 07",
    "physical write": "0f 08 0000 ffff",
    "restart request": "0f 0a",
    "get edit resource": "0f 11",
    "return edit resource": "0f 12",
    "write bytes physical": "0f 18 00000000 ffff",
    "read modify write": "0f 26 07 00 07 00 ffff 0100",
    "set processor mode": "0f 3a 02",
    "disable forces": "0f 41",
    "download all request": "0f 50",
    "download completed": "0f 52",
    "upload all request": "0f 53",
    "upload completed": "0f 55",
    "initialize memory": "0f 57",
    "modify PLC-2 compatibility file": "0f 5e 0000",
    "typed write": "0f 67 0000 0100 07 00 07 00 42 ffff",
    "read modify write N": "0f 79 02 07 00 07 00 ffff 0100",
    "change mode to program": "0f 80 01",
    "change mode to run": "0f 80 06",
    "open file": "0f 81 01 00 22",
    "close file": "0f 82 00 00",
    "apply port configuration": "0f 8f 00",
    "typed file read of an open file": "0f a7 02 00 00 22 00 00",
    "typed logical write, two fields": "0f a9 02 07 89 00 ffff",
    "typed logical write, three fields": "0f aa 02 07 89 00 00 ffff",
    "typed logical write with mask": "0f ab 02 07 89 00 00 ffff 0100",
    "a force, as it was recorded": "0f ab 04 01 a2 00 00 2000 2000 2000",
    "typed file write": "0f af 02 00 00 22 00 00 ffff",
    "a reply instead of a command": "46 03",
}
SECRETS = {
    "passwords of a MicroLogix 1400": "0f a2 14 00 03 00 0b",
    "its third password": "0f a2 0a 00 03 00 15",
    "passwords within the head": "0f a2 2c 00 03 00 00",
    "passwords by their element": "0f a2 14 00 00 0b 00",
    "passwords as wide numbers": "0f a2 14 ff0000 03 00 ff0b00",
    "passwords of a SLC": "0f a2 14 00 01 00 0b",
    "passwords of a MicroLogix 1100": "0f a2 50 00 02 00 14",
    "the system file": "0f a2 2c 00 00 00 00",
}
MALFORMED = {
    "a read of nothing": "0f a2 00 07 89 00 00",
    "a read of more than a piece": "0f a2 51 07 89 00 00",
    "a read with bytes behind": "0f a2 02 07 89 00 00 00",
    "a read that breaks off": "0f a2 02 07 89 00",
    "diagnostic status with bytes behind": "06 03 00",
    "a typed read of a PLC-5": "0f 68 0000 0100 07 00 07 00 0100",
    "a read with two address fields": "0f a1 02 07 89 00",
    "a file of a PLC-5 by its name": "0f 01 0000 0100 00 24 4e 37 00 02",
}
CIP = {
    "reset": "0502 2001 2401",
    "set one attribute": "1003 2001 2401 3005 0000",
    "forward open": "5402 2006 2401 0a05" + "00" * 34,
    "forward close": "4e02 2006 2401 0a05 0000 0000 00000000 00",
    "write tag": "4d02 9101 4100 c300 0100 0500",
    "get one attribute": "0e03 2001 2401 3005",
    "execute PCCC without a command": "4b02 2067 2401 07 0910 11be00cc",
}
WAYS: dict[str, Callable[[bytes], bytes]] = {"directly": plain, "through a route": routed}


def refused(frame: bytes) -> None:
    with pytest.raises(ReadOnlyViolationError):
        GUARD.check(frame)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", READS)
def test_a_read_passes(name: str, way: str) -> None:
    GUARD.check(WAYS[way](READS[name]))


def test_a_session_is_registered() -> None:
    GUARD.check(REGISTER)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", WRITES)
def test_a_command_that_could_disturb_is_refused(name: str, way: str) -> None:
    refused(WAYS[way](execute(WRITES[name])))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", SECRETS)
def test_the_words_that_hold_passwords_are_not_read(name: str, way: str) -> None:
    refused(WAYS[way](execute(SECRETS[name])))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_whole_read_of_ours_is_refused(name: str, way: str) -> None:
    refused(WAYS[way](execute(MALFORMED[name])))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", CIP)
def test_another_service_is_refused(name: str, way: str) -> None:
    refused(WAYS[way](bytes.fromhex(CIP[name])))


@pytest.mark.parametrize("name", READS)
def test_even_a_read_is_refused_over_a_connection_and_in_a_packet(name: str) -> None:
    refused(connected(READS[name]))
    refused(plain(packet(READS[name])))
    refused(routed(packet(READS[name])))


def test_another_requestor_is_refused() -> None:
    refused(plain(ours(DIAGNOSTIC_STATUS).replace(REQUESTOR[1:3], b"\x4d\x00")))


def test_a_session_is_not_ended_and_nobody_else_is_asked() -> None:
    for command in (0x00, 0x04, 0x63, 0x64, 0x66):
        refused(header(command, b""))


@given(frame=st.binary(max_size=120))
def test_noise_is_refused(frame: bytes) -> None:
    if frame != REGISTER:
        refused(frame)


@given(command=st.binary(min_size=1, max_size=24))
def test_of_all_commands_only_three_pass_and_none_reads_a_password(command: bytes) -> None:
    frame = plain(execute(command.hex()))
    try:
        GUARD.check(frame)
    except ReadOnlyViolationError:
        return
    assert command[:2] in (DIAGNOSTIC_STATUS, TYPED_READ, WORD_RANGE_READ)


@given(name=st.sampled_from(sorted(READS)), at=st.integers(0, 200), byte=st.integers(0, 255))
def test_a_read_with_one_byte_changed_is_refused_or_still_a_read(
    name: str, at: int, byte: int
) -> None:
    frame = bytearray(plain(READS[name]))
    frame[at % len(frame)] = byte
    try:
        GUARD.check(bytes(frame))
    except ReadOnlyViolationError:
        return
    message = bytes(frame[40:])
    assert message == WHO or (message[13], message[17]) in (
        (0x06, 0x03),
        (0x0F, 0xA2),
        (0x0F, 0x01),
    )


@given(
    file_type=st.integers(0, 3),
    word=st.integers(0, 300),
    size=st.integers(1, 80),
    number=st.sampled_from((0, 255, 256)),
)
def test_no_read_of_a_directory_touches_its_passwords(
    file_type: int, word: int, size: int, number: int
) -> None:
    fields = commands.typed_read(file_type, number, word, size)
    try:
        GUARD.check(plain(ours(TYPED_READ, fields)))
    except ReadOnlyViolationError:
        return
    last = 26 if file_type == 3 else 21
    assert word * 2 + size <= 22 or word >= last
