"""The configured plant as commands ask for it: its file, its sites, its controllers by name.

Reading commands need no secrets, so none are looked up for them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from ccontrol.cli.invocation import Invocation
from ccontrol.config.load import load
from ccontrol.config.secrets import withheld
from ccontrol.config.settings import Config, Site
from ccontrol.drivers.api import Driver
from ccontrol.drivers.registry import DRIVERS, driver
from ccontrol.errors import UnknownNameError
from ccontrol.model.controller import Controller


@dataclass(frozen=True, slots=True)
class Watched:
    """A controller and the site whose store holds its history."""

    site: Site
    controller: Controller


def families() -> Mapping[str, Driver]:
    """Return every driver, by family."""
    return {family: driver(family) for family in DRIVERS}


def configured(invocation: Invocation) -> Config:
    """Load the configuration without its secrets. Raises ConfigError with all its faults."""
    return load(invocation.config_path(), families(), secrets=withheld)


def configured_with_secrets(invocation: Invocation) -> Config:
    """Load the configuration for a command that talks to controllers or signs."""
    return load(invocation.config_path(), families())


def everything(config: Config) -> Iterator[Watched]:
    """Yield every controller, in the order of the file."""
    for site in config.sites:
        for controller in site.controllers:
            yield Watched(site, controller)


def controller_named(config: Config, name: str) -> Watched:
    """Return the controller of that id, or of "site/id". Raises UnknownNameError."""
    found = [each for each in everything(config) if name in _names(each)]
    if not found:
        raise _unknown("controller", name, (each.controller.id for each in everything(config)))
    if len(found) > 1:
        sites = ", ".join(f"{each.site.name}/{name}" for each in found)
        raise UnknownNameError(
            f"more than one site has a controller {name!r}", hint=f"Say which: {sites}."
        )
    return found[0]


def controllers_named(config: Config, names: Iterable[str]) -> tuple[Watched, ...]:
    """Return the controllers of those names, or all of them when there are no names."""
    wanted = tuple(dict.fromkeys(names))
    if not wanted:
        return tuple(everything(config))
    return tuple(controller_named(config, name) for name in wanted)


def site_named(config: Config, name: str) -> Site:
    """Return the site of that name. Raises UnknownNameError."""
    for site in config.sites:
        if site.name == name:
            return site
    raise _unknown("site", name, (site.name for site in config.sites))


def sites_named(config: Config, name: str | None) -> tuple[Site, ...]:
    """Return the site of that name, all of them without one. Raises UnknownNameError."""
    return config.sites if name is None else (site_named(config, name),)


def one_site(config: Config, name: str | None) -> Site:
    """Return the site of that name, or the only one. Raises UnknownNameError."""
    chosen = sites_named(config, name)
    if len(chosen) != 1:
        names = ", ".join(site.name for site in chosen)
        raise UnknownNameError("there are several sites", hint=f"Say --site, one of: {names}.")
    return chosen[0]


def target_named(config: Config, name: str) -> Watched | Site:
    """Return the controller or the site of that name; a controller's comes first."""
    ids = [each.controller.id for each in everything(config)]
    sites = [site.name for site in config.sites]
    if name in sites and name not in ids:
        return site_named(config, name)
    if name in ids or "/" in name:
        return controller_named(config, name)
    raise _unknown("site or controller", name, (*ids, *sites))


def _names(watched: Watched) -> tuple[str, str]:
    return watched.controller.id, f"{watched.site.name}/{watched.controller.id}"


def _unknown(what: str, name: str, known: Iterable[str]) -> UnknownNameError:
    near = get_close_matches(name, list(known), n=1)
    guess = f"; did you mean {near[0]!r}?" if near else ""
    return UnknownNameError(f"there is no {what} {name!r} in the configuration{guess}")
