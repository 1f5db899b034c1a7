"""What must hold between tables: nothing twice, nothing inside another. Works on raw tables too.

So that doubles are found even when the tables that hold them have faults of their own.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from ccontrol.config.faults import Faults
from ccontrol.config.place import Place, Placed, Raw
from ccontrol.model.controller import Controller


def no_name_twice(tables: Iterable[Placed], key: str, faults: Faults) -> None:
    """Note every table whose `key` another one has already, capitals aside."""
    seen: dict[str, Place] = {}
    for place, raw in tables:
        name = raw.get(key)
        if not isinstance(name, str) or not name:
            continue
        first = seen.setdefault(name.casefold(), place)
        if first != place:
            faults.add(place.at(key), f"{name!a} is taken by {first} (capitals do not count)")


def one_spelling(tables: Iterable[Placed], key: str, faults: Faults) -> None:
    """Note every table whose `key` is another one's but for capitals: both name one folder."""
    seen: dict[str, tuple[Place, str]] = {}
    for place, raw in tables:
        name = raw.get(key)
        if not isinstance(name, str):
            continue
        first, spelt = seen.setdefault(name.casefold(), (place, name))
        if spelt != name:
            faults.add(place.at(key), f"{name!a} is spelt {spelt!a} in {first}; use one spelling")


def no_site_called_like_a_controller(
    sites: Iterable[Placed], controllers: Iterable[Placed], faults: Faults
) -> None:
    """Note every controller whose id is a site's name: commands take either."""
    names = {name.casefold() for _, raw in sites if isinstance(name := raw.get("name"), str)}
    for place, raw in controllers:
        controller_id = raw.get("id")
        if isinstance(controller_id, str) and controller_id.casefold() in names:
            faults.add(place.at("id"), f"{controller_id!a} is the name of a site")


def no_store_in_another(stores: Iterable[tuple[Place, Path]], faults: Faults) -> None:
    """Note every store that lies where another one does, or inside it."""
    seen: dict[Path, Place] = {}
    for place, named in stores:
        folder = Path(os.path.realpath(named))
        for other, owner in seen.items():
            if folder == other or other in folder.parents or folder in other.parents:
                faults.add(
                    place.at("path"), f"lies in the same folder as {owner}, or one inside it"
                )
        seen[folder] = place


def no_place_twice(controllers: Iterable[tuple[Place, Controller]], faults: Faults) -> None:
    """Note every controller that is reached exactly like another one: a copy with a new id."""
    seen: dict[tuple[str, str, int], list[tuple[Place, Controller]]] = {}
    for place, controller in controllers:
        reached = (controller.family, controller.address.casefold(), controller.port)
        others = seen.setdefault(reached, [])
        for first, other in others:
            if other.options == controller.options:
                faults.add(place.at("address"), f"this is the controller of {first} once more")
                break
        others.append((place, controller))


def controllers_of(place: Place, site: Raw) -> tuple[Placed, ...]:
    """Return a site's controllers, those with faults of their own too."""
    return _tables(place, site, "controller", "id")


def sources_of(place: Place, site: Raw) -> tuple[Placed, ...]:
    """Return the followed logs of a site, with their places."""
    return _tables(place, site, "source", "name")


def channels_of(place: Place, site: Raw) -> tuple[Placed, ...]:
    """Return a site's channels for alerts, those with faults of their own too."""
    return _tables(place, site, "alert", "name")


def _tables(place: Place, site: Raw, name: str, key: str) -> tuple[Placed, ...]:
    tables = site.get(name)
    return place.at(name).tables(tables, key) if isinstance(tables, list) else ()
