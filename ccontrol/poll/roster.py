"""Who is watched: every controller of every open site, with what people decided about it.

Decides nothing about polls; the engine asks it who there is.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from ccontrol.clock import Clock
from ccontrol.config.settings import Config, Site
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
        """Take over the controllers of a new configuration; return those that are gone.

        Who is asked in another way is a new one: the old one is gone, too. Sites that it does not
        name stay as they are, see `drop_site`.
        """
        staying = [site for site in config.sites if site.name in self.sites]
        gone = tuple(watched for site in staying for watched in self._take_over(site))
        self._set_paces()
        return gone

    def drop_site(self, name: str) -> None:
        """Forget a site with its controllers."""
        del self.sites[name]
        for watched in self.of_site(name):
            del self._watched[watched.key]
        self._set_paces()

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

    def _take_over(self, site: Site) -> tuple[Watched, ...]:
        """Take over one site's settings and controllers; return those that are gone."""
        opened = self.sites[site.name]
        opened.site = site
        wanted = {Key(site.name, controller.id): controller for controller in site.controllers}
        old = [each.key for each in self.of_site(site.name) if each.key not in wanted]
        gone = [self._watched.pop(key) for key in old]
        for key, controller in wanted.items():
            known = self._watched.get(key)
            if known is None:
                self._add(controller, opened, None)
            elif _way(known.controller) == _way(controller):
                known.controller = controller
            else:
                gone.append(known)
                self._watched[key] = _asked_otherwise(known, controller)
        return tuple(gone)

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


def _asked_otherwise(old: Watched, controller: Controller) -> Watched:
    """Return a controller under its new settings; what was learnt of another place is forgotten.

    The old one keeps its settings: what a poll in hand hears yet was not said to the new ones.
    """
    new = replace(old, controller=controller, asking=None, unwritten=0, follow_ups={})
    if _place(old.controller) != _place(controller):
        new.memory = replace(new.memory, pending="", restless=0)
        new.health = replace(new.health, failures=0)
        new.held_until = 0.0
    return new


def _way(controller: Controller) -> tuple[object, ...]:
    return *_place(controller), controller.options


def _place(controller: Controller) -> tuple[str, int, str]:
    return controller.address, controller.port, controller.family


def _holds(pause: Pause, now: datetime) -> bool:
    return pause.until is None or now < pause.until
