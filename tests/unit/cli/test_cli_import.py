"""`ccontrol import` without a daemon: what it takes in, for whom, and each thing once."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ccontrol.cli.deciding import who
from ccontrol.clock import SystemClock
from ccontrol.model.witness import Heard, Watch
from ccontrol.store.witness_log import WitnessLog
from tests.unit.cli.plants import Plant, Run
from tests.unit.cli.test_cli_events import recording
from tests.unit.cli.test_cli_json_documented import keys
from tests.unit.docs.program import part_of

CONTROLLER = "192.0.2.20"
EVER = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def plant(empty_plant: Plant) -> Plant:
    """press-3 is the controller of the recording."""
    text = empty_plant.config.read_text()
    empty_plant.config.write_text(text.replace('"127.0.0.1"', f'"{CONTROLLER}"', 1))
    return empty_plant


def kept(plant: Plant) -> tuple[Heard, ...]:
    log = WitnessLog(plant.store / "ccontrol" / "witness", SystemClock())
    return log.about({"press-3"}, {CONTROLLER}, *EVER).heard


def events(plant: Plant) -> Iterator[str]:
    for heard in kept(plant):
        if not isinstance(heard.said, Watch):
            yield f"{heard.controller_id} {heard.said.action} {heard.source}"


def test_a_recording_is_taken_in_for_the_controller_that_it_shows(
    run: Run, plant: Plant, tmp_path: Path
) -> None:
    done = run("--config", plant.config, "import", recording(tmp_path / "a.pcap"))
    assert done.code == 0, done.err
    assert "north: 4 lines are new, 0 were there already" in done.out
    assert "press-3: 3 events" in done.out
    assert sorted(events(plant)) == [
        f"press-3 memory.compress import by {who()}",
        f"press-3 program.activate import by {who()}",
        f"press-3 program.download import by {who()}",
    ]


def test_a_recording_says_when_it_watched_and_whom_it_heard(
    run: Run, plant: Plant, tmp_path: Path
) -> None:
    run("--config", plant.config, "import", "--source", "tap", recording(tmp_path / "a.pcap"))
    (watch,) = (heard.said for heard in kept(plant) if isinstance(heard.said, Watch))
    assert (watch.sensor, watch.packets, watch.dropped) == ("import of tap", 16, 0)
    assert watch.heard == ((CONTROLLER, 16),)
    assert watch.since < watch.until


def test_importing_twice_adds_nothing(run: Run, plant: Plant, tmp_path: Path) -> None:
    file = recording(tmp_path / "a.pcap")
    run("--config", plant.config, "import", file)
    before = kept(plant)
    renamed = Path(file).rename(tmp_path / "renamed.pcap")
    done = run("--config", plant.config, "import", "--source", "import", renamed)
    assert "3 were there already" in done.out
    assert [each for each in kept(plant) if not isinstance(each.said, Watch)] == [
        each for each in before if not isinstance(each.said, Watch)
    ]


def test_what_nobody_is_known_for_is_told(run: Run, empty_plant: Plant, tmp_path: Path) -> None:
    done = run("--config", empty_plant.config, "import", recording(tmp_path / "a.pcap"))
    assert "3 events at addresses that no controller has" in done.out


def test_a_log_names_its_weakness_and_says_nothing_of_watching(
    run: Run, plant: Plant, tmp_path: Path
) -> None:
    log = tmp_path / "s7comm.log"
    log.write_text(
        '{"ts":1700000000.5,"uid":"C1","id.orig_h":"192.0.2.10","id.orig_p":50000,'
        f'"id.resp_h":"{CONTROLLER}","id.resp_p":102,"rosctr_name":"JOB","rosctr_code":1,'
        '"pdu_reference":1,"function_code":"0x29","function_name":"PLC Stop","is_orig":true}\n'
    )
    done = run("--config", plant.config, "import", log)
    assert "it does not tell: " in done.out
    assert not [heard for heard in kept(plant) if isinstance(heard.said, Watch)]


def test_a_recording_that_ends_early_is_taken_in_up_to_there(
    run: Run, plant: Plant, tmp_path: Path
) -> None:
    done = run("--config", plant.config, "import", recording(tmp_path / "a.pcap", size=5))
    assert done.code == 50
    assert list(events(plant))


def test_json_names_every_key_in_the_reference(run: Run, plant: Plant, tmp_path: Path) -> None:
    done = run("--config", plant.config, "import", recording(tmp_path / "a.pcap"), "--json")
    assert done.json["form"] == "ccontrol/import/1"
    part = part_of("import")
    missing = {key for key in keys(done.json) if f"`{key}`" not in part}
    assert missing - {"press-3", "form"} == set()


def test_a_site_that_nobody_knows_is_refused(run: Run, plant: Plant, tmp_path: Path) -> None:
    file = recording(tmp_path / "a.pcap")
    done = run("--config", plant.config, "import", "--site", "nroth", file)
    assert done.code != 0
    assert "did you mean 'north'" in done.err
