"""A disk that can be cut off at any moment and then remembers no more than it promised.

It works on the real disk and notes every operation. `image` builds what could be found after a
power cut: contents and names that were synced are there, of the rest anything may have survived.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from ccontrol.store.disk import Disk


@dataclass(frozen=True)
class Step:
    """One operation on a name in a folder; `content` is None where the name alone changes."""

    what: str
    path: Path
    target: Path | None = None
    content: bytes | None = None


@dataclass
class ForgetfulDisk(Disk):
    """Notes what is done; `steps` counts for `image`."""

    root: Path
    steps: list[Step] = field(default_factory=list)

    def create(self, path: Path, content: bytes, mode: int) -> None:
        super().create(path, content, mode)
        self._note("create", path, content=content)

    def sync(self, path: Path) -> None:
        super().sync(path)
        self._note("sync", path)

    def rename(self, source: Path, target: Path) -> None:
        super().rename(source, target)
        self._note("rename", source, target=target)

    def overwrite(self, path: Path, content: bytes) -> None:
        super().overwrite(path, content)
        self._note("overwrite", path, content=content)

    def append(self, path: Path, content: bytes) -> None:
        super().append(path, content)
        self._note("append", path, content=content)

    def make_folder(self, path: Path) -> bool:
        made = super().make_folder(path)
        if made:
            self._note("folder", path)
        return made

    def remove(self, path: Path) -> None:
        if path.exists():
            super().remove(path)
            self._note("remove", path)

    def _note(
        self,
        what: str,
        path: Path,
        *,
        target: Path | None = None,
        content: bytes | None = None,
    ) -> None:
        inside = None if target is None else target.relative_to(self.root)
        self.steps.append(Step(what, path.relative_to(self.root), inside, content))


def image(base: Path, target: Path, steps: list[Step], chance: Random) -> None:
    """Build at `target` what a power cut after `steps` could leave of a store that was `base`."""
    shutil.copytree(base, target)
    survivors = set(_surviving_names(steps, chance))
    synced = {step.path for step in steps if step.what == "sync"}
    for number, step in enumerate(steps):
        if number in survivors or step.what in {"overwrite", "append"}:
            _replay(target, step, chance, whole=step.path in synced)


def _surviving_names(steps: list[Step], chance: Random) -> Iterator[int]:
    """Choose which changes of names survive: of each folder the synced ones, then a few more."""
    folders: dict[Path, list[int]] = {}
    certain: dict[Path, int] = {}
    for number, step in enumerate(steps):
        if step.what == "sync":
            certain[step.path] = len(folders.get(step.path, ()))
        elif step.what not in {"overwrite", "append"}:
            folders.setdefault(step.path.parent, []).append(number)
    for folder, numbers in folders.items():
        yield from numbers[: chance.randint(certain.get(folder, 0), len(numbers))]


def _replay(root: Path, step: Step, chance: Random, *, whole: bool) -> None:
    path = root / step.path
    if not path.parent.is_dir():
        return
    if step.what == "folder":
        path.mkdir()
    elif step.what == "create":
        content = step.content or b""
        path.write_bytes(content if whole else content[: chance.randint(0, len(content))])
    elif step.what == "overwrite":
        path.write_bytes(step.content or b"")
    elif step.what == "append":
        with path.open("ab") as file:
            file.write((step.content or b"")[: chance.randint(0, len(step.content or b""))])
    elif step.what == "rename" and step.target is not None and path.exists():
        path.replace(root / step.target)
    elif step.what == "remove":
        path.unlink(missing_ok=True)
