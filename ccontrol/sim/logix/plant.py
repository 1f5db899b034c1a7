"""Ready-made chassis for the demo, the tests and the benchmarks."""

from dataclasses import replace
from pathlib import Path

from ccontrol.clock import Clock
from ccontrol.sim.logix import l5x
from ccontrol.sim.logix.chassis import Chassis, EthernetPort, Module, Place
from ccontrol.sim.logix.controller import (
    CpuModel,
    compact_5380,
    controller,
    controller_in,
    l61,
    l73,
    l73s,
    l83,
    micro850,
    model_of,
)
from ccontrol.sim.logix.project import (
    DataType,
    IoModule,
    Language,
    Member,
    Program,
    Project,
    Routine,
    Tag,
    Task,
    compiled,
)


def routine(name: str, text: str, language: Language = Language.LADDER) -> Routine:
    """A routine from its text."""
    return Routine(name, language, compiled(text))


def press_project(name: str = "Press_3") -> Project:
    """A hydraulic press: two-hand control, a pressure limit, a counter."""
    limits = DataType(
        "Limits", (Member("Max", "REAL"), Member("Delay", "DINT"), Member("Enabled", "BOOL"))
    )
    main = Program(
        "MainProgram",
        (
            routine("MainRoutine", "JSR(TwoHand,0);JSR(Pressure,0);"),
            routine("TwoHand", "XIC(Left)XIC(Right)XIO(Stop)OTE(Close);"),
            routine("Pressure", "IF Actual > Press.Max THEN Stop := 1; END_IF;", Language.TEXT),
        ),
        (
            Tag("Left", "BOOL"),
            Tag("Right", "BOOL"),
            Tag("Strokes", "COUNTER"),
            Tag("Close", "BOOL"),
        ),
    )
    return Project(
        name,
        "Hydraulic press",
        data_types=(limits,),
        tags=(
            Tag("Press", "Limits", value=b"\0\0\xab\x42\x78\0\0\0\1\0\0\0"),
            Tag("Actual", "REAL", value=b"\0\0\x20\x42"),
            Tag("Stop", "BOOL"),
            Tag("Recipe", "DINT", (10,), value=bytes(range(40))),
            Tag("Dwell", "TIMER"),
            Tag("Label", "STRING", value=b"\5\0\0\0Press"),
            Tag("__DEFVAL_00000C85", "Limits"),
        ),
        programs=(main,),
        tasks=(Task("MainTask", ("MainProgram",)),),
        modules=(
            IoModule("Local", "1756-L83E", product_type=0x0E, product_code=0xA6, slot=0),
            IoModule("Inputs", "1756-IB16", product_code=0x11, revision=(3, 5), slot=3),
            IoModule("Outputs", "1756-OB16E", product_code=0x15, revision=(3, 4), slot=4),
        ),
        connections=("Standard:2da0b483",),
    )


def many_tags(count: int, name: str = "Large") -> Project:
    """A project of that many tags: a tenth structures of 90 types, a tenth arrays, 5 programs."""
    types = tuple(
        DataType(
            f"Type_{n}",
            (Member("Value", "REAL"), Member("State", "DINT"), Member("Text", "SINT", 8 + n)),
        )
        for n in range(min(90, max(count // 10, 1)))
    )
    kinds = ("DINT", "REAL", "BOOL", "INT", "TIMER", "DINT", "REAL", "SINT")

    def tag(number: int) -> Tag:
        label = f"Area{number % 17:02d}_Unit{number:06d}"
        if number % 10 == 0:
            return Tag(label, types[number // 10 % len(types)].name)
        if number % 10 == 1:
            return Tag(label, "DINT", (10,))
        return Tag(label, kinds[number % len(kinds)])

    in_programs = count // 5
    programs = tuple(
        Program(
            f"Program_{n}",
            (routine("Main", f"NOP(){n};"),),
            tuple(tag(number) for number in range(n, in_programs, 5)),
        )
        for n in range(5)
    )
    return Project(
        name,
        data_types=types,
        tags=tuple(tag(number) for number in range(in_programs, count)),
        programs=programs,
        tasks=(Task("MainTask", tuple(one.name for one in programs)),),
    )


def chassis_of(
    project: Project, model: CpuModel | None = None, clock: Clock | None = None
) -> Chassis:
    """A controller with that project, behind an EN2T unless it has Ethernet, and its modules."""
    local = next((one for one in project.modules if one.name == "Local"), None)
    made = model or model_of(project.processor, local.product_code if local is not None else 0)
    cpu = controller(made, replace(project, processor=made.catalog), clock=clock)
    if made.ethernet:
        cpu.ethernet = EthernetPort(host_name=project.name)
    own = (local.slot if local is not None else None) or 0
    chassis = Chassis({own: cpu}, entry=own)
    if not made.backplane:
        chassis.size = 0
        return chassis
    for module in project.modules:
        if module.slot is not None and module.slot not in chassis.slots:
            chassis.slots[module.slot] = Module(
                module.catalog, module.vendor, module.product_type, module.product_code,
                module.revision, serial=0x00AB0000 + module.slot,
            )  # fmt: skip
    if not made.ethernet:
        slot = next(n for n in range(1, 20) if n not in chassis.slots)
        chassis.slots[slot] = bridge(serial=0x00BB0000 + slot)
        chassis.entry = slot
    chassis.size = max(chassis.size, max(chassis.slots) + 1)
    return chassis


def bridge(serial: int = 0x00BB0001, port: EthernetPort | None = None) -> Module:
    """A 1756-EN2T."""
    return Module(
        "1756-EN2T/C", product_type=0x0C, product_code=0xA6, revision=(10, 10), status=0x0030,
        serial=serial, ethernet=port or EthernetPort(),
    )  # fmt: skip


def press(
    clock: Clock | None = None, *, name: str = "Press_3", model: CpuModel | None = None
) -> Chassis:
    """A hydraulic press on a ControlLogix."""
    return chassis_of(press_project(name), model, clock)


def from_file(path: Path, clock: Clock | None = None) -> Chassis:
    """The chassis that an L5X file describes."""
    return chassis_of(l5x.load(path), clock=clock)


def line(clock: Clock | None = None) -> Chassis:
    """Two controllers in one chassis (slots 0 and 2), behind an EN2T in slot 1.

    An EN2T in slot 3 leads on to a second chassis: `3`, port 2, 192.168.2.20, then slot 0.
    """
    chassis = press(clock, model=l73())
    chassis.slots[1] = bridge()
    chassis.entry = 1
    chassis.slots[2] = controller(l61(), _pump_project(), serial=0x00C0FF02, clock=clock)
    far = Chassis({0: controller(l83(), _pump_project("Far_pump"), serial=0xC0FF03, clock=clock)})
    far.slots[5] = bridge(0x00BB0005, EthernetPort(address="192.168.2.20"))
    chassis.slots[3] = bridge(0x00BB0003, EthernetPort(address="192.168.2.10"))
    chassis.slots[3].links["192.168.2.20"] = Place(far, 5)
    return chassis


def _pump_project(name: str = "Pump_7") -> Project:
    main = Program("Main", (routine("Main", "GRT(Level,High)OTE(Run);"),), (Tag("Run", "BOOL"),))
    return Project(
        name,
        processor="1756-L61",
        revision=(16, 20),
        tags=(Tag("Level", "DINT"), Tag("High", "DINT", value=b"\x20\x03\0\0")),
        programs=(main,),
        tasks=(Task("Task", ("Main",), continuous=False),),
    )


def pump(clock: Clock | None = None, *, name: str = "Pump_7") -> Chassis:
    """A pumping station on a ControlLogix of 2003."""
    return chassis_of(_pump_project(name), l61(), clock)


def guard(clock: Clock | None = None) -> Chassis:
    """The press on a GuardLogix with a locked and signed safety application."""
    project = replace(press_project("Guard_4"), safety_signature="1A2B3C4D", safety_locked=True)
    return chassis_of(project, l73s(), clock)


def packer(clock: Clock | None = None) -> Chassis:
    """A CompactLogix 5380: the press without local modules."""
    project = replace(press_project("Packer_2"), modules=())
    return chassis_of(project, compact_5380(), clock)


def skid(clock: Clock | None = None) -> Chassis:
    """A Micro850: tags, no programs, no backplane."""
    project = Project("Skid_9", revision=(12, 11), tags=(Tag("Level", "REAL"), Tag("Run", "BOOL")))
    return chassis_of(project, micro850(), clock)


def redundant(clock: Clock | None = None) -> Chassis:
    """One half of a pair with 1756-RM2 modules; `partner` is the other half."""
    halves = [press(clock, model=l73()) for _ in range(2)]
    for number, half in enumerate(halves):
        half.slots[0].serial = 0x00C0FFE0 + number
        half.slots[1] = bridge(0x00BB0010 + number)
        half.entry = 1
        half.slots[6] = Module(
            "1756-RM2/A", product_type=0x78, product_code=0x03, revision=(20, 4), status=0x0030,
            serial=0x00DD0000 + number,
        )  # fmt: skip
    halves[0].partner, halves[1].partner = halves[1], halves[0]
    return halves[0]


def strange(clock: Clock | None = None) -> Chassis:
    """A press with modules of unknown vendors, types and names that hold control characters."""
    chassis = press(clock)
    chassis.slots[5] = Module(
        "\x1b[2J\x00Ev\xefl\r\n", vendor=0xFFFE, product_type=0xFFFF, product_code=0xFFFF,
        revision=(255, 255), status=0xFFFF, serial=0xFFFFFFFF,
    )  # fmt: skip
    chassis.slots[6] = Module("", vendor=0, product_type=0, product_code=0, revision=(0, 0))
    return chassis


def fleet(count: int, project: Project | None = None, clock: Clock | None = None) -> list[Chassis]:
    """Many presses that share a project, each with a name and serial numbers of its own."""
    made = []
    for number in range(count):
        own = replace(project or press_project(), name=f"Unit_{number:04d}")
        chassis = chassis_of(own, clock=clock)
        controller_in(chassis).serial = 0x01000000 + number
        made.append(chassis)
    return made
