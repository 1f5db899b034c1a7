"""Which families exist, by dotted name, so that a process imports only the drivers that it needs.

Holds no driver: each lives in a folder of its own.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import cast

from ccontrol.drivers.api import Driver
from ccontrol.errors import UnknownNameError

DRIVERS: Mapping[str, str] = {
    "s7": "ccontrol.drivers.s7:DRIVER",
    "logix": "ccontrol.drivers.logix:DRIVER",
    "pccc": "ccontrol.drivers.pccc:DRIVER",
}
"""Family to "module:name" of its driver."""

DEFAULT = "ccontrol.drivers.registry:DRIVERS"
"""Where worker processes look, unless they are told of another table."""


def driver(family: str, table: Mapping[str, str] = DRIVERS) -> Driver:
    """Return the driver of a family. Raises UnknownNameError for one that nobody wrote."""
    if family not in table:
        known = ", ".join(sorted(table))
        raise UnknownNameError(
            f"there is no driver for the family {family!r}",
            hint=f"The families are: {known}.",
        )
    return cast("Driver", _named(table[family]))


def table_named(dotted: str) -> Mapping[str, str]:
    """Return the table of families at "module:name"."""
    return cast("Mapping[str, str]", _named(dotted))


def _named(dotted: str) -> object:
    module, _, name = dotted.partition(":")
    return getattr(import_module(module), name)
