"""A station that never worked on a controller: told in the signed history, and its end, too."""

from pathlib import Path

from ccontrol.canonical.records import parse_record
from ccontrol.model.behaviour import BehaviourDecision
from ccontrol.model.change import Kind
from ccontrol.model.controller import Schedule
from ccontrol.poll.learnt import LearntFiles
from ccontrol.store.repository import Repository
from tests.e2e.engine_plant import CLOCK, Plant, Watch, daemon, make_plant, wait_until, watching
from tests.unit.attribution.test_behaviour import STRANGER
from tests.unit.poll.test_behaviours import LEARNT, heard
from tests.unit.poll.toy import Plc, controller, serving

CODE = "new-engineering-station"


def edges(plant: Plant, code: str = CODE) -> list[tuple[Kind, str]]:
    """Return what the history tells of a finding: its edges, and what they are about."""
    with Repository.open(plant.site.store.path) as repository:
        found = repository.read("records") if repository.head() else {}
    told = sorted((parse_record(each) for each in found.values()), key=lambda one: one.taken_at)
    changes = [change for record in told for change in record.changes.changes]
    return [(each.kind, each.unit.key) for each in changes if each.unit.kind == code]


async def hand_in(watch: Watch) -> None:
    watch.engine.behaviours.follow(watch.site, [*LEARNT, heard()])


def test_a_stranger_is_committed_stands_over_a_restart_and_ends_when_a_person_accepts(
    tmp_path: Path,
) -> None:
    schedule = Schedule(glance_s=0.5, full_s=3600.0, deep_pause_s=600.0, settle_s=0.1)
    with serving(Plc()) as port:
        plant = make_plant(tmp_path, controller(port, schedule=schedule))
        plant.enrol("press-1")
        with watching(plant) as watch:
            watch.poll()
            watch.do(hand_in(watch))
            wait_until(lambda: edges(plant) == [(Kind.RAISED, STRANGER)])
        files = LearntFiles(plant.places.behaviour)
        with daemon(plant):
            files.decide(BehaviourDecision(CLOCK.now(), "eva", "press-1", STRANGER, accept=True))
            wait_until(lambda: len(edges(plant)) == 2)
        assert edges(plant) == [(Kind.RAISED, STRANGER), (Kind.CLEARED, STRANGER)]
