"""What the driver remembers of a controller from one poll to the next, while its process lives.

Only what makes it gentler, and which slots held a module. Nothing is written to disk.
"""

from dataclasses import dataclass, field

_MOST_TEMPLATE_BYTES = 64 * 2**20
"""Of all controllers together; 1,000 of them with 300 templates each need about as much."""
CONFIRMED_BY = 2
"""A slot that held a module counts as empty when so many polls before found nothing in it."""

TemplateKey = tuple[int, int]
"""Instance and structure handle: another structure has another handle."""


@dataclass(slots=True)
class Remembered:
    """What is remembered of one controller."""

    lacks: set[str] = field(default_factory=set)
    """Objects that it does not have, by the question that asks for them."""
    small_only: bool = False
    """True where it refused a large connection."""
    templates: dict[TemplateKey, tuple[bytes, ...]] = field(default_factory=dict)
    """Answers to the reading of each template."""
    slots: dict[int, int] = field(default_factory=dict)
    """Slots that held a module, and how many polls in a row have found nothing there since."""

    def bytes_of_templates(self) -> int:
        """Return what the templates take."""
        return sum(len(part) for parts in self.templates.values() for part in parts)


@dataclass(slots=True)
class Memory:
    """What is remembered of all, by the controller's id."""

    _controllers: dict[str, Remembered] = field(default_factory=dict)

    def of(self, controller_id: str) -> Remembered:
        """Return what is remembered of a controller; it may be changed in place."""
        return self._controllers.setdefault(controller_id, Remembered())

    def keep_templates(
        self, controller_id: str, templates: dict[TemplateKey, tuple[bytes, ...]]
    ) -> None:
        """Remember the templates of a controller, and no others of it; too many are forgotten."""
        self.of(controller_id).templates = templates
        if sum(one.bytes_of_templates() for one in self._controllers.values()) > (
            _MOST_TEMPLATE_BYTES
        ):
            for one in self._controllers.values():
                one.templates = {}
