"""Two expressions as words → the gravest thing that their difference may mean, in any language.

Words are names, numbers, signs and the operators AND, OR, XOR, MOD and NOT, all in capitals. No
grammar is known here: what words cannot tell is a STATEMENT.
"""

import re
from collections import Counter
from collections.abc import Sequence

from ccontrol.diff.programs.changes import LogicKind

_NUMBER = re.compile(r"\d|[A-Z_]\w*#|'")
_OPERATORS = frozenset({"AND", "OR", "XOR", "MOD", "NOT", "&"})
_JOINS = frozenset({"AND", "OR", "&"})
_CONSTANTS = frozenset({"TRUE", "FALSE"})
_SMALLER, _LARGER = frozenset({"<", "<="}), frozenset({">", ">="})
_CONTRARIES = (({"="}, {"<>"}), (_SMALLER, _LARGER))
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "<>": "<>"}
_BEFORE_SIDES = _JOINS | {"XOR", "(", ":=", "IF", "ELSIF", "WHILE", "UNTIL"}
_BEHIND_SIDES = _JOINS | {"XOR", ")", "THEN", "DO", "END_REPEAT"}
"""Between these a comparison of two words is whole: no sign around it binds its sides closer."""


def meaning_of(before: Sequence[str], after: Sequence[str]) -> LogicKind:
    """Return what it means that one expression became the other."""
    gone, new = Counter(before) - Counter(after), Counter(after) - Counter(before)
    if not new and any(word in gone for word in _JOINS):
        return LogicKind.CONDITION_REMOVED
    if _mirrored(before, after):
        return LogicKind.MNEMONIC_ONLY
    if gone["NOT"] != new["NOT"] or _turned(gone, new) or _swapped(before, after):
        return LogicKind.INVERTED_CONTACT
    if any(word in new for word in _CONSTANTS):
        return LogicKind.AFI_INSERTED
    if new["OR"] > gone["OR"]:
        return LogicKind.BYPASS_ADDED
    return _of_operands(gone, new)


def _of_operands(gone: Counter[str], new: Counter[str]) -> LogicKind:
    words = [*gone, *new]
    if words and all(_NUMBER.match(word) for word in words):
        return LogicKind.SETPOINT
    names = [word for word in words if _is_name(word)]
    signs = [word for word in words if word not in names and not _NUMBER.match(word)]
    if names and not signs and gone and new:
        return LogicKind.OPERAND
    return LogicKind.STATEMENT


def _is_name(word: str) -> bool:
    return word not in _OPERATORS and (word[0].isalpha() or word[0] in "#%\"_'")


def _turned(gone: Counter[str], new: Counter[str]) -> bool:
    """Tell whether only a comparison was turned: `>` became `<=` or `<`."""
    if gone.total() != 1 or new.total() != 1:
        return False
    one, other = next(iter(gone)), next(iter(new))
    return any(
        (one in ours and other in theirs) or (one in theirs and other in ours)
        for ours, theirs in _CONTRARIES
    )


def _swapped(before: Sequence[str], after: Sequence[str]) -> bool:
    """Tell whether only the two sides of a comparison changed places: `a > b` became `b > a`."""
    if len(before) != len(after):
        return False
    places = [i for i, (one, other) in enumerate(zip(before, after, strict=True)) if one != other]
    if len(places) != 2 or places[1] != places[0] + 2:  # noqa: PLR2004 — the two sides of one sign
        return False
    left, right = places
    is_swapped = (before[left], before[right]) == (after[right], after[left])
    return is_swapped and before[left + 1] in _SMALLER | _LARGER


def _mirrored(before: Sequence[str], after: Sequence[str]) -> bool:
    """Tell whether one whole comparison was written from its other side: `a > b` became `b < a`."""
    if len(before) != len(after):
        return False
    places = [i for i, (one, other) in enumerate(zip(before, after, strict=True)) if one != other]
    left = places[0] if places else 0
    right = left + 2
    if right >= len(before) or any(place > right for place in places):
        return False
    one, sign, other = before[left : right + 1]
    return (
        (other, _MIRRORED.get(sign), one) == tuple(after[left : right + 1])
        and all(_is_name(side) or _NUMBER.match(side) for side in (one, other))
        and (left == 0 or before[left - 1] in _BEFORE_SIDES)
        and (right == len(before) - 1 or before[right + 1] in _BEHIND_SIDES)
    )
