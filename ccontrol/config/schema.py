"""The tables of the configuration file: every setting with its type, bounds, default and meaning.

A family's own table is its driver's business and is handed in. What holds between tables (no id
twice) is load's.
"""

import ipaddress
import re
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ccontrol.config.metrics_place import MetricsPlace, is_beyond_this_host
from ccontrol.config.settings import EngineSettings, StoreSettings, WatchedFolder
from ccontrol.model.controller import (
    ID_PATTERN,
    MOST_BYTES,
    MOST_S,
    Budget,
    Criticality,
    Schedule,
)
from ccontrol.model.secret import Secret

_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_HOST_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_AGE_RECIPIENT = re.compile(r"age1[02-9ac-hj-np-z]{58}")
_LONGEST_HOST = 253
_DAY_S = 86_400.0
_GIB = 2**30
_BUDGET, _SCHEDULE, _ENGINE = Budget(), Schedule(), EngineSettings()
_FOLDER = WatchedFolder(Path())
_STORE: dict[str, int] = {
    field.name: field.default for field in fields(StoreSettings) if isinstance(field.default, int)
}


def _an_id(text: str) -> str:
    """An id names a folder for ever, on Windows too."""
    if ID_PATTERN.fullmatch(text) is None:
        raise ValueError(
            "want letters, digits, '.', '_', '-' (at most 63, a letter or digit first,"
            f" no '.' at the end), got {text[:80]!a}"
        )
    if _RESERVED.fullmatch(text):
        raise ValueError(f"Windows keeps the name {text} for itself; choose another one")
    return text


def _a_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("want one line without control characters")
    return text


def _a_path(text: str) -> str:
    if not text or not text.isprintable():
        raise ValueError("want the path of a file or folder")
    return text


def _a_host(text: str) -> str:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        if _looks_like_host(text):
            return text
    else:
        return text
    if "://" in text or text.count(":") == 1:
        raise ValueError("want a host name or IP address alone; the port is a setting of its own")
    raise ValueError(f"want a host name or an IP address, got {text[:80]!a}")


def _looks_like_host(text: str) -> bool:
    labels = text.rstrip(".").split(".")
    all_digits = all(label.isdigit() for label in labels)  # an IP address with a fault
    return (
        len(text) <= _LONGEST_HOST
        and not all_digits
        and all(_HOST_LABEL.fullmatch(label) for label in labels)
    )


def _a_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"no time zone: {text[:80]!a}; want a name like Europe/Berlin") from error
    return text


def _a_recipient(text: str) -> str:
    if text.startswith("AGE-SECRET-KEY-"):
        raise ValueError("this is the secret half; want the recipient that starts with age1")
    if text and _AGE_RECIPIENT.fullmatch(text) is None:
        raise ValueError("want an age recipient: age1 and 58 more letters and digits")
    return text


Id = Annotated[str, AfterValidator(_an_id)]
Line = Annotated[str, Field(max_length=200), AfterValidator(_a_line)]
PathText = Annotated[str, AfterValidator(_a_path)]
OptionalPath = Annotated[str, Field(max_length=500), AfterValidator(_a_line)]
PublicKey = Annotated[str, Field(max_length=8_000), AfterValidator(_a_line)]
Host = Annotated[str, AfterValidator(_a_host)]
ZoneName = Annotated[str, AfterValidator(_a_zone)]
Recipient = Annotated[str, AfterValidator(_a_recipient)]


class Table(BaseModel):
    """What holds for every table: no unknown keys, no silent conversions."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        arbitrary_types_allowed=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
    )


class BudgetTable(Table):
    """[site.controller.budget]: what one poll may cost the controller."""

    requests_per_s: float = Field(_BUDGET.requests_per_s, ge=0.1, le=200)
    time_limit_s: float | None = Field(_BUDGET.time_limit_s, ge=1, le=MOST_S)
    answer_timeout_s: float = Field(_BUDGET.answer_timeout_s, ge=0.1, le=60)
    bytes_limit: int = Field(_BUDGET.bytes_limit, ge=65_536, le=MOST_BYTES)
    spare_connections: int = Field(_BUDGET.spare_connections, ge=0, le=16)
    connections: Literal[1] = 1

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.time_limit_s is not None and self.answer_timeout_s > self.time_limit_s:
            raise ValueError("answer_timeout_s is longer than time_limit_s, the whole poll")
        return self

    @property
    def model(self) -> Budget:
        """The budget that these settings mean."""
        return Budget(**self.model_dump(exclude={"connections"}))


class ScheduleTable(Table):
    """[site.controller.schedule]: how often the controller is asked."""

    glance_s: float = Field(_SCHEDULE.glance_s, ge=1, le=_DAY_S)
    full_s: float = Field(_SCHEDULE.full_s, ge=60, le=31 * _DAY_S)
    deep_pause_s: float = Field(_SCHEDULE.deep_pause_s, ge=1, le=_DAY_S)
    settle_s: float = Field(_SCHEDULE.settle_s, ge=0, le=600)
    stale_after_s: float = Field(_SCHEDULE.stale_after_s, ge=2, le=31 * _DAY_S)
    quiet_s: float = Field(_SCHEDULE.quiet_s, ge=0.1, le=600)
    restart_s: float = Field(_SCHEDULE.restart_s, ge=0.1, le=3_600)
    evidence_pause_s: float = Field(_SCHEDULE.evidence_pause_s, ge=1, le=_DAY_S)

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.full_s < self.glance_s:
            raise ValueError("full_s is shorter than glance_s: full reads are the rarer ones")
        if self.stale_after_s <= self.glance_s:
            raise ValueError("stale_after_s is not longer than glance_s: it would always be stale")
        return self

    @property
    def model(self) -> Schedule:
        """The schedule that these settings mean."""
        return Schedule(**self.model_dump())


class ControllerTable(Table):
    """[[site.controller]]: who it is and where."""

    id: Id
    area: Id
    family: Line
    address: Host
    port: int | None = Field(None, ge=1, le=65_535)
    name: Line = ""
    bridge: Line = ""
    criticality: Criticality = Criticality.MEDIUM
    owner: Line = ""
    tags: tuple[Line, ...] = ()
    mirrored: bool = False


class KeyTable(Table):
    """signing_key: where the key is that signs the history."""

    file: PathText | None = None
    credential: Id | None = None
    agent: PathText | None = None
    public_key: PublicKey | None = None

    @model_validator(mode="after")
    def _agree(self) -> Self:
        named = [name for name in ("file", "credential", "agent") if getattr(self, name)]
        if len(named) != 1:
            raise ValueError(
                'want one of { file = "PATH" }, { credential = "NAME" },'
                ' { agent = "SOCKET", public_key = "ssh-ed25519 …" }'
            )
        if (self.agent is None) != (self.public_key is None):
            raise ValueError("agent and public_key belong together")
        return self


class StoreTable(Table):
    """[site.store]: where the history lies and what protects it."""

    path: PathText
    signing_key: KeyTable
    seal_key: Secret
    vault_recipient: Recipient = ""
    vault_retention_days: int = Field(_STORE["vault_retention_days"], ge=1, le=36_500)
    journal_retention_days: int = Field(_STORE["journal_retention_days"], ge=1, le=36_500)
    low_water_bytes: int = Field(_STORE["low_water_bytes"], ge=2**20, le=1_024 * _GIB)
    spool_limit_bytes: int = Field(_STORE["spool_limit_bytes"], ge=2**20, le=1_024 * _GIB)


class SiteTable(Table):
    """[[site]]: one plant."""

    name: Id
    title: Line = ""
    time_zone: ZoneName = "UTC"


class FolderTable(Table):
    """[[site.folder]]: a folder into which people drop project files."""

    path: PathText
    controller: Line = ""
    files: tuple[Line, ...] = ()
    events: Literal["auto", "poll"] = "auto"
    look_s: float = Field(_FOLDER.look_s, ge=0.5, le=3_600)
    settle_s: float = Field(_FOLDER.settle_s, ge=0.5, le=3_600)
    rescan_s: float = Field(_FOLDER.rescan_s, ge=60, le=31 * _DAY_S)
    bytes_limit: int = Field(_FOLDER.bytes_limit, ge=1, le=256 * 2**20)
    depth: int = Field(_FOLDER.depth, ge=0, le=16)


class EngineTable(Table):
    """[engine]: the daemon's own measures."""

    in_flight: int = Field(_ENGINE.in_flight, ge=1, le=500)
    maintenance_s: float = Field(_ENGINE.maintenance_s, ge=60, le=31 * _DAY_S)
    quarantine_first_s: float = Field(_ENGINE.quarantine_first_s, ge=1, le=3_600)
    quarantine_most_s: float = Field(_ENGINE.quarantine_most_s, ge=1, le=3_600)
    witness_socket: OptionalPath = ""
    witness_users: tuple[Line, ...] = ()

    metrics: MetricsPlace = ""
    metrics_beyond_this_host: bool = False

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if is_beyond_this_host(self.metrics) and not self.metrics_beyond_this_host:
            raise ValueError(
                f"others reach {self.metrics}; want metrics at 127.0.0.1 or [::1],"
                " or say metrics_beyond_this_host = true"
            )
        if self.quarantine_first_s > self.quarantine_most_s:
            raise ValueError("quarantine_first_s is longer than quarantine_most_s")
        return self
