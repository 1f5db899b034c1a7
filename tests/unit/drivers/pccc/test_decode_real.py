"""The decoder held against a real 1766-LEC that RSLogix 500 stops, starts, forces and uploads."""

import pytest

from ccontrol.drivers.enip.frames import reply
from ccontrol.drivers.pccc import commands, directory
from ccontrol.drivers.pccc.decode import interpret
from ccontrol.drivers.pccc.diagnostics import Status, status
from ccontrol.model.aspect import Aspect, Strength
from ccontrol.model.snapshot import Read, Unread
from ccontrol.sim.pccc.memory import CLASSES, MICROLOGIX_1400, File, Memory, class_of
from tests.unit.drivers.pccc.polls import SEAL, facts, unit
from tests.unit.drivers.pccc.real_capture import Recorded, real_poll, recorded


@pytest.fixture(scope="module")
def real() -> Recorded:
    return recorded()


def timeline(real: Recorded) -> list[Status]:
    """What its diagnostic status says, each time that it says something else."""
    told: list[Status] = []
    for message in real.statuses:
        found = status(commands.reply(reply(message).data, 0x06).data)
        if told[-1:] != [found]:
            told.append(found)
    return told


def test_a_real_processor_is_followed_from_run_to_program_and_back_and_into_forces(
    real: Recorded,
) -> None:
    found = [(one.mode, one.key, one.forces_installed) for one in timeline(real)]
    assert found == [
        ("run", "remote", False),
        ("program (stopped)", "remote", False),
        ("run", "remote", False),
        ("run", "remote", True),
        ("run", "remote", False),
    ]
    assert {one.program_id for one in timeline(real)} == {0x8236}
    assert {(one.owner, one.major_error, one.corrupt) for one in timeline(real)} == {
        (None, 0, False)
    }


def test_a_real_processor_says_what_it_is(real: Recorded) -> None:
    snapshot = interpret(real_poll(real), SEAL)
    assert facts(unit(snapshot, "identity").fields) == {
        "bulletin": "1766-LEC",
        "hardware_revision": 3,
        "hardware_series": "B",
        "processor_type": "9f",
        "ram_kb": 158,
    }
    assert facts(unit(snapshot, "firmware").fields) == {
        "os_catalogue": 1400,
        "os_release": 15,
        "os_series": "B",
        "processor_catalogue": "EC",
    }
    assert facts(unit(snapshot, "program-id").fields) == {
        "compiler": 1334,
        "functionality": "9001",
        "program_id": "8236",
    }


def test_every_file_of_a_real_directory_was_read_with_the_size_that_it_tells(
    real: Recorded,
) -> None:
    snapshot = interpret(real_poll(real), SEAL)
    assert facts(unit(snapshot, "inventory", "files").fields) == {
        "channel_files": 4,
        "data_files": 9,
        "force_tables": 2,
        "function_files": 6,
        "module_files": 4,
        "program": "MAIN_PROG",
        "program_files": 3,
    }
    lost = {str(one): why for one, why in snapshot.sightings.items() if isinstance(why, Unread)}
    assert lost == {}
    assert snapshot.strengths[Aspect.PROGRAM] is Strength.CONTENT
    ladder = unit(snapshot, "program-file", "LAD2")
    assert ladder.image is not None
    assert len(ladder.image.sections[0][1]) == facts(ladder.fields)["size"] == 102
    listed = {one.key for one in snapshot.sightings if one.kind == "data-file"}
    assert listed == {"O0", "I1", "S2", "B3", "T4", "C5", "R6", "N7", "F8"}


def test_the_tables_of_forces_of_a_real_processor_are_empty_after_they_were_removed(
    real: Recorded,
) -> None:
    snapshot = interpret(real_poll(real), SEAL)
    for key in ("A1-0", "A2-1"):
        told = facts(unit(snapshot, "force-table", key).fields)
        assert (told["forced_on"], told["forced_off"]) == ((), ())


def test_the_same_answers_give_the_same_facts(real: Recorded) -> None:
    first, second = (interpret(real_poll(real), SEAL) for _ in range(2))
    assert first == second
    assert all(isinstance(one, Read) for one in first.sightings.values())


def test_the_simulator_lays_out_the_directory_as_the_real_processor_does(real: Recorded) -> None:
    whole = real.files[0x03, 0]
    head, tail = whole[: 2 * directory.HEAD_WORDS], whole[2 * directory.MICROLOGIX_1400.after :]
    rows = directory.directory(directory.MICROLOGIX_1400, head, tail).rows
    files = [File(row.type, bytes(row.size)) for row in rows[1:]]
    made = Memory(MICROLOGIX_1400, "ML1400", files=files).directory()
    assert len(made) == len(whole)
    assert made[:102] == whole[:102]
    for at in range(102, len(whole), 10):  # type and size; where it lies is its own affair
        assert made[at : at + 4] == whole[at : at + 4]
    assert {class_of(row.type) for row in rows} <= set(CLASSES)
