"""Files of an older form → the same facts in the form of this version. Pure; asks nothing else.

An upgrade is kept for ever: without it nobody could say any more that what people approved in an
old form is what a controller holds.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ccontrol.canonical.home import History
from ccontrol.canonical.layout import PLANT, PLANT_FORM, STATE, STATE_FORM, Home
from ccontrol.canonical.reading import read
from ccontrol.errors import UnreadableStateError

Upgrade = Callable[[Mapping[str, bytes]], Mapping[str, bytes]]
"""From the files of one controller below one root, in one form, to those in the next form.

It may be handed the files of some kinds only, beside the one that names the form. Each kind has to
be its own matter, and what it returns has to be what `render` would write of the same facts.
"""
UPGRADES: dict[tuple[str, int], Upgrade] = {}
"""By root and old form. Form 1 is the first of `plant/` and of `state/`."""
_NEWEST = {PLANT: PLANT_FORM, STATE: STATE_FORM}
_DEPTH = 3
"""Slashes in the path of the file that names the form: root, area, controller, file."""
_NO_WAY = "Read this store with a version of ccontrol that knows that form."


@dataclass(frozen=True, slots=True)
class Forms:
    """The form in which files were found, and the one in which they are wanted."""

    older: int
    newer: int

    @property
    def words(self) -> str:
        """Return what it is called."""
        return f"upgrade of form {self.older} to {self.newer}"


def upgraded(
    files: Mapping[str, bytes], wanted: Mapping[str, int] | None = None
) -> Mapping[str, bytes]:
    """Return the files of one controller in the forms of this version, or in those `wanted`.

    What is in them already, or in a later one, comes back as it is. Raises UnreadableStateError
    for an older form from which no way leads there, and for a number that is none.
    """
    newest = _NEWEST if wanted is None else wanted
    for root, form in sorted(forms_of(files).items()):
        for step in range(form, newest.get(root, form)):
            files = _step(files, root, step)
    return files


def forms_of(files: Mapping[str, bytes]) -> dict[str, int]:
    """Return the forms by root (`plant`, `state`), as far as a file names them."""
    return {
        path.partition("/")[0]: read(path, files[path]).integer("form") for path in _naming(files)
    }


def is_old(home: Home, history: History) -> bool:
    """Say whether a controller's files at the head are in an older form. Reads two of them."""
    found = {**history.read(home.form), **history.read(home.sight)}
    return any(form < _NEWEST[root] for root, form in forms_of(found).items())


def _naming(files: Mapping[str, bytes]) -> Iterator[str]:
    return (
        path for path in files if path.count("/") == _DEPTH and path.partition("/")[0] in _NEWEST
    )


def _step(files: Mapping[str, bytes], root: str, form: int) -> Mapping[str, bytes]:
    upgrade = UPGRADES.get((root, form))
    if upgrade is None:
        raise UnreadableStateError(
            f"{root}/ is in form {form}, from which no way leads to {form + 1}", hint=_NO_WAY
        )
    inside = {path: content for path, content in files.items() if path.startswith(f"{root}/")}
    rest = {path: content for path, content in files.items() if path not in inside}
    newer = upgrade(inside)
    if forms_of(newer).get(root) != form + 1 or any(
        not path.startswith(f"{root}/") for path in newer
    ):
        raise UnreadableStateError(f"the upgrade of {root}/ from form {form} went astray")
    return {**rest, **newer}
