"""A family of controllers that nobody makes, with an option of every sort, and a plant of it."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ccontrol.config.load import parse
from ccontrol.config.secrets import HostSecrets, SecretSource
from ccontrol.config.settings import Config
from ccontrol.errors import ConfigError
from ccontrol.model.secret import Secret


class ToyTable(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", arbitrary_types_allowed=True)

    rack: Annotated[int, Field(ge=0, le=7)] = 0
    slot: Annotated[int, Field(ge=0, le=31)] = 2
    mode: Literal["op", "pg"] = "op"
    password: Secret | None = None
    values: tuple[Annotated[str, Field(pattern=r"^DB[0-9]{1,5}$")], ...] = ()


@dataclass(frozen=True)
class ToyOptions:
    rack: int
    slot: int
    password: Secret | None


@dataclass(frozen=True)
class ToyManifest:
    default_port: int = 1102


@dataclass(frozen=True)
class ToyFamily:
    manifest: ToyManifest = ToyManifest()
    options: type[BaseModel] = ToyTable

    def freeze(self, options: BaseModel) -> ToyOptions:
        assert isinstance(options, ToyTable)
        return ToyOptions(options.rack, options.slot, options.password)


FAMILIES = {"toy": ToyFamily(), "tin": ToyFamily(ToyManifest(2_204))}
SITE = """
[[site]]
name = "north"

[site.store]
path = "baselines/north"
signing_key = { file = "keys/signing-key" }
seal_key = { env = "SEAL" }
"""
CONTROLLER = """
[[site.controller]]
id = "press-3"
area = "hall-2"
family = "toy"
address = "192.0.2.10"
"""
LINE = r"^(table of )?line [0-9]+, "
SEAL = "0123456789abcdef" * 4


def folder_with_keys(folder: Path) -> Path:
    """Return a folder in which everything lies that SITE refers to."""
    (folder / "keys").mkdir()
    (folder / "keys" / "signing-key").write_text("a key")
    (folder / "keys" / "signing-key").chmod(0o600)
    return folder


def read(text: str, folder: Path, secrets: SecretSource | None = None) -> Config:
    """Parse a configuration that lies in a folder, with the environment that SITE refers to."""
    source = HostSecrets({"SEAL": SEAL}) if secrets is None else secrets
    return parse(text, folder / "ccontrol.toml", FAMILIES, source)


def faults(text: str, folder: Path) -> tuple[str, ...]:
    """Return what is wrong with a configuration, without the lines; nothing when nothing is."""
    return tuple(re.sub(LINE, "", fault) for fault in faults_with_lines(text, folder))


def faults_with_lines(text: str, folder: Path) -> tuple[str, ...]:
    """Return what is wrong with a configuration, word for word; nothing when nothing is."""
    try:
        read(text, folder)
    except ConfigError as error:
        return error.faults
    return ()
