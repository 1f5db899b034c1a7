"""Controllers that nobody configures any more, for commands that read the history: it is kept."""

from collections.abc import Iterable, Iterator

from ccontrol.canonical.home import homes
from ccontrol.cli.plant import Watched, controller_named
from ccontrol.config.settings import Config, Site
from ccontrol.errors import StoreError, UnknownNameError
from ccontrol.model.controller import Controller
from ccontrol.store.repository import Repository


def known_named(config: Config, name: str) -> Watched:
    """Return the controller of that id, or of "site/id": of the configuration, else of a history.

    Raises UnknownNameError when neither knows it, or several sites do.
    """
    try:
        return controller_named(config, name)
    except UnknownNameError as error:
        found = [one for site in config.sites for one in _retired(site) if name in _names(one)]
        if len(found) != 1:
            raise error from None
        return found[0]


def all_known_named(config: Config, names: Iterable[str]) -> tuple[Watched, ...]:
    """Return the controllers of those names, each once."""
    return tuple(known_named(config, name) for name in dict.fromkeys(names))


def _retired(site: Site) -> Iterator[Watched]:
    configured = {controller.id for controller in site.controllers}
    try:
        with Repository.open(site.store.path) as repository:
            found = list(homes(repository)) if repository.head() else []
    except StoreError:  # whoever asks for this site by name is told; here it knows nobody
        return
    for home, family in found:
        if home.controller_id not in configured:
            gone = Controller(home.controller_id, site.name, home.area, family, address="", port=0)
            yield Watched(site, gone)


def _names(watched: Watched) -> tuple[str, str]:
    return watched.controller.id, f"{watched.site.name}/{watched.controller.id}"
