"""What the driver remembers of a controller from one poll to the next, while its process lives.

Only what makes it gentler, and which slots held a module. Nothing is written to disk.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ccontrol.drivers.enip.identity import Identity
from ccontrol.drivers.enip.request import Route
from ccontrol.drivers.logix.templates import Head

_MOST_BYTES = 96 * 2**20
"""Of templates and symbols of all controllers together."""
SYMBOLS_LAST_S = 12 * 3600.0
"""So long symbol lists are not read again while edit counters and AuditValue stand."""
CONFIRMED_BY = 2
"""A slot that held a module counts as empty when so many polls before found nothing in it."""

TemplateKey = tuple[int, Head]
"""Instance and head: another structure has another handle, and as a rule another size."""
Place = tuple[str, str, int, Route]
"""A controller by id, address, port and route: at another place there is another one."""


@dataclass(frozen=True, slots=True)
class Symbols:
    """The symbol lists of a controller, as they were read."""

    lists: Mapping[str, tuple[bytes, ...]]
    """Answers by scope."""
    marks: tuple[bytes, ...]
    """Project, edit counters and AuditValue when they were read: while these stand, so do they."""
    read_at: float
    """By the monotonic clock, in seconds."""


@dataclass(slots=True)
class Remembered:
    """What is remembered of one controller."""

    who: Identity | None = None
    """Whom all of this is about, as its label has it."""
    lacks: set[str] = field(default_factory=set)
    """Objects that it does not have, by the question that asks for them."""
    small_only: bool = False
    """True where it refused a large connection."""
    templates: dict[TemplateKey, tuple[bytes, ...]] = field(default_factory=dict)
    """Answers to the reading of each template."""
    symbols: Symbols | None = None
    slots: dict[int, int] = field(default_factory=dict)
    """Slots that held a module, and how many polls in a row have found nothing there since."""
    silent: set[int] = field(default_factory=set)
    """Slots that gave no module in the last poll."""

    def meet(self, who: Identity) -> None:
        """Forget what is known of the controller when another one stands in its place.

        Slots are the chassis's, and stay. `who` is taken as its label has it, without its status.
        """
        label = who._replace(status=0)
        if self.who is not None and self.who != label:
            self.lacks, self.small_only, self.templates, self.symbols = set(), False, {}, None
        self.who = label

    def size(self) -> int:
        """Return the bytes that templates and symbols take."""
        lists = self.symbols.lists if self.symbols else {}
        parts = (*self.templates.values(), *lists.values())
        return sum(len(one) for answers in parts for one in answers)


@dataclass(slots=True)
class Memory:
    """What is remembered of all."""

    _controllers: dict[Place, Remembered] = field(default_factory=dict)

    def of(self, place: Place) -> Remembered:
        """Return what is remembered of a controller; it may be changed in place."""
        return self._controllers.setdefault(place, Remembered())

    def forget_too_much(self) -> None:
        """Forget templates and symbols of all when together they take too much."""
        if sum(one.size() for one in self._controllers.values()) > _MOST_BYTES:
            for one in self._controllers.values():
                one.templates, one.symbols = {}, None
