"""Ready-made CPUs for the demo, the tests and the benchmarks: a press, a mixer, a pump, a fleet.

Programs are small but hang together: OB1 calls FCs, FCs use a DB, SDBs describe the rack.
"""

import struct
from collections.abc import Sequence
from datetime import UTC, datetime

from ccontrol.clock import Clock, SystemClock
from ccontrol.sim.s7.block import Block, Kind, Language, block_time, make_block
from ccontrol.sim.s7.cpu import Cpu, Identity, Mode
from ccontrol.sim.s7.diagnostics import Event, StartType, start_detail
from ccontrol.sim.s7.hardware import CpuModel, Module, Stations, cpu_315, cpu_317, cpu_414h, cpu_416
from ccontrol.sim.s7.mc7 import Variable, assemble, data_body, interface

BUILT = datetime(2023, 3, 14, 9, 26, 53, tzinfo=UTC)
_STEP7 = ("STEP 7", "", "")
_OB1_LOCALS = tuple(Variable("TEMP", kind) for kind in (*("BYTE",) * 6, "INT", "INT", "INT", "DT"))


def ob1(*calls: int, changed: datetime = BUILT) -> Block:
    """The cyclic block: calls some FCs, each in a network of its own."""
    program = assemble(*(f"UC FC{number}" for number in calls))
    return make_block(
        Kind.OB, 1, program.body, changed=changed, interface_changed=BUILT, local_length=20,
        interface=interface(1, _OB1_LOCALS), additional=program.networks,
        names=("PLANT", "", "CYCLE"),
    )  # fmt: skip


def function(
    number: int,
    *networks: str,
    kind: Kind = Kind.FC,
    name: str = "",
    variables: Sequence[Variable] = (),
    language: Language = Language.STL,
    changed: datetime = BUILT,
) -> Block:
    """A FC or FB from statements."""
    program = assemble(*networks)
    return make_block(
        kind, number, program.body, changed=changed, interface_changed=BUILT, language=language,
        interface=interface(number, variables), additional=program.networks,
        names=("PLANT", "LINE", name), local_length=2,
    )  # fmt: skip


def data_block(
    number: int, *variables: Variable, name: str = "", changed: datetime = BUILT
) -> Block:
    """A shared DB whose actual values are its initial ones."""
    return make_block(
        Kind.DB, number, data_body(variables), changed=changed, interface_changed=BUILT,
        language=Language.DB, interface=interface(number, variables, data_block=True),
        names=("PLANT", "DATA", name),
    )  # fmt: skip


def motor(
    number: int, start: str, run: str, output: str, *, limit: int = 100, changed: datetime = BUILT
) -> Block:
    """Start and stop with a latch, a delay and a limit: the kind of FC that engineers change."""
    return function(
        number,
        f"A {start}; O {run}; AN I0.7; = {run}",
        f"A {run}; L S5T 256; SD T{number}; A T{number}; = {output}",
        f"L MW20; L {limit}; >I; S M30.{number % 8}",
        name=f"MOTOR{number}",
        changed=changed,
    )


def system_data(
    station: str, name: str, modules: Sequence[Module], changed: datetime = BUILT
) -> tuple[Block, ...]:
    """The SDBs that a download of the hardware configuration leaves: 0, 1, 3, 4 and 7.

    SDB4 is the table of time stamps and numbers, so it moves with every such download.
    """
    names = b"".join(text.encode("latin-1")[:24].ljust(24, b"\0") for text in (station, name))
    bodies = {
        0: bytes.fromhex("1c031001010100001f0202040001210500140000019f003c019000277415") + names,
        1: bytes.fromhex("0000000100000001") + b"".join(m.record() for m in modules),
        3: b"".join(
            struct.pack(">HHHHHH", 3, m.address, 0x2820, 0x2200, 0, m.expected) for m in modules
        ),
        7: bytes.fromhex("161300001c00008000800000000a04b00040012c0000"),
    }
    bodies[4] = _time_table(tuple(bodies), changed)
    return tuple(
        make_block(
            Kind.SDB, number, body + bytes(len(body) % 2), changed=changed,
            interface_changed=BUILT, language=Language.SDB, attributes=0x02, names=_STEP7,
        )
        for number, body in sorted(bodies.items())
    )  # fmt: skip


def _time_table(numbers: Sequence[int], changed: datetime) -> bytes:
    """The body of SDB4, laid out as that of a CPU 315-2 PN/DP: three lists of stamped numbers."""
    lists = [
        bytes((len(those), 12))
        + b"".join(struct.pack(">HHH", number, 2, 0) + block_time(changed) for number in those)
        for those in (numbers, (), (4,))
    ]
    second = 8 + len(lists[0])
    return struct.pack(">BxHHH", 3, 8, second, second + len(lists[1])) + b"".join(lists)


def _cpu(identity: Identity, model: CpuModel, clock: Clock, *blocks: Block) -> Cpu:
    modules = [
        Module(0, 4, 0x0000, 0x9FC3, 0x9FC3),
        Module(0, 5, 0x0004, 0xAFC8, 0xAFC8),
        Module(0, 6, 0x0100, 0x15C5, 0x15C5),
    ]
    cpu = Cpu(identity, model, clock, modules=modules)
    cpu.load(*system_data(identity.station, identity.name, modules), *blocks)
    for event in (Event.POWER_ON, Event.STARTUP, Event.AUTOMATIC_RESTART, Event.RUN):
        detail = start_detail(event, StartType.BY_POWER, Event.POWER_OFF)
        cpu.log(event, bytes(8) if event is Event.POWER_ON else detail)
    return cpu


def press(
    clock: Clock | None = None, *, name: str = "press-3", model: CpuModel | None = None
) -> Cpu:
    """A hydraulic press: two-hand control, a pressure limit, a counter."""
    settings = data_block(
        10, Variable("STATIC", "INT", 120), Variable("STATIC", "REAL", 85.5),
        Variable("STATIC", "INT", 3), Variable("STATIC", "DINT"), name="SETTINGS",
    )  # fmt: skip
    counters = data_block(11, *(Variable("STATIC", "DINT") for _ in range(8)), name="COUNT")
    two_hand = function(
        12,
        "A I0.0; A I0.1; AN M10.0; = M10.1",
        "A M10.1; L S5T 80; SE T12; A T12; = Q4.0",
        kind=Kind.FB,
        name="TWOHAND",
        variables=(Variable("IN", "BOOL"), Variable("OUT", "BOOL"), Variable("STATIC", "INT", 5)),
    )
    pressure = function(
        2, "OPN DB10; L PIW256; L DBW0; >=I; S M20.0", "A M20.0; R Q4.0; = Q4.1", name="PRESSURE"
    )
    cpu = _cpu(
        Identity("S7300/ET200M station_3", name, "Plant A", "S C-B1U393142011", "MMC 4A1AC019"),
        model or cpu_315(), clock or SystemClock(),
        ob1(1, 2, 3), motor(1, "I0.2", "M11.0", "Q4.2"), pressure,
        motor(3, "I0.3", "M11.1", "Q4.3"), two_hand, settings, counters,
    )  # fmt: skip
    cpu.moving.add(11)
    return cpu


def mixer(clock: Clock | None = None, *, name: str = "mixer-1") -> Cpu:
    """A mixer with a recipe DB and a drive."""
    recipe = data_block(
        20, *(Variable("STATIC", "REAL", 10.0 * step) for step in range(1, 9)), name="RECIPE"
    )
    dose = function(
        7, "OPN DB20; L DBD0; L DBD4; +R; T MD40", "L MW50; L 250; >I; = M51.0", name="DOSE"
    )
    cpu = _cpu(
        Identity("S7300 mixing", name, "Plant A", "S C-C2UR28922012", "MMC 267FF11F"),
        cpu_317(), clock or SystemClock(),
        ob1(5, 7), motor(5, "I1.0", "M12.0", "Q5.0", limit=1450), dose, recipe,
    )  # fmt: skip
    cpu.moving.add(20)
    cpu.stations = Stations(frozenset({1, 2, 3}))
    return cpu


def pump(clock: Clock | None = None, *, name: str = "pump-7") -> Cpu:
    """A pumping station with two pumps that take turns."""
    levels = data_block(
        30, Variable("STATIC", "INT", 200), Variable("STATIC", "INT", 800), name="LEVELS"
    )
    turns = function(
        9, "OPN DB30; L PIW260; L DBW2; >I; = M60.0", "A M60.0; AN M60.1; S M60.2", name="TURNS"
    )
    return _cpu(
        Identity("S7300 water", name, "Plant B", "S C-D7V4711", "MMC 1B2C3D4E"),
        cpu_315(), clock or SystemClock(),
        ob1(8, 9, 10), motor(8, "I2.0", "M13.0", "Q6.0"), motor(10, "I2.1", "M13.1", "Q6.1"), turns,
        levels,
    )  # fmt: skip


def boiler(clock: Clock | None = None, *, name: str = "boiler-2") -> Cpu:
    """A S7-400 (PDU 480)."""
    return press(clock, name=name, model=cpu_416())


def turbine(clock: Clock | None = None, *, name: str = "turbine-1") -> Cpu:
    """One half of a redundant S7-400H."""
    cpu = press(clock, name=name, model=cpu_414h())
    cpu.mode = Mode.REDUNDANT
    return cpu


def many_blocks(count: int, *, least: int = 1024, most: int = 8192) -> tuple[Block, ...]:
    """Blocks of growing size, a fifth of them DBs, from `least` to `most` bytes."""
    made = []
    for number in range(1, count + 1):
        length = least + (most - least) * (number - 1) // max(count - 1, 1)
        networks = [f"A I{number % 128}.0; = M{at % 128}.1" for at in range(length // 4)]
        if number % 5:
            made.append(function(number, *networks[: max(length // 4 - 1, 1)], name=f"F{number}"))
        else:
            words = (Variable("STATIC", "INT", number) for _ in range(min(length // 2, 255)))
            made.append(data_block(number, *words, name=f"D{number}"))
    return tuple(made)


def fleet(count: int, blocks: Sequence[Block] = (), clock: Clock | None = None) -> list[Cpu]:
    """Many CPUs that share their blocks, each with a name and serials of its own."""
    shared = clock or SystemClock()
    cpus = []
    for number in range(count):
        cpu = press(shared, name=f"unit-{number:04d}")
        cpu.rename(serial=f"S C-{number:08X}", card_serial=f"MMC {number:08X}")
        cpu.load(*blocks)
        cpus.append(cpu)
    return cpus
