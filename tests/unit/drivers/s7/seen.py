"""What a snapshot says of one block, for tests that ask one thing of it."""

from ccontrol.model.snapshot import Read, Snapshot, Unread
from ccontrol.model.unit import Unit, UnitId
from ccontrol.sim.s7.block import Block, Kind
from ccontrol.sim.s7.cpu import Cpu


def id_of(key: str) -> UnitId:
    return UnitId(key.rstrip("0123456789"), key)


def block(snapshot: Snapshot, key: str) -> Unit:
    sighting = snapshot.sightings[id_of(key)]
    assert isinstance(sighting, Read), sighting
    return sighting.unit


def unread(snapshot: Snapshot, key: str) -> Unread:
    sighting = snapshot.sightings[id_of(key)]
    assert isinstance(sighting, Unread), sighting
    return sighting


def section(unit: Unit, name: str) -> bytes | None:
    assert unit.image is not None
    return dict(unit.image.sections).get(name)


def own(cpu: Cpu, kind: Kind, number: int) -> Block:
    found = cpu.block(kind, number)
    assert found is not None
    return found
