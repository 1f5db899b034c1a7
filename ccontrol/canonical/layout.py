"""Where the files of a controller lie, and the versions of their forms. Says nothing of contents.

A new form gets a new number here and a function from the old files to the new ones beside `parse`;
the engine commits what that gives as a commit of its own class before it polls again.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ccontrol.canonical.names import encode

PLANT_FORM = 1
"""Form of what lies under plant/: raised only when approved files have to be written anew."""
STATE_FORM = 1
"""Form of what lies under state/: may be raised without touching anything that was approved."""
PLANT, VIEWS, STATE = "plant", "views", "state"
UNITS, VALUES = "units", "values"


def folders(area: str, controller_id: str) -> tuple[str, ...]:
    """Return the three folders that the files of one controller replace whole."""
    home = Home(area, controller_id)
    return tuple(home.folder(root) for root in (PLANT, VIEWS, STATE))


@dataclass(frozen=True, slots=True)
class Home:
    """The paths of one controller. `area` is the one under which it was stored first, for ever."""

    area: str
    controller_id: str

    def folder(self, root: str) -> str:
        """Path of the controller's own folder under one of the roots."""
        return f"{root}/{encode(self.area)}/{encode(self.controller_id)}"

    @property
    def form(self) -> str:
        """Path of the file that says whose folder this is, and in which form."""
        return self._path(PLANT, "form", "toml")

    @property
    def sight(self) -> str:
        """Path of the file that says what cannot be seen, and the findings."""
        return self._path(STATE, "sight", "toml")

    def moving(self, kind: str) -> str:
        """Path of what moves by itself, for all units of a kind."""
        return self._path(STATE, f"{UNITS}/{encode(kind)}", "toml")

    def plant(self, kind: str, name: str) -> str:
        """Path of a unit's approvable facts; `name` is its key, encoded among its neighbours."""
        return self._path(PLANT, f"{encode(kind)}/{name}", "toml")

    @property
    def renderer(self) -> str:
        """Path of the file that says what made the views."""
        return self._path(VIEWS, "renderer", "toml")

    def view(self, kind: str, name: str, suffix: str) -> str:
        """Path of a unit's readable text, of which the renderer chooses the ending."""
        return self._path(VIEWS, f"{encode(kind)}/{name}", suffix)

    def values(self, kind: str, name: str) -> str:
        """Path of a unit's actual values."""
        return self._path(STATE, f"{VALUES}/{encode(kind)}/{name}", "toml")

    def written_whole(self, kinds: Iterable[str]) -> tuple[str, ...]:
        """Return the folders that the files of these kinds replace whole, beside `moving`."""
        return tuple(
            f"{root}/{encode(kind)}"
            for kind in sorted(kinds)
            for root in (
                self.folder(PLANT),
                self.folder(VIEWS),
                f"{self.folder(STATE)}/{VALUES}",
            )
        )

    def read_back(self, kinds: Iterable[str]) -> tuple[str, ...]:
        """Return every file and folder that `parse` needs for these kinds."""
        named = tuple(kinds)
        whole = [path for path in self.written_whole(named) if not path.startswith(f"{VIEWS}/")]
        return (self.form, self.sight, *map(self.moving, sorted(named)), *whole)

    def _path(self, root: str, tail: str, suffix: str) -> str:
        return f"{self.folder(root)}/{tail}.{encode(self.controller_id)}.{suffix}"
