"""What every command is handed: which configuration was meant, and the clock."""

import os
from dataclasses import dataclass, field
from pathlib import Path

import typer

from ccontrol.clock import Clock, SystemClock
from ccontrol.errors import ConfigMissingError

ENVIRONMENT = "CCONTROL_CONFIG"
HERE = Path("ccontrol.toml")
SYSTEM = Path("/etc/ccontrol/ccontrol.toml")


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of the program."""

    named: Path | None = None
    """What --config said."""
    clock: Clock = field(default_factory=SystemClock)

    def config_path(self) -> Path:
        """Return the configuration file: as named, or the first that is found.

        Raises ConfigMissingError when there is none.
        """
        given = os.environ.get(ENVIRONMENT, "")
        named = self.named or (Path(given) if given else None)
        places = (HERE, SYSTEM) if named is None else (named,)
        for place in places:
            if _may_be_there(place):
                return place
        if named is not None and named.is_dir():
            hint = f"Name the file: --config {named / HERE.name}"
            raise ConfigMissingError(f"{named} is a folder", hint=hint)
        looked = " nor ".join(str(place) for place in places)
        raise ConfigMissingError(f"there is no configuration at {looked}")


def _may_be_there(place: Path) -> bool:
    """Say whether a file is there; behind a closed door it is: reading it tells of the door."""
    try:
        return place.is_file()
    except PermissionError:
        return True


def invocation(context: typer.Context) -> Invocation:
    """Return what the program's own options said."""
    found = context.find_object(Invocation)
    return Invocation() if found is None else found
