"""Whether a daemon watches a site, and what it says of itself."""

import socket
from dataclasses import dataclass

from ccontrol.config.settings import Site
from ccontrol.poll.places import Places

_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class Running:
    """A site's daemon."""

    answers: bool
    trouble: str = ""
    """Why the store takes nothing just now, in the daemon's words."""

    @property
    def words(self) -> str:
        """Return one phrase for it."""
        return "the daemon is watching" if self.answers else "no daemon is running: nobody watches"


def running(site: Site) -> Running:
    """Ask a site's daemon whether it is there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.settimeout(_TIMEOUT_S)
        try:
            door.connect(str(Places(site.store.path).control))
        except OSError:
            return Running(answers=False)
    return Running(answers=True)
