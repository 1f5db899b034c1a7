"""Units about the CPU itself: who it is, what runs on it, how it is locked, what it counts.

Made from SZL 0011, 001C, 0232 or 0132 (index 4), 0424, and the block counts. A list that the CPU
does not have yields nothing.
"""

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ccontrol.drivers.s7 import szl
from ccontrol.drivers.s7.answers import Answer, Answers
from ccontrol.drivers.s7.program_word import Word
from ccontrol.drivers.s7.sights import is_not_supported, why_not
from ccontrol.drivers.sights import Sights, joined, not_offered, not_seen, seen
from ccontrol.errors import GarbledError
from ccontrol.logic.mc7.block import text
from ccontrol.model.aspect import Aspect
from ccontrol.model.snapshot import Unread
from ccontrol.model.unit import Unit, UnitId, Value, fields

WORDS = ("szl 0232 0004", "szl 0132 0004")
MODE, IDENTITY, NAMES, COUNTS = "szl 0424 0000", "szl 0011 0000", "szl 001C 0000", "counts"

_GARBLED = Unread("its answer is not what the question asks for", transient=True)
_MODULE = 0x01
_PARTS = {_MODULE: "module", 0x06: "hardware", 0x07: "cpu", 0x81: "boot-loader"}
_NAMES = {
    0x1: "station",
    0x2: "name",
    0x3: "plant",
    0x4: "copyright",
    0x5: "serial",
    0x7: "type_name",
    0xB: "location",
}
_MEMORY_CARD, _MANUFACTURER, _OEM = 0x8, 0x9, 0xA
_COUNT_TYPES = {
    0x38: "ob",
    0x45: "fb",
    0x43: "fc",
    0x41: "db",
    0x42: "sdb",
    0x44: "sfc",
    0x46: "sfb",
}
_COUNT_MARK = 0x30
_WORD_KEYS = ("program", "hardware")


@dataclass(frozen=True, slots=True)
class Cpu:
    """What the other parts of a snapshot need to know of the CPU."""

    sights: Sights
    words: tuple[szl.Words | None, ...] = ()
    """Its checksum words each time they were heard; None where they are not valid."""
    level: int | None = None
    """The protection level in force."""
    counts: tuple[dict[str, int], ...] = ()
    """Blocks by type as declared, once for each time they were asked for."""


def read_cpu(answers: Answers) -> Cpu:
    """Read everything about the CPU itself."""
    protections = _protections(answers)
    first = protections[0] if protections else ()
    counts = tuple(_counts(answers))
    parts = (
        _lock_and_words(answers, first),
        _modes(answers, first),
        _identity(answers),
        _of(answers, IDENTITY, _firmware, UnitId("firmware", "cpu")),
        _of(answers, NAMES, _memory_cards, UnitId("hardware", "memory-card")),
        _inventory(answers, counts),
    )
    return Cpu(
        joined(parts),
        words=tuple(szl.master(records).words for records in protections),
        level=szl.master(first).valid_level if first else None,
        counts=counts,
    )


def _of(
    answers: Answers, question: str, units: Callable[[bytes], Iterable[Unit]], unit: UnitId
) -> Sights:
    """Turn one list into units of one kind; `unit` stands for them when it was not had."""
    answer = answers.last(question)
    if why := why_not(answer):
        return not_seen(why, unit)
    if is_not_supported(answer):
        return not_offered(*unit)
    if answer is None:
        return Sights()
    try:
        return seen(unit.kind, units(answer.payload))
    except GarbledError:
        return not_seen(_GARBLED, unit)


def _protections(answers: Answers) -> list[tuple[szl.Protection, ...]]:
    """Return the records of every whole answer, first asked first."""
    found = []
    for question in WORDS:
        number = int(question.split()[1], 16)
        for answer in answers.of(question):
            try:
                records = szl.protections(answer.payload, number) if answer.whole else ()
            except GarbledError:
                records = ()
            if records:
                found.append((answer.position, records))
    return [records for _, records in sorted(found, key=lambda pair: pair[0])]


def _lock_and_words(answers: Answers, first: tuple[szl.Protection, ...]) -> Sights:
    wanted = (UnitId("protection", "cpu"), *(UnitId("checksum", key) for key in _WORD_KEYS))
    if not first:
        asked = [answer for question in WORDS if (answer := answers.last(question))]
        reasons = [why for answer in asked if (why := why_not(answer) or _unusable(answer))]
        if reasons:
            return not_seen(reasons[-1], *wanted)
        lacks = joined((not_offered("protection", "cpu"), not_offered("checksum", *_WORD_KEYS)))
        return lacks if asked else Sights()
    locks = seen(
        "protection", (_lock(one, key) for one, key in zip(first, _racks(first), strict=True))
    )
    words = szl.master(first).words
    if words is None:
        why = Unread("the CPU itself marks its checksum words as not valid")
        return joined((locks, not_seen(why, *wanted[1:])))
    return joined((locks, seen("checksum", _word_units(words))))


def _unusable(answer: Answer) -> Unread | None:
    return _GARBLED if answer.whole else None


def _racks(records: tuple[szl.Protection, ...]) -> list[str]:
    if len(records) == 1 and records[0].rack is None:
        return ["cpu"]
    named = [f"rack{one.rack}" for one in records if one.rack is not None]
    if len(set(named)) == len(records):
        return named
    return [f"rack{place}" for place in range(len(records))]


def _lock(record: szl.Protection, key: str) -> Unit:
    return Unit(
        UnitId("protection", key),
        Aspect.PROTECTION,
        "protection and switches" if key == "cpu" else f"protection and switches, {key}",
        fields(
            configured_level=record.configured_level,
            mode_switch=record.mode_switch,
            start_switch=record.start_switch,
            switch_level=record.switch_level,
            valid_level=record.valid_level,
        ),
    )


def _word_units(words: szl.Words) -> Iterator[Unit]:
    yield program_word(Word(words.program_length, words.program_crc))
    yield _word_unit(
        "hardware", Aspect.CONFIGURATION, Word(words.hardware_length, words.hardware_crc)
    )


def program_word(word: Word) -> Unit:
    """Return the unit of the CPU's word for its program."""
    return _word_unit("program", Aspect.PROGRAM, word)


def _word_unit(key: str, aspect: Aspect, word: Word) -> Unit:
    told = fields(length=f"{word.length:04x}", crc=f"{word.crc:04x}")
    return Unit(UnitId("checksum", key), aspect, f"the CPU's own checksum of its {key}", told)


def _modes(answers: Answers, first: tuple[szl.Protection, ...]) -> Sights:
    def units(payload: bytes) -> Iterator[Unit]:
        found = szl.modes(payload)
        racks = _racks(first) if len(first) == len(found) else []
        if not racks:
            racks = ["cpu"] if len(found) == 1 else [f"rack{at}" for at in range(len(found))]
        for key, mode in zip(racks, found, strict=True):
            yield Unit(
                UnitId("mode", key),
                Aspect.MODE,
                "operating mode" if key == "cpu" else f"operating mode, {key}",
                moving=fields(mode=mode),
            )

    return _of(answers, MODE, units, UnitId("mode", "cpu"))


def _identity(answers: Answers) -> Sights:
    """Join what 0011 and 001C say of the CPU; both must be had unless the CPU lacks one."""
    wanted = UnitId("identity", "cpu")
    both = [answers.last(IDENTITY), answers.last(NAMES)]
    if why := next(filter(None, map(why_not, both)), None):
        return not_seen(why, wanted)
    if not all(both):
        return Sights()  # one of them was never asked: the unit would be half of itself
    if all(map(is_not_supported, both)):
        return not_offered(*wanted)
    try:
        order, names = (answer.payload if answer and answer.whole else b"" for answer in both)
        facts = dict(_order_facts(order)) if order else {}
        racks: dict[str, dict[str, Value]] = {}
        for index, data in szl.names(names) if names else ():
            racks.setdefault(_rack(index, "cpu"), {}).update(_name_facts(index & 0xFF, data))
    except GarbledError:
        return not_seen(_GARBLED, wanted)
    if not racks and not facts:
        return Sights()
    racks = racks or {"cpu": {}}
    return seen("identity", (_identity_unit(key, facts | of) for key, of in racks.items()))


def _identity_unit(key: str, facts: dict[str, Value]) -> Unit:
    title = str(facts.get("type_name") or facts.get("order_number") or "CPU")
    return Unit(UnitId("identity", key), Aspect.IDENTITY, title, fields(**facts))


def _rack(index: int, alone: str) -> str:
    rack = szl.rack_of(index)
    return alone if rack is None else f"rack{rack}"


def _order_facts(payload: bytes) -> Iterator[tuple[str, Value]]:
    for one in szl.identities(payload):
        if one.part == _MODULE:
            yield "order_number", one.order_number
            yield "module_type", f"{one.module_type:04x}"


def _name_facts(index: int, data: bytes) -> dict[str, Value]:
    if index in _NAMES:
        return {_NAMES[index]: text(data)}
    if index == _MANUFACTURER:
        return {
            "manufacturer": int.from_bytes(data[:2], "big"),
            "profile": f"{data[2:4].hex()}.{data[4:6].hex()}",
        }
    if index == _OEM:
        return {"oem": text(data[:26]), "oem_id": data[26:32].hex()}
    return {}


def _memory_cards(payload: bytes) -> Iterator[Unit]:
    for index, data in szl.names(payload):
        if index & 0xFF == _MEMORY_CARD:
            rack = _rack(index, "")
            yield Unit(
                UnitId("hardware", f"memory-card-{rack}" if rack else "memory-card"),
                Aspect.HARDWARE,
                "memory card",
                fields(serial=text(data)),
            )


def _firmware(payload: bytes) -> Iterator[Unit]:
    for one in szl.identities(payload):
        key = _PARTS.get(one.part, f"part-{one.part:04x}")
        yield Unit(
            UnitId("firmware", key),
            Aspect.FIRMWARE,
            key.replace("-", " "),
            fields(order_number=one.order_number, version=_version(one)),
        )


def _version(one: szl.Identity) -> str:
    """Return the version of a part: "V3.2.7" of firmware, "3.1" of hardware."""
    letter, *numbers = one.version
    if chr(letter).isascii() and chr(letter).isalpha():
        return f"{chr(letter)}{'.'.join(map(str, numbers))}"
    return ".".join(map(str, struct.unpack(">HH", one.version)))


def _counts(answers: Answers) -> Iterator[dict[str, int]]:
    for answer in answers.of(COUNTS):
        if answer.whole and len(answer.payload) % 4 == 0:
            entries = list(struct.iter_unpack(">BBH", answer.payload))
            if all(mark == _COUNT_MARK and kind in _COUNT_TYPES for mark, kind, _ in entries):
                yield {_COUNT_TYPES[kind]: count for _, kind, count in entries}


def _inventory(answers: Answers, counts: tuple[dict[str, int], ...]) -> Sights:
    """Count the blocks; not the DBs: a program that makes its own (CREAT_DB) moves their number."""
    wanted = UnitId("inventory", "blocks")
    answer = answers.last(COUNTS)
    if why := why_not(answer):
        return not_seen(why, wanted)
    if is_not_supported(answer):
        return not_offered(*wanted)
    if not counts:
        return not_seen(_GARBLED, wanted) if answer and answer.whole else Sights()
    steady = {kind: count for kind, count in counts[-1].items() if kind != "db"}
    title = "number of blocks, DBs left out"
    return seen("inventory", (Unit(wanted, Aspect.INVENTORY, title, fields(**steady)),))
