"""Evidence that comes after a change: it is judged anew, once, in a record of its own."""

import subprocess  # noqa: TID251 — stock git tells what stands in the history
from datetime import timedelta

import pytest

from ccontrol.cli.invocation import Invocation
from ccontrol.cli.plant import configured_with_secrets
from ccontrol.clock import SystemClock
from ccontrol.model.engineering import EngineeringEvent
from ccontrol.model.judgement import Confidence, Origin
from ccontrol.poll.handing_in import Brought, hand_in
from ccontrol.poll.intake import Taken
from tests.unit.cli.plants import BEGIN, Plant, Run
from tests.unit.store.heard import download

CHANGED_AT = BEGIN + timedelta(minutes=5)


def bring(plant: Plant, *events: EngineeringEvent) -> Brought:
    config = configured_with_secrets(Invocation(plant.config))
    return hand_in(config, config.sites[0], events, "import", SystemClock())


def loaded(name: str = "OB1", *, minutes: float = 3) -> EngineeringEvent:
    return download(BEGIN + timedelta(minutes=minutes), name=name)


def log(plant: Plant, *arguments: str) -> list[str]:
    done = subprocess.run(
        ["git", "--git-dir", str(plant.store), *arguments, "observed"],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def changed(run: Run, plant: Plant) -> dict[str, str]:
    """The newest change of press-3, as `changes` lists it."""
    listed = run("--config", plant.config, "changes", "--json").json["changes"]
    found: dict[str, str] = next(each for each in listed if "press-3" in each.values())
    return found


def test_a_download_that_is_heard_of_later_explains_a_change(run: Run, plant: Plant) -> None:
    assert changed(run, plant)["origin"] == "unknown"
    brought = bring(plant, loaded())
    (judged,) = brought.judged
    assert (judged.controller, judged.number) == ("press-3", 2)
    assert (judged.origin_before, judged.origin) == (Origin.UNKNOWN, Origin.NETWORK)
    assert judged.confidence is not Confidence.NONE
    assert changed(run, plant)["origin"] == "network"
    assert changed(run, plant)["change_id"] == judged.change_id


def test_the_judgement_before_stays_and_the_new_one_says_its_class(plant: Plant) -> None:
    (judged,) = bring(plant, loaded()).judged
    files = [
        line for line in log(plant, "ls-tree", "-r", "--name-only") if judged.change_id in line
    ]
    assert [each.rpartition("/")[2] for each in files] == ["0001.toml", "0002.toml"]
    (said,) = log(plant, "log", "-1", "--format=%(trailers:key=Class,valueonly,separator=%x2C)")
    assert said == "evidence"
    (subject,) = log(plant, "log", "-1", "--format=%s")
    assert "a change is judged anew: unknown before, network" in subject


def test_a_second_time_there_is_nothing_to_do(plant: Plant) -> None:
    bring(plant, loaded())
    head = log(plant, "rev-parse")
    again = bring(plant, loaded())
    assert again == Brought("north", Taken(known=1), ())
    assert log(plant, "rev-parse") == head


def test_what_was_kept_and_not_judged_is_judged_next_time(plant: Plant) -> None:
    bring(plant, loaded())
    mark = plant.store / "ccontrol" / "judged"
    head = log(plant, "rev-parse")
    mark.unlink()
    assert bring(plant).judged == ()
    assert mark.exists()
    assert log(plant, "rev-parse") == head


@pytest.mark.parametrize("minutes", [60.0, 10_000.0])
def test_a_download_after_a_change_does_not_explain_it(
    run: Run, plant: Plant, minutes: float
) -> None:
    assert bring(plant, loaded(minutes=minutes)).judged == ()
    assert changed(run, plant)["origin"] == "unknown"


def test_the_next_change_still_chains_to_the_one_before(run: Run, plant: Plant) -> None:
    before = changed(run, plant)["change_id"]
    bring(plant, loaded())
    assert changed(run, plant)["change_id"] == before
    assert run("--config", plant.config, "verify").code == 0
