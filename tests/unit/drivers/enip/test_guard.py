"""What may leave over EtherNet/IP: everything else is refused before the socket."""

import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.drivers.enip.guard import LISTER, guard_of
from ccontrol.errors import ReadOnlyViolationError
from tests.unit.drivers.enip.peers import READS, guard

WHO = bytes.fromhex("0102 2001 2401")
EDITS = bytes.fromhex("0302 20ac 2401 0200 0100 0200")
ROUTE = bytes.fromhex("0100 0100")
REGISTER = bytes.fromhex("65000400" + "00" * 20 + "01000000")


def header(command: int, data: bytes, session: int = 7) -> bytes:
    return struct.pack("<HHIIQI", command, len(data), session, 0, 5, 0) + data


def plain(message: bytes) -> bytes:
    """A message outside a connection."""
    return header(0x6F, struct.pack("<IHHHHHH", 0, 10, 2, 0, 0, 0xB2, len(message)) + message)


def routed(message: bytes, route: bytes = ROUTE) -> bytes:
    """A message within an Unconnected Send."""
    embedded = b"\x0a\x05" + struct.pack("<H", len(message)) + message + b"\0" * (len(message) % 2)
    return plain(bytes.fromhex("5202 2006 2401") + embedded + route)


def connected(message: bytes) -> bytes:
    """A message over a connection."""
    items = struct.pack("<IHHHHIHHH", 0, 10, 2, 0xA1, 4, 99, 0xB1, len(message) + 2, 1)
    return header(0x70, items + message)


def packet(*messages: bytes) -> bytes:
    """A Multiple Service Packet."""
    at, offsets = 2 + 2 * len(messages), []
    for one in messages:
        offsets.append(at)
        at += len(one)
    counted = struct.pack(f"<H{len(messages)}H", len(messages), *offsets)
    return bytes.fromhex("0a02 2002 2401") + counted + b"".join(messages)


def opening(
    transport: int = 0xA3,
    path: bytes = bytes.fromhex("0100 2002 2401"),
    vendor: int = 0x1009,
    kind: int = 0x43F4,
) -> bytes:
    """A Forward Open."""
    return (
        bytes.fromhex("5402 2006 2401 0a05")
        + struct.pack("<IIHHIIIHIH", 0, 1, 2, vendor, 4, 3, 1, 0x43F4, 1, kind)
        + bytes((transport, len(path) // 2))
        + path
    )


def large_opening(kind: int = 0x4200_0FA0) -> bytes:
    """A Large Forward Open."""
    return (
        bytes.fromhex("5b02 2006 2401 0a05")
        + struct.pack("<IIHHIIIIII", 0, 1, 2, 0x1009, 4, 3, 1, 0x4200_0FA0, 1, kind)
        + bytes.fromhex("a303 0100 2002 2401")
    )


def closing(vendor: int = 0x1009) -> bytes:
    """A Forward Close."""
    return (
        bytes.fromhex("4e02 2006 2401 0a05 0200")
        + vendor.to_bytes(2, "little")
        + bytes.fromhex("04000000 0300 0100 2002 2401")
    )


WAYS: dict[str, Callable[[bytes], bytes]] = {
    "directly": plain,
    "through a route": routed,
    "over a connection": connected,
    "in a packet": lambda message: plain(packet(WHO, message)),
    "in a routed packet": lambda message: routed(packet(message, WHO)),
    "in a packet over a connection": lambda message: connected(packet(message)),
}
WRITES = {
    "write tag": "4d02 9101 4100 c300 0100 0500",
    "write tag by its number": "4d02 206b 2401 c300 0100 0500",
    "write tag fragmented": "5302 9101 4100 c300 0100 0000 0000 0500",
    "read modify write tag": "4e02 9101 4100 0200 0100 ffff",
    "set attributes all": "0202 2001 2401 0000",
    "set attribute list": "0402 20ac 2401 0100 0a00 c105 c703",
    "set attribute list of the clock": "0402 208b 2401 0100 0600 0000 0000 0000 0000",
    "set one attribute": "1003 2001 2401 3005 0000",
    "reset": "0502 2001 2401",
    "start": "0602 208e 2401",
    "stop": "0702 208e 2401",
    "create": "0802 2068 2400",
    "delete": "0902 2068 2401",
    "nop": "1702 2001 2401",
    "pccc within class 67": "4b02 2067 2401 0709 1042 4f43 5453 0f00 0100 aa02 0007 8900 00ff",
    "change of mode within class 67": "4b02 2067 2401 0709 1042 4f43 5453 0f00 0100 8006",
    "download of a firmware": "4b02 20a1 2401 0100 0000",
    "upload or download of a file": "4d02 2037 2401 0100",
    "an edit in FactoryTalk's words": "4b02 20ac 2401 0500 0100",
    "unlock of a controller": "4c04 208e 2401 2074 2401 0000",
    "a change of logic": "5004 2068 2401 206a 2401 0000",
    "attributes of another class": "0102 20f6 2401",
    "a read that carries more": "0102 2001 2401 00",
    "an attribute list that lies about its length": "0302 20ac 2401 0300 0100 0200",
}


@pytest.mark.parametrize("way", WAYS)
def test_a_read_on_the_list_passes(way: str) -> None:
    guard().check(WAYS[way](WHO))
    guard().check(WAYS[way](EDITS))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("what", WRITES)
def test_what_is_no_read_is_refused(what: str, way: str) -> None:
    with pytest.raises(ReadOnlyViolationError):
        guard().check(WAYS[way](bytes.fromhex(WRITES[what])))


def test_a_session_and_a_connection_for_messages_pass() -> None:
    guard().check(REGISTER)
    guard().check(plain(opening()))
    guard().check(plain(large_opening()))
    guard().check(plain(closing()))


def test_who_is_there_may_be_asked_by_the_one_who_looks_for_strangers_alone() -> None:
    question = struct.pack("<HHIIQI", 0x63, 0, 0, 0, 500, 0)
    LISTER.check(question)
    strange = struct.pack("<HHIIQI", 0x63, 0, 0, 0, 1 << 16, 0)
    for refused in (question + b"\0", header(0x63, b""), strange, plain(WHO)):
        with pytest.raises(ReadOnlyViolationError):
            LISTER.check(refused)
    with pytest.raises(ReadOnlyViolationError):
        guard().check(question)


REFUSED_FRAMES = {
    "list interfaces": header(0x64, b"", session=0),
    "list services": header(0x04, b"", session=0),
    "unregister session": header(0x66, b""),
    "indicate status": header(0x72, b""),
    "cancel": header(0x73, b""),
    "nop": header(0x00, b""),
    "a session of another version": REGISTER[:24] + b"\x02\x00\x00\x00",
    "an i/o connection": plain(opening(transport=0x01)),
    "a connection in another's name": plain(opening(vendor=1)),
    "a connection that owns outputs": plain(opening(kind=0xC3F4)),
    "a connection of no way back": plain(opening(kind=0x03F4)),
    "a large connection to many": plain(large_opening(kind=0x2200_0FA0)),
    "the end of another's connection": plain(closing(vendor=0x4D)),
    "a connection to another object": plain(opening(path=bytes.fromhex("0100 2004 2465"))),
    "a connection with a key of its own": plain(
        opening(path=bytes.fromhex("3404 0100 0c00 0000 0000 2002 2401"))
    ),
    "an unconnected send within another": routed(bytes(routed(WHO)[40:])),
    "an unconnected send over a connection": connected(bytes(routed(WHO)[40:])),
    "a forward open over a connection": connected(opening()),
    "a forward open within a route": routed(opening()),
    "a packet within a packet": plain(packet(packet(WHO))),
    "an empty packet": plain(packet()),
    "a packet that hides bytes before its messages": plain(
        bytes.fromhex("0a02 2002 2401 0100 0600 4d00") + WHO
    ),
    "a route through a name": routed(WHO, bytes.fromhex("0100 9101")),
    "a route that says a wrong length": routed(WHO, bytes.fromhex("0200 0100")),
    "a get connection data": plain(bytes.fromhex("5602 2006 2401 0000")),
    "two messages in one frame": plain(WHO) + plain(WHO),
    "a message with a third item": header(
        0x6F, struct.pack("<IHHHHHH", 0, 10, 3, 0, 0, 0xB2, len(WHO)) + WHO + bytes(4)
    ),
    "a status that is set": plain(WHO)[:8] + b"\x01" + plain(WHO)[9:],
    "nothing": b"",
    "half of a read": plain(WHO)[:-3],
}


@pytest.mark.parametrize("what", REFUSED_FRAMES)
def test_a_frame_that_is_not_of_a_read_is_refused(what: str) -> None:
    with pytest.raises(ReadOnlyViolationError):
        guard().check(REFUSED_FRAMES[what])


PATHS = {
    "wide class and instance": ("2100 0100 2500 0100", True),
    "class and instance of 32 bits": ("2200 01000000 2600 01000000", True),
    "a class alone": ("2001", False),
    "an instance before its class": ("2401 2001", False),
    "two classes": ("2001 20ac 2401", False),
    "two instances": ("2001 2401 2402", False),
    "an attribute": ("2001 2401 3001", False),
    "a connection point": ("2001 2c01", False),
    "a member": ("2001 2401 2801", False),
    "a service": ("2001 2401 3805", False),
    "an electronic key": ("3404 0100 0e00 3600 1003 2001 2401", False),
    "a port": ("0100 2001 2401", False),
    "a port with an address of its own": ("1201 3500 2001 2401", False),
    "a data segment": ("2001 2401 8001 0500", False),
    "a network segment": ("2001 2401 4305", False),
    "a symbolic segment": ("6161 2001 2401", False),
    "a format that is reserved": ("2300 0100 0000 2401", False),
    "a pad that is none": ("2101 0100 2401", False),
    "a class that breaks off": ("2401 2200 0100", False),
    "a name behind the class": ("2001 2401 9101 4100", False),
    "a name before the class": ("9101 4100 2001 2401", False),
    "no path at all": ("", False),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("what", PATHS)
def test_a_path_passes_only_as_class_and_instance_however_wide(what: str, way: str) -> None:
    path, passes = bytes.fromhex(PATHS[what][0]), PATHS[what][1]
    frame = WAYS[way](bytes((0x01, len(path) // 2)) + path)
    if passes:
        guard().check(frame)
        return
    with pytest.raises(ReadOnlyViolationError):
        guard().check(frame)


def test_the_same_service_passes_on_one_class_alone() -> None:
    for classes in ("206c 2401", "9101 4100", "2068 2401 206d 2402"):
        path = bytes.fromhex(classes)
        message = bytes((0x4C, len(path) // 2)) + path + bytes(6)
        with pytest.raises(ReadOnlyViolationError):
            guard().check(plain(message))


@given(st.binary(max_size=120))
def test_no_rubbish_passes_and_none_makes_it_stumble(rubbish: bytes) -> None:
    with pytest.raises(ReadOnlyViolationError):
        guard().check(rubbish)


@given(st.data(), st.sampled_from(sorted(WAYS)))
def test_a_read_with_one_byte_altered_passes_only_as_another_read(
    data: st.DataObject, way: str
) -> None:
    frame = bytearray(WAYS[way](EDITS))
    at = data.draw(st.integers(0, len(frame) - 1))
    frame[at] = data.draw(st.integers(0, 255))
    try:
        guard().check(bytes(frame))
    except ReadOnlyViolationError:
        return
    assert EDITS[:5] in bytes(frame)  # service, class and the kind of its instance


def test_a_family_names_its_reads_in_words() -> None:
    assert guard_of(READS).reads.keys() == {("01", 0x01), ("AC", 0x03), ("6B", 0x55)}
