"""Which act can have caused which change. A table and its few exceptions; no judgement.

What a poll sees of a controller depends on more than its program: a key that is turned moves a
Logix AuditValue, a restart moves values. Where an act could move a thing without anybody having
edited it, that is no cause here: better unexplained than explained wrongly.
"""

from typing import Final

from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Change, Kind

Aspects = frozenset[Aspect]
_NOTHING: Final[Aspects] = frozenset()
_LOADED: Final = frozenset(
    {
        Aspect.PROGRAM,
        Aspect.CONFIGURATION,
        Aspect.PROTECTION,
        Aspect.IDENTITY,
        Aspect.INVENTORY,
        Aspect.VALUES,
        Aspect.SIGHT,
    }
)
"""A program brings its protection level, its names and the first values of its data."""
_CLEARED: Final = _LOADED | {Aspect.MODE}
_SETTINGS: Final = frozenset(
    {Aspect.CONFIGURATION, Aspect.IDENTITY, Aspect.INVENTORY, Aspect.SIGHT}
)
_RUNS: Final = frozenset({Aspect.MODE})
_RESTARTS: Final = frozenset({Aspect.MODE, Aspect.VALUES})
_VALUES: Final = frozenset({Aspect.VALUES})
_LOCKS: Final = frozenset({Aspect.PROTECTION, Aspect.SIGHT})
_FIRMWARE: Final = frozenset({Aspect.FIRMWARE, Aspect.IDENTITY, Aspect.MODE, Aspect.SIGHT})
_CARD: Final = _CLEARED | {Aspect.FIRMWARE, Aspect.HARDWARE}
"""A card brings a program, and with some families a firmware."""
_MODULES: Final = frozenset({Aspect.HARDWARE, Aspect.FIRMWARE, Aspect.IDENTITY, Aspect.SIGHT})
"""Another module brings its own firmware and its own name."""

ACTIONS: Final[dict[str, Aspects]] = {
    "program.download": _LOADED,
    "program.modify": _LOADED,
    "program.activate": _LOADED,
    "program.delete": _LOADED,
    "program.commit": _LOADED,
    "program.sign": _LOADED,
    "program.upload": _NOTHING,
    "task.modify": _LOADED,
    "file.write": _LOADED,
    "file.delete": _LOADED,
    "file.format": _LOADED,
    "memory.reset": _CLEARED,
    "memory.persist": _NOTHING,
    "memory.compress": _NOTHING,
    "memory.write": _LOADED,
    "mode.run": _RESTARTS,
    "mode.cold": _RESTARTS,
    "mode.stop": _RUNS,
    "mode.program": _RUNS,
    "mode.config": _RUNS,
    "mode.set": _RUNS,
    "mode.reported": _NOTHING,
    "log.reported": _NOTHING,
    "controller.reset": _RESTARTS,
    "controller.factory-reset": _CLEARED,
    "firmware.write": _FIRMWARE,
    "force.set": _VALUES,
    "force.clear": _VALUES,
    "variable.write": _VALUES,
    "attribute.set": _SETTINGS,
    "object.command": _NOTHING,
    "clock.set": _NOTHING,
    "config.write": _SETTINGS | {Aspect.PROTECTION},
    "config.clear": _SETTINGS | {Aspect.PROTECTION},
    "config.network": _SETTINGS,
    "config.name": _SETTINGS,
    "config.protection": _LOCKS,
    "credential.use": _NOTHING,
    "credential.end": _NOTHING,
    "lock.acquire": _NOTHING,
    "lock.force": _NOTHING,
    "lock.release": _NOTHING,
    "log.clear": _NOTHING,
    "communication.silence": frozenset({Aspect.SIGHT}),
    "debug.command": _VALUES,
    "debug.flash": _NOTHING,
    "session.open": _NOTHING,
    "session.online": _NOTHING,
    "session.encrypted": _CLEARED | _FIRMWARE,
    "transaction.begin": _NOTHING,
    "transaction.end": _NOTHING,
    "card.change": _CARD,
    "card.fault": _NOTHING,
    "module.change": _MODULES,
    "power.off": frozenset({Aspect.MODE, Aspect.SIGHT}),
    "power.on": _RESTARTS,
    "log.gap": _NOTHING,
    "clock.jumped": _NOTHING,
}
"""Of what is not here nothing is known, so that it explains nothing. Modules in their places and
their serial numbers are moved by hands alone: no act over the network moves the aspect hardware."""
_KINDS: Final[dict[str, frozenset[str]]] = {
    "force.set": frozenset({"forces", "force-table"}),
    "force.clear": frozenset({"forces", "force-table"}),
    "clock.set": frozenset({"clock"}),
    "log.clear": frozenset({"fault"}),
}
"""Kinds of units that an act moves whatever aspect they belong to."""
_WHOLE: Final[dict[str, Aspects]] = {
    **dict.fromkeys(
        ("memory.reset", "controller.factory-reset", "file.format", "config.clear"), _CLEARED
    ),
    **dict.fromkeys(
        ("mode.run", "mode.cold", "mode.stop", "mode.program", "mode.config", "mode.set"), _RUNS
    ),
    "controller.reset": _RUNS,
    "firmware.write": frozenset({Aspect.FIRMWARE}),
    "config.protection": frozenset({Aspect.PROTECTION}),
}
_SEEN: Final = frozenset({Kind.LOST_SIGHT, Kind.REGAINED})


def can_cause(action: str, change: Change) -> bool:
    """Tell whether an act of that name can have led to this change."""
    if change.unit.kind in _KINDS.get(action, ()):
        return True
    return side(change) in ACTIONS.get(action, _NOTHING)


def is_about_the_whole(action: str, change: Change) -> bool:
    """Tell whether an act needs no name for its object: in this aspect the controller has one."""
    if change.unit.kind in _KINDS.get(action, ()):
        return True
    return side(change) in _WHOLE.get(action, _NOTHING)


def explains_wholly(action: str, change: Change) -> bool:
    """Tell whether an act that the controller recorded leaves nothing of a change to be explained.

    A memory that was cleared explains what is gone. What is there instead it explains only by what
    was loaded again afterwards, which nobody saw.
    """
    return action != "memory.reset" or change.kind is Kind.REMOVED


def side(change: Change) -> Aspect:
    """Return the aspect that moved: what cannot be read any more need not have changed."""
    return Aspect.SIGHT if change.kind in _SEEN else change.aspect
