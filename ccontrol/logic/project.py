"""A program as text: what a project file, or the blocks of a controller, say, cut into parts.

One part is what a person reviews at one sitting: a routine, a type, the tags of a program. Readers
of formats (see `logic.formats`) make projects; text, diff and pictures know parts only. Holds no
bytes of the file: what no reader understands is named in a part of its own, never dropped.
"""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from ccontrol.errors import ModelError
from ccontrol.model.aspect import Aspect


class Language(StrEnum):
    """How the text of a part is written; it decides how two versions are compared and drawn."""

    LADDER = "ladder"
    """Rungs, one instruction a line, see `logic.ladder.text`."""
    STL = "stl"
    """Statement list of Siemens S7: networks of instructions."""
    ST = "st"
    """Structured text, SCL included: statements as their author laid them out."""
    FBD = "fbd"
    """Function blocks as sorted equations."""
    SFC = "sfc"
    """Steps, transitions and actions."""
    DATA = "data"
    """Declarations, one a line: name, type, attributes, what it is for."""
    RECORD = "record"
    """Settings, one `name = value` a line."""
    LISTING = "listing"
    """What an archive holds, or what a file is that nothing here can read: name, size, hash."""
    LAYOUT = "layout"
    """Where the elements of a chart of the same path stand; never a change of logic."""

    @property
    def suffix(self) -> str:
        """Return the ending of a file with such text, without a dot."""
        return _SUFFIXES[self]


_SUFFIXES = {
    Language.LADDER: "lad",
    Language.STL: "stl",
    Language.ST: "st",
    Language.FBD: "fbd",
    Language.SFC: "sfc",
    Language.DATA: "txt",
    Language.RECORD: "txt",
    Language.LISTING: "txt",
    Language.LAYOUT: "layout",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One reviewable piece of a project.

    `path` is its names from the outside in, e.g. ("programs", "Pump", "routines", "Main"), as the
    file spells them. `text` is lines that end with a newline each (or nothing), without carriage
    returns, trailing blanks or anything that steers a terminal. Actual values have the aspect
    VALUES and lie apart. Raises ModelError for a path of nothing or text of another shape.
    """

    path: tuple[str, ...]
    language: Language
    aspect: Aspect
    text: str
    opaque: str = ""
    """Why its content cannot be read ("source protected"), so that nobody can tell a change."""
    unread: int = 0
    """How many places in the text stand as they were found, because they could not be read."""

    def __post_init__(self) -> None:
        if not self.path or not all(self.path):
            raise ModelError("a part of a project without a name")
        if self.text and not self.text.endswith("\n"):
            raise ModelError(f"{self.name}: its text ends within a line")

    @property
    def name(self) -> str:
        """Return its path in one line."""
        return "/".join(self.path)


@dataclass(frozen=True, slots=True)
class Project:
    """What one file says. `parts` are sorted by path and language, each pair once.

    Raises ModelError for parts out of order or under one name.
    """

    format: str
    """Reader and version of its rules, e.g. "l5x/1": another version may write other text."""
    title: str
    """What it is a project of: the controller's, program's or block's own name."""
    parts: tuple[Part, ...]
    facts: tuple[tuple[str, str], ...] = ()
    """What the file says of the controller it is for and of who made it: names and values."""
    comparable: str = ""
    """Two projects whose words differ here were exported differently: not compared blindly."""
    problems: tuple[str, ...] = ()
    """What could not be read, one sentence each."""

    def __post_init__(self) -> None:
        keys = [(part.path, part.language) for part in self.parts]
        if any(one >= other for one, other in pairwise(keys)):
            raise ModelError(f"{self.title}: its parts are out of order, or one stands twice")
