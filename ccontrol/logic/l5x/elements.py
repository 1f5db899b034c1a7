"""What an L5X says by where an element stands and what it is called: scope, context, safety."""

from ccontrol.logic.printable import printable
from ccontrol.logic.xml import Element, name_of

CONTEXT = "context"
"""Under it lies what a partial export brings along only because its target uses it."""


def name_attribute(element: Element) -> str:
    """Return the name that an element bears."""
    return element.get("Name", "")


def titled(element: Element, word: str) -> str:
    """Return how a part's first line names an element: safety says so, for it weighs more."""
    safety = "SAFETY " if element.get("Class") == "Safety" else ""
    safety = safety if word.isupper() else safety.lower()
    return f"{safety}{word} {printable(name_attribute(element))}".rstrip()


class Holder:
    """What holds units side by side, with what is so for all of them. Made once for many."""

    def __init__(self, element: Element | None) -> None:
        self.element = element
        outwards = [] if element is None else [element, *element.iterancestors()]
        self.above = tuple(name_of(each) for each in reversed(outwards))
        """The names of the elements that hold a unit, from the outside in."""
        self.program = next((each for each in outwards if name_of(each) == "Program"), None)
        """The program that holds a unit, None where none does."""
        self._use = next((use for each in outwards if (use := each.get("Use"))), "")

    def is_context(self, unit: Element) -> bool:
        """Tell whether a partial export holds a unit only because its target uses it.

        The nearest word of Use counts, the unit's own before that of what holds it; what holds a
        target is told as the target.
        """
        use = unit.get("Use") or self._use
        return use == "Context" and not any(each.get("Use") == "Target" for each in unit.iter())
