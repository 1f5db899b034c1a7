"""Which renderer turns the masked image of a unit into text that people read, and its version.

The one place that knows families by their masks; what has no renderer is shown as bytes elsewhere.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

from ccontrol.errors import GarbledError
from ccontrol.logic.mc7 import view as mc7
from ccontrol.model.unit import Image

Words: TypeAlias = Mapping[str, str]
"""The fields of a unit as people read them, by name."""


class Rendered(NamedTuple):
    """A unit as text: ending of its file without a dot, and lines that end with a newline each."""

    suffix: str
    renderer: str
    text: str


class _Renderer(NamedTuple):
    name: str
    """Name and version: with another version every stored view is written anew."""
    write: Callable[[Image, Words], tuple[str, str]]
    """Returns ending and text. Raises GarbledError for an image that it cannot take apart."""


_BY_MASK: Mapping[str, _Renderer] = {"s7/1": _Renderer(mc7.NAME, mc7.write)}


def text_of(image: Image, words: Words) -> Rendered | None:
    """Return an image as text; None where nobody can read one of its mask, or this very one."""
    renderer = _BY_MASK.get(image.mask)
    if renderer is None:
        return None
    try:
        suffix, text = renderer.write(image, words)
    except GarbledError:
        return None
    return Rendered(suffix, renderer.name, text)


def renderers(family: str) -> tuple[str, ...]:
    """Return the names and versions of the renderers for the masks of a family, sorted."""
    known = {each.name for mask, each in _BY_MASK.items() if mask.split("/")[0] == family}
    return tuple(sorted(known))
