"""The door of the configuration: a TOML file in, a checked Config or every fault of it out.

Opens the file and what its secret references name; connects to nothing. Families are handed in.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from ccontrol.config import between
from ccontrol.config.family import Family
from ccontrol.config.faults import guess, join
from ccontrol.config.schema import EngineTable
from ccontrol.config.secrets import HostSecrets, SecretSource
from ccontrol.config.settings import Config, EngineSettings
from ccontrol.config.sites import SiteReader
from ccontrol.config.tables import Desk, Raw
from ccontrol.errors import ConfigError, ConfigMissingError, SecretMissingError

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
    return parse(_text(path), path, families, HostSecrets() if secrets is None else secrets)


def parse(text: str, path: Path, families: Mapping[str, Family], secrets: SecretSource) -> Config:
    """Return what the text of a file at `path` says; see `load`."""
    return of_toml(_toml(text, path), path, families, secrets)


def of_toml(raw: Raw, path: Path, families: Mapping[str, Family], secrets: SecretSource) -> Config:
    """Return what the tables of a file at `path` say; see `load`."""
    desk = Desk(path.parent, secrets)
    config = _config(raw, path, SiteReader(desk, families))
    faults = desk.faults.found
    if faults:
        every = (*faults, *desk.missing)
        more = (f"… and {len(every) - _SHOWN} more",) if len(every) > _SHOWN else ()
        count = "one fault" if len(every) == 1 else f"{len(every)} faults"
        raise ConfigError(f"{path} has {count}:", every[:_SHOWN] + more)
    if desk.missing:
        raise SecretMissingError("\n".join((f"{path} names what is not there:", *desk.missing)))
    return config


def _config(raw: Raw, path: Path, reader: SiteReader) -> Config:
    """Return what could be made of the file; what could not is noted at the reader's desk."""
    desk = reader.desk
    for name in raw:
        if name not in _TOP:
            desk.faults.add(join("", (name,)), f"unknown key{guess(name, _TOP)}")
    sites = desk.tables(raw, "site", "")
    if not raw.get("site"):
        desk.faults.add("site", "is missing; a plant begins with [[site]]")
    read = [reader.site(table, where) for where, table in sites]
    engine = desk.table(EngineTable, desk.subtable(raw, "engine", ""), "engine")
    _compare(sites, reader)
    return Config(
        path=path,
        sites=tuple(site for site in read if site is not None),
        engine=EngineSettings(**engine.model_dump()) if engine else EngineSettings(),
    )


def _compare(sites: tuple[between.Placed, ...], reader: SiteReader) -> None:
    faults = reader.desk.faults
    between.no_name_twice(sites, "name", faults)
    between.no_store_in_another(reader.stores, faults)
    for path, site in sites:
        own = between.controllers_of(path, site)
        between.no_name_twice(own, "id", faults)
        between.no_name_twice(own, "name", faults)
        between.one_spelling(own, "area", faults)
        between.no_site_called_like_a_controller(sites, own, faults)
    between.no_place_twice(reader.controllers, faults)


def _toml(text: str, path: Path) -> Raw:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML:", (str(error),)) from error
    except (RecursionError, ValueError) as error:  # tables in tables without end; 10,000 digits
        raise ConfigError(f"{path} is not TOML that can be read:", (str(error),)) from error


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise ConfigError(f"{path} is longer than {_MOST_BYTES:,} bytes")
        return content.decode()
    except FileNotFoundError as error:
        raise ConfigMissingError(f"{path}: there is no such file") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 from byte {error.start} on") from error
