"""What is known when an origin is judged. Values only; nothing here is judged."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ccontrol.model.change import ChangeSet
from ccontrol.model.controller import Controller
from ccontrol.model.judgement import Window
from ccontrol.model.snapshot import LogEntry
from ccontrol.model.unit import Unit, UnitId
from ccontrol.model.witness import Hearing


@dataclass(frozen=True, slots=True)
class Beside:
    """Another record of the same controller, which tells of the same time."""

    changes: ChangeSet
    window: Window
    log: tuple[LogEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A change and everything that can be held against it."""

    changes: ChangeSet
    windows: tuple[Window, ...]
    """The window of each change, in their order."""
    controller: Controller
    before: Mapping[UnitId, Unit] = field(default_factory=dict)
    """The changed units as they were, where they were read."""
    after: Mapping[UnitId, Unit] = field(default_factory=dict)
    """The changed units as they are, where they were read."""
    log: tuple[LogEntry, ...] = ()
    """Entries of the controller's own log that are new since it was read last, newest first. Their
    order places them in the window, whatever their times say."""
    hearing: Hearing = field(default_factory=Hearing)
    beside: tuple[Beside, ...] = ()
    """A card that was found swapped by one poll can explain the program that another one reads."""
    route: tuple[str, ...] = ()
    """The way from its address to the controller, as in `Target.route`; empty: it is not known."""
