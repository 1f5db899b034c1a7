"""What an L5X says by where an element stands and what it is called: scope, context, safety."""

from ccontrol.logic.printable import printable
from ccontrol.logic.xml import Element, name_of

CONTEXT = "context"
"""Under it lies what a partial export brings along only because its target uses it."""


def name_attribute(element: Element) -> str:
    """Return the name that an element bears."""
    return element.get("Name", "")


def forefathers(element: Element) -> tuple[str, ...]:
    """Return the names of the elements that hold it, from the outside in."""
    return tuple(name_of(each) for each in reversed(list(element.iterancestors())))


def program_of(element: Element) -> Element | None:
    """Return the program that holds an element, None where none does."""
    return next((each for each in element.iterancestors() if name_of(each) == "Program"), None)


def titled(element: Element, word: str) -> str:
    """Return how a part's first line names an element: safety says so, for it weighs more."""
    safety = "SAFETY " if element.get("Class") == "Safety" else ""
    safety = safety if word.isupper() else safety.lower()
    return f"{safety}{word} {printable(name_attribute(element))}".rstrip()


def is_context(element: Element) -> bool:
    """Tell whether a partial export holds it only because its target uses it.

    The nearest word of Use counts, the element's own before that of what holds it; what holds a
    target is told as the target.
    """
    use = next((each.get("Use") for each in _and_forefathers(element) if each.get("Use")), "")
    return use == "Context" and not any(each.get("Use") == "Target" for each in element.iter())


def _and_forefathers(element: Element) -> list[Element]:
    return [element, *element.iterancestors()]
