"""The table `[controller.logix]` of the configuration: its schema, and the frozen form of it."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ccontrol.drivers.enip.request import Route, route_of

_NAME = r"[A-Za-z_][A-Za-z0-9_]{0,39}"
_TAG = rf"(Program:{_NAME}\.)?{_NAME}(\.{_NAME}){{0,3}}"
Tag = Annotated[str, Field(pattern=rf"^{_TAG}$")]
_MOST_SLOT = 31


@dataclass(frozen=True, slots=True)
class LogixOptions:
    """How to reach one controller, and what of it to look at."""

    route: Route = ((1, "0"),)
    slots: tuple[int, ...] = tuple(range(17))
    redundant: bool = False
    audit_tag: str = ""
    safety_tags: tuple[str, ...] = ()
    routine_fingerprints: bool = False


class LogixTable(BaseModel):
    """Settings of one ControlLogix, CompactLogix, GuardLogix or Micro800 controller."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    route: str = Field(
        default="1/0", description="way from the address to the controller: port/link pairs"
    )
    slots: list[Annotated[int, Field(ge=0, le=_MOST_SLOT)]] = Field(
        default=list(range(17)), description="slots of its chassis that are asked who sits there"
    )
    redundant: bool = Field(
        default=False, description="one of a redundant pair: serial numbers are not compared"
    )
    audit_tag: str = Field(
        default="",
        pattern=rf"^({_TAG})?$",
        description="a DINT[2] into which the project copies its AuditValue (GSV)",
    )
    safety_tags: list[Tag] = Field(
        default=[], description="tags into which the project copies safety signature and lock (GSV)"
    )
    routine_fingerprints: bool = Field(
        default=False, description="read and hash every routine in deep reads"
    )

    @field_validator("route")
    @classmethod
    def _route_leads_somewhere(cls, route: str) -> str:
        route_of(route)
        return route


def frozen(table: BaseModel) -> LogixOptions:
    """Turn a checked table into what `Controller.options` carries."""
    if not isinstance(table, LogixTable):
        raise TypeError(f"not a table of the logix driver: {type(table).__name__}")
    return LogixOptions(
        route=route_of(table.route),
        slots=tuple(sorted(set(table.slots))),
        redundant=table.redundant,
        audit_tag=table.audit_tag,
        safety_tags=tuple(sorted(set(table.safety_tags))),
        routine_fingerprints=table.routine_fingerprints,
    )
