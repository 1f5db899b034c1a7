"""Captures made from a simulated CPU without a wire between, for the stories about decoding.

The simulator gives records and images; what frames them is written here once more, from the
captures of a CPU 315-2 PN/DP, so that a fault of the wire half cannot hide one of the decoder.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from ccontrol.drivers.s7.decode import interpret
from ccontrol.drivers.s7.pdu import BLOCK_TYPES
from ccontrol.model.aspect import Depth
from ccontrol.model.capture import Capture, Exchange
from ccontrol.model.secret import Seal
from ccontrol.model.snapshot import Snapshot
from ccontrol.sim.s7 import szl, szl_record
from ccontrol.sim.s7.block import BY_LETTER
from ccontrol.sim.s7.cpu import Cpu
from ccontrol.sim.s7.diagnostics import bcd_time

SEAL = Seal(b"a site's own key")
AT = datetime(2026, 3, 1, 6, 30, tzinfo=UTC)
GLANCE = ("szl 0232 0004", "szl 0424 0000", "szl 01A0 0001", "counts")
LOG = ("clock", "szl 00A0 0000")
CPU = ("szl 0011 0000", "szl 001C 0000")
MODULES = ("szl 0091 0000", "szl 0591 0000", "szl 0A91 0000", "szl 0D91 0000", "szl 0092 0000")
GROUPS = {"szl": (4, 1), "counts": (3, 1), "list": (3, 2), "info": (3, 3), "clock": (7, 1)}
NO_SUCH_BLOCK, NO_BLOCK_OF_TYPE, PROTECTED = 0xD209, 0xD20E, 0xD241


def userdata(group: int, sub: int, payload: bytes, size: int = 214) -> tuple[bytes, ...]:
    """An answer in fragments of at most `size` bytes."""
    parts = [payload[at : at + size] for at in range(0, len(payload), size)] or [b""]
    return tuple(
        _framed(
            group,
            sub,
            b"\xff\x09" + struct.pack(">H", len(part)) + part,
            more=part is not parts[-1],
        )
        for part in parts
    )


def refusal(question: str, error: int) -> tuple[bytes, ...]:
    """The CPU says no."""
    word = question.partition(" ")[0]
    if word == "upload":
        return (bytes((0x32, 2, 0, 0)) + struct.pack(">HHHH", 1, 0, 0, error),)
    if error <= 0xFF:
        return (_framed(*GROUPS[word], bytes((error, 0, 0, 0))),)
    return (_framed(*GROUPS[word], b"\x0a\x00\x00\x00", error=error),)


def _framed(group: int, sub: int, data: bytes, *, more: bool = False, error: int = 0) -> bytes:
    parameter = struct.pack(
        ">3B5BBBH", 0, 1, 0x12, 8, 0x12, 0x80 | group, sub, 1, 7 if more else 0, more, error
    )
    sizes = struct.pack(">HHH", 1, len(parameter), len(data))
    return bytes((0x32, 7, 0, 0)) + sizes + parameter + data


def uploaded(image: bytes, size: int = 222) -> tuple[bytes, ...]:
    """Start, fragments and end of an upload."""
    parts = [image[at : at + size] for at in range(0, len(image), size)]
    start = b"\x1d\x00\x01\x00\x00\x00\x00\x07\x07" + b"%07d" % len(image)
    fragments = [
        _job(bytes((0x1E, part is not parts[-1])), struct.pack(">HH", len(part), 0xFB) + part)
        for part in parts
    ]
    return (_job(start), *fragments, _job(b"\x1f"))


def _job(parameter: bytes, data: bytes = b"") -> bytes:
    return (
        bytes((0x32, 3, 0, 0))
        + struct.pack(">HHHH", 1, len(parameter), len(data), 0)
        + parameter
        + data
    )


def answer(cpu: Cpu, question: str) -> tuple[bytes, ...]:
    """What the simulated CPU answers, refusals included."""
    word, *rest = question.partition(" #")[0].split()
    if word == "szl":
        try:
            return userdata(4, 1, szl.read(cpu, int(rest[0], 16), int(rest[1], 16)))
        except szl_record.RefusedError as error:
            return refusal(question, error.error)
    if word == "clock":  # 19 even in 2016, as a CPU 315-2 PN/DP has it
        return userdata(7, 1, b"\x00\x19" + bcd_time(AT))
    if word == "counts":
        counted = ((kind.letter, len(cpu.numbers(kind))) for kind in BY_LETTER.values())
        return userdata(3, 1, b"".join(struct.pack(">BBH", 0x30, *one) for one in counted))
    return _of_blocks(cpu, question, word, *rest)


def _of_blocks(
    cpu: Cpu, question: str, word: str, code: str, number: str = ""
) -> tuple[bytes, ...]:
    kind = BY_LETTER[int(code, 16)]
    if word == "list":
        entries = b"".join(struct.pack(">HBB", *one) for one in cpu.listing(kind))
        return userdata(3, 2, entries) if entries else refusal(question, NO_BLOCK_OF_TYPE)
    block = cpu.block(kind, int(number))
    if block is None:
        return refusal(question, NO_SUCH_BLOCK)
    if word == "info":
        return userdata(3, 3, block.info)
    return uploaded(cpu.upload(kind, block.number) or b"")


def blocks_of(cpu: Cpu) -> Iterator[str]:
    """Type code and number of every block that the CPU lists: "38 00001"."""
    for code in BLOCK_TYPES.values():
        for number, _, language in cpu.listing(BY_LETTER[code]):
            if language != 8:
                yield f"{code:02X} {number:05d}"


@dataclass
class Heard:
    """A poll of a simulated CPU. `change` puts other answers in place of those to a question."""

    cpu: Cpu
    depth: Depth = Depth.FULL
    instead: dict[str, tuple[bytes, ...] | None] = field(default_factory=dict)
    """By question; None is a fault of the line."""
    also: tuple[str, ...] = ()
    notes: dict[str, str] = field(default_factory=dict)
    fault: str | None = None
    upload: bool = True

    def refuse(self, question: str, error: int) -> "Heard":
        """The CPU says no to that question."""
        return self.but(question, refusal(question, error))

    def but(self, question: str, answers: tuple[bytes, ...] | None) -> "Heard":
        """Put another answer in its place; None breaks the line there."""
        return replace(self, instead={**self.instead, question: answers})

    def questions(self) -> Iterable[str]:
        """What is asked, in order."""
        yield from GLANCE
        if self.depth in (Depth.DIAGNOSTICS, Depth.FULL):
            yield from (*LOG, *CPU, *MODULES)
        if self.depth in (Depth.INVENTORY, Depth.FULL):
            yield from (f"list {code:02X}" for code in BLOCK_TYPES.values())
            for place in blocks_of(self.cpu):
                if self.upload:
                    yield f"upload {place}"
                yield f"info {place}"
        yield from self.also
        if self.depth in (Depth.INVENTORY, Depth.FULL):
            yield f"{GLANCE[0]} #2"

    def capture(self) -> Capture:
        """Return the whole poll as heard."""
        exchanges = tuple(self._exchange(question) for question in self.questions())
        notes = tuple(sorted({"pdu_bytes": "240", **self.notes}.items()))
        return Capture(
            "press-3",
            "s7",
            self.depth,
            AT,
            AT,
            exchanges,
            len(exchanges),
            1,
            1,
            self.fault,
            notes=notes,
        )

    def snapshot(self) -> Snapshot:
        """Return what the decoder makes of it."""
        return interpret(self.capture(), SEAL)

    def _exchange(self, question: str) -> Exchange:
        answers = self.instead.get(question, ())
        if answers is None:
            return Exchange(question, (), "no answer in 5 s")
        return Exchange(question, answers or answer(self.cpu, question))
