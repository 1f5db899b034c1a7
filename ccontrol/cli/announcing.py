"""What a controller will be asked, how often, and what that costs it: for the eyes of its owner.

From the driver's manifest and the controller's own schedule; nothing is asked to find out. Pure.
"""

import math
from dataclasses import dataclass

from ccontrol.cli.times import span
from ccontrol.drivers.api import Manifest
from ccontrol.model.aspect import Aspect, Depth, Strength
from ccontrol.model.controller import Controller
from ccontrol.model.state import State

_MIB = 2**20


@dataclass(frozen=True, slots=True)
class Look:
    """One kind of poll."""

    depth: Depth
    when: str
    requests: str
    bytes_each_way: str


@dataclass(frozen=True, slots=True)
class Announcement:
    """All that is going to happen to a controller once it is enrolled."""

    controller_id: str
    title: str
    address: str
    family: str
    looks: tuple[Look, ...]
    requests_per_s: float
    pace_shared_behind: str
    time_limit_s: float
    """What a deep read has; `longest_s` when its program takes so long."""
    longest_s: float
    bytes_limit: int
    program_bytes: int
    """The largest program that `bytes_limit` takes in; 0 where nobody can tell."""
    declared_bytes: int
    """What its blocks declared when they were read last; 0 when nothing is stored of it."""
    bytes_wanted: int
    """The least `bytes_limit` that takes them in, in whole MiB."""
    spare_connections: int
    """Fewer free ones than this, and it is left alone; 0 where that is not looked at."""
    services: tuple[str, ...]
    """Everything that may ever be sent; the guard lets nothing else out."""
    strengths: dict[Aspect, Strength]
    """How well a change can be seen at best; what this controller allows shows after a poll."""


def announcement(controller: Controller, manifest: Manifest, declared: int = 0) -> Announcement:
    """Return what enrolling a controller leads to, whose blocks declared so many bytes."""
    budget, wire = controller.budget, manifest.wire_bytes
    time_limit_s = budget.limit_s(Depth.FULL)
    return Announcement(
        controller.id,
        controller.title,
        f"{controller.address}:{controller.port}",
        manifest.title,
        tuple(_looks(controller, manifest)),
        budget.requests_per_s,
        controller.pace_key,
        time_limit_s,
        budget.longest_s(Depth.FULL) if manifest.takes_longer else time_limit_s,
        budget.bytes_limit,
        int(budget.bytes_limit / wire) if wire else 0,
        declared,
        math.ceil(declared * wire / _MIB) * _MIB,
        budget.spare_connections if manifest.counts_connections else 0,
        manifest.services,
        dict(manifest.strengths),
    )


def declared_bytes(state: State) -> int:
    """Return the bytes of load memory that the blocks of a state declare, read or not."""
    units = (known.unit for known in state.units.values() if known.unit is not None)
    sizes = (dict(unit.fields).get("load_bytes") for unit in units)
    return sum(size for size in sizes if isinstance(size, int))


def _looks(controller: Controller, manifest: Manifest) -> list[Look]:
    schedule = controller.schedule
    pause = span(schedule.deep_pause_s)
    when = {
        Depth.GLANCE: f"every {span(schedule.glance_s)}",
        Depth.DIAGNOSTICS: "when its log or its mode moved",
        Depth.INVENTORY: f"when its program moved, at most once in {pause}",
        Depth.FULL: f"every {span(schedule.full_s)}, and once now",
    }
    return [
        Look(depth, when[depth], load.requests, load.bytes_each_way)
        for depth in Depth
        if (load := manifest.loads.get(depth)) is not None
    ]
