"""The door of the configuration: a TOML file in, a checked Config or every fault of it out.

Opens the file and what its secret references name; connects to nothing. Families are handed in.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from ccontrol.config import between, overlaps
from ccontrol.config.family import Family
from ccontrol.config.faults import guess
from ccontrol.config.lines import Lines
from ccontrol.config.listeners import no_port_twice
from ccontrol.config.metrics_place import metrics_place
from ccontrol.config.place import Place, Placed, Raw
from ccontrol.config.schema import EngineTable
from ccontrol.config.secrets import HostSecrets, SecretSource
from ccontrol.config.settings import Config, EngineSettings
from ccontrol.config.sites import SiteReader
from ccontrol.config.tables import Desk
from ccontrol.config.text_files import text_of
from ccontrol.errors import CcontrolError, ConfigError, SecretMissingError

_MOST_BYTES = 32 * 2**20
"""5,000 controllers with every setting written out take about 3 MB."""
_SHOWN = 200
_TOP = ("site", "engine")


def load(path: Path, families: Mapping[str, Family], secrets: SecretSource | None = None) -> Config:
    """Return what a configuration file says, checked.

    `families` maps the names of controller families to their drivers. `secrets` are this host's;
    commands that only read the history hand in `Withheld()`. Raises ConfigMissingError, ConfigError
    with every fault of the file, or SecretMissingError with every reference that leads nowhere.
    """
    path = path.absolute()
    return parse(
        text_of(path, _MOST_BYTES), path, families, HostSecrets() if secrets is None else secrets
    )


def parse(text: str, path: Path, families: Mapping[str, Family], secrets: SecretSource) -> Config:
    """Return what the text of a file at `path` says; see `load`."""
    return of_toml(_toml(text, path), path, families, secrets, text)


def of_toml(
    raw: Raw, path: Path, families: Mapping[str, Family], secrets: SecretSource, text: str = ""
) -> Config:
    """Return what the tables of a file at `path` say; see `load`. Lines are told of its `text`."""
    desk = Desk(path.parent, secrets)
    config = _config(raw, path, SiteReader(desk, families))
    if desk.faults or desk.missing:
        raise _error(desk, path, Lines(text))
    return config


def _error(desk: Desk, path: Path, lines: Lines) -> CcontrolError:
    """Return everything that was found wrong, as one error."""
    missing = desk.missing.told(lines)
    if not desk.faults:
        return SecretMissingError("\n".join((f"{path} names what is not there:", *missing)))
    every = (*desk.faults.told(lines), *missing)
    more = (f"… and {len(every) - _SHOWN} more",) if len(every) > _SHOWN else ()
    count = "one fault" if len(every) == 1 else f"{len(every)} faults"
    return ConfigError(f"{path} has {count}:", every[:_SHOWN] + more)


def _config(raw: Raw, path: Path, reader: SiteReader) -> Config:
    """Return what could be made of the file; what could not is noted at the reader's desk."""
    desk, file = reader.desk, Place()
    for name in raw:
        if name not in _TOP:
            desk.faults.add(file.at(name), f"unknown key{guess(name, _TOP)}")
    sites = desk.tables(raw, "site", file, "name")
    if not raw.get("site"):
        desk.faults.add(file.at("site"), "is missing; a plant begins with [[site]]")
    read = [reader.site(table, where) for where, table in sites]
    engine = desk.table(EngineTable, desk.subtable(raw, "engine", file), file.at("engine"))
    _compare(sites, reader)
    return Config(
        path=path,
        sites=tuple(site for site in read if site is not None),
        engine=_engine(engine, desk) if engine else EngineSettings(),
    )


def _engine(table: EngineTable, desk: Desk) -> EngineSettings:
    own = table.model_dump(exclude={"metrics", "metrics_beyond_this_host", "witness_socket"})
    named = table.witness_socket
    return EngineSettings(
        **own,
        metrics=metrics_place(table.metrics),
        witness_socket=desk.at(named) if named else None,
    )


def _compare(sites: tuple[Placed, ...], reader: SiteReader) -> None:
    faults = reader.desk.faults
    between.no_name_twice(sites, "name", faults)
    between.no_store_in_another(reader.stores, faults)
    for place, site in sites:
        own = between.controllers_of(place, site)
        between.no_name_twice(own, "id", faults)
        between.no_name_twice(between.channels_of(place, site), "name", faults)
        between.no_name_twice(between.sources_of(place, site), "name", faults)
        between.no_name_twice(own, "name", faults)
        between.one_spelling(own, "area", faults)
        between.no_site_called_like_a_controller(sites, own, faults)
    between.no_place_twice(reader.controllers, faults)
    overlaps.none_over_a_store(reader.folders, reader.stores, faults)
    overlaps.none_over_a_key(reader.folders, reader.desk.kept_apart, faults)
    overlaps.none_over_another(reader.folders, faults)
    overlaps.one_way_of_looking(reader.folders, faults)
    no_port_twice(reader.listeners, faults)


def _toml(text: str, path: Path) -> Raw:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML:", (str(error),)) from error
    except (RecursionError, ValueError) as error:  # tables in tables without end; 10,000 digits
        raise ConfigError(f"{path} is not TOML that can be read:", (str(error),)) from error
