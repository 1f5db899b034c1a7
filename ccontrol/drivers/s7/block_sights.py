"""What was learnt of each block: read, confirmed, or why not.

An image counts when it is whole, fits the info of the block that was asked for after it (sizes,
dates, checksum), and, for code, when its checksum fits its body. Hiding must not pay: a
contradiction that stands when everything was asked twice is committed as observed, with a finding.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ccontrol.drivers.s7.answers import Answer, Answers
from ccontrol.drivers.s7.block_lists import BlockList, read_lists
from ccontrol.drivers.s7.block_units import block_id, block_unit
from ccontrol.drivers.s7.cpu_units import Cpu
from ccontrol.drivers.s7.findings import CHECKSUM_MISMATCH, INFO_MISMATCH, of_block
from ccontrol.drivers.s7.pdu import BLOCK_TYPES, info_fingerprint
from ccontrol.drivers.s7.refusals import refused
from ccontrol.errors import GarbledError
from ccontrol.logic.mc7.block import (
    CODE_TYPES,
    CREATED_BY_PROGRAM,
    HEADER_BYTES,
    Block,
    Footer,
    Header,
    parse_image,
    parse_info,
)
from ccontrol.model.aspect import Depth
from ccontrol.model.capture import Capture
from ccontrol.model.finding import Finding
from ccontrol.model.secret import Seal
from ccontrol.model.snapshot import Confirmed, Listing, Read, Sighting, Unread
from ccontrol.model.unit import UnitId

_ASKED = re.compile(r"(?:info|upload) ([0-9A-F]{2}) ([0-9]{5})")
_NAME_OF_CODE = {code: name for name, code in BLOCK_TYPES.items()}
_TWICE = 2
_FROM_STAMPS = Header._fields.index("code_stamp")
"""From here on a header holds both time stamps and the four lengths."""
_ENDED = Unread("the poll ended before it was read", transient=True)
_CHANGED = Unread("it changed while it was read", transient=True)
_TORN = Unread("its image is not whole", transient=True)
_NO_BLOCK = Unread("its image is none that ccontrol can read, twice alike")
_DOUBTED = Unread("its checksum did not fit, and it was not read a second time", transient=True)


class Info(NamedTuple):
    """A block info that was had whole."""

    header: Header
    footer: Footer
    raw: bytes


@dataclass(slots=True)
class BlockSights:
    """All blocks of one poll."""

    lists: Mapping[str, BlockList]
    """By type; empty when no list was asked for."""
    sightings: dict[UnitId, Sighting] = field(default_factory=dict)
    infos: dict[tuple[str, int], Info] = field(default_factory=dict)
    made: dict[int, Info | None] = field(default_factory=dict)
    """DBs that are no units, by number; None where the info does not say so, or it is gone."""
    findings: set[Finding] = field(default_factory=set)

    @property
    def listings(self) -> dict[str, Listing]:
        """The lists by type: that of one may be had where that of another is not."""
        return {name: _listing(name, one) for name, one in self.lists.items()}

    @property
    def all_listed(self) -> bool:
        """Whether the lists of all types were had whole."""
        return bool(self.lists) and not any(one.why for one in self.lists.values())

    @property
    def read(self) -> tuple[UnitId, ...]:
        """The blocks that were read whole in this poll itself."""
        return tuple(unit for unit, seen in self.sightings.items() if isinstance(seen, Read))


def _listing(name: str, one: BlockList) -> Listing:
    keys = frozenset(f"{name}{number}" for number in one.numbers)
    if one.why is None:
        return Listing(keys, complete=True)
    return Listing(keys, complete=False, reason=one.why.reason, transient=one.why.transient)


@dataclass(frozen=True, slots=True)
class _Look:
    """What judging one block needs besides its name."""

    answers: Answers
    seal: Seal
    values: frozenset[str]
    level: int | None
    password_refused: bool
    unasked: Sighting | None
    """What a block is that was told of and not uploaded; None: as its fingerprint was known."""


def read_blocks(capture: Capture, answers: Answers, cpu: Cpu, seal: Seal) -> BlockSights:
    """Judge every block that was listed or asked for."""
    found = BlockSights(read_lists(answers, cpu.counts))
    confirms = capture.depth is Depth.INVENTORY and capture.fault is None
    notes = dict(capture.notes)
    values = frozenset(re.split(r"[ ,]+", notes.get("actual_values", "")))
    note = notes.get("password", "")
    refused_it = bool(note) and note != "accepted"
    unasked = None if confirms else _ENDED
    look = _Look(answers, seal, values, cpu.level, refused_it, unasked)
    _look_at_made(found, answers)
    for name, number in sorted({*_listed(found.lists), *_asked(answers)}):
        if name == "DB" and number in found.made:
            continue
        sighting = _judge(found, look, name, number)
        if sighting is not None:
            found.sightings[block_id(name, number)] = sighting
    return found


def _listed(lists: Mapping[str, BlockList]) -> Iterator[tuple[str, int]]:
    return ((name, number) for name, one in lists.items() for number in one.numbers)


def _look_at_made(found: BlockSights, answers: Answers) -> None:
    """Take in the DBs that the program made for itself; one that is gone again tells nothing.

    A DB that its list calls one of them counts as one only if its info does so, too.
    """
    lists = found.lists.get("DB") or BlockList(frozenset(), None)
    asked = {number for name, number in _asked(answers) if name == "DB"}
    for number in lists.made | (asked - lists.numbers):
        told = answers.last(f"info {BLOCK_TYPES['DB']:02X} {number:05d}")
        info = _info(told, "DB", number) if told else None
        is_made = info is not None and info.header.language == CREATED_BY_PROGRAM
        if number in lists.made or is_made:
            found.made[number] = info if is_made and number in lists.made else None


def _asked(answers: Answers) -> Iterator[tuple[str, int]]:
    for word in ("info", "upload"):
        for question in answers.questions(word):
            if (found := _ASKED.fullmatch(question)) and int(found[1], 16) in _NAME_OF_CODE:
                yield _NAME_OF_CODE[int(found[1], 16)], int(found[2])


def _judge(found: BlockSights, look: _Look, name: str, number: int) -> Sighting:
    place = f"{BLOCK_TYPES[name]:02X} {number:05d}"
    told = look.answers.of(f"info {place}")
    infos = [info for answer in told if (info := _info(answer, name, number))]
    if infos:
        found.infos[name, number] = infos[-1]
    uploads = look.answers.of(f"upload {place}")
    if not uploads:
        return _not_uploaded(told, infos, look)
    if not uploads[-1].whole:
        return _why_not(uploads[-1], look)
    since = [answer for answer in told if answer.position > uploads[-1].position]
    if not since:
        return _ENDED  # it may have changed while it was read
    if not any(_info(answer, name, number) for answer in since):
        return _why_not(since[-1], look)
    images = [answer.payload for answer in uploads if answer.whole]
    return _uploaded(found, look, (name, number), infos, images)


def _uploaded(
    found: BlockSights,
    look: _Look,
    block_of: tuple[str, int],
    infos: list[Info],
    images: list[bytes],
) -> Sighting:
    try:
        block = parse_image(images[-1], *block_of)
    except GarbledError:
        return _NO_BLOCK if images[-2:-1] == images[-1:] else _TORN
    doubts = _doubts(block, infos, twice=_alike(block, images))
    if isinstance(doubts, Unread):
        return doubts
    found.findings.update(of_block(code, *block_of) for code in doubts)
    keep = block_id(*block_of).key in look.values
    fingerprint = info_fingerprint(infos[-1].raw)
    return Read(block_unit(block, look.seal, fingerprint, keep_values=keep))


def _doubts(block: Block, infos: list[Info], *, twice: bool) -> Unread | tuple[str, ...]:
    """Return why an image may not count, or the codes of what is wrong with it."""
    found = []
    if not _fits(block, infos[-1]):
        if not twice or len(infos) < _TWICE or infos[-2].raw != infos[-1].raw:
            return _CHANGED
        found.append(INFO_MISMATCH)
    if block.header.type in CODE_TYPES and not block.checksum_fits:
        if not twice:
            return _DOUBTED
        found.append(CHECKSUM_MISMATCH)
    return tuple(found)


def _alike(block: Block, images: list[bytes]) -> bool:
    """Return whether the last two images are the same; the values of a DB may have moved."""
    if len(images) < _TWICE:
        return False
    if block.header.type != "DB":
        return images[-2] == images[-1]
    body = slice(HEADER_BYTES, HEADER_BYTES + len(block.body))
    one, other = bytearray(images[-2]), bytearray(images[-1])
    del one[body], other[body]
    return one == other


def _fits(block: Block, info: Info) -> bool:
    """Compare what image and info have in common; not attributes and password field.

    Both were equal in the one CPU whose info and image were captured (OB1 of a CPU 315-2 PN/DP).
    """
    ours, told = block.header, info.header
    return (
        ours.load_bytes == told.load_bytes
        and block.footer.crc == info.footer.crc
        and ours[_FROM_STAMPS:] == told[_FROM_STAMPS:]
    )


def _info(answer: Answer, name: str, number: int) -> Info | None:
    if not answer.whole:
        return None
    try:
        return Info(*parse_info(answer.payload, name, number), answer.payload)
    except GarbledError:
        return None


def _not_uploaded(told: tuple[Answer, ...], infos: list[Info], look: _Look) -> Sighting:
    if not told:
        return _ENDED
    if not told[-1].whole:
        return _why_not(told[-1], look)
    if not infos:
        return Unread("its info is garbled", transient=True)
    return look.unasked or Confirmed(info_fingerprint(infos[-1].raw))


def _why_not(answer: Answer, look: _Look) -> Unread:
    if answer.error:
        return refused(answer.error, look.level, password_refused=look.password_refused)
    return Unread(answer.fault or "its info is garbled", transient=True)
