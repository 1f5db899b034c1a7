"""Which controllers the signed history of a site knows, and by which serial numbers. Reads only."""

from collections.abc import Iterable, Iterator

from ccontrol.canonical.home import homes
from ccontrol.discovery.standing import Remembered
from ccontrol.model.state import State
from ccontrol.model.unit import field
from ccontrol.poll.stored_state import state_at
from ccontrol.store.repository import Repository

_KINDS = ("identity", "module")
"""Units that name a serial number of the controller itself or of a module beside it."""


def remembered(repository: Repository, site: str, configured: Iterable[str]) -> list[Remembered]:
    """Return every controller that was ever stored. Raises UnreadableStateError."""
    names = frozenset(configured)
    if repository.head() is None:
        return []
    found = []
    for home, _ in homes(repository):
        state = state_at(repository, home, kinds=_KINDS)
        serials = frozenset(_serials(state)) if state else frozenset()
        name = home.controller_id
        found.append(Remembered(site, name, serials, configured=name in names))
    return found


def _serials(state: State) -> Iterator[str]:
    for unit_id, known in state.units.items():
        if unit_id.kind in _KINDS and known.unit is not None:
            serial = field(known.unit.fields, "serial")
            if isinstance(serial, str) and serial:
                yield serial
