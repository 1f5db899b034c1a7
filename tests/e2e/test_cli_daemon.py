"""The commands beside a running daemon and without one, on simulated controllers."""

import json
import re
import subprocess  # noqa: TID251 — the program is run as a user runs it
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ccontrol.sim.s7 import plant, scene
from tests.e2e.engine_plant import PATIENCE_S, wait_until
from tests.e2e.simulated_plant import Plant, daemon_over, made
from tests.unit.docs.program import part_of

NAMES = ("glanced", "moved", "paused", "captured", "silent")


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """A plant under a running daemon. Each test has a controller of its own."""
    with ExitStack() as stack:
        found = made(tmp_path_factory.mktemp("watched") / "plant", stack, NAMES)
        with daemon_over(found):
            yield found


def test_a_controller_that_nobody_enrolled_is_glanced_at_and_no_more(watched: Plant) -> None:
    glance = watched.run("poll", "glanced")
    full = watched.run("poll", "glanced", "--depth", "full")
    assert glance.code == 0, glance.err
    assert "nothing is stored" in glance.out
    assert full.code == 42
    assert "ccontrol enroll" in full.err
    assert watched.changes_of("glanced") == []


def test_a_poll_through_the_daemon_ends_with_0_or_1_by_what_it_saw(watched: Plant) -> None:
    assert watched.run("enroll", "moved", "--yes").code == 0
    wait_until(lambda: len(watched.changes_of("moved")) == 1)
    assert watched.run("poll", "moved").code == 0
    fc = plant.motor(1, "I0.2", "M11.0", "Q4.2", limit=9_999)
    watched.live["moved"].play(scene.download_in_run, fc)
    polled = watched.run("poll", "moved", "--json")
    assert polled.code == 1, polled.err
    looks = json.loads(polled.out)["polls"]
    assert looks[-1]["outcome"] == "changed"
    newest = watched.changes_of("moved")[0]
    assert newest["change_id"] in {look["change_id"] for look in looks}
    assert "FC1" in newest["subject"]


def test_a_pause_stops_requests_in_the_middle_of_a_poll(watched: Plant) -> None:
    log = watched.live["paused"].server.log

    def asked() -> int:
        return sum(log.counts.values())

    def is_quiet() -> bool:
        before = asked()
        time.sleep(0.5)
        return asked() == before

    assert watched.run("enroll", "paused", "--yes").code == 0
    wait_until(lambda: asked() > 20)
    done = watched.run("pause", "paused", "--until", "1h", "--reason", "a test")
    assert done.code == 0, done.err
    wait_until(is_quiet)
    assert asked() < 60, "a whole poll asks eighty times, and takes eight seconds"
    time.sleep(1.0)
    assert is_quiet()
    refused = watched.run("poll", "paused")
    assert (refused.code, refused.out) == (43, "")
    assert "paused until" in watched.run("status").out


def test_a_capture_needs_the_controller_for_itself(watched: Plant, tmp_path: Path) -> None:
    file = tmp_path / "captured.capture"
    assert watched.run("capture", "captured", str(file)).code == 42
    glance = ("capture", "captured", str(file), "--depth", "glance")
    assert watched.run(*glance).code == 23
    assert not file.exists()
    watched.run("pause", "captured", "--until", "1h", "--reason", "a test")
    told = watched.json(*glance)
    assert told["form"] == "ccontrol/capture/1"
    assert set(told) - {"form"} <= set(re.findall(r"`([a-z_]+)`", part_of("capture")))
    assert (told["controller_id"], told["file"], told["fault"]) == ("captured", str(file), "")
    assert file.stat().st_mode & 0o077 == 0
    assert watched.run(*glance).code == 12
    replayed = watched.json("replay", str(file))
    assert replayed["controller_id"] == "captured"
    assert {"mode/cpu", "checksum/program"} <= {unit["unit"] for unit in replayed["units"]}


def test_a_controller_that_does_not_answer_ends_with_30(watched: Plant) -> None:
    watched.live["silent"].vanish()
    polled = watched.run("poll", "silent")
    assert polled.code == 30
    assert "failed" in polled.out


def test_the_daemon_tells_status_how_it_does(watched: Plant) -> None:
    (site,) = watched.json("status")["sites"]
    assert site["daemon"]["answers"] is True
    assert site["daemon"]["pid"] > 0
    assert len(site["controllers"]) == len(NAMES)


def test_maintenance_goes_through_the_running_daemon(watched: Plant) -> None:
    done = watched.run("maintain")
    assert done.code == 0, done.err
    assert "no complaint" in done.out


def test_a_second_daemon_is_refused_with_23(watched: Plant) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "ccontrol", "--config", watched.folder / "ccontrol.toml", "run"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert second.returncode == 23
    assert "watched by process" in second.stderr


def test_without_a_daemon_a_poll_reads_commits_and_ends(tmp_path: Path) -> None:
    with ExitStack() as stack:
        alone = made(tmp_path / "plant", stack, ("press-3",))
        assert alone.run("enroll", "press-3", "--yes").code == 0
        first, second = alone.run("poll", "press-3"), alone.run("poll", "press-3")
        assert (first.code, second.code) == (1, 0), first.err + second.err
        assert len(alone.changes_of("press-3")) == 1
        assert alone.live["press-3"].server.violations == []
        assert alone.run("maintain").code == 0
        assert alone.run("verify").code == 0
