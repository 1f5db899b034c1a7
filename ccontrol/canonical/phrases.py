"""Words about changes that subject and body share. English, short, printable."""

import re

from ccontrol.canonical.spoken import spoken
from ccontrol.logic.printable import printable, shortened
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Change, Difference, Kind
from ccontrol.model.unit import Value

_LONGEST_NAME = 40
_LONGEST_VALUE = 200
_CLAUSE = re.compile(r"[:;.(]\s")
_DIGEST = re.compile(r"\bsha256 ([0-9a-f]{12})[0-9a-f]{52}\b")


def name(change: Change) -> str:
    """Return what an engineer calls the thing that the change is about."""
    return shortened(printable(change.title or str(change.unit)), _LONGEST_NAME)


def short_name(change: Change) -> str:
    """Return the key alone where the title begins with it: "OB1" of "OB1 CYCL_EXC"."""
    key = change.unit.key
    return printable(key) if key and change.title.startswith(f"{key} ") else name(change)


def finding_name(change: Change) -> str:
    """Return a finding's code and what it is about: "checksum mismatch (OB1)"."""
    subject = shortened(printable(change.unit.key.rpartition("/")[2]), _LONGEST_NAME)
    return f"{name(change)} ({subject})" if subject else name(change)


def first_clause(reason: str) -> str:
    """Return the beginning of a reason, which says why; what to do about it comes after."""
    return shortened(_CLAUSE.split(printable(reason).strip(), maxsplit=1)[0].rstrip(" .:;"), 48)


def arrow(difference: Difference) -> str:
    """Return "before → after", with digests cut to twelve digits."""
    return f"{_value(difference.before)} → {_value(difference.after)}"


def field_name(difference: Difference) -> str:
    """Return a field's name as words."""
    return printable(difference.name).replace("_", " ")


def is_finding(change: Change) -> bool:
    """Tell whether the change is about a finding, not about a unit."""
    return change.kind in {Kind.RAISED, Kind.CLEARED}


def is_about_sight(change: Change) -> bool:
    """Tell whether the change is about a list or about how well an aspect is seen."""
    return change.aspect is Aspect.SIGHT and change.unit.kind in {"list", "strength"}


def sight_sentence(change: Change) -> str:
    """Return what became of a list, or of how well an aspect is seen."""
    what = printable(change.unit.key)
    if change.unit.kind == "list":
        if change.kind is Kind.FOUND:
            return f"{what} list complete for the first time"
        if change.kind is Kind.REGAINED:
            return f"{what} list complete again"
        return f"{what} list not complete ({first_clause(change.reason)})"
    words = {Kind.FOUND: "seen by", Kind.REGAINED: "seen better:"}.get(
        change.kind,
        "seen less well:",
    )
    told = [spoken(one.after) if one.before is None else arrow(one) for one in change.differences]
    return f"{what} {words} {', '.join(told)}"


def _value(value: Value | None) -> str:
    return _DIGEST.sub(r"sha256 \1…", shortened(spoken(value), _LONGEST_VALUE))
