"""What the commands say of a controller is never more than was seen of it."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from ccontrol.sim.s7 import plant, scene
from tests.e2e.simulated_plant import Plant, made


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Plant]:
    """One simulated press, enrolled."""
    with ExitStack() as stack:
        found = made(tmp_path / "plant", stack, ("press",))
        assert found.run("enroll", "press", "--yes").code == 0
        yield found


def status(site: Plant) -> dict[str, Any]:
    found: dict[str, Any] = site.json("status")["sites"][0]["controllers"][0]
    return found


def test_a_program_that_may_not_be_read_is_never_said_to_be_unchanged(site: Plant) -> None:
    site.live["press"].play(scene.protect, 3, "secret")
    site.run("poll", "press", "--depth", "full")
    glance = site.run("poll", "press")
    assert "unchanged where seen" in glance.out
    look = site.json("poll", "press")["polls"][-1]
    assert (look["outcome"], look["says"]) == ("unchanged", "unchanged where seen")
    assert look["unread"] == len(status(site)["unread"])
    assert look["unread"] > 0
    assert look["strengths"] == {
        "configuration": "fingerprint",
        "program": "fingerprint",
        "values": "none",
    }
    lines = (site.folder / "baselines/north/ccontrol/journal").glob("*.jsonl")
    newest = max(lines).read_text().splitlines()[-1]
    assert '"program":"fingerprint"' in newest
    assert f'"unread":{look["unread"]}' in newest
    detail = site.run("status", "press").out
    assert "own checksum compared, last at" in detail
    program = next(line for line in detail.splitlines() if line.startswith("  program "))
    assert "byte by byte" not in program


def test_a_deep_read_that_was_held_back_is_told_until_it_has_been_done(site: Plant) -> None:
    press = site.live["press"]
    site.run("poll", "press", "--depth", "full")
    for limit in (1_111, 2_222):
        press.play(scene.download_in_run, plant.motor(1, "I0.2", "M11.0", "Q4.2", limit=limit))
        site.run("poll", "press")
    assert status(site)["outcome"] == "suppressed"
    later = site.run("poll", "press")
    assert later.code == 1
    assert "moved, not read yet" in later.out
    assert "reads it now" in later.out
    told = status(site)
    assert (told["outcome"], told["says"]) == ("unchanged", "moved, not read yet")
    assert told["owed_since"]
    assert any("a deep read is owed" in each for each in told["needs_attention"])
    assert site.run("status", "--check").code == 1
    assert told["looks"]["everything_at"] < told["looks"]["glance_at"]
    assert "not read yet: deep reads are limited" in site.run("status", "press").out
    site.run("poll", "press", "--depth", "full")
    after = status(site)
    assert after["owed_since"] is None
    assert not any("owed" in each for each in after["needs_attention"])
