"""The masked image of a S7 block (mask "s7/1", see the driver) → its text."""

from collections.abc import Mapping

from ccontrol.logic.mc7.block import CODE_TYPES, of_parts
from ccontrol.logic.mc7.text import VERSION, protection, written
from ccontrol.model.unit import Image

NAME = f"mc7/{VERSION}"


def write(image: Image, words: Mapping[str, str]) -> tuple[str, str]:
    """Return ending and text. The body of a DB is masked: it is text without actual values.

    Raises GarbledError for an image without a header or footer.
    """
    parts = dict(image.sections)
    block = of_parts(
        parts.get("header", b""),
        parts.get("body", b""),
        parts.get("interface", b"") + parts.get("initial", b""),
        parts.get("additional", b""),
        parts.get("footer", b""),
    )
    lines = protection(words.get("protection"), words.get("password", ""))
    suffix = "stl" if block.header.type in CODE_TYPES else "txt"
    return suffix, written(block, lines).text
