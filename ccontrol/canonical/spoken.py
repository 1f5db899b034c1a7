"""A field's value as a person reads it."""

from ccontrol.logic.printable import printable
from ccontrol.model.secret import Sealed
from ccontrol.model.unit import Value

_SEALED_DIGITS = 17  # the seal's id, and enough of the secret's


def spoken(value: Value | None) -> str:
    """Return a field's value as a person reads it, printable and on one line."""
    if value is None:
        return "(absent)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Sealed):
        return f"sealed {printable(value.digest)[:_SEALED_DIGITS]}"
    if isinstance(value, tuple):
        return ", ".join(printable(item) for item in value) or "(none)"
    return printable(value) or '""' if isinstance(value, str) else str(value)
