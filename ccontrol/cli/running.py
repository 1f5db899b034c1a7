"""Whether a daemon watches a site, and what it says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ccontrol.config.settings import Site
from ccontrol.errors import EngineError
from ccontrol.model.aspect import Depth
from ccontrol.poll.control import ask_status
from ccontrol.poll.overview import ControllerStatus, StrangerStatus, WitnessStatus
from ccontrol.poll.places import Places

_DEEP = frozenset({Depth.INVENTORY, Depth.FULL})


@dataclass(frozen=True, slots=True)
class Live:
    """What only the daemon knows of a controller."""

    next_at: datetime | None
    asking: Depth | None
    """What is being asked just now."""
    pending: bool
    """Something moved and waits for a second look."""
    deep_read_in_s: float | None
    """Seconds until a deep read that is due and held back."""


@dataclass(frozen=True, slots=True)
class Running:
    """A site's daemon."""

    answers: bool
    pid: int | None = None
    trouble: str = ""
    """Why the store takes nothing, what it cannot read, or why the daemon does not answer."""
    hint: str = ""
    controllers: Mapping[str, Live] = field(default_factory=dict)
    witnesses: tuple[WitnessStatus, ...] = ()
    strangers: tuple[StrangerStatus, ...] = ()
    """Engineering at addresses that no controller has, newest first."""

    @property
    def words(self) -> str:
        """Return one phrase for it."""
        if self.answers:
            return f"the daemon is watching (process {self.pid})"
        return "the daemon does not answer" if self.trouble else "no daemon is running"


def running(site: Site) -> Running:
    """Ask a site's daemon how it does."""
    try:
        status = ask_status(Places(site.store.path))
    except EngineError as error:
        return Running(answers=False, trouble=str(error), hint=error.hint)
    if status is None:
        return Running(answers=False)
    (own,) = (each for each in status.sites if each.name == site.name)
    live = {each.controller_id: _live(each) for each in own.controllers}
    return Running(
        answers=True,
        pid=status.pid,
        trouble=own.trouble,
        hint=own.hint,
        controllers=live,
        witnesses=own.witnesses,
        strangers=own.strangers,
    )


def _live(status: ControllerStatus) -> Live:
    waits = [seconds for depth, seconds in status.follow_ups.items() if depth in _DEEP]
    return Live(status.next_at, status.asking, status.pending, min(waits, default=None))
