"""What happens to a CPU leaves the traces that such an act leaves in a real one."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from ccontrol.sim.s7 import plant, scene
from ccontrol.sim.s7.block import Kind
from ccontrol.sim.s7.cpu import Cpu, Mode, Switch
from ccontrol.sim.s7.diagnostics import Event, StartType

CHANGED = datetime(2024, 5, 6, 10, 0, 0, tzinfo=UTC)
FC1 = (Kind.FC, 1)


def _events(cpu: Cpu, since: int) -> list[int]:
    """Event ids that were written since there were so many, oldest first."""
    entries = cpu.diagnostics.readable(running=False)
    return [int.from_bytes(e[:2], "big") for e in reversed(entries[: len(entries) - since])]


def _start_of(cpu: Cpu) -> tuple[int, int]:
    """Start type of the newest entry (which is RUN), and the cause told with STARTUP."""
    entries = cpu.diagnostics.readable(running=False)
    return entries[0][9], int.from_bytes(entries[2][6:8], "big")


def test_a_download_over_the_network_stops_and_starts_the_cpu(cpu: Cpu) -> None:
    since, words = len(cpu.diagnostics), cpu.words()
    scene.network_download(cpu, plant.motor(1, "I0.2", "M11.0", "Q4.2", limit=140, changed=CHANGED))
    assert _events(cpu, since) == [0x4304, 0x4301, 0x1381, 0x4302]
    assert _start_of(cpu) == (StartType.BY_PG, Event.STOP_BY_PG)
    assert cpu.words() != words
    assert cpu.mode is Mode.RUN


def test_a_download_in_run_leaves_no_entry(cpu: Cpu) -> None:
    since, words = len(cpu.diagnostics), cpu.words()
    scene.download_in_run(cpu, plant.motor(1, "I0.2", "M11.0", "Q4.2", limit=140))
    assert _events(cpu, since) == []
    assert cpu.words() != words


def test_a_hand_on_the_switch_is_told_apart_from_an_engineer(cpu: Cpu) -> None:
    since = len(cpu.diagnostics)
    scene.stop_by_switch(cpu)
    assert (cpu.mode, cpu.switch) == (Mode.STOP, Switch.STOP)
    scene.start_by_switch(cpu)
    assert _events(cpu, since) == [0x4303, 0x4301, 0x1381, 0x4302]
    assert _start_of(cpu) == (StartType.BY_SWITCH, Event.STOP_BY_SWITCH)


def test_a_card_swap_brings_another_serial_and_another_program(cpu: Cpu) -> None:
    since = len(cpu.diagnostics)
    blocks = [b for b in cpu.true_blocks() if b.key != FC1]
    scene.card_swap(cpu, "MMC DEADBEEF", *blocks)
    assert cpu.identity.card_serial == "MMC DEADBEEF"
    assert cpu.block(*FC1) is None
    assert _events(cpu, since)[:5] == [0x494E, 0x4300, 0x6527, 0x6526, 0x430E]
    assert _start_of(cpu) == (StartType.BY_POWER, Event.POWER_OFF)


def test_a_copied_card_changes_its_serial_alone(cpu: Cpu) -> None:
    words = cpu.words()
    scene.card_swap(cpu, "MMC DEADBEEF")
    assert cpu.words() == words


@pytest.mark.parametrize(
    ("reset", "events"),
    [
        (scene.memory_reset_by_switch, [0x4303, 0x4308, 0x430E]),
        (scene.memory_reset_by_pg, [0x4304, 0x4307, 0x430E]),
    ],
)
def test_a_memory_reset_empties_the_cpu(
    cpu: Cpu, reset: Callable[[Cpu], None], events: list[int]
) -> None:
    since = len(cpu.diagnostics)
    reset(cpu)
    assert _events(cpu, since) == events
    assert cpu.true_blocks() == ()
    assert cpu.words().packed() == bytes(8)


def test_a_power_cycle_changes_nothing_but_the_buffer(cpu: Cpu) -> None:
    since, words = len(cpu.diagnostics), cpu.words()
    scene.power_cycle(cpu)
    assert _events(cpu, since) == [0x494E, 0x4300, 0x4301, 0x1382, 0x4302]
    assert cpu.words() == words


def test_a_firmware_update_moves_the_version(cpu: Cpu) -> None:
    since = len(cpu.diagnostics)
    scene.firmware_update(cpu, (3, 2, 17))
    assert cpu.identity.firmware == (3, 2, 17)
    assert {0x6353, 0x43B0} <= set(_events(cpu, since))


def test_a_recompiled_block_moves_dates_and_no_word(cpu: Cpu) -> None:
    words, before = cpu.words(), cpu.block(*FC1)
    after = scene.recompile(cpu, FC1, CHANGED)
    assert before is not None
    assert cpu.words() == words
    assert cpu.block(*FC1) == after != before
    with pytest.raises(KeyError):
        scene.recompile(cpu, (Kind.FC, 99), CHANGED)


def test_another_rack_moves_sdb4_and_the_hardware_words(cpu: Cpu) -> None:
    words, table = cpu.words(), cpu.block(Kind.SDB, 4)
    scene.hardware_download(cpu, cpu.modules[:2], CHANGED)
    assert cpu.block(Kind.SDB, 4) != table
    assert cpu.words().hardware_crc != words.hardware_crc
    assert cpu.words().program_crc == words.program_crc


def test_the_same_rack_loaded_again_moves_sdb4_alone(cpu: Cpu) -> None:
    words, table = cpu.words(), cpu.block(Kind.SDB, 4)
    scene.hardware_download(cpu, cpu.modules, CHANGED)
    assert cpu.words() == words
    assert cpu.block(Kind.SDB, 4) != table


def test_a_hidden_block_counts_and_is_not_listed(cpu: Cpu) -> None:
    words = cpu.words()
    scene.hide_block(cpu, plant.motor(66, "I5.0", "M66.0", "Q7.0"))
    assert 66 not in cpu.numbers(Kind.FC)
    assert cpu.upload(Kind.FC, 66) is None
    assert cpu.words() != words


def test_a_lying_cpu_keeps_its_words(cpu: Cpu) -> None:
    words = cpu.words()
    scene.hide_block_and_lie(cpu, plant.motor(66, "I5.0", "M66.0", "Q7.0"))
    assert cpu.words() == words
    scene.tell_the_truth(cpu)
    assert cpu.words() != words
    assert 66 in cpu.numbers(Kind.FC)


def test_a_secret_change_keeps_the_words(cpu: Cpu) -> None:
    words = cpu.words()
    scene.change_in_secret(cpu, plant.motor(1, "I0.2", "M11.0", "Q4.2", limit=999))
    assert cpu.words() == words


def test_moved_values_are_no_change_of_the_program(cpu: Cpu) -> None:
    words, before = cpu.words(), cpu.block(Kind.DB, 10)
    assert before is not None
    scene.move_values(cpu, 10, bytes(before.body_length))
    assert cpu.words() == words
    assert cpu.block(Kind.DB, 10) != before


def test_a_deleted_block_is_gone(cpu: Cpu) -> None:
    scene.delete_blocks(cpu, FC1)
    assert cpu.block(*FC1) is None
    with pytest.raises(KeyError):
        scene.delete_blocks(cpu, FC1)


def test_every_ready_made_cpu_stands_in_run() -> None:
    made = (plant.press, plant.mixer, plant.pump, plant.boiler, plant.turbine)
    cpus = [build() for build in made]
    assert {cpu.mode for cpu in cpus} == {Mode.RUN, Mode.REDUNDANT}
    assert len({cpu.identity.name for cpu in cpus}) == len(cpus)
    assert len({cpu.words() for cpu in plant.fleet(3)}) == 3
