"""What happens to a CPU: engineers over the network, hands at the cabinet, power, and cheats.

Each scene changes the CPU and writes what such an act leaves in its diagnostic buffer. Sequences:
captures of TIA and STEP 7 sessions on a CPU 315-2 and an IM151-8 for stop, start and
power; appendix C of C79000-G7076-C503 and a reported card fault of a 313C-2DP for the rest.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ccontrol.sim.s7.block import Block, Kind
from ccontrol.sim.s7.cpu import Cpu, Key, Mode, Switch
from ccontrol.sim.s7.diagnostics import Event, StartType, start_detail
from ccontrol.sim.s7.hardware import Module, Stations
from ccontrol.sim.s7.plant import system_data


def _stop(cpu: Cpu, event: Event) -> None:
    cpu.mode = Mode.STOP
    cpu.log(event)


def _start(cpu: Cpu, start: StartType, cause: Event) -> None:
    by_hand_or_pg = start is not StartType.BY_POWER
    request = Event.MANUAL_RESTART if by_hand_or_pg else Event.AUTOMATIC_RESTART
    for event in (Event.STARTUP, request, Event.RUN):
        cpu.log(event, start_detail(event, start, cause))
    cpu.mode = Mode.RUN


def stop_by_pg(cpu: Cpu) -> None:
    """An engineer stops it over the network."""
    _stop(cpu, Event.STOP_BY_PG)


def start_by_pg(cpu: Cpu) -> None:
    """An engineer starts it over the network."""
    _start(cpu, StartType.BY_PG, Event.STOP_BY_PG)


def stop_by_switch(cpu: Cpu) -> None:
    """A hand turns the switch to STOP."""
    cpu.switch = Switch.STOP
    _stop(cpu, Event.STOP_BY_SWITCH)


def start_by_switch(cpu: Cpu) -> None:
    """A hand turns the switch back."""
    cpu.switch = Switch.RUN_P
    _start(cpu, StartType.BY_SWITCH, Event.STOP_BY_SWITCH)


def network_download(cpu: Cpu, *blocks: Block) -> None:
    """An engineer stops the CPU, loads blocks and starts it again, all over the network."""
    stop_by_pg(cpu)
    cpu.load(*blocks)
    start_by_pg(cpu)


def download_in_run(cpu: Cpu, *blocks: Block) -> None:
    """An engineer loads blocks while the machine runs: nothing is written into the buffer."""
    cpu.load(*blocks)


def hardware_download(cpu: Cpu, modules: Sequence[Module], changed: datetime) -> None:
    """An engineer loads another rack: all SDBs are made anew, SDB4 with new times."""
    stop_by_pg(cpu)
    cpu.modules = list(modules)
    cpu.load(*system_data(cpu.identity.station, cpu.identity.name, modules, changed))
    start_by_pg(cpu)


def recompile(cpu: Cpu, key: Key, changed: datetime) -> Block:
    """A block is compiled and loaded again with equal content: only its dates move."""
    block = cpu.block(*key)
    if block is None:
        raise KeyError(key)
    again = block.with_times(changed)
    cpu.load(again)
    return again


def delete_blocks(cpu: Cpu, *keys: Key) -> None:
    """An engineer deletes blocks while the machine runs."""
    cpu.delete(*keys)


def power_cycle(cpu: Cpu) -> None:
    """The power goes and comes back."""
    cpu.log(Event.POWER_OFF)
    cpu.log(Event.POWER_ON)
    _start(cpu, StartType.BY_POWER, Event.POWER_OFF)


def card_swap(cpu: Cpu, card_serial: str, *blocks: Block) -> None:
    """At the cabinet: power off, another memory card with other blocks, power on.

    With no blocks given, the card holds a copy of the same program.
    """
    cpu.log(Event.POWER_OFF)
    cpu.rename(card_serial=card_serial)
    if blocks:
        cpu.clear()
        cpu.load(*blocks)
    for event in (Event.POWER_ON, Event.CARD_REPLACED, Event.CARD_RESET_REQUEST, Event.RESET_DONE):
        cpu.log(event)
    _start(cpu, StartType.BY_POWER, Event.POWER_OFF)


def memory_reset_by_switch(cpu: Cpu) -> None:
    """A hand holds the switch on MRES: the CPU is empty and stays in STOP."""
    stop_by_switch(cpu)
    cpu.log(Event.RESET_BY_SWITCH)
    cpu.clear()
    cpu.log(Event.RESET_DONE)


def memory_reset_by_pg(cpu: Cpu) -> None:
    """An engineer resets the memory over the network."""
    stop_by_pg(cpu)
    cpu.log(Event.RESET_BY_PG)
    cpu.clear()
    cpu.log(Event.RESET_DONE)


def firmware_update(cpu: Cpu, firmware: tuple[int, int, int]) -> None:
    """New firmware over the network; the CPU restarts by itself."""
    stop_by_pg(cpu)
    cpu.log(Event.FIRMWARE_STARTED)
    cpu.rename(firmware=firmware)
    cpu.log(Event.FIRMWARE_DONE)
    power_cycle(cpu)


def pull_module(cpu: Cpu, slot: int) -> None:
    """A hand pulls a module out of the rack."""
    cpu.modules = [m.pulled() if m.slot == slot else m for m in cpu.modules]
    cpu.log(Event.MODULE_REMOVED)


def return_module(cpu: Cpu, slot: int) -> None:
    """A hand plugs the module in again that was configured there."""
    cpu.modules = [m.returned() if m.slot == slot else m for m in cpu.modules]
    cpu.log(Event.MODULE_INSERTED)


def set_clock(cpu: Cpu, by: timedelta) -> None:
    """Somebody sets the clock ahead, or back; no entry tells of it."""
    cpu.utc_offset += by


def lose_station(cpu: Cpu, number: int) -> None:
    """A PROFINET station no longer answers."""
    cpu.stations = Stations(cpu.stations.planned, cpu.stations.lost | {number})
    cpu.log(Event.STATION_LOST)


def protect(cpu: Cpu, level: int, password: str) -> None:
    """An engineer loads a protection level."""
    stop_by_pg(cpu)
    cpu.level, cpu.password = level, password
    start_by_pg(cpu)


def hide_block(cpu: Cpu, block: Block) -> None:
    """A block that runs and counts in the checksum words, but that no list shows."""
    cpu.hidden.add(block.key)
    cpu.load(block)


def hide_block_and_lie(cpu: Cpu, block: Block) -> None:
    """The same, and the words are those from before: a CPU that does not tell the truth."""
    cpu.false_words = cpu.words()
    hide_block(cpu, block)


def tell_the_truth(cpu: Cpu) -> None:
    """All blocks are listed again, and the words are computed."""
    cpu.hidden.clear()
    cpu.false_words = None


def change_in_secret(cpu: Cpu, block: Block) -> None:
    """A block is changed while the checksum words stay what they were."""
    cpu.false_words = cpu.words()
    cpu.load(block)


def move_values(cpu: Cpu, number: int, body: bytes) -> None:
    """The program writes into a data block; the footer keeps the checksum of what was loaded."""
    block = cpu.block(Kind.DB, number)
    if block is None or len(body) != block.body_length:
        raise KeyError(number)
    cpu.load(block.with_values(body))
