"""What a watched folder must not lie over: a store, a key, another watched folder.

People who drop files may write there, and every file there is taken. Paths are compared as they
are spelt: a link on the way to a share cannot be asked for without waiting for that share, and a
share that hangs must not hold up a command. Of stores and keys, which are local, links count.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from ccontrol.config.faults import Faults
from ccontrol.config.place import Place
from ccontrol.config.settings import WatchedFolder

Folders: TypeAlias = Sequence[tuple[Place, WatchedFolder]]
Paths: TypeAlias = Iterable[tuple[Place, Path]]
_Watched: TypeAlias = Mapping[Path, Sequence[tuple[Place, WatchedFolder]]]
"""The tables by the folder that they name."""
_OF_ONE_FOLDER = ("events", "look_s", "settle_s", "rescan_s", "bytes_limit", "depth")
"""What tables of one folder say alike, because there is one watch of it."""
_WAY_OUT = (
    "spell one folder one way within one site; of a folder in another one, take one table out "
    "or lessen the outer one's depth"
)


def none_over_a_store(folders: Folders, stores: Paths, faults: Faults) -> None:
    """Note every watched folder that is a store, lies in one, or has one in it."""
    watched = _by_path(folders)
    for owner, named in stores:
        for store in _ways(named):
            for place, _ in _around(store, watched):
                faults.add(place.at("path"), f"{owner} lies in it, or is it")
            for place, folder in folders:
                if store in _spelt(folder.path).parents:
                    faults.add(place.at("path"), f"lies in {owner}")


def none_over_a_key(folders: Folders, keys: Paths, faults: Faults) -> None:
    """Note every watched folder in which a key or secret lies: it would be taken, or replaced."""
    watched = _by_path(folders)
    for owner, named in keys:
        for key in _ways(named):
            for place, _ in _around(key, watched):
                told = f"the file of {owner} lies in it; keep keys where nobody drops files"
                faults.add(place.at("path"), told)


def none_over_another(folders: Folders, faults: Faults) -> None:
    """Note every table by which a file would be taken twice.

    Tables of one site that spell one folder alike are one watch, and take each file once.
    """
    watched = _by_path(folders)
    for place, inner in folders:
        root = _spelt(inner.path)
        for outer_place, outer in _around(root, watched):
            steps = len(root.parts) - len(_spelt(outer.path).parts)
            if steps <= outer.depth and not _one_watch((place, inner), (outer_place, outer)):
                told = f"its files are taken for {outer_place}, too; {_WAY_OUT}"
                faults.add(place.at("path"), told)


def one_way_of_looking(folders: Folders, faults: Faults) -> None:
    """Note every table that wants its folder looked at otherwise than an earlier table does."""
    first: dict[tuple[object, Path], tuple[Place, WatchedFolder]] = {}
    for place, folder in folders:
        owner, known = first.setdefault((_site(place), folder.path), (place, folder))
        for name in _OF_ONE_FOLDER:
            said = getattr(known, name)
            if getattr(folder, name) != said:
                told = f"is {said!r} in {owner}; tables of one folder say the same"
                faults.add(place.at(name), told)


def _one_watch(one: tuple[Place, WatchedFolder], other: tuple[Place, WatchedFolder]) -> bool:
    return _site(one[0]) == _site(other[0]) and one[1].path == other[1].path


def _by_path(folders: Folders) -> _Watched:
    found: dict[Path, list[tuple[Place, WatchedFolder]]] = {}
    for place, folder in folders:
        found.setdefault(_spelt(folder.path), []).append((place, folder))
    return found


def _around(path: Path, watched: _Watched) -> Iterator[tuple[Place, WatchedFolder]]:
    """Yield the tables of the folder that stands there, and of those around it."""
    for folder in (path, *path.parents):
        yield from watched.get(folder, ())


def _ways(path: Path) -> Iterator[Path]:
    """Yield where a path leads, as it is spelt and as its links have it."""
    yield _spelt(path)
    yield Path(os.path.realpath(path))


def _spelt(path: Path) -> Path:
    return Path(os.path.normpath(path))


def _site(place: Place) -> object:
    """Return in which site a table of it stands: ("site", 0)."""
    return place.steps[:2]
