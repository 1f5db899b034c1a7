"""A site with a watched folder, the real tasks that watch it, and a story told meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ccontrol.clock import SystemClock
from ccontrol.config.settings import KeyFile, Site, StoreSettings, WatchedFolder
from ccontrol.model.controller import Controller
from ccontrol.model.secret import Secret
from ccontrol.poll.complaints import complaints_of
from ccontrol.poll.crew import Crew
from ccontrol.poll.folders import Folders
from ccontrol.poll.site import OpenSite, open_site
from ccontrol.store.repository import Repository
from ccontrol.store.vault import new_identity
from tests.e2e.engine_plant import PATIENCE_S
from tests.unit.poll.toy import TABLE
from tests.unit.store.made_store import Site as Made

PRESS = Controller("press-3", "plant-1", "hall-1", "s7", "192.0.2.1", 102, name="Press 3")
OVEN = replace(PRESS, id="oven-1", name="Oven 1", address="192.0.2.2")
IDENTITY = new_identity()
L5X = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<RSLogix5000Content SchemaRevision="1.0" SoftwareRevision="33.00" TargetName="{title}"
 TargetType="Controller" ContainsContext="false" ExportDate="{date}" ExportOptions="Decorated">
<Controller Use="Target" Name="{title}" ProcessorType="1756-L83E" MajorRev="33" MinorRev="11">
<Programs><Program Name="Pump" MainRoutineName="Main"><Routines>
<Routine Name="Main" Type="RLL"><RLLContent>
<Rung Number="0" Type="N"><Text><![CDATA[{rung}]]></Text></Rung>
</RLLContent></Routine></Routines></Program></Programs>
</Controller></RSLogix5000Content>
"""


def l5x(rung: str = "XIC(Start)OTE(Motor);", title: str = "Press3", date: str = "monday") -> bytes:
    return L5X.format(rung=rung, title=title, date=date).encode()


@dataclass
class Plant:
    """A site with a folder, and what became of the files in it."""

    folder: Path
    site: OpenSite

    @property
    def git_dir(self) -> Path:
        return self.site.places.git_dir

    def subjects(self) -> list[str]:
        with Repository.open(self.git_dir) as repository:
            return [commit.text.partition("\n")[0] for commit in repository.history()]

    def files(self, root: str = "project") -> dict[str, bytes]:
        with Repository.open(self.git_dir) as repository:
            return repository.read(root)

    def text(self) -> str:
        return "".join(data.decode() for data in self.files().values())

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not holds():  # noqa: ASYNC110 — the store and the journal raise no event
                await asyncio.sleep(0.2)

    def complaints(self) -> list[str]:
        """What `ccontrol status` tells of the folders."""
        folders = {folder.path for folder in self.site.site.folders}
        return [one.sentence for one in complaints_of(self.git_dir, folders)]

    async def complains(self, words: str) -> None:
        await self.until(lambda: any(words in told for told in self.complaints()))

    async def is_content(self) -> None:
        await self.until(lambda: not self.complaints())

    async def says(self, words: str) -> None:
        await self.until(lambda: any(words in subject for subject in self.subjects()))

    async def journals(self, words: str) -> None:
        def told() -> bool:
            self.site.ledger.flush(2)
            lines = self.site.places.journal.glob("*.jsonl")
            return any(words in path.read_text() for path in lines)

        await self.until(told)


Story = Callable[[Plant], Awaitable[None]]


def watch(
    tmp_path: Path, story: Story, *folders: WatchedFolder, after_a_restart: Story | None = None
) -> None:
    """Watch a folder while a story is told; then hold the store against verify and stock git."""
    (tmp_path / "store").mkdir(exist_ok=True)
    made = Made.make(tmp_path / "store")
    folder = tmp_path / "dropped"
    folder.mkdir(exist_ok=True)
    store = StoreSettings(
        path=made.git_dir,
        signing_key=KeyFile(made.folder / "signing-key"),
        seal_key=Secret("11" * 32),
        vault_recipient=IDENTITY.recipient,
        low_water_bytes=1,
    )
    default = (WatchedFolder(folder, "press-3", settle_s=0.5, look_s=0.5),)
    site = Site("plant-1", "Plant 1", store, (PRESS, OVEN), folders or default)

    async def tell(story: Story) -> None:
        opened = open_site(site, tmp_path, SystemClock())
        crew = Crew(TABLE, SystemClock())
        watched = Folders(crew, SystemClock())
        try:
            watched.see_to([opened])
            await story(Plant(folder, opened))
        finally:
            await watched.stop()
            await crew.stop()
            opened.close(5)

    asyncio.run(tell(story))
    if after_a_restart is not None:
        asyncio.run(tell(after_a_restart))
    made.verify().require_sound()
