"""A unit with an image as text that a person can read. Rendered from the facts, never parsed."""

from ccontrol.canonical.spoken import spoken
from ccontrol.logic.hexdump import hexdump
from ccontrol.logic.printable import printable
from ccontrol.model.unit import Fields, Image, Unit

RENDERER = "sections/1"
"""Name and version of what made the text; it stands in the first line of every view."""


def view(unit: Unit, image: Image) -> bytes:
    """Return the text: title, fields, then each section as hex with addresses of its own."""
    head = [f"{printable(unit.title)}", f"view {RENDERER}, mask {printable(image.mask)}"]
    blocks = [head, *_fields(unit.fields)]
    blocks += [
        [f"section {printable(name)}: {len(data)} bytes", *hexdump(data)]
        for name, data in image.sections
    ]
    return ("\n\n".join("\n".join(block) for block in blocks) + "\n").encode()


def _fields(fields: Fields) -> list[list[str]]:
    if not fields:
        return []
    width = max(len(printable(name)) for name, _ in fields)
    return [[f"{printable(name):<{width}}  {spoken(value)}" for name, value in fields]]
