"""One complete file of a watched folder, from its bytes to its commit: whose it is, what it says.

What cannot be taken is told once, and tried again when the file has moved or at the next rescan;
what may pass by itself (a right that is missing, a disk that is full), at each look.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import Path
from tempfile import NamedTemporaryFile

from ccontrol.canonical.project_files import FileFacts, ProjectText
from ccontrol.clock import Clock
from ccontrol.config.settings import WatchedFolder
from ccontrol.drivers.projectfile.copying import Copied, copy
from ccontrol.errors import CcontrolError
from ccontrol.logic.project import Project
from ccontrol.model.controller import Controller
from ccontrol.poll.complaints import Complaints, shown
from ccontrol.poll.crew import Crew, Lost
from ccontrol.poll.messages import ProjectRead
from ccontrol.poll.owners import contradiction, means, named_owner, nobodys, owners_by_content
from ccontrol.poll.pipeline import Line
from ccontrol.poll.project_line import Dropped, known_text, take
from ccontrol.poll.site import OpenSite
from ccontrol.poll.threads import in_its_own_thread
from ccontrol.store import durable

_log = logging.getLogger(__name__)


class Taking(Enum):
    """What became of a file."""

    DONE = "done"
    """It is taken, or it never will be as it is."""
    MOVES = "moves"
    """It is not complete, or in use: it is looked at again soon."""
    LATER = "later"
    """It could not be taken, which may pass without anybody touching the file."""


class Drops:
    """Takes the files of one folder."""

    def __init__(
        self,
        site: OpenSite,
        tables: tuple[WatchedFolder, ...],
        crew: Crew,
        complaints: Complaints,
        clock: Clock,
    ) -> None:
        self._site = site
        self._tables = tables
        self._crew = crew
        self._complaints = complaints
        self._clock = clock

    async def take(self, name: str) -> Taking:
        """Take a file that rests. Whatever it is, the files after it have their turn."""
        tables = [table for table in self._tables if means(table, name)]
        try:
            wrong = await self._take(name, tables) if tables else ""
        except BlockingIOError:  # somebody holds a lease, as Samba does: the file is in use
            return Taking.MOVES
        except OSError as error:
            self._complaints.tell(name, f"cannot be read: {error.strerror}")
            return Taking.LATER
        except CcontrolError as error:
            self._complaints.tell(name, f"is not taken: {error}")
            return Taking.LATER if error.retry else Taking.DONE
        except Exception as error:  # noqa: BLE001 — supervised border: told, and the next file's turn
            _log.exception("a defect keeps a project file from being taken file=%s", shown(name))
            self._complaints.tell(name, f"is not taken, by a defect: {type(error).__name__}")
            return Taking.DONE
        if wrong is None:
            return Taking.MOVES
        if wrong:
            self._complaints.tell(name, wrong)
        else:
            self._complaints.clear(name)
        return Taking.DONE

    async def _take(self, name: str, tables: Sequence[WatchedFolder]) -> str | None:
        """Take a file; return what is wrong with it all the same, None while it still moves."""
        self._site.room.check()
        folder = durable.make_folder(self._site.places.dropped)
        root, most = tables[0].path, tables[0].bytes_limit
        with NamedTemporaryFile(dir=folder, prefix="drop-") as target:
            own = Path(target.name)
            copying = in_its_own_thread(lambda: _copied(root, name, own, most))
            copied = await self._complaints.wait_for(copying, name, tables[0].patience_s)
            return None if copied is None else await self._keep(name, copied, own, tables)

    async def _keep(
        self, name: str, copied: Copied, own: Path, tables: Sequence[WatchedFolder]
    ) -> str:
        file = FileFacts(shown(name), copied.sha256, copied.size, copied.owner, copied.modified_at)
        controllers, read = self._site.site.controllers, None
        owner = named_owner(tables, name, controllers)
        if owner is None:
            read = await self._read(own, file.name, None)
            found = owners_by_content(tables, read.project, controllers)
            if len(found) != 1:
                await self._keep_bytes(own)
                why = nobodys(file.name, read.project, found)
                return f"{why}; its bytes are kept as {file.sha256}"
            (owner,) = found
        before = await self._known(owner, file.name)
        if before is not None and before.file.sha256 == file.sha256:
            await self._keep_bytes(own)
            return _contradicted(owner, before.contradicts)
        if read is None or before is not None:
            read = await self._read(own, file.name, _project(before))
        contradicts = contradiction(owner, read.project, controllers)
        dropped = Dropped(owner, file, own, read, self._clock.now(), contradicts)
        commit = await self._written(lambda line: take(line, dropped))
        if commit:
            text = "a project file is in the history controller=%s file=%s commit=%s"
            _log.info(text, owner.id, file.name, commit)
        return _contradicted(owner, contradicts)

    async def _written(self, do: Callable[[Line], str]) -> str:
        """Have the site's writer do something; it goes on when the folder is let go of."""
        return await asyncio.shield(asyncio.wrap_future(self._site.scribe.give(do)))

    async def _known(self, owner: Controller, name: str) -> ProjectText | None:
        git_dir = self._site.places.git_dir
        return await in_its_own_thread(lambda: known_text(git_dir, owner, name))

    async def _read(self, own: Path, name: str, before: Project | None) -> ProjectRead:
        last = name.rpartition("/")[2]
        answer = await self._crew.read_project(own, last, self._site.seal, before)
        if isinstance(answer, Lost):
            return ProjectRead(0, None, fault=f"reading it did not end well: {answer.reason}")
        return answer

    async def _keep_bytes(self, own: Path) -> None:
        """Have the vault keep a file without a commit: nobody's, or one that is known already.

        So nothing that was dropped is lost, and what still lies in the folder does not expire.
        """

        def keep() -> None:
            if self._site.vault is not None:
                with own.open("rb") as content:
                    self._site.vault.put(content)

        await in_its_own_thread(keep)


def _copied(root: Path, name: str, own: Path, most_bytes: int) -> Copied | None:
    with own.open("wb") as target:
        return copy(root, name, target, most_bytes)


def _contradicted(owner: Controller, contradicts: str) -> str:
    if not contradicts:
        return ""
    return f"was dropped for {owner.id} and calls itself {contradicts}: it is bound to nothing"


def _project(before: ProjectText | None) -> Project | None:
    return before.project if before is not None and before.text_of else None
