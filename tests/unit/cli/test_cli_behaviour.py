"""`ccontrol behaviour`: what was learnt is shown as counts, and people decide."""

from datetime import UTC, datetime, timedelta

from ccontrol.attribution.behaviour import learn
from ccontrol.model.behaviour import Behaviour
from ccontrol.model.engineering import Effect
from ccontrol.poll.learnt import LearntFiles
from ccontrol.poll.places import Places
from tests.unit.attribution.test_behaviour import EVA, LATER, MONDAY, STRANGER, event
from tests.unit.cli.plants import Plant, Run
from tests.unit.cli.test_cli_json_documented import keys
from tests.unit.docs.program import part_of


def files(plant: Plant) -> LearntFiles:
    return LearntFiles(Places(plant.store).behaviour)


def learnt(plant: Plant) -> None:
    known = Behaviour("press-3")
    for day in range(14):
        for hour in (0, 1, 5):
            at = MONDAY + timedelta(days=day, hours=hour)
            known = learn(known, event(at), at)
    known = learn(known, event(LATER, STRANGER, Effect.FIRMWARE), LATER)
    files(plant).write(known)


def test_what_was_learnt_is_shown_with_what_stands(plant: Plant, run: Run) -> None:
    learnt(plant)
    said = run("--config", plant.config, "behaviour", "press-3")
    assert said.code == 0, said.err
    assert "Press 3 was learnt from 2024-04-01 09:00:00 to 2024-04-15 09:00:00 UTC." in said.out
    assert f"new-engineering-station: {STRANGER} works on it" in said.out
    (row,) = (line for line in said.out.splitlines() if line.startswith(EVA))
    assert "09-10, 14; weekend 09-10, 14" in row
    assert "some.modify 42" in row


def test_nobody_was_seen_yet(plant: Plant, run: Run) -> None:
    said = run("--config", plant.config, "behaviour", "press-3")
    assert (said.code, said.out) == (0, "Nobody was seen to work on Press 3 yet.\n")


def test_a_time_of_learning_that_goes_on_is_said(plant: Plant, run: Run) -> None:
    now = datetime.now(UTC)  # noqa: TID251 — the command asks the host's own clock
    files(plant).write(learn(Behaviour("press-3"), event(now), now))
    said = run("--config", plant.config, "behaviour", "press-3")
    assert "whatever happens is usual" in said.out


def test_a_station_is_accepted_or_forgotten_with_who_decided_it(plant: Plant, run: Run) -> None:
    learnt(plant)
    config = ("--config", plant.config)
    said = run(*config, "behaviour", "press-3", "--accept", STRANGER)
    assert said.code == 0, said.err
    assert "new-engineering-station" not in said.out
    (decision,) = files(plant).decisions()
    assert (decision.controller_id, decision.station, decision.accept) == (
        "press-3", STRANGER, True,
    )  # fmt: skip
    assert decision.by
    said = run(*config, "behaviour", "press-3", "--forget", EVA, "--json")
    assert [each["name"] for each in said.json["stations"]] == [STRANGER]
    said = run(*config, "behaviour", "press-3", "--forget", "all")
    assert said.out == "Nobody was seen to work on Press 3 yet.\n"


def test_every_key_of_the_json_stands_in_the_reference(plant: Plant, run: Run) -> None:
    learnt(plant)
    said = run("--config", plant.config, "behaviour", "press-3", "--json").json
    told = part_of("behaviour")
    assert [key for key in {*keys(said)} - {"form"} if f"`{key}`" not in told] == []


def test_a_controller_nobody_configured_is_told(plant: Plant, run: Run) -> None:
    assert run("--config", plant.config, "behaviour", "press-9").code == 13
