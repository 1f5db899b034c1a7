"""Where the files of a controller lie, and the versions of their forms. Says nothing of contents.

A new form gets a new number here and a function from the old files to the new ones beside `parse`;
the engine commits what that gives as a commit of its own class before it polls again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ccontrol.canonical.names import encode, encode_all, encode_kinds
from ccontrol.model.unit import UnitId

PLANT_FORM = 1
"""Form of what lies under plant/: raised only when approved files have to be written anew."""
STATE_FORM = 1
"""Form of what lies under state/: may be raised without touching anything that was approved."""
PLANT, VIEWS, STATE = "plant", "views", "state"
UNITS, VALUES = "units", "values"


def folders(area: str, controller_id: str) -> tuple[str, ...]:
    """Return the three folders that the files of one controller replace whole."""
    tail = f"{encode(area)}/{encode(controller_id)}"
    return tuple(f"{root}/{tail}" for root in (PLANT, VIEWS, STATE))


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of one controller with exactly these units: names depend on their neighbours."""

    area: str
    controller_id: str
    _kinds: dict[str, str] = field(default_factory=dict)
    _keys: dict[UnitId, str] = field(default_factory=dict)

    @classmethod
    def of(cls, area: str, controller_id: str, units: Iterable[UnitId]) -> "Layout":
        """Make the layout for these units."""
        keys: dict[str, list[str]] = {}
        for kind, key in units:
            keys.setdefault(kind, []).append(key)
        named = {
            UnitId(kind, key): name
            for kind, names in keys.items()
            for key, name in encode_all(names).items()
        }
        return cls(area, controller_id, encode_kinds(keys), named)

    @property
    def form(self) -> str:
        """Path of the file that says whose folder this is, and in which form."""
        return self._path(PLANT, "form", "toml")

    @property
    def sight(self) -> str:
        """Path of the file that says what cannot be seen, and the findings."""
        return self._path(STATE, "sight", "toml")

    def plant(self, unit: UnitId) -> str:
        """Path of a unit's approvable facts."""
        return self._path(PLANT, f"{self._kinds[unit.kind]}/{self._keys[unit]}", "toml")

    def view(self, unit: UnitId) -> str:
        """Path of a unit's readable text."""
        return self._path(VIEWS, f"{self._kinds[unit.kind]}/{self._keys[unit]}", "txt")

    def moving(self, kind: str) -> str:
        """Path of what moves by itself, for all units of a kind."""
        return self._path(STATE, f"{UNITS}/{self._kinds[kind]}", "toml")

    def values(self, unit: UnitId) -> str:
        """Path of a unit's actual values."""
        tail = f"{VALUES}/{self._kinds[unit.kind]}/{self._keys[unit]}"
        return self._path(STATE, tail, "toml")

    def _path(self, root: str, tail: str, suffix: str) -> str:
        owner = encode(self.controller_id)
        return f"{root}/{encode(self.area)}/{owner}/{tail}.{owner}.{suffix}"
