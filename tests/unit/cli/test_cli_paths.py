"""Whatever file, folder or rubbish a command is handed where it wants a path: it says so.

The places are found by looking at every command, so that a new option is tried without a word here.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer.main

from ccontrol.cli.app import DEFECT, app
from ccontrol.errors import CcontrolError, StoreError, UnreadableStateError
from tests.unit.cli.plants import Plant, Run
from tests.unit.cli.works import Works

_GOES_ON = {"demo": "it builds a plant and watches it", "sense": "it listens until it is ended"}
"""Commands that are not called, and why."""
_WORDS = {
    "controller": "press-3",
    "controllers": "press-3",
    "framework": "nerc-cip-010",
    "name": "north",
    "names": "press-3",
    "person": "eve@plant",
    "reason": "as planned",
    "roles": "approver",
    "since": "2026-03-01",
    "site": "north",
    "text": "tried",
    "ticket": "T-1",
    "until": "2026-03-02",
    "window_id": "CHG-1",
}
"""What stands for a parameter of that name; "x" for any other."""
_BESIDE = {
    "approve": ("--yes",),
    "attest": ("--controls", "key switch"),
    "init": ("--site", "north"),
}
"""What a command wants beside what it requires."""


@dataclass(frozen=True)
class Place:
    """Where a command wants a path."""

    command: str
    name: str

    def __str__(self) -> str:
        return f"{self.command}: {self.name}"


def commands(found: Any, name: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 — typer keeps the type to itself
    inner = getattr(found, "commands", None)
    if inner is None:
        yield name.strip(), found
        return
    for each in inner:
        yield from commands(inner[each], f"{name} {each}")


def is_path(parameter: Any) -> bool:  # noqa: ANN401 — the same
    return parameter.type_descriptor.annotation in {Path, list[Path]}


ALL = dict(commands(typer.main.get_command(app)))
PLACES = [
    Place(name, parameter.name)
    for name, command in ALL.items()
    for parameter in command.params
    if name not in _GOES_ON and is_path(parameter)
]


@dataclass
class Bench:
    """A plant at work, and something good for each thing that commands ask for."""

    plant: Plant
    change: str
    new: Path

    def call(self, place: Place, path: Path) -> tuple[str, ...]:
        """Return the words of a call that hands this path over, and else what is good."""
        if self.new.is_dir():
            shutil.rmtree(self.new)
        self.new.unlink(missing_ok=True)
        said = list(() if place == Place("attest", "source") else _BESIDE.get(place.command, ()))
        for each in ALL[place.command].params:
            if each.name == place.name:
                value = str(path)
            elif each.required or each.name in {"ticket", "key", "allowed_signers"}:
                value = self._good(place.command, each)
            else:
                continue
            said += [value] if each.param_type_name == "argument" else [each.opts[0], value]
        return (*place.command.split(), *said)

    def _good(self, command: str, parameter: Any) -> str:  # noqa: ANN401 — typer's own
        name, folder = parameter.name, self.plant.folder
        if is_path(parameter):
            return str(self._good_path(command, name))
        if name in {"change", "subject"}:
            return self.change
        if name in {"file", "old", "new"}:  # of a project
            return str(folder / "ccontrol.toml")
        return "1" if (command, name) == ("key compromised", "since") else _WORDS.get(name, "x")

    def _good_path(self, command: str, name: str) -> Path:
        folder = self.plant.folder
        if (command, name) == ("evidence export", "key"):
            return folder / "bob"
        if name in {"file", "folder"} and command.startswith(("people ", "witness ")):
            return folder / ("people.toml" if command.startswith("people ") else "book")
        found = {
            "allowed_signers": folder / "allowed_signers",
            "daemon_signers": folder / "allowed_signers",
            "identity": folder / "keys" / "vault-identity",
            "key": folder / "ada",
            "public_key": folder / "bob.pub",
            "source": self.plant.store,
        }
        return found.get(name, self.new)


@pytest.fixture(scope="module")
def plant_of_all(made_plants: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Plant:
    return Plant(Path(shutil.copytree(made_plants[1], tmp_path_factory.mktemp("all") / "plant")))


@pytest.fixture
def bench(plant_of_all: Plant, run: Run, tmp_path: Path) -> Bench:
    """The plant of all these tests: begun once, for none of them brings anything about."""
    if not (plant_of_all.folder / "book").exists():
        works = Works.begin(plant_of_all, run)
        works.opened.close(10)
        works.ccontrol("witness", "init", plant_of_all.folder / "book", "--name", "w")
    changes = run("--config", plant_of_all.config, "changes", "--json").json["changes"]
    return Bench(plant_of_all, changes[0]["change_id"], tmp_path / "new")


def wrong(folder: Path) -> Iterator[Path]:
    """Yield paths that hold nothing good; each fails in another way, also for root."""
    yield folder / "gone"
    inside = folder / "a-folder"
    inside.mkdir()
    yield inside
    loop = folder / "loop"  # a mode of 0000 would keep root from nothing
    loop.symlink_to(loop)
    yield loop
    rubbish = folder / "rubbish"
    rubbish.write_bytes(bytes(range(256)) * 40)
    rubbish.chmod(0o600)
    yield rubbish
    yield folder / ("long" * 100)


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_no_path_that_is_handed_over_ends_in_a_defect(
    place: Place, bench: Bench, run: Run, tmp_path: Path
) -> None:
    for path in wrong(tmp_path):
        answer = run("--config", bench.plant.config, *bench.call(place, path))
        assert answer.code != DEFECT, (path, answer)
        assert CcontrolError.hint not in answer.err, (path, answer)
        for told_of_the_store in (StoreError.hint, UnreadableStateError.hint):
            assert told_of_the_store not in answer.err, (path, answer)


def test_every_command_that_wants_a_path_was_found() -> None:
    assert {Place("approve", "key"), Place("window add", "files")} <= set(PLACES)
    assert set(_GOES_ON) <= set(ALL)
