"""What is known of a controller now: the last facts of every unit, and which of them are stale."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ccontrol.model.aspect import Aspect, Strength
from ccontrol.model.finding import Finding
from ccontrol.model.unit import Unit, UnitId


@dataclass(frozen=True, slots=True)
class Known:
    """One unit as last read. At least one of the two is set.

    `unit` is None for a unit that the controller declares and that could never be read.
    `unread` is the reason why the last attempt failed; then the facts are stale.
    """

    unit: Unit | None
    unread: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """The last known facts of one controller. What git stores; `parse(render(state)) == state`."""

    controller_id: str
    family: str
    units: Mapping[UnitId, Known] = field(default_factory=dict)
    unlisted: Mapping[str, str] = field(default_factory=dict)
    """Kinds whose list was not complete when last asked, with the reason."""
    listed: frozenset[str] = frozenset()
    """Kinds whose list was complete at least once: only there is a new unit known to be added."""
    strengths: Mapping[Aspect, Strength] = field(default_factory=dict)
    findings: frozenset[Finding] = frozenset()

    @property
    def proven(self) -> bool:
        """True when everything that the controller declared was read."""
        return not self.unlisted and all(known.unread is None for known in self.units.values())
