"""Whatever stands on the two branches: status and `git diff approved observed` say the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccontrol.canonical.layout import Home
from ccontrol.canonical.render import render
from ccontrol.cli.baselines import Approved, baseline_of, is_in_part, strays_of
from ccontrol.model.approval import Baseline
from ccontrol.model.controller import Controller
from ccontrol.model.state import Known, State
from ccontrol.model.unit import Unit
from ccontrol.poll.stored_state import state_at
from ccontrol.store.approving import Content
from ccontrol.store.message import Message
from ccontrol.store.repository import Repository
from tests.unit.cli.plants import block, things
from tests.unit.store.made_people import Crowd
from tests.unit.store.made_store import Site

NAMES = ("press", "mill", "ghost")
CONFIGURED = ("press", "mill")
"""The third was taken out of the configuration."""
BLOCKS = ("OB1", "FB12")


@dataclass
class Branches:
    """A store whose branches can be made to hold anything."""

    crowd: Crowd

    def observe(self, wanted: Mapping[str, Mapping[str, str] | None]) -> None:
        """Let the daemon write what it sees: block → body as hex, "?" for one it cannot read."""
        files: dict[str, bytes] = {}
        for name, blocks in wanted.items():
            files |= {} if blocks is None else files_of(name, blocks)
        folders = tuple(folder for name in wanted for folder in folders_of(name))
        site = self.crowd.site
        site.clock.pass_by(seconds=1)
        with site.writer() as writer:
            writer.commit(files, message=Message("seen"), when=site.clock.now(), replace=folders)

    def approve(self, wanted: Mapping[str, Mapping[str, str] | None]) -> None:
        """Let a person write what they take over, each controller whole."""
        edits: dict[str, Content] = {}
        for name, blocks in wanted.items():
            edits[home(name).folder("plant")] = None
            if blocks is not None:
                made = files_of(name, blocks)
                edits |= {path: data for path, data in made.items() if path.startswith("plant/")}
        cleared = {path: entry for path, entry in edits.items() if entry is None}
        for one in (cleared, {path: e for path, e in edits.items() if e is not None}):
            if self._would_move(one):
                self.crowd.write("ada@plant", one)

    def _would_move(self, edits: Mapping[str, Content]) -> bool:
        with Repository.open(self.crowd.site.git_dir) as repository:
            head = self.approved
            return any(
                repository.entry(path, head) is not None
                if content is None
                else repository.read(path, head).get(path) != content
                for path, content in edits.items()
            )

    @property
    def approved(self) -> str:
        return self.crowd.site.git("rev-parse", "approved").strip()

    def differing(self, folder: str) -> int:
        """Return how many files stock git finds different, renames told as two."""
        names = self.crowd.site.git(
            "diff", "--no-renames", "--name-only", "approved", "observed", "--", folder
        )
        return len(names.splitlines())


def home(name: str) -> Home:
    return Home("hall", name)


def folders_of(name: str) -> tuple[str, ...]:
    return tuple(home(name).folder(root) for root in ("plant", "views", "state"))


def files_of(name: str, blocks: Mapping[str, str]) -> Mapping[str, bytes]:
    units: list[Unit] = [
        block(one, bytes.fromhex(body)) for one, body in blocks.items() if body != "?"
    ]
    known = {unit.id: Known(unit, None, "s7/1") for unit in things(*units)}
    unread = {
        block(one).id: Known(None, "protected", "") for one, body in blocks.items() if body == "?"
    }
    return render(State(name, "s7", {**known, **unread}, facts="s7/1"), "hall")


controllers = st.none() | st.dictionaries(
    st.sampled_from(BLOCKS), st.sampled_from(("6501", "6502", "?")), max_size=2
)
plants = st.fixed_dictionaries(dict.fromkeys(NAMES, controllers))


@pytest.fixture(scope="module")
def branches(tmp_path_factory: pytest.TempPathFactory) -> Branches:
    crowd = Crowd.make(Site.make(Path(tmp_path_factory.mktemp("agree"))))
    crowd.begin()
    return Branches(crowd)


@given(seen=plants, taken=plants)
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_status_says_of_each_controller_what_stock_git_says(
    branches: Branches,
    seen: Mapping[str, Mapping[str, str] | None],
    taken: Mapping[str, Mapping[str, str] | None],
) -> None:
    branches.observe(seen)
    branches.approve(taken)
    told = 0
    with Repository.open(branches.crowd.site.git_dir) as repository:
        approved = Approved(branches.approved)
        ours = [Controller(name, "n", "hall", "s7", "192.0.2.1", 102) for name in CONFIGURED]
        for one in ours:
            state = state_at(repository, home(one.id))
            found = baseline_of(approved, repository, one, unread=is_in_part(state))
            by_git = branches.differing(home(one.id).folder("plant"))
            if taken[one.id] is None:
                assert found.baseline is Baseline.NOT_APPROVED
                told += by_git
                continue
            assert found.differs == by_git
            is_same = {Baseline.IN_BASELINE, Baseline.NOT_PROVEN}
            assert (found.baseline in is_same) == (by_git == 0)
            in_part = "?" in (seen[one.id] or {}).values()
            assert found.baseline is not Baseline.IN_BASELINE or not in_part
            told += by_git
        strays = tuple(strays_of(approved, repository, ours))
    told += sum(map(branches.differing, strays))
    assert told == branches.differing("plant/"), "what git shows is told of one or another"
