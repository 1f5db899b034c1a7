"""What a simulated CPU is: its identity, its blocks, its switch, its mode and its checksum words.

Holds no protocol (szl.py, session.py) and no stories (scene.py).
"""

import enum
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ccontrol.clock import Clock, SystemClock
from ccontrol.sim.s7.block import Block, Kind, Language
from ccontrol.sim.s7.connections import Connections
from ccontrol.sim.s7.diagnostics import DiagnosticBuffer, Event
from ccontrol.sim.s7.hardware import SYSTEM_BLOCKS, CpuModel, Module, Stations, cpu_315

Key = tuple[Kind, int]


class Mode(enum.IntEnum):
    """Low nibble of the mode byte of SZL 0424."""

    STOP = 4
    STARTUP = 6
    RUN = 8
    REDUNDANT = 9


class Switch(enum.IntEnum):
    """Position of the mode switch; the captured CPUs answer 2 when it stands on RUN."""

    RUN = 1
    RUN_P = 2
    STOP = 3
    MRES = 4


@dataclass(frozen=True)
class Identity:
    """What SZL 0011 and 001C say. Names are cut to the 32 (or 24) bytes that a record has."""

    station: str
    name: str
    plant: str = ""
    serial: str = "S C-B1U393142011"
    card_serial: str = "MMC 4A1AC019"
    location: str = ""
    firmware: tuple[int, int, int] = (3, 2, 7)
    network: str = "192.168.1.10/24"


@dataclass(frozen=True)
class Words:
    """The four checksum words of SZL 0232 index 4."""

    hardware_length: int
    hardware_crc: int
    program_length: int
    program_crc: int

    def packed(self) -> bytes:
        """As on the wire: little endian, unlike everything else."""
        parts = (self.hardware_length, self.hardware_crc, self.program_length, self.program_crc)
        return struct.pack("<4H", *parts)


def xor_words(blocks: Iterable[Block]) -> Words:
    """Compute the words from blocks, as a CPU 315-2 and an IM151-8 do: SDB2 and SDB4 left out."""
    words = [0, 0, 0, 0]
    for block in blocks:
        if block.kind is Kind.SDB:
            if block.number in (2, 4):
                continue
            at = 0
        else:
            at = 2
        words[at] ^= block.body_length
        words[at + 1] ^= block.stored_crc
    return Words(*words)


@dataclass
class Cpu:
    """One CPU. Change it through its methods and the scenes, and only in the server's thread."""

    identity: Identity
    model: CpuModel = field(default_factory=cpu_315)
    clock: Clock = field(default_factory=SystemClock)
    utc_offset: timedelta = timedelta(0)
    level: int = 1
    password: str | None = None
    switch: Switch = Switch.RUN_P
    mode: Mode = Mode.RUN
    modules: list[Module] = field(default_factory=list)
    stations: Stations = field(default_factory=Stations)
    connections: Connections = field(default_factory=Connections)
    missing_szl: frozenset[int] = frozenset()
    hidden: set[Key] = field(default_factory=set)
    false_words: Words | None = None
    moving: set[int] = field(default_factory=set)
    system_blocks: dict[Kind, tuple[int, ...]] = field(default_factory=lambda: dict(SYSTEM_BLOCKS))

    def __post_init__(self) -> None:
        self.diagnostics = DiagnosticBuffer(
            self.model.diagnostic_entries, self.model.diagnostic_entries_in_run
        )
        self.loaded: dict[Key, Block] = {}
        """Blocks that arrived over the network and are not in force yet."""
        self._blocks: dict[Key, Block] = {}
        self._words: Words | None = None
        self._moves = 0
        self._ticks = 0

    def tick(self) -> int:
        """A counter that moves whenever it is looked at."""
        self._ticks += 1
        return self._ticks

    def local_time(self) -> datetime:
        """What the CPU's own clock shows: local, as engineers set it."""
        return self.clock.now() + self.utc_offset

    def log(self, event: Event, detail: bytes = bytes(8)) -> None:
        """Write an entry into the diagnostic buffer."""
        self.diagnostics.add(event, self.local_time(), detail)

    def load(self, *blocks: Block) -> None:
        """Put blocks in place of those with the same type and number."""
        self._blocks.update((block.key, block) for block in blocks)
        self._words = None

    def delete(self, *keys: Key) -> None:
        """Remove blocks; raises KeyError when one is not there."""
        for key in keys:
            del self._blocks[key]
        self._words = None

    def clear(self) -> None:
        """Remove every block."""
        self._blocks.clear()
        self._words = None

    def block(self, kind: Kind, number: int) -> Block | None:
        """A block as a client may see it, or nothing."""
        return None if (kind, number) in self.hidden else self._blocks.get((kind, number))

    def true_blocks(self) -> tuple[Block, ...]:
        """Every block in memory, hidden ones as well."""
        return tuple(self._blocks.values())

    def numbers(self, kind: Kind) -> list[int]:
        """The numbers of one type that the CPU admits to, ascending."""
        if kind in self.system_blocks:
            return list(self.system_blocks[kind])
        return sorted(n for k, n in self._blocks if k is kind and (k, n) not in self.hidden)

    def listing(self, kind: Kind) -> list[tuple[int, int, int]]:
        """Number, flags and language of every block of a type, as the list on request has them."""
        if kind in self.system_blocks:
            return [(number, 0x42, Language.STL) for number in self.system_blocks[kind]]
        found = [self._blocks[kind, number] for number in self.numbers(kind)]
        return [(block.number, block.flags, block.language) for block in found]

    def words(self) -> Words:
        """The checksum words that the CPU reports: the truth, unless `false_words` is set."""
        if self.false_words is not None:
            return self.false_words
        if self._words is None:
            self._words = xor_words(self._blocks.values())
        return self._words

    def upload(self, kind: Kind, number: int) -> bytes | None:
        """The image as it is now; the values of a DB in `moving` are others each time."""
        block = self.block(kind, number)
        if block is None:
            return None
        if kind is Kind.DB and number in self.moving and block.body_length:
            self._moves += 1
            moved = self._moves.to_bytes(4, "big")[-block.body_length :]
            block = block.with_values(moved + block.body[len(moved) :])
        return block.image

    def rename(self, **changes: str | tuple[int, int, int]) -> None:
        """Change parts of the identity (`card_serial`, `firmware` …)."""
        self.identity = replace(self.identity, **changes)  # type: ignore[arg-type]  # by name
