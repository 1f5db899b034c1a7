"""What the plant is known to consist of, for `ccontrol discover`: configuration, polls, history."""

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address

from ccontrol.cli.invocation import Invocation
from ccontrol.cli.plant import configured
from ccontrol.cli.site_standing import site_standing
from ccontrol.clock import Clock
from ccontrol.config.settings import Config, Site
from ccontrol.discovery.history import remembered
from ccontrol.discovery.standing import Known, Remembered, Watch
from ccontrol.errors import CcontrolError, ConfigMissingError, StoreError, UnreadableStateError
from ccontrol.store.repository import Repository


@dataclass(frozen=True, slots=True)
class Plant:
    """What is known, and why that may not be all."""

    known: Known
    unknown: tuple[str, ...] = ()
    """One sentence for each thing that could not be looked up."""

    @property
    def ids(self) -> frozenset[str]:
        """Every id that is taken, by the configuration or by the history."""
        watched = {watch.controller.id for watch in self.known.watches}
        return frozenset(watched | {one.controller_id for one in self.known.remembered})


def plant_of(here: Invocation) -> Plant:
    """Return what is known of the plant. Without a configuration nothing is."""
    now = here.clock.now()
    try:
        config = configured(here)
    except ConfigMissingError:
        return Plant(Known((), (), now), ("There is no configuration: everything is new.",))
    watches: list[Watch] = []
    history: list[Remembered] = []
    unknown: list[str] = []
    for site in config.sites:
        try:
            heard = _heard(config, site, here.clock)
            history += _remembered(site)
        except (StoreError, UnreadableStateError) as error:
            heard = {}
            unknown.append(_cannot(site.name, error))
        for controller in site.controllers:
            addresses = _looked_up(controller.address)
            watches.append(Watch(controller, addresses, heard.get(controller.id)))
            if not addresses:
                name = f"{site.name}/{controller.id}"
                unknown.append(f"{name}: the address of {controller.address} is not to be found.")
    return Plant(Known(tuple(watches), tuple(history), now), tuple(unknown))


def _heard(config: Config, site: Site, clock: Clock) -> dict[str, datetime | None]:
    standing = site_standing(config, site, clock)
    return {one.controller_id: one.succeeded_at for one in standing.controllers}


def _remembered(site: Site) -> list[Remembered]:
    with Repository.open(site.store.path) as repository:
        return remembered(repository, site.name, _ids(site))


def _ids(site: Site) -> Iterable[str]:
    return (controller.id for controller in site.controllers)


def _looked_up(name: str) -> tuple[str, ...]:
    """Return the IPv4 addresses of a name; () when nobody knows one."""
    try:
        found = socket.getaddrinfo(name, None, socket.AF_INET, socket.SOCK_STREAM)
    except OSError:
        return ()
    return tuple(dict.fromkeys(str(IPv4Address(one[4][0])) for one in found))


def _cannot(site: str, error: CcontrolError) -> str:
    return f"{site}: what its history knows is left out: {error}"
