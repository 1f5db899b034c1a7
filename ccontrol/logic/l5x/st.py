"""Structured text of an L5X → its lines, as their author laid them out."""

from collections.abc import Iterator

from ccontrol.logic.printable import printable
from ccontrol.logic.xml import Element, name_of

_TAB = 4


def st_lines(content: Element) -> Iterator[str]:
    """Yield the lines of an STContent, without line numbers, tabs and trailing blanks."""
    for line in content:
        if name_of(line) == "Line":
            for text in _code(line.text or "").split("\n"):
                yield printable(text.rstrip().expandtabs(_TAB))


def _code(text: str) -> str:
    """Take away the line ends that Studio puts around what is in the line."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\n")
    inside, _, last = text.rpartition("\n")
    return text if last.strip() or "\n" not in text else inside
