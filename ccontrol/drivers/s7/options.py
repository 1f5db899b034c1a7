"""The table `[controller.s7]` of the configuration: its schema, and the frozen form of it."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ccontrol.drivers.s7.cotp import ConnectionType
from ccontrol.model.secret import Secret

_MOST_PASSWORD = 8


@dataclass(frozen=True, slots=True)
class S7Options:
    """How to reach one CPU, and what of it to keep."""

    rack: int = 0
    slot: int = 2
    connection_type: ConnectionType = ConnectionType.OP
    password: Secret | None = None
    actual_values: tuple[str, ...] = ()
    """Data blocks whose actual values are kept in `state/`: "DB10", …"""


class S7Table(BaseModel):
    """Settings of one S7-300 or S7-400 controller."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, arbitrary_types_allowed=True
    )

    rack: int = Field(default=0, ge=0, le=7, description="rack of the CPU")
    slot: int = Field(
        default=2, ge=0, le=31, description="its slot: 2 on a S7-300, as in HW Config on a S7-400"
    )
    connection_type: Literal["op", "pg", "basic"] = Field(
        default="op", description="whose connections to use; pg belong to engineers"
    )
    password: Secret | None = Field(
        default=None, description="of the CPU, only where its protection level forbids reading"
    )
    actual_values: list[Annotated[str, Field(pattern=r"^DB[0-9]{1,5}$")]] = Field(
        default=[], description="data blocks whose actual values are kept too"
    )

    @field_validator("password")
    @classmethod
    def _password_fits_the_wire(cls, password: Secret | None) -> Secret | None:
        if password is not None:
            text = password.reveal()
            if not (1 <= len(text) <= _MOST_PASSWORD and text.isascii() and text.isprintable()):
                raise ValueError("a CPU's password has one to eight printable ASCII characters")
        return password


def frozen(table: BaseModel) -> S7Options:
    """Turn a checked table into what `Controller.options` carries."""
    if not isinstance(table, S7Table):
        raise TypeError(f"not a table of the s7 driver: {type(table).__name__}")
    return S7Options(
        rack=table.rack,
        slot=table.slot,
        connection_type=ConnectionType[table.connection_type.upper()],
        password=table.password,
        actual_values=tuple(sorted(set(table.actual_values))),
    )
