"""System status lists: what a CPU answers when it is asked about itself.

One function per list, in a table by number. List 0000 is made from that table, so it never names a
list that is not answered. Layouts: System and Standard Functions A5E00739858, chapter 33.
"""

import struct
from collections.abc import Callable
from ipaddress import IPv4Interface

from ccontrol.sim.s7 import hardware, szl_racks
from ccontrol.sim.s7.cpu import Cpu, Mode
from ccontrol.sim.s7.diagnostics import RECORD_LENGTH, bcd_time
from ccontrol.sim.s7.szl_record import (
    NO_SUCH_INDEX,
    NO_SUCH_LIST,
    RefusedError,
    SzlList,
    one,
    several,
)

_Answer = Callable[[Cpu, int], SzlList]


def _only_index(listing: _Answer) -> _Answer:
    """The xx variant of a list that picks the record whose first word is the index."""

    def pick(cpu: Cpu, index: int) -> SzlList:
        whole = listing(cpu, 0)
        found = [r for r in whole.records if int.from_bytes(r[:2], "big") == index]
        if not found:
            raise RefusedError(NO_SUCH_INDEX)
        return SzlList(whole.record_length, tuple(found))

    return pick


def _supported(cpu: Cpu, _index: int) -> SzlList:
    return SzlList(2, tuple(struct.pack(">H", number) for number in supported(cpu)))


def _module_identity(cpu: Cpu, _index: int) -> SzlList:
    model, identity = cpu.model, cpu.identity
    order = model.order_number.ljust(20).encode("latin-1")

    def record(index: int, name: bytes, version: bytes, group: int = 0x00C0) -> bytes:
        return struct.pack(">H20sH", index, name.ljust(20), group) + version

    hardware_version = struct.pack(">HH", model.hardware_version, 1)
    return several(
        [
            record(0x01, order, hardware_version),
            record(0x06, order, hardware_version),
            record(0x07, b"", b"V" + bytes(identity.firmware)),
            record(0x81, b"Boot Loader", b"A" + bytes(model.boot_loader), 0),
        ]
    )


def _names(cpu: Cpu, _index: int) -> SzlList:
    identity, model = cpu.identity, cpu.model
    texts = {
        1: identity.station[:24],
        2: identity.name[:24],
        3: identity.plant,
        4: "Original Siemens Equipment",
        5: identity.serial[:24],
        7: model.type_name,
        8: identity.card_serial if model.card else "",
        10: "",
        11: identity.location,
    }
    records = {index: text.encode("latin-1", "replace") for index, text in texts.items()}
    records[9] = bytes.fromhex("002af600000100")  # I&M: manufacturer 42, profile F600
    return several([struct.pack(">H32s", index, records[index]) for index in sorted(records)])


def _protection(cpu: Cpu, index: int) -> SzlList:
    if index == 1:
        return one(cpu.connections.record())
    if index == 8:  # noqa: PLR2004 — the time system
        return one(struct.pack(">H", 8).ljust(22, b"\0") + bcd_time(cpu.local_time()) + bytes(10))
    if index in hardware.STATUS:
        return one(hardware.STATUS[index])
    if index != 4:  # noqa: PLR2004 — protection and checksum words
        raise RefusedError(NO_SUCH_INDEX)
    parameterised = cpu.level if cpu.password is not None or cpu.level > 1 else 0
    head = struct.pack(">7H", 4, 1, parameterised, cpu.level, cpu.switch, 0, 0)
    # Captured CPUs answer 02000000, 02000001, 02000015 in the tail: it moves from poll to poll.
    tail = struct.pack(">BxxB12x", 2, cpu.tick() % 256)
    return one(head + b"VV" + cpu.words().packed() + tail)


def _protection_of_all(cpu: Cpu, index: int) -> SzlList:
    answer = _protection(cpu, index)
    return SzlList(answer.record_length, answer.records * (2 if cpu.model.redundant else 1))


def _capability(cpu: Cpu, index: int) -> SzlList:
    if index == 1:
        return one(
            struct.pack(
                ">HHHIII", 1, cpu.model.pdu_limit, cpu.connections.total, 12_000_000, 187_500, 10**8
            ).ljust(40, b"\0")
        )
    if index not in hardware.CAPABILITIES:
        raise RefusedError(NO_SUCH_INDEX)
    return one(hardware.CAPABILITIES[index])


def _mode(cpu: Cpu, _index: int) -> SzlList:
    event = b"\x51\x44" if cpu.mode is not Mode.STOP else b"\x51\x40"
    own = event + b"\xff" + bytes([cpu.mode]) + bytes(8) + bcd_time(cpu.local_time())
    return SzlList(20, (own, own) if cpu.model.redundant else (own,))


def _redundancy(cpu: Cpu, _index: int) -> SzlList:
    state = struct.pack(">HBBHHHHHBB", 0x12, 0x10, 0, 0, 0, cpu.mode, cpu.mode, 0, 3, 0)
    return one(state)


def _address(cpu: Cpu, _index: int) -> SzlList:
    network = IPv4Interface(cpu.identity.network)
    own, mask = network.ip.packed, network.netmask.packed
    mac = bytes.fromhex("001b1b1d1a2d")
    record = b"\x07\xfe" + own + mask + own + mac + b"\x01" + bytes(9) + b"\x8f\x88"
    return one(record.ljust(48, b"\0"))


def _leds(cpu: Cpu, _index: int) -> SzlList:
    running = cpu.mode is not Mode.STOP
    fault = any(module.expected != module.actual for module in cpu.modules)
    lit = {1: fault, 4: running, 5: not running, 6: False, 11: False, 12: False, 21: False}
    return several([struct.pack(">HBB", led, on, 0) for led, on in lit.items()])


def _diagnostic(cpu: Cpu, index: int) -> SzlList:
    running = cpu.mode is not Mode.STOP
    entries = cpu.diagnostics.readable(running=running, newest=index)
    return SzlList(RECORD_LENGTH, tuple(entries))


def _diagnostic_all(cpu: Cpu, _index: int) -> SzlList:
    return _diagnostic(cpu, 0xFFFF)


def _constant(*records: bytes) -> _Answer:
    return lambda _cpu, _index: several(records)


_PLAIN: dict[int, _Answer] = {
    0x0000: _supported,
    0x0011: _module_identity,
    0x0111: _only_index(_module_identity),
    0x0012: _constant(*(hardware.FEATURES[at : at + 2] for at in range(0, 46, 2))),
    0x0013: _constant(*hardware.MEMORY_AREAS),
    0x0014: _constant(*hardware.SYSTEM_AREAS),
    0x0015: _constant(*hardware.BLOCK_LIMITS),
    0x0019: _leds,
    0x001C: _names,
    0x011C: _only_index(_names),
    0x0131: _capability,
    0x0132: _protection,
    0x0232: _protection_of_all,
    0x0037: _address,
    0x0074: _leds,
    0x0174: _only_index(_leds),
    0x0424: _mode,
    0x0591: szl_racks.submodules,
    0x0A91: szl_racks.masters,
    0x0C91: szl_racks.module_at,
    0x0D91: szl_racks.rack,
    0x0092: szl_racks.racks,
    0x0292: szl_racks.racks,
    0x0692: szl_racks.faulty_racks,
    0x0094: szl_racks.planned_stations,
    0x0294: szl_racks.present_stations,
    0x0694: szl_racks.faulty_stations,
    0x00A0: _diagnostic_all,
    0x01A0: _diagnostic,
}
_EVERY_MODULE: dict[int, _Answer] = {0x0091: szl_racks.modules, 0x0291: szl_racks.faulty_modules}
_REDUNDANT: dict[int, _Answer] = {0x0071: _redundancy}


def _answer(cpu: Cpu, number: int) -> _Answer | None:
    """How this CPU answers a list, or nothing where it lacks it."""
    if number in cpu.missing_szl:
        return None
    if number in _EVERY_MODULE:
        return _EVERY_MODULE[number] if cpu.model.lists_all_modules else None
    if number in _REDUNDANT:
        return _REDUNDANT[number] if cpu.model.redundant else None
    return _PLAIN.get(number)


def supported(cpu: Cpu) -> list[int]:
    """The numbers of the lists that this CPU answers, as its list 0000 has them."""
    known = (*_PLAIN, *_EVERY_MODULE, *_REDUNDANT)
    answered = (number for number in known if _answer(cpu, number))
    return sorted(answered, key=lambda number: (number & 0xFF, number))


def read(cpu: Cpu, number: int, index: int) -> bytes:
    """A whole list with its header; raises RefusedError as the CPU would refuse."""
    answer = _answer(cpu, number)
    if answer is None:
        known = {other & 0xFF for other in supported(cpu)}
        raise RefusedError(NO_SUCH_INDEX if number & 0xFF in known else NO_SUCH_LIST)
    listing = answer(cpu, index)
    head = struct.pack(">4H", number, index, listing.record_length, len(listing.records))
    return head + b"".join(listing.records)
