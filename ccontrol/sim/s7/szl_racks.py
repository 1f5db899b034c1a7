"""System status lists xy91, xy92 and xy94: what stands in the racks, and who is on the bus."""

import struct

from ccontrol.sim.s7 import hardware
from ccontrol.sim.s7.cpu import Cpu
from ccontrol.sim.s7.szl_record import NO_SUCH_INDEX, RefusedError, SzlList, one, several


def _own(cpu: Cpu) -> hardware.Module:
    """The CPU as a module of its rack."""
    model = cpu.model
    return hardware.Module(0, model.slot, 0x7FFF, model.module_type, model.module_type)


def submodules(cpu: Cpu, _index: int) -> SzlList:
    """0591: the interfaces on the CPU itself."""
    return several([m.record() for m in hardware.cpu_submodules(cpu.model)])


def rack(cpu: Cpu, index: int) -> SzlList:
    """0D91: one rack, named by the index."""
    modules = [m for m in (_own(cpu), *cpu.modules) if m.rack == index]
    if not modules:
        raise RefusedError(NO_SUCH_INDEX)
    return SzlList(16, tuple(module.record() for module in modules))


def module_at(cpu: Cpu, index: int) -> SzlList:
    """0C91: the module with the logical address in the index."""
    every = (*hardware.cpu_submodules(cpu.model), *cpu.modules)
    found = [module.record() for module in every if module.address == index & 0x7FFF]
    if not found:
        raise RefusedError(NO_SUCH_INDEX)
    return several(found)


def modules(cpu: Cpu, _index: int) -> SzlList:
    """0091: every module."""
    return SzlList(16, tuple(module.record() for module in (_own(cpu), *cpu.modules)))


def faulty_modules(cpu: Cpu, _index: int) -> SzlList:
    """0291: modules that are not what was planned."""
    faulty = [m.record() for m in cpu.modules if m.expected != m.actual]
    return SzlList(16, tuple(faulty))


def masters(_cpu: Cpu, _index: int) -> SzlList:
    """0A91: the DP and PROFINET masters (records of a CPU 315-2 PN/DP)."""
    return several(
        [
            bytes.fromhex("0100020107ffc4c0c4c00001fe020011"),
            bytes.fromhex("8000000007fba7c4a7c40001fe020011"),
        ]
    )


def racks(cpu: Cpu, index: int) -> SzlList:
    """0092 and 0292: racks that are planned and there; no stations on the DP bus of an index."""
    planned = frozenset() if index else frozenset({0, *(m.rack for m in cpu.modules)})
    return one(hardware.bits(planned, 16))


def faulty_racks(cpu: Cpu, index: int) -> SzlList:
    """0692: racks with a fault in them; no stations on the DP bus of an index."""
    faulty = () if index else (m.rack for m in cpu.modules if m.expected != m.actual)
    return one(hardware.bits(frozenset(faulty), 16))


def _stations(index: int, numbers: frozenset[int]) -> SzlList:
    """The bus by its index, and 2,048 bits: bit n is station n, bit 0 says that there is any."""
    shown = numbers | {0} if numbers else numbers
    return one(struct.pack(">H", index) + hardware.bits(shown, 256))


def planned_stations(cpu: Cpu, index: int) -> SzlList:
    """0094: PROFINET stations that the configuration names."""
    return _stations(index, cpu.stations.planned)


def present_stations(cpu: Cpu, index: int) -> SzlList:
    """0294: those that answer."""
    return _stations(index, cpu.stations.planned - cpu.stations.lost)


def faulty_stations(cpu: Cpu, index: int) -> SzlList:
    """0694: those that do not."""
    return _stations(index, cpu.stations.lost)
