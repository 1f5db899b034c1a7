"""Units about what stands around the program: clock and time zone, and the adapter's network.

Made from classes 8B, F4, F5 and F6. Layouts: The CIP Networks Library, volume 2, chapter 5; the
wall clock as a 1756-L61 answers it.
"""

import struct
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from ipaddress import IPv4Address

from ccontrol.drivers.enip.attributes import LONG_TEXT, attribute_list, number_of
from ccontrol.drivers.enip.identity import label
from ccontrol.drivers.logix import questions
from ccontrol.drivers.logix.answers import Answers, told
from ccontrol.drivers.logix.controller_units import CONTROLLER
from ccontrol.drivers.sights import Sights, joined
from ccontrol.errors import GarbledError
from ccontrol.model.aspect import Aspect
from ccontrol.model.capture import Capture, heard_between
from ccontrol.model.clock import ClockReading, against_ours, reading
from ccontrol.model.unit import Unit, UnitId, Value, fields

ADAPTER = "adapter"
CLOCK, ZONE = UnitId("clock", CONTROLLER), UnitId("time-zone", CONTROLLER)
TCP_IP, LINK, PORTS = (UnitId(kind, ADAPTER) for kind in ("tcp-ip", "ethernet-link", "ports"))
_CLOCK_WIDTHS = {
    questions.TIME_UTC: 8,
    questions.ZONE: LONG_TEXT,
    questions.OFFSET: 2,
    questions.DAYLIGHT: 1,
}
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00")
_LATEST_US = 4_102_444_800_000_000
"""The year 2100: beyond it no clock is right."""
_STEP_MS = 1
_INTERFACE, _LINK, _PORT = struct.Struct("<IIIH"), struct.Struct("<II6s"), struct.Struct("<HH")
_ADDRESSES = struct.Struct("<5I")
_PORTS_AT = 8
_WAYS = {0: "stored", 1: "BOOTP", 2: "DHCP"}
_GIVEN = frozenset({1, 2})
"""Ways by which a server gives the addresses: these may be others tomorrow, and nobody's change."""
_DUPLEX = 0b10


def read_surroundings(answers: Answers, clock: ClockReading | None) -> Sights:
    """Read clock, time zone and network; `clock` is what `read_clock` made of the clock."""
    redundant = "redundant" in answers.notes
    return joined(
        (
            told(answers, questions.CLOCK, partial(_clock, clock=clock), ZONE, CLOCK),
            told(answers, questions.TCP_IP, _tcp_ip, TCP_IP),
            told(answers, questions.LINK, partial(_link, redundant=redundant), LINK),
            told(answers, questions.PORTS, _ports, PORTS),
        )
    )


def read_clock(capture: Capture, answers: Answers) -> ClockReading | None:
    """Return what the wall clock showed, in UTC; None where it was not had, or was never set."""
    answer = answers.last(questions.CLOCK)
    if answer is None or not answer.whole:
        return None
    try:
        time_us = number_of(attribute_list(answer.data, _CLOCK_WIDTHS), questions.TIME_UTC)
    except GarbledError:
        return None
    if time_us is None or not 0 < time_us < _LATEST_US:
        return None
    asked = [one.question for one in capture.exchanges]
    asked_at, answered_at = heard_between(capture, asked.index(questions.CLOCK))
    shown = (_EPOCH + timedelta(microseconds=time_us)).isoformat(timespec="milliseconds")
    return reading(shown, asked_at, answered_at, _STEP_MS)


def _clock(data: bytes, *, clock: ClockReading | None) -> Iterator[Unit]:
    found = attribute_list(data, _CLOCK_WIDTHS)
    if questions.ZONE in found:
        zone = label(found[questions.ZONE])
        offset = number_of(found, questions.OFFSET)
        yield Unit(
            ZONE, Aspect.CONFIGURATION, "time zone", fields(zone=zone, summer_time_min=offset)
        )
    if questions.TIME_UTC in found:
        daylight = found.get(questions.DAYLIGHT)
        summer = None if daylight is None else any(daylight)
        off = "not set" if clock is None else against_ours(clock)
        moving = fields(against_ours=off, summer_time=summer)
        yield Unit(CLOCK, Aspect.INVENTORY, "wall clock", moving=moving)


def _tcp_ip(data: bytes) -> Iterator[Unit]:
    try:
        _, _, control, words = _INTERFACE.unpack_from(data)
        at = _INTERFACE.size + 2 * words
        address, mask, gateway, *servers = _ADDRESSES.unpack_from(data, at)
    except struct.error:
        raise GarbledError("the settings of an interface break off") from None
    domain, at = _text(data, at + _ADDRESSES.size)
    host_name, _ = _text(data, at)
    way = control & 0xF
    settings: dict[str, Value] = {
        "address": _ip(address),
        "mask": _ip(mask),
        "gateway": _ip(gateway),
        "name_servers": tuple(_ip(one) for one in servers if one),
        "domain": domain,
    }
    own: dict[str, Value] = {"host_name": host_name, "configured_by": _WAYS.get(way, f"way {way}")}
    yield Unit(
        TCP_IP,
        Aspect.CONFIGURATION,
        "TCP/IP settings",
        fields(**own, **({} if way in _GIVEN else settings)),
    )


def _text(data: bytes, at: int) -> tuple[str, int]:
    """Read a string that is filled up to an even length."""
    size = int.from_bytes(data[at : at + 2], "little")
    raw = data[at + 2 : at + 2 + size]
    if len(data) < at + 2 or len(raw) != size:
        raise GarbledError("a name in the settings of an interface breaks off")
    return label(raw), at + 2 + size + size % 2


def _ip(number: int) -> str:
    return str(IPv4Address(number))


def _link(data: bytes, *, redundant: bool) -> Iterator[Unit]:
    """Read the link; the partner of a redundant pair answers at the same address with its own."""
    try:
        speed, flags, mac = _LINK.unpack_from(data)
    except struct.error:
        raise GarbledError("the state of a link breaks off") from None
    moving = fields(mbit_per_s=speed, full_duplex=bool(flags & _DUPLEX))
    address = fields(mac=None if redundant else mac.hex(":"))
    yield Unit(LINK, Aspect.HARDWARE, "Ethernet link", address, moving=moving)


def _ports(data: bytes) -> Iterator[Unit]:
    rows = data[_PORTS_AT:]
    if len(data) < _PORTS_AT or len(rows) % _PORT.size:
        raise GarbledError("the list of ports breaks off")
    found = tuple(f"{number}: type {kind}" for kind, number in _PORT.iter_unpack(rows) if number)
    yield Unit(PORTS, Aspect.HARDWARE, "ports of the adapter", fields(ports=found))
