"""Files dropped into a folder of a real daemon: real events, real git, the real decoder process."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ccontrol.clock import SystemClock
from ccontrol.config.settings import KeyFile, Site, StoreSettings, WatchedFolder
from ccontrol.model.controller import Controller
from ccontrol.model.secret import Secret
from ccontrol.poll.crew import Crew
from ccontrol.poll.folders import Folders
from ccontrol.poll.site import OpenSite, open_site
from ccontrol.store.repository import Repository
from ccontrol.store.vault import Vault, new_identity
from tests.unit.poll.toy import TABLE
from tests.unit.store.made_store import Site as Made
from tests.unit.store.made_store import git

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
        async with asyncio.timeout(20):
            while not holds():  # noqa: ASYNC110 — the store and the journal raise no event
                await asyncio.sleep(0.2)

    async def says(self, words: str) -> None:
        await self.until(lambda: any(words in subject for subject in self.subjects()))

    async def journals(self, words: str) -> None:
        def told() -> bool:
            self.site.ledger.flush(2)
            lines = self.site.places.journal.glob("*.jsonl")
            return any(words in path.read_text() for path in lines)

        await self.until(told)


Story = Callable[[Plant], Awaitable[None]]


def watch(tmp_path: Path, story: Story, *folders: WatchedFolder) -> None:
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

    async def tell() -> None:
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

    asyncio.run(tell())
    made.verify().require_sound()


@pytest.fixture(autouse=True)
def _workers_find_the_toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))


def test_a_dropped_file_is_kept_and_committed_and_its_next_version_says_what_changed(
    tmp_path: Path,
) -> None:
    async def story(plant: Plant) -> None:
        path = plant.folder / "Press3.L5X"
        path.write_bytes(l5x())
        await plant.says("Press 3: project file Press3.L5X: first seen")
        (sealed,) = plant.site.places.vault.glob("??/*.age")
        kept = Vault(plant.site.places.vault, IDENTITY.recipient).get(sealed.stem, IDENTITY.secret)
        assert kept == l5x()
        ladder = plant.files()[
            "project/hall-1/press-3/Press3.L5X/text/programs/Pump/routines/Main.lad"
        ]
        assert b"XIC" in ladder
        path.write_bytes(l5x("XIO(Start)OTE(Motor);"))
        await plant.says("Press 3: project file Press3.L5X: ROUTINE Main")
        store = str(plant.git_dir)
        head = git("--git-dir", store, "log", "-1", "--format=%B", "refs/heads/observed")
        assert "inver" in head
        assert "Severity high" in head

    watch(tmp_path, story)
