"""An incident at a simulated CPU, seen by a sensor, told on a channel, read as a story."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ccontrol.canonical.witness import render_heard
from ccontrol.clock import SystemClock
from ccontrol.model import engineering
from ccontrol.model.engineering import (
    Actor,
    Completeness,
    Effect,
    EngineeringEvent,
    Outcome,
    Target,
    Touched,
    Witness,
)
from ccontrol.model.witness import Heard, Watch
from ccontrol.sim.s7 import plant, scene
from tests.e2e.engine_plant import wait_until
from tests.e2e.simulated_plant import Plant, daemon_over, made
from tests.unit.alerts.receivers import HERE, syslog_tcp

NAME = "press-3"
CLOCK = SystemClock()
CHANNEL = """
[[site.alert]]
name = "siem"
severity = "info"
[site.alert.syslog]
host = "127.0.0.1"
port = {port}
transport = "tcp"
"""


@dataclass(frozen=True)
class Night:
    """A plant after the incident, and when it began."""

    plant: Plant
    began_at: datetime

    def story(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.plant.json("timeline", NAME)["moments"]
        return found


def downloaded(at: datetime) -> EngineeringEvent:
    return EngineeringEvent(
        at, at, Target(HERE, 102), Actor("192.0.2.20", 50_000), "s7comm", "program.download",
        Effect.MODIFY, ("T0843",), (Touched("FC", "FC1", Outcome(1)),), 0, 3, Outcome(3),
        Completeness.FULL, False, engineering.Testimony(Witness.LIVE, "cell-3", 1, 9),
    )  # fmt: skip


def write_witness(found: Plant, *lines: Heard) -> None:
    folder = found.folder / "baselines" / "north" / "ccontrol" / "witness"
    folder.mkdir(exist_ok=True)
    with (folder / f"{CLOCK.now():%Y-%m-%d}.jsonl").open("ab") as file:
        file.writelines(map(render_heard, lines))
        file.write(b'{"torn')


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    with ExitStack() as stack:
        found = made(tmp_path_factory.mktemp("night") / "plant", stack, (NAME, "neighbour"))
        receiver = stack.enter_context(syslog_tcp())
        with (found.folder / "ccontrol.toml").open("a") as config:
            config.write(CHANNEL.format(port=receiver.port))
        began_at = CLOCK.now()
        with daemon_over(found):
            assert found.run("enroll", NAME, "--yes").code == 0
            wait_until(lambda: len(found.changes_of(NAME)) == 1)
            assert found.run("poll", NAME).code == 0
            at = CLOCK.now()
            watch = Watch("cell-3", at - timedelta(minutes=1), at, 40, 0, ((HERE, 4),))
            event = Heard(at, NAME, downloaded(at), "cell-3")
            others = replace(event, controller_id="neighbour")
            write_witness(found, Heard(at, "", watch), event, others)
            fc = plant.motor(1, "I0.2", "M11.0", "Q4.2", limit=9_999)
            found.live[NAME].play(scene.download_in_run, fc)
            assert found.run("poll", NAME).code == 1
            change = found.changes_of(NAME)[0]["change_id"]
            wait_until(lambda: any(change in text for text in receiver.texts))
            assert found.run("pause", NAME, "--until", "1h", "--reason", "looking").code == 0
            log = found.folder / "baselines" / "north" / "ccontrol" / "alerts" / "log"
            wait_until(lambda: any(change in path.read_text() for path in log.glob("*")))
        yield Night(found, began_at)


def test_cause_change_and_alert_stand_in_the_order_in_which_they_happened(night: Night) -> None:
    sorts = [one["sort"] for one in night.story()]
    change = max(at for at, sort in enumerate(sorts) if sort == "change")
    event, alert = sorts.index("event"), max(at for at, s in enumerate(sorts) if s == "alert")
    assert sorts.index("daemon") < event < change < alert
    assert sorts.index("polls") < change
    assert "watch" in sorts
    assert "pause" in sorts[change:]


def test_each_moment_says_what_it_knows(night: Night) -> None:
    told = night.story()
    (event,) = [one for one in told if one["sort"] == "event"]  # not the neighbour's
    assert event["text"] == "192.0.2.20: program loaded (FC1), done"
    change = [one for one in told if one["sort"] == "change"][-1]
    assert "FC1" in change["text"]
    assert change["change_id"] == night.plant.changes_of(NAME)[0]["change_id"]
    alert = [one for one in told if one["change_id"] == change["change_id"]][-1]
    assert alert["text"].startswith("told on channel siem: ")


def test_text_and_page_tell_the_same_and_a_page_is_never_overwritten(
    night: Night, tmp_path: Path
) -> None:
    page = tmp_path / "night.html"
    text = night.plant.run("timeline", NAME)
    assert text.code == 0, text.err
    assert night.plant.run("timeline", NAME, "--html", str(page)).code == 0
    assert night.plant.run("timeline", NAME, "--html", str(page)).code == 12
    for words in ("192.0.2.20: program loaded (FC1), done", "told on channel siem"):
        assert words in text.out
        assert words in page.read_text()
    assert "<script" not in page.read_text()


def test_the_time_that_is_asked_for_bounds_the_story(night: Night) -> None:
    before = (night.began_at - timedelta(hours=1)).isoformat()
    answer = night.plant.run("timeline", NAME, "--since", "30d", "--until", before, "--json")
    told = json.loads(answer.out)
    assert told["moments"] == []
    assert len(told["notes"]) == 2
    assert night.plant.run("timeline", NAME, "--since", "1h", "--until", "2h").code == 2


def test_a_controller_that_nobody_knows_is_told(night: Night) -> None:
    assert night.plant.run("timeline", "press-9").code == 13
