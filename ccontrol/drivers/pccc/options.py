"""The table `[controller.pccc]` of the configuration: its schema, and the frozen form of it."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ccontrol.drivers.enip.request import Route, route_of


@dataclass(frozen=True, slots=True)
class PcccOptions:
    """How to reach one processor, and what of it to keep."""

    route: Route = ()
    actual_values: tuple[str, ...] = ()
    """Data files whose actual values are kept in `state/`: "N7", …"""


class PcccTable(BaseModel):
    """Settings of one MicroLogix, SLC 5/05 or PLC-5."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    route: str = Field(
        default="", description="ports and links through a bridge, as in 1/3/2/5; empty: direct"
    )
    actual_values: list[Annotated[str, Field(pattern=r"^[A-Z]{1,3}[0-9]{1,3}$")]] = Field(
        default=[], description="data files whose actual values are kept too"
    )

    @field_validator("route")
    @classmethod
    def _route_can_be_gone(cls, route: str) -> str:
        route_of(route)
        return route


def frozen(table: BaseModel) -> PcccOptions:
    """Turn a checked table into what `Controller.options` carries."""
    if not isinstance(table, PcccTable):
        raise TypeError(f"not a table of the pccc driver: {type(table).__name__}")
    return PcccOptions(
        route=route_of(table.route),
        actual_values=tuple(sorted(set(table.actual_values))),
    )
