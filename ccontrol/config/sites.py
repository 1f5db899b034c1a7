"""From raw tables to sites and controllers: defaults merged, families asked, parts put together.

Every fault is noted at the desk; a part that has one comes out as None and the rest goes on.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from ccontrol.config.behaviour_schema import BehaviourTable
from ccontrol.config.channels import ChannelReader
from ccontrol.config.family import Family
from ccontrol.config.faults import guess, shown
from ccontrol.config.listeners import ListenerReader
from ccontrol.config.logs import LogReader, key_of
from ccontrol.config.people_schema import PeopleTable
from ccontrol.config.place import Place, Raw
from ccontrol.config.policies import PolicyReader
from ccontrol.config.schema import (
    BudgetTable,
    ControllerTable,
    FolderTable,
    ScheduleTable,
    SiteTable,
    StoreTable,
)
from ccontrol.config.secrets import WithheldSecret
from ccontrol.config.settings import (
    FollowedLog,
    Site,
    StoreSettings,
    WatchedFolder,
)
from ccontrol.config.source_schema import SourceTable
from ccontrol.config.tables import Desk
from ccontrol.config.timestamps import TimestampReader
from ccontrol.model.approval import Anchor
from ccontrol.model.controller import Controller
from ccontrol.model.listening import Listening
from ccontrol.model.policy import Policy
from ccontrol.model.secret import Secret

_OF_SITE = (
    "store", "defaults", "controller", "folder", "alert", "syslog", "policy", "source", "behaviour",
    "people",
    "log", "timestamps",
)  # fmt: skip
_SEAL_KEY = re.compile(r"[0-9a-fA-F]{64}")
M = TypeVar("M", bound=BaseModel)
Defaults = Mapping[str, Raw]
"""A site's defaults by the table that they are for."""


@dataclass(slots=True)
class SiteReader:
    """Reads the sites of one file."""

    desk: Desk
    families: Mapping[str, Family]
    stores: list[tuple[Place, Path]] = field(default_factory=list)
    controllers: list[tuple[Place, Controller]] = field(default_factory=list)
    """Those without a fault, with their places."""
    folders: list[tuple[Place, WatchedFolder]] = field(default_factory=list)
    """Likewise."""
    listeners: list[tuple[Place, Listening]] = field(default_factory=list)

    def site(self, raw: Raw, place: Place) -> Site | None:
        """Return one site, or None when its own tables have faults."""
        own = {name: value for name, value in raw.items() if name not in _OF_SITE}
        head = self.desk.table(SiteTable, own, place, siblings=_OF_SITE)
        store = self._store(self.desk.subtable(raw, "store", place), place.at("store"))
        defaults = self._defaults(self.desk.subtable(raw, "defaults", place), place.at("defaults"))
        name = head.name if head else ""
        found = [
            self._controller(table, where, defaults, name)
            for where, table in self.desk.tables(raw, "controller", place, "id")
        ]
        controllers = tuple(controller for controller in found if controller is not None)
        ids = {table.get("id") for _, table in self.desk.tables(raw, "controller", place, "id")}
        folders = tuple(
            self._folder(table, where, ids)
            for where, table in self.desk.tables(raw, "folder", place, "path")
        )
        channels = ChannelReader(
            self.desk, frozenset(name for name in ids if isinstance(name, str))
        )
        alerts = tuple(
            channels.channel(table, where)
            for where, table in self.desk.tables(raw, "alert", place, "name")
        )
        syslog = self._listener(raw, place, ids)
        policy = self._policy(self.desk.subtable(raw, "policy", place), place.at("policy"), head)
        sources = tuple(
            self._source(table, where)
            for where, table in self.desk.tables(raw, "source", place, "name")
        )
        learnt = self.desk.subtable(raw, "behaviour", place)
        behaviour = self.desk.table(BehaviourTable, learnt, place.at("behaviour"))
        people = self._people(raw, place)
        log = LogReader(self.desk).log(self.desk.subtable(raw, "log", place), place.at("log"))
        timestamps = TimestampReader(self.desk).timestamps(raw, place)
        if head is None or store is None or behaviour is None:
            return None
        known = tuple(folder for folder in folders if folder is not None)
        told = tuple(channel for channel in alerts if channel is not None)
        heard = tuple(source for source in sources if source is not None)
        return Site(
            name=head.name,
            title=head.title or head.name,
            store=store,
            controllers=controllers,
            folders=known,
            alerts=told,
            syslog=syslog,
            policy=policy,
            time_zone=head.time_zone,
            sources=heard,
            log=log,
            timestamps=timestamps,
            learning_days=behaviour.learning_days,
            people=people,
        )

    def _people(self, raw: Raw, place: Place) -> Anchor | None:
        if "people" not in raw:
            return None
        own = self.desk.subtable(raw, "people", place)
        table = self.desk.table(PeopleTable, own, place.at("people"))
        return None if table is None else table.model

    def _listener(self, raw: Raw, place: Place, ids: set[object]) -> Listening | None:
        if "syslog" not in raw:
            return None
        reader = ListenerReader(self.desk, frozenset(one for one in ids if isinstance(one, str)))
        where = place.at("syslog")
        listening = reader.listener(self.desk.subtable(raw, "syslog", place), where)
        if listening is not None:
            self.listeners.append((where, listening))
        return listening

    def _policy(self, raw: Raw, place: Place, head: SiteTable | None) -> Policy | None:
        zone = ZoneInfo(head.time_zone) if head else UTC
        return PolicyReader(self.desk, zone).policy(raw, place) if raw else None

    def _source(self, raw: Raw, place: Place) -> FollowedLog | None:
        table = self.desk.table(SourceTable, raw, place)
        if table is None:
            return None
        return FollowedLog(**{**table.model_dump(), "path": str(self.desk.at(table.path))})

    def _folder(self, raw: Raw, place: Place, ids: set[object]) -> WatchedFolder | None:
        table = self.desk.table(FolderTable, raw, place)
        if table is None:
            return None
        if table.controller and table.controller not in ids:
            names = [name for name in ids if isinstance(name, str)]
            told = f"no such controller: {shown(table.controller)}{guess(table.controller, names)}"
            self.desk.faults.add(place.at("controller"), told)
        folder = WatchedFolder(**{**table.model_dump(), "path": self.desk.at(table.path)})
        self.folders.append((place, folder))
        return folder

    def _store(self, raw: Raw, place: Place) -> StoreSettings | None:
        table = self.desk.table(StoreTable, raw, place)
        if table is None:
            return None
        if _weak(table.seal_key):
            self.desk.faults.add(place.at("seal_key"), "what it names is not 64 hex digits")
        folder = self.desk.at(table.path)
        self.stores.append((place, folder))
        return StoreSettings(
            path=folder,
            signing_key=key_of(self.desk, table.signing_key, place.at("signing_key")),
            **{
                name: getattr(table, name)
                for name in StoreTable.model_fields
                if name not in {"path", "signing_key"}
            },
        )

    def _defaults(self, raw: Raw, place: Place) -> Defaults:
        models = self._models()
        for name in raw:
            if name not in models:
                self.desk.faults.add(place.at(name), f"unknown key{guess(name, models)}")
        known = {name: self.desk.subtable(raw, name, place) for name in models}
        for name, table in known.items():
            self.desk.table(models[name], table, place.at(name), partial=True)
        return known

    def _controller(
        self, raw: Raw, place: Place, defaults: Defaults, site: str
    ) -> Controller | None:
        models = self._models()
        own = {name: value for name, value in raw.items() if name not in models}
        head = self.desk.table(ControllerTable, own, place, siblings=models)
        schedule = self._merged(ScheduleTable, "schedule", raw, place, defaults)
        budget = self._merged(BudgetTable, "budget", raw, place, defaults)
        options = self._options(raw, place, defaults)
        if head is None or schedule is None or budget is None or options is None:
            return None
        family = self.families[head.family]
        controller = Controller(
            id=head.id,
            site=site,
            area=head.area,
            family=head.family,
            address=head.address,
            port=head.port or family.manifest.default_port,
            name=head.name,
            bridge=head.bridge,
            criticality=head.criticality,
            owner=head.owner,
            tags=head.tags,
            mirrored=head.mirrored,
            schedule=schedule.model,
            budget=budget.model,
            options=family.freeze(options),
        )
        self.controllers.append((place, controller))
        return controller

    def _options(self, raw: Raw, place: Place, defaults: Defaults) -> BaseModel | None:
        """Return the checked table of the controller's family, None when it has faults."""
        name = raw.get("family")
        if not isinstance(name, str):
            return None
        for other in self.families:
            if other in raw and other != name:
                self.desk.faults.add(place.at(other), f"the family here is {shown(name)}")
        if name not in self.families:
            known = ", ".join(sorted(self.families))
            hint = guess(name, self.families) or f"; known are: {known}"
            self.desk.faults.add(place.at("family"), f"no such family: {shown(name)}{hint}")
            return None
        return self._merged(self.families[name].options, name, raw, place, defaults)

    def _merged(
        self, model: type[M], name: str, raw: Raw, place: Place, defaults: Defaults
    ) -> M | None:
        """Return a controller's table over its site's defaults, key by key."""
        own = self.desk.subtable(raw, name, place)
        inherited = defaults[name]
        reported = frozenset(inherited.keys() - own.keys()) | ({""} if not own else frozenset())
        return self.desk.table(model, {**inherited, **own}, place.at(name), reported=reported)

    def _models(self) -> Mapping[str, type[BaseModel]]:
        """Return the tables that a controller, and its site's defaults, may hold."""
        families = {name: family.options for name, family in self.families.items()}
        return {"schedule": ScheduleTable, "budget": BudgetTable, **families}


def _weak(seal_key: Secret) -> bool:
    if isinstance(seal_key, WithheldSecret):
        return False
    return _SEAL_KEY.fullmatch(seal_key.reveal()) is None
