"""A unit with an image as text that a person can read. Rendered from the facts, never parsed."""

from ccontrol.canonical.spoken import spoken
from ccontrol.logic.hexdump import hexdump
from ccontrol.logic.printable import printable
from ccontrol.logic.views import Rendered, renderers, text_of
from ccontrol.model.unit import Image, Unit

SECTIONS = "sections/1"
"""Name and version of what shows an image that has no renderer of its own."""


def view(unit: Unit, image: Image) -> Rendered:
    """Return the text: how it was made and the title, then what it says."""
    words = {printable(name): spoken(value) for name, value in unit.fields}
    rendered = text_of(image, words) or Rendered("txt", SECTIONS, _sections(image, words))
    head = f"// view {rendered.renderer}, mask {printable(image.mask)}: {printable(unit.title)}"
    return rendered._replace(text=f"{head}\n{rendered.text}")


def renderers_of(family: str) -> tuple[str, ...]:
    """Return names and versions of everything that makes the views of such a controller."""
    return (*renderers(family), SECTIONS)


def _sections(image: Image, words: dict[str, str]) -> str:
    """Return the fields, then each section as hex with addresses of its own."""
    width = max(map(len, words), default=0)
    blocks = [[f"{name:<{width}}  {value}" for name, value in words.items()]] if words else []
    blocks += [
        [f"section {printable(name)}: {len(data)} bytes", *hexdump(data)]
        for name, data in image.sections
    ]
    return "".join("\n" + "".join(f"{line}\n" for line in block) for block in blocks)
