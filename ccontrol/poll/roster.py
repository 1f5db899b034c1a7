"""Who is watched: every controller of every open site, with what people decided about it.

Decides nothing about polls; the engine asks it who there is.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from ccontrol.clock import Clock
from ccontrol.config.settings import Config
from ccontrol.model.controller import Controller
from ccontrol.poll.site import OpenSite
from ccontrol.poll.triage import Memory
from ccontrol.poll.waiting import Key
from ccontrol.poll.watched import Watched, own_findings, seems_well
from ccontrol.store.standing import WHOLE_SITE, Pause


class Roster:
    """The watched controllers, by key."""

    def __init__(self, clock: Clock) -> None:
        self.sites: dict[str, OpenSite] = {}
        self._clock = clock
        self._watched: dict[Key, Watched] = {}
        self._paces: dict[str, float] = {}

    def __iter__(self) -> Iterator[Watched]:
        return iter(self._watched.values())

    def __len__(self) -> int:
        return len(self._watched)

    def find(self, key: Key) -> Watched | None:
        """Return a controller, None when it is not watched."""
        return self._watched.get(key)

    def site_of(self, watched: Watched) -> OpenSite:
        """Return the site of a controller."""
        return self.sites[watched.controller.site]

    def of_site(self, name: str) -> tuple[Watched, ...]:
        """Return the controllers of one site."""
        return tuple(each for key, each in self._watched.items() if key.site == name)

    def pace_of(self, controller: Controller) -> float:
        """Return the pace of a controller's bridge: the slowest that anybody behind it asks for."""
        own = controller.budget.requests_per_s
        return min(own, self._paces.get(controller.pace_key, own))

    def add_site(self, site: OpenSite) -> None:
        """Take in a site with its controllers and what is remembered of them."""
        self.sites[site.name] = site
        succeeded = {status.controller_id: status.succeeded_at for status in site.index.polls()}
        for controller in site.site.controllers:
            self._add(controller, site, succeeded.get(controller.id))
        self._set_paces()

    def reconfigure(self, config: Config) -> tuple[Watched, ...]:
        """Take over the controllers of a new configuration; return those that are gone."""
        wanted = {
            Key(site.name, controller.id): controller
            for site in config.sites
            if site.name in self.sites
            for controller in site.controllers
        }
        gone = tuple(self._watched.pop(key) for key in list(self._watched) if key not in wanted)
        for key, controller in wanted.items():
            known = self._watched.get(key)
            if known is None:
                self._add(controller, self.sites[key.site], None)
            else:
                _change(known, controller)
        self._set_paces()
        return gone

    def apply_standing(self, watched: Watched) -> None:
        """Take over what people decided about a controller."""
        standing = self.site_of(watched).standing
        pauses = standing.pauses
        found = pauses.get(watched.controller.id) or pauses.get(WHOLE_SITE)
        watched.pause = found if found and _holds(found, self._clock.now()) else None
        enrolled = watched.controller.id in standing.enrolled
        if enrolled != watched.enrolled:
            # What was glanced at before is not stored: as an enrolled one it is yet unknown.
            watched.memory = Memory(log_marker=watched.memory.log_marker)
            watched.enrolled = enrolled

    def has_news(self, watched: Watched) -> bool:
        """Whether the engine has to say something else of a controller than is stored."""
        if seems_well(watched):
            return False
        own = own_findings(watched, self._clock.now())
        return watched.enrolled and own != (watched.told or frozenset())

    def _add(self, controller: Controller, site: OpenSite, succeeded_at: datetime | None) -> None:
        watched = Watched(
            controller,
            watched_since=self._clock.now(),
            health=site.standing.health(controller.id),
            succeeded_at=succeeded_at,
        )
        self._watched[watched.key] = watched
        self.apply_standing(watched)

    def _set_paces(self) -> None:
        self._paces = {}
        for watched in self._watched.values():
            key, pace = watched.controller.pace_key, watched.controller.budget.requests_per_s
            self._paces[key] = min(pace, self._paces.get(key, pace))


def _change(watched: Watched, controller: Controller) -> None:
    """Give a controller its new settings; what was learnt of another place is forgotten."""
    old = watched.controller
    watched.controller = controller
    if _place(old) != _place(controller):
        watched.memory = replace(watched.memory, pending="", restless=0)
        watched.health = replace(watched.health, failures=0)
        watched.held_until = 0.0


def _place(controller: Controller) -> tuple[str, int, str]:
    return controller.address, controller.port, controller.family


def _holds(pause: Pause, now: datetime) -> bool:
    return pause.until is None or now < pause.until
