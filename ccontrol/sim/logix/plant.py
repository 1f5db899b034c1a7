"""Ready-made chassis for the demo, the tests and the benchmarks."""

import hashlib
from dataclasses import replace

from ccontrol.clock import Clock
from ccontrol.sim.logix.chassis import Chassis, EthernetPort, Module
from ccontrol.sim.logix.controller import (
    CpuModel,
    controller,
    l83,
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
)


def compiled(text: str) -> bytes:
    """Bytes that stand for a compiled routine: as long as its text, others for another text."""
    out, block = b"", text.encode()
    while len(out) < len(text):
        block = hashlib.sha256(block).digest()
        out += block
    return out[: len(text) + -len(text) % 4]


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
        ),
        programs=(main,),
        tasks=(Task("MainTask", ("MainProgram",)),),
        modules=(
            IoModule("Local", "1756-L83E", product_type=0x0E, product_code=0xA6, slot=0),
            IoModule("Inputs", "1756-IB16", product_code=0x11, revision=(3, 5), slot=3),
            IoModule("Outputs", "1756-OB16E", product_code=0x15, revision=(3, 4), slot=4),
        ),
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
    made = model or l83()
    cpu = controller(made, replace(project, processor=made.catalog), clock=clock)
    if made.ethernet:
        cpu.ethernet = EthernetPort(host_name=project.name)
    chassis = Chassis({0: cpu}, size=10)
    if not made.backplane:
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
