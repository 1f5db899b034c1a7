"""What is known of a controller now: the last facts of every unit, and which of them are stale."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ccontrol.errors import ModelError
from ccontrol.model.aspect import Aspect, Strength
from ccontrol.model.finding import Finding
from ccontrol.model.shape import require_kind, require_text
from ccontrol.model.unit import Unit, UnitId


@dataclass(frozen=True, slots=True)
class Known:
    """One unit as last read. At least one of the two is set.

    `unit` is None for a unit that the controller declares and that could never be read.
    `unread` is the reason why the last attempt failed; then the facts are stale. `facts` is the
    interpretation that read it ("s7/1", see Snapshot.facts). Raises ModelError for neither unit nor
    reason, and for an interpretation of nothing.
    """

    unit: Unit | None
    unread: str | None = None
    facts: str = ""

    def __post_init__(self) -> None:
        if self.unit is None and (self.unread is None or self.facts):
            raise ModelError("something is known of which there is neither a fact nor a reason")
        require_text("an interpretation", self.facts)
        if self.unread is not None:
            require_text("a reason", self.unread)


@dataclass(frozen=True, slots=True)
class State:
    """The last known facts of one controller. What git stores; `parse(render(state)) == state`.

    Raises ModelError for a unit under another's name, and for kinds that differ by case alone:
    they would be one folder on half of all systems.
    """

    controller_id: str
    family: str
    units: Mapping[UnitId, Known] = field(default_factory=dict)
    unlisted: Mapping[str, str] = field(default_factory=dict)
    """Kinds whose list was not complete when last asked, with the reason."""
    listed: frozenset[str] = frozenset()
    """Kinds whose list was complete at least once: only there is a new unit known to be added."""
    strengths: Mapping[Aspect, Strength] = field(default_factory=dict)
    findings: frozenset[Finding] = frozenset()
    facts: str = ""
    """The newest interpretation that told of this controller, e.g. "s7/1"."""

    def __post_init__(self) -> None:
        kinds = {unit_id.kind for unit_id in self.units} | self.unlisted.keys() | self.listed
        for kind in kinds:
            require_kind(kind)
        if len({kind.lower() for kind in kinds}) < len(kinds):
            raise ModelError(f"two kinds of {self.controller_id} differ by case alone")
        for unit_id, known in self.units.items():
            if known.unit is not None and known.unit.id != unit_id:
                raise ModelError(f"{known.unit.id} stands under the name of {unit_id}")

    @property
    def unread_count(self) -> int:
        """How many units and lists stand unread."""
        units = sum(known.unread is not None for known in self.units.values())
        return units + len(self.unlisted)

    @property
    def proven(self) -> bool:
        """True when everything that the controller declared was read."""
        return not self.unread_count
