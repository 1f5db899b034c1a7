"""In which order changes are told: by aspect, then as an engineer would sort the names."""

import re

from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Change, Kind

_DIGITS = re.compile(r"([0-9]+)")
_ASPECTS = {aspect: place for place, aspect in enumerate(Aspect)}
_KINDS = {kind: place for place, kind in enumerate(Kind)}

NaturalKey = tuple[tuple[int, int, str], ...]


def natural(text: str) -> NaturalKey:
    """Return a sort key that puts OB2 before OB10. Long runs of digits cost nothing special."""
    return tuple(_piece(piece) for piece in _DIGITS.split(text) if piece)


def place(change: Change) -> tuple[int, str, NaturalKey, str, int, str]:
    """Return the sort key of a change; two findings about one thing go by their sentences."""
    unit = change.unit
    kind = _KINDS[change.kind]
    return _ASPECTS[change.aspect], unit.kind, natural(unit.key), unit.key, kind, change.reason


def _piece(piece: str) -> tuple[int, int, str]:
    if piece[0] in "0123456789":
        digits = piece.lstrip("0")
        return 0, len(digits), digits
    return 1, 0, piece
