"""What the metal is: order numbers, limits, racks, and the SZL records that never move.

The records are those of a CPU 315-2 PN/DP (captures of ITI/ICS-Security-Tools and the data of the
C snap7 server, which were read from such a CPU). The type ids of the modules in the demo's racks
are made up, but for that of the CPU itself.
"""

import struct
from dataclasses import dataclass

from ccontrol.sim.s7.block import Kind

SYSTEM_BLOCKS: dict[Kind, tuple[int, ...]] = {
    Kind.SFC: (
        *range(8),
        11,
        12,
        13,
        14,
        15,
        *range(17, 25),
        *range(28, 35),
        *range(36, 45),
        46,
        47,
        49,
        50,
        51,
        52,
        *range(55, 60),
        *range(64, 75),
        *range(81, 85),
        99,
        101,
        102,
        103,
        105,
        106,
        107,
        108,
        109,
        112,
        113,
        114,
        126,
        127,
    ),
    Kind.SFB: (0, 1, 2, 3, 4, 5, 32, 52, 53, 54, 73, 74, 75, 81, 104),
}  # fmt: skip — as a CPU 315-2 PN/DP V3.2.7 lists them


@dataclass(frozen=True)
class CpuModel:
    """What distinguishes one type of CPU from another on the wire."""

    order_number: str
    type_name: str
    module_type: int
    pdu_limit: int = 240
    hardware_version: int = 3
    boot_loader: tuple[int, int, int] = (32, 9, 9)
    slot: int = 2
    diagnostic_entries: int = 500
    diagnostic_entries_in_run: int = 10
    lists_all_modules: bool = False
    redundant: bool = False
    card: bool = True


def cpu_315() -> CpuModel:
    """The CPU of most captures: 315-2 PN/DP."""
    return CpuModel("6ES7 315-2EH14-0AB0", "CPU 315-2 PN/DP", 0x00C0)


def cpu_317() -> CpuModel:
    """A bigger S7-300."""
    return CpuModel("6ES7 317-2EK14-0AB0", "CPU 317-2 PN/DP", 0x00C0)


def cpu_416() -> CpuModel:
    """A S7-400: PDU 480, the whole diagnostic buffer in RUN, 0091 instead of 0D91 alone."""
    return CpuModel(
        "6ES7 416-3ES06-0AB0",
        "CPU 416-3 PN/DP",
        0x00C5,
        pdu_limit=480,
        slot=3,
        diagnostic_entries_in_run=500,
        lists_all_modules=True,
        card=False,
    )


def cpu_414h() -> CpuModel:
    """One of two CPUs of a redundant S7-400H."""
    return CpuModel(
        "6ES7 414-4HM14-0AB0",
        "CPU 414-4 H",
        0x00C6,
        pdu_limit=480,
        slot=3,
        diagnostic_entries_in_run=500,
        lists_all_modules=True,
        redundant=True,
        card=False,
    )


@dataclass(frozen=True)
class Module:
    """A card in a rack, or a submodule of the CPU. Equal types mean: what was planned is there."""

    rack: int
    slot: int
    address: int
    expected: int
    actual: int
    submodule: int = 0
    status: int = 0xB402

    def record(self) -> bytes:
        """The 16 bytes of a SZL xy91 record; status bit 1 says there, bit 2 says absent."""
        place = (self.rack, self.slot << 8 | self.submodule, self.address)
        area = 0x0011
        return struct.pack(">8H", *place, self.expected, self.actual, 0, self.status, area)

    def pulled(self) -> "Module":
        """The same place with nothing in it."""
        return Module(
            self.rack, self.slot, self.address, self.expected, 0xFFFF, self.submodule, 0xB404
        )

    def returned(self) -> "Module":
        """The same place with what was planned in it."""
        return Module(
            self.rack, self.slot, self.address, self.expected, self.expected, self.submodule
        )


def cpu_submodules(model: CpuModel) -> tuple[Module, ...]:
    """The interfaces on the CPU itself: MPI/DP, PROFINET and its two ports (as a 315-2 lists)."""
    types = {1: 0xC4C0, 2: 0xA7C4, 3: 0x97C5, 4: 0x97C5}
    return tuple(
        Module(0, model.slot, 0x0800 - number, kind, kind, number) for number, kind in types.items()
    )


FEATURES = bytes.fromhex(
    "0001010101040302030303040306030703080309030a030b030c030d030e030f0310031103120313031403150317"
)
MEMORY_AREAS = tuple(
    bytes.fromhex(record)
    for record in (
        "000100010006000000110000000600000000002600000000000000000000000000000000",
        "000200010000000000010000000000000000000000000000000000000000000000000000",
        "0003000200080000000200000000000000000000000000000008000000000c0600000000",
        "000400020080000000020000000000000000000000000000008000000000000000000000",
        "0005000200000c000002000000000000000000000000000000000c000000002000000000",
    )
)
SYSTEM_AREAS = tuple(
    bytes.fromhex(record)
    for record in (
        "0001000108000000", "0002000108000000", "0003000140000080", "0004000101000000",
        "0005000101000008", "0006000108000000", "0007000180000000", "0008000108000010",
        "0009000100200000",
    )
)  # fmt: skip
BLOCK_LIMITS = tuple(
    bytes.fromhex(record)
    for record in (
        "0800001603d10000fffe", "0a003e8103d10000fffe", "0b00042203d10000fffe",
        "0c001f4003d10000fffe", "0e001f4003d10000fffe",
    )
)  # fmt: skip
CAPABILITIES = {
    index: bytes.fromhex(record).ljust(40, b"\0")
    for index, record in {
        2: "0002befd4f0000000000080000003c01080000007d000005030f00000800000c000a00000001",
        3: "00037ffc830100f0001000010209",
        4: "0004fe01624163001e0010101004020000020002",
        5: "00053e00000000000000001001f4",
        6: "0006f30000f801f0ff4e000000000000000000000004000000200100000e004cffff05c0",
        7: "000701003f00200101000000010801080108200802",
        8: "0008700370027002403240324032406440324032406440644064406440644064",
        9: "00090406010001f701f700010001",
    }.items()
}
STATUS = {
    index: bytes.fromhex(record).ljust(40, b"\0")
    for index, record in {
        2: "0002000000000000000e00000000060108",
        3: "0003",
        5: "0005000000010001",
        6: "0006",
        9: "00090002dc6c",
        10: "000a0002dc6c",
        11: "000b",
        12: "000c",
    }.items()
}


@dataclass(frozen=True)
class Stations:
    """PROFINET stations: which are planned, and which of them are lost."""

    planned: frozenset[int] = frozenset()
    lost: frozenset[int] = frozenset()


def bits(numbers: frozenset[int], length: int) -> bytes:
    """A bit field of `length` bytes with these bits set."""
    field_ = bytearray(length)
    for number in numbers:
        field_[number // 8] |= 1 << number % 8
    return bytes(field_)
