"""Acts folded into events: a flood of conversations and objects takes no memory, loses nothing."""

from ccontrol.model.engineering import EngineeringEvent, MacScope, Witness
from ccontrol.sources.acts import Act
from ccontrol.sources.folding import OBJECTS_HELD, OBJECTS_LISTED, Folding, Scene
from ccontrol.sources.logs.rows import Talk

CONTROLLER = bytes((10, 0, 0, 1)), 102


def test_objects_that_wait_are_bounded_however_many_conversations_name_them() -> None:
    told: list[EngineeringEvent] = []
    scene = Scene(Witness.LIVE, "span-a", lambda _: MacScope.UNKNOWN)
    folding = Folding(scene, told.append)
    count = 2 * OBJECTS_HELD // OBJECTS_LISTED
    for number in range(count):
        talk = Talk((bytes((10, 0, 1, 1)), 1_024 + number), CONTROLLER, {})
        for name in range(OBJECTS_LISTED):
            folding.add(talk, Act("s7comm", "variable.write", "variable", f"DB{number}.{name}"))
    assert sum(len(event.objects) for event in told) >= count * OBJECTS_LISTED - OBJECTS_HELD
    folding.close()
    assert sum(len(event.objects) for event in told) == count * OBJECTS_LISTED
    assert sum(event.count for event in told) == count * OBJECTS_LISTED
