"""In which area a controller's files lie: where it was stored first, whatever is configured now.

The one way to find that, for the engine and for commands alike. Reads through what it is handed.
"""

from collections.abc import Collection, Iterator
from typing import Protocol

from ccontrol.canonical.layout import PLANT, STATE, Home
from ccontrol.canonical.names import encode
from ccontrol.canonical.reading import read
from ccontrol.errors import UnreadableStateError


class History(Protocol):
    """What has to be asked of a store; `commit` is a full id, None the newest."""

    def names(self, path: str, commit: str | None = None) -> Collection[str]:
        """Return the names in a folder; none when there is no such folder."""
        ...

    def read(self, path: str, commit: str | None = None) -> dict[str, bytes]:
        """Return the file of that path, with its path; nothing when there is none."""
        ...


def home_of(
    history: History, controller_id: str, configured_area: str, commit: str | None = None
) -> Home:
    """Return where a controller lies; in its configured area only when the store knows it not.

    Raises UnreadableStateError when it lies in two areas, or in one that nobody named.
    """
    owner = encode(controller_id)
    areas = {area for root in (PLANT, STATE) for area in history.names(root, commit)}
    found = sorted(
        area
        for area in areas
        if any(owner in history.names(f"{root}/{area}", commit) for root in (PLANT, STATE))
    )
    if len(found) > 1:
        raise UnreadableStateError(f"{controller_id} lies in two areas: {' and '.join(found)}")
    if found:
        return Home(_named(history, found[0], owner, configured_area, commit), controller_id)
    return Home(_new(history, areas, configured_area, commit), controller_id)


def homes(history: History, commit: str | None = None) -> Iterator[tuple[Home, str]]:
    """Yield where each controller of a history lies, and its family, by area and id.

    Raises UnreadableStateError for a form that does not say so.
    """
    for area in sorted(history.names(PLANT, commit)):
        for owner in sorted(history.names(f"{PLANT}/{area}", commit)):
            path = f"{PLANT}/{area}/{owner}/form.{owner}.toml"
            if (content := history.read(path, commit).get(path)) is not None:
                form = read(path, content)
                yield Home(form.text("area"), form.text("controller")), form.text("family")


def _new(history: History, areas: set[str], configured: str, commit: str | None) -> str:
    """Put a new controller into the area that is called like its own, capitals aside."""
    wanted = encode(configured)
    alike = sorted(area for area in areas if area.lower() == wanted.lower())
    if wanted in areas or not alike:
        return configured
    neighbour = next(iter(sorted(history.names(f"{PLANT}/{alike[0]}", commit))), "")
    return _named(history, alike[0], neighbour, configured, commit)


def _named(history: History, folder: str, owner: str, configured: str, commit: str | None) -> str:
    """Return the name of an area, from the form of a controller in it."""
    if encode(configured) == folder:
        return configured
    path = f"{PLANT}/{folder}/{owner}/form.{owner}.toml"
    content = history.read(path, commit).get(path)
    if content is None:
        raise UnreadableStateError(f"{path} is missing: it names the area")
    area = read(path, content).text("area")
    if encode(area) != folder:
        raise UnreadableStateError(f"{path} names the area {area!a}, where it does not lie")
    return area
