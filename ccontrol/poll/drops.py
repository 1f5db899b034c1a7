"""One complete file of a watched folder, from its bytes to its commit: whose it is, what it says.

What cannot be taken is told once, and tried again when the file has moved or at the next rescan.
"""

import asyncio
import fnmatch
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile

from ccontrol.canonical.project_files import FileFacts, ProjectText
from ccontrol.clock import Clock
from ccontrol.config.settings import WatchedFolder
from ccontrol.drivers.projectfile.copying import Copied, copy
from ccontrol.errors import CcontrolError
from ccontrol.logic.printable import printable
from ccontrol.logic.project import Project
from ccontrol.model.controller import Controller
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll.crew import Crew, Lost
from ccontrol.poll.messages import ProjectRead
from ccontrol.poll.project_line import Dropped, known_text, take
from ccontrol.poll.site import OpenSite
from ccontrol.poll.threads import in_its_own_thread
from ccontrol.store import durable

_log = logging.getLogger(__name__)


class Drops:
    """Takes the files of one folder."""

    def __init__(
        self, site: OpenSite, tables: tuple[WatchedFolder, ...], crew: Crew, clock: Clock
    ) -> None:
        self._site = site
        self._tables = tables
        self._crew = crew
        self._clock = clock
        self._told: dict[str, str] = {}

    async def take(self, name: str) -> bool:
        """Take a file that rests; False when it has to be looked at again soon."""
        tables = [table for table in self._tables if _means(table, name)]
        if not tables:
            return True
        try:
            return await self._take(name, tables)
        except OSError as error:
            self._tell(name, f"cannot be read: {error.strerror}")
        except CcontrolError as error:
            self._tell(name, f"is not taken: {error}")
        return True

    async def _take(self, name: str, tables: Sequence[WatchedFolder]) -> bool:
        folder = durable.make_folder(self._site.places.dropped)
        path, most = tables[0].path / name, tables[0].bytes_limit
        with NamedTemporaryFile(dir=folder, prefix="drop-") as target:
            own = Path(target.name)
            copied = await in_its_own_thread(lambda: _copied(path, own, most))
            if copied is None:
                return False
            await self._keep(_shown(name), copied, own, tables)
        return True

    async def _keep(
        self, name: str, copied: Copied, own: Path, tables: Sequence[WatchedFolder]
    ) -> None:
        file = FileFacts(name, copied.sha256, copied.size, copied.owner, copied.modified_at)
        read: ProjectRead | None = None
        owner = self._named(tables)
        if owner is None:
            read = await self._read(own, name, None)
            owner = self._by_content(name, read, tables)
            if owner is None:
                await self._keep_bytes(own)
                text = "a file without an owner is kept file=%s sha256=%s"
                _log.info(text, name, copied.sha256)
                return
        before = await self._known(owner, name)
        if before is not None and before.file.sha256 == file.sha256:
            await self._keep_bytes(own)
            return
        if read is None or before is not None:
            read = await self._read(own, name, _project(before))
        dropped = Dropped(owner, file, own, read, self._clock.now())
        written = self._site.scribe.give(lambda line: take(line, dropped))
        commit = await asyncio.shield(asyncio.wrap_future(written))
        if commit:
            text = "a project file is in the history controller=%s file=%s commit=%s"
            _log.info(text, owner.id, name, commit)

    async def _known(self, owner: Controller, name: str) -> ProjectText | None:
        git_dir = self._site.places.git_dir
        return await in_its_own_thread(lambda: known_text(git_dir, owner, name))

    async def _read(self, own: Path, name: str, before: Project | None) -> ProjectRead:
        answer = await self._crew.read_project(own, name, self._site.seal, before)
        if isinstance(answer, Lost):
            return ProjectRead(0, None, fault=f"reading it did not end well: {answer.reason}")
        return answer

    def _named(self, tables: Sequence[WatchedFolder]) -> Controller | None:
        """Return the controller that the configuration names, if it is one."""
        ids = {table.controller for table in tables}
        found = [each for each in self._site.site.controllers if each.id in ids]
        return found[0] if len(found) == len(ids) == 1 else None

    def _by_content(
        self, name: str, read: ProjectRead, tables: Sequence[WatchedFolder]
    ) -> Controller | None:
        """Return the one controller that the file itself names; tell when there is none."""
        ids = {table.controller for table in tables} - {""}
        title = read.project.title.casefold() if read.project else ""
        found = [
            each
            for each in self._site.site.controllers
            if title and title in {each.id.casefold(), each.name.casefold()}
            if not ids or each.id in ids
        ]
        if len(found) == 1:
            return found[0]
        said = f"it calls itself {printable(title)}" if title else "it says no name"
        whose = "no controller of this site is called so" if not found else "several are called so"
        self._tell(name, f"nobody knows whose it is: {said}, {whose}")
        return None

    async def _keep_bytes(self, own: Path) -> None:
        """Have the vault keep a file without a commit: nobody's, or one that is known already.

        So nothing that was dropped is lost, and what still lies in the folder does not expire.
        """

        def keep() -> None:
            if self._site.vault is not None:
                with own.open("rb") as content:
                    self._site.vault.put(content)

        await in_its_own_thread(keep)

    def _tell(self, name: str, what: str) -> None:
        """Say it once, until something else is wrong with this file."""
        told = f"project file {_shown(name)} {what}"
        if self._told.get(name) == told:
            return
        self._told[name] = told
        _log.error("%s site=%s folder=%s", told, self._site.name, self._tables[0].path)
        self._site.note(JournalEntry(self._clock.now(), "", Outcome.FAILED, reason=told))


def _copied(path: Path, own: Path, most_bytes: int) -> Copied | None:
    with own.open("wb") as target:
        return copy(path, target, most_bytes)


def _means(table: WatchedFolder, name: str) -> bool:
    folded = name.casefold()
    patterns = (pattern.casefold() for pattern in table.files)
    return not table.files or any(fnmatch.fnmatchcase(folded, pattern) for pattern in patterns)


def _project(before: ProjectText | None) -> Project | None:
    return before.project if before is not None and before.text_of else None


def _shown(name: str) -> str:
    """Return a name of any bytes as text that a file can hold and a terminal can show."""
    return printable(os.fsencode(name).decode("utf-8", "backslashreplace"))
