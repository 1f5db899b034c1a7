"""Hardware as the CPU sees it: modules in racks and on buses, and the stations of each bus.

Made from SZL xy91 (modules, submodules, masters), xy92 and xy94 (racks and stations configured,
present, faulty). What people approve is the place, its address, the type that was configured and
the type that is there; whether it is reachable just now moves by itself, since stations are
switched off at night. Layouts: A5E00739858-01, chapter 33.25 to 33.27; records of 0A91 also in a
capture of a CPU 315-2 PN/DP.
"""

import re
import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ccontrol.drivers.s7 import szl
from ccontrol.drivers.s7.answers import Answer, Answers
from ccontrol.drivers.s7.sights import is_not_supported, why_not
from ccontrol.drivers.sights import Sights, joined, not_offered, seen
from ccontrol.errors import GarbledError
from ccontrol.model.aspect import Aspect
from ccontrol.model.snapshot import Listing, Unread
from ccontrol.model.unit import Unit, UnitId, fields

MODULE, STATION = "module", "station"
LISTS_OF_MODULES = frozenset({0x0091, 0x0591, 0x0991, 0x0A91, 0x0C91, 0x0D91, 0x4C91})
"""Lists whose records do not come and go with the state of a module, unlike 0191, 0291, 0391."""

_QUESTION = re.compile(r"szl ([0-9A-F]{4}) ([0-9A-F]{4})")
_RECORD = struct.Struct(">8H")
_STATES = {
    0x01: "faulty",
    0x02: "present",
    0x04: "not present",
    0x08: "disabled",
    0x10: "station faulty",
    0x20: "being reconfigured",
}
_DIRECTIONS = {0xB4: "input", 0xB5: "output", 0xFF: "interface"}
_STATION_LISTS = {
    0x00: "configured",
    0x01: "activated",
    0x02: "present",
    0x06: "faulty",
}
_BITS_WITHOUT_INDEX, _BITS_WITH_INDEX = 0x92, 0x94
_EXTERNAL = 0x40
_FIRST_PROFINET = 100
_MOST_BITS_BYTES = 258
"""A record of xy94: an index and 2,048 bits; one of xy92 has 16 bytes."""
_MOST_BUSES_IN_LIST = 64
_MOST_MODULES = 8_192
_TOO_LONG = Unread("its list is longer than any CPU's")


class Module(NamedTuple):
    """One record of a list xy91."""

    place: str
    """"rack0-slot4", "dp1-station5-slot4", "pn100-station3-slot1-sub2"."""
    address: int
    expected_type: int
    actual_type: int
    status: int
    area: int


def read_modules(answers: Answers) -> Sights:
    """Read modules and stations, as far as this CPU has lists of them and they were asked for."""
    lists = [found for question in answers.questions("szl") if (found := _list(answers, question))]
    return joined((_modules(lists), _stations(lists)))


class _List(NamedTuple):
    number: int
    place: int
    """The index it was asked with: 0 is the central rack, else a bus."""
    answer: Answer


def _list(answers: Answers, question: str) -> _List | None:
    found, answer = _QUESTION.fullmatch(question), answers.last(question)
    return _List(int(found[1], 16), int(found[2], 16), answer) if found and answer else None


def _modules(lists: Iterable[_List]) -> Sights:
    asked = [one for one in lists if one.number in LISTS_OF_MODULES]
    found: list[Module] = []
    faults: list[Unread] = []
    for one in asked:
        if why := why_not(one.answer):
            faults.append(why)
        elif one.answer.whole:
            try:
                found += map(_module, szl.records(one.answer.payload, one.number))
            except (GarbledError, struct.error):
                faults.append(Unread("a list of modules is garbled", transient=True))
    if len(found) > _MOST_MODULES:
        found, faults = [], [_TOO_LONG]
    if not found and not faults:
        lacks = bool(asked) and all(is_not_supported(one.answer) for one in asked)
        return not_offered(MODULE) if lacks else Sights()
    sights = seen(MODULE, _units(found))
    if faults:
        why = faults[-1]
        keys = sights.listings[MODULE].keys
        sights.listings[MODULE] = Listing(keys, False, why.reason, why.transient)
    return sights


def _module(record: bytes) -> Module:
    place, slot, address, expected, actual, _, status, area = _RECORD.unpack(record[:16])
    return Module(_place(place, slot), address, expected, actual, status, area)


def _place(place: int, slot: int) -> str:
    """Return where it is: a rack, a PROFIBUS station, or (bit 15) a PROFINET station."""
    if place & 0x8000:
        beginning = f"pn{_FIRST_PROFINET + (place >> 11 & 0x0F)}-station{place & 0x07FF}"
    elif place >> 8:
        beginning = f"dp{place >> 8}-station{place & 0xFF}"
    else:
        beginning = f"rack{place}"
    sub = slot & 0xFF
    return f"{beginning}-slot{slot >> 8}" + (f"-sub{sub}" if sub else "")


def _units(found: Iterable[Module]) -> Iterator[Unit]:
    """Yield one unit for each place. Where one place has several addresses, each is a unit."""
    places: dict[str, dict[int, Module]] = {}
    for module in found:
        places.setdefault(module.place, {}).setdefault(module.address, module)
    for place, modules in places.items():
        for module in modules.values():
            yield _unit(module, place if len(modules) == 1 else f"{place}-at{module.address:04x}")


def _unit(module: Module, key: str) -> Unit:
    direction = module.status >> 8
    return Unit(
        UnitId(MODULE, key),
        Aspect.HARDWARE,
        key.replace("-", " "),
        fields(
            actual_type=f"{module.actual_type:04x}",
            address=module.address,
            area=f"{module.area:04x}",
            as_configured=module.actual_type == module.expected_type,
            direction=_DIRECTIONS.get(direction, f"0x{direction:02x}"),
            expected_type=f"{module.expected_type:04x}",
        ),
        moving=fields(state=tuple(name for bit, name in _STATES.items() if module.status & bit)),
    )


def _stations(lists: Iterable[_List]) -> Sights:
    """Join what is configured, present and faulty on each bus."""
    buses: dict[str, dict[str, tuple[str, ...]]] = {}
    broken: dict[str, Unread] = {}
    asked = [one for one in lists if _tells_of_stations(one)]
    if asked and all(is_not_supported(one.answer) for one in asked):
        return not_offered(STATION)
    for one in asked:
        sort = one.number >> 8 & ~_EXTERNAL
        if why := why_not(one.answer):
            broken[_bus(one.number, one.place)] = why
        elif one.answer.whole:
            found = _bits(one)
            if isinstance(found, Unread):
                broken[_bus(one.number, one.place)] = found
            else:
                for bus, stations in found:
                    buses.setdefault(bus, {})[_STATION_LISTS[sort]] = stations
    units = (_station_unit(bus, parts) for bus, parts in buses.items() if bus not in broken)
    sights = seen(STATION, units) if buses else Sights()
    if broken:
        why = next(reversed(broken.values()))
        sights.sightings.update({UnitId(STATION, bus): why for bus, why in broken.items()})
        keys = frozenset({*buses, *broken})
        sights.listings[STATION] = Listing(keys, False, why.reason, why.transient)
    return sights


def _tells_of_stations(one: _List) -> bool:
    kind, sort = one.number & 0xFF, one.number >> 8 & ~_EXTERNAL
    return kind in (_BITS_WITHOUT_INDEX, _BITS_WITH_INDEX) and sort in _STATION_LISTS


def _station_unit(bus: str, parts: dict[str, tuple[str, ...]]) -> Unit:
    configured = {name: found for name, found in parts.items() if name == "configured"}
    moving = {name: found for name, found in parts.items() if name != "configured"}
    title = "racks" if bus == "central" else f"stations of {bus}"
    return Unit(
        UnitId(STATION, bus), Aspect.HARDWARE, title, fields(**configured), moving=fields(**moving)
    )


def _bits(one: _List) -> list[tuple[str, tuple[str, ...]]] | Unread:
    """Return each bus of a list and the numbers of the stations whose bit is set, or why not.

    In xy92 the first bit is rack 0 or station 1; in xy94 a word names the bus, and the first bit
    sums up the others, so that every station's bit has its own number.
    """
    try:
        records = szl.records(one.answer.payload, one.number)
    except GarbledError:
        return Unread("garbled", transient=True)
    if len(records) > _MOST_BUSES_IN_LIST or any(len(each) > _MOST_BITS_BYTES for each in records):
        return _TOO_LONG
    return [_bits_of(one, record) for record in records]


def _bits_of(one: _List, record: bytes) -> tuple[str, tuple[str, ...]]:
    if one.number & 0xFF == _BITS_WITH_INDEX:
        index, bits = int.from_bytes(record[:2], "big"), record[2:]
        return _bus(one.number, index), _numbers(int.from_bytes(bits, "little") & ~1, 0)
    first = 1 if one.place else 0
    return _bus(one.number, one.place), _numbers(int.from_bytes(record, "little"), first)


def _numbers(bits: int, first: int) -> tuple[str, ...]:
    rising = reversed(f"{bits:b}")
    return tuple(str(at) for at, bit in enumerate(rising, first) if bit == "1")


def _bus(number: int, index: int) -> str:
    if not index:
        return "central"
    outside = "external-" if number >> 8 & _EXTERNAL else ""
    return f"{outside}{'pn' if index >= _FIRST_PROFINET else 'dp'}{index}"
