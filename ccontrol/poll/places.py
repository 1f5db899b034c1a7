"""Where the engine's own files of a site lie, and the lock that only one engine may hold.

The history itself is the store's; what stands in these files is their owners' business.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from ccontrol.store.layout import OWN_FOLDER, witness_folder
from ccontrol.store.locks import taken


@dataclass(frozen=True, slots=True)
class Places:
    """The engine's files inside a site's store."""

    git_dir: Path

    @property
    def own(self) -> Path:
        """The folder that holds all of them."""
        return self.git_dir / OWN_FOLDER

    @property
    def journal(self) -> Path:
        """Folder of the Journal."""
        return self.own / "journal"

    @property
    def witness(self) -> Path:
        """Folder of the Witnesses."""
        return witness_folder(self.git_dir)

    @property
    def spool(self) -> Path:
        """Folder of the Spool."""
        return self.own / "spool"

    @property
    def vault(self) -> Path:
        """Folder of the Vault."""
        return self.own / "vault"

    @property
    def dropped(self) -> Path:
        """Folder of the copies of dropped files, each for as long as it is being taken."""
        return self.own / "dropped"

    @property
    def folders(self) -> Path:
        """Folder of the Complaints, a file for each watched folder."""
        return self.own / "folders"

    @property
    def alerts(self) -> Path:
        """Folder of what alerts were told, and of the channels' queues."""
        return self.own / "alerts"

    @property
    def index(self) -> Path:
        """File of the Index."""
        return self.own / "index.sqlite"

    @property
    def standing(self) -> Path:
        """Folder of Standing."""
        return self.own / "standing"

    @property
    def maintained(self) -> Path:
        """File that tells when the store was last maintained."""
        return self.own / "maintained"

    @property
    def judged(self) -> Path:
        """File that tells up to when changes were judged anew by what was heard."""
        return self.own / "judged"

    @property
    def ending(self) -> Path:
        """File that tells which ends of change windows are about to be journaled."""
        return self.own / "windows-ending"

    @property
    def approved(self) -> Path:
        """File that tells by which commit of `approved` changes were judged anew last."""
        return self.own / "approved-judged"

    @property
    def followed(self) -> Path:
        """Folder that tells up to where logs of other sensors were read."""
        return self.own / "followed"

    @property
    def sensors(self) -> Path:
        """File that tells which sensors came, for status after a restart."""
        return self.own / "sensors.json"

    @property
    def stamping(self) -> Path:
        """File that tells why there is no time stamp yet."""
        return self.own / "stamping.json"

    @property
    def control(self) -> Path:
        """The socket through which a running engine is asked."""
        return self.own / "control"

    @property
    def behaviour(self) -> Path:
        """Folder of what was learnt of each controller's users, and of decisions about them."""
        return self.own / "behaviour"

    @property
    def engine_lock(self) -> Path:
        """Whoever holds a lock on this file may ask the controllers of this site."""
        return self.own / "engine.lock"


def queue_folder(alerts: Path, channel: str) -> Path:
    """Return where the queue of a channel for alerts lies."""
    return alerts / "queues" / channel


def told_folder(alerts: Path) -> Path:
    """Return where it is kept what channels have acknowledged."""
    return alerts / "log"


class EngineLock:
    """One engine for each site: no controller is asked over two connections at once."""

    def __init__(self, places: Places) -> None:
        """Take the lock. Raises StoreLockedError when another process holds it."""
        self._handle = taken(places.engine_lock, f"the controllers of {places.git_dir} are watched")

    def close(self) -> None:
        """Let the next engine in."""
        os.close(self._handle)
