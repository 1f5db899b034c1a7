"""One operand and the one that it became → what that means. Knows nothing of instructions."""

import re

from ccontrol.diff.programs.changes import LogicKind
from ccontrol.diff.programs.words import meaning_of

_NUMBER = r"[-+]?(?:\d+#[\w.]+|\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?)"
_NOT = re.compile(r"\bNOT +", re.IGNORECASE)
_REAL = re.compile(r"[-+]?\d+(?:\.\d*(?:[eE][-+]?\d+)?|[eE][-+]?\d+)")
_ADDRESS = r"%?\b(?!OR )[A-Z]{1,2} \d+(?:\.\d+)?|\b[A-Z]+\d*:[\w.]+/\d+"
"""`I 0.0` of STEP 7, `B3:0/1` of RSLogix 500: their digits are no constants. `OR 1` is none."""
_TOKEN = re.compile(
    rf"(?P<constant>(?<![\w.\])]){_NUMBER}(?![\w.])|\b[A-Za-z_]+#[-+\w.:#]+|'(?:\$.|[^'$])*'"
    r"|\b(?:TRUE|FALSE|true|false)\b)"
    rf"|(?P<name>{_ADDRESS}|[#\\A-Za-z_\"][\w:.\\#\"]*(?:\[[^\]]*\][\w.]*)*)"
    r"|(?P<sign><>|<=|>=|\S)"
)
_LOGIC = frozenset({"AND", "OR", "NOT", "<", ">", "<=", ">=", "=", "<>"})
"""An operand with any of these is a condition of its own: `CMP(a > b OR c = 1)`."""
_TELLING = frozenset(
    {
        LogicKind.INVERTED_CONTACT,
        LogicKind.BYPASS_ADDED,
        LogicKind.CONDITION_REMOVED,
        LogicKind.MNEMONIC_ONLY,
    }
)


def operand_kind(old: str, new: str) -> LogicKind:
    """Return what another operand means: a constant for a tag, another constant, or another tag."""
    if (kind := _condition_kind(old, new)) in _TELLING:
        return kind
    ours = [(match.lastgroup, match.group()) for match in _TOKEN.finditer(old)]
    theirs = [(match.lastgroup, match.group()) for match in _TOKEN.finditer(new)]
    if len(ours) != len(theirs):
        return LogicKind.AFI_INSERTED if is_constant(new) else LogicKind.OPERAND
    changed = {(one[0], other[0]) for one, other in zip(ours, theirs, strict=True) if one != other}
    if ("name", "constant") in changed:
        return LogicKind.AFI_INSERTED
    if _is_same_number(old, new):
        return LogicKind.MNEMONIC_ONLY
    # "?" stands for a value that the export leaves out: a timer's preset.
    if changed <= {("constant", "constant"), ("sign", "constant"), ("constant", "sign")}:
        return LogicKind.SETPOINT
    return LogicKind.OPERAND


def is_constant(operand: str) -> bool:
    """Tell whether no name stands in an operand."""
    return all(match.lastgroup != "name" for match in _TOKEN.finditer(operand))


def _condition_kind(old: str, new: str) -> LogicKind:
    """Return what became of a condition that is written out; OPERAND of whatever is none."""
    if _is_negated(old, new) or _is_negated(new, old):
        return LogicKind.INVERTED_CONTACT
    before, after = (
        [found.group().upper() for found in _TOKEN.finditer(text)] for text in (old, new)
    )
    if _LOGIC.isdisjoint(before) and _LOGIC.isdisjoint(after):
        return LogicKind.OPERAND
    return meaning_of(before, after)


def _is_negated(old: str, new: str) -> bool:
    """Tell whether the new operand is the old one with one NOT more."""
    return any(new[: found.start()] + new[found.end() :] == old for found in _NOT.finditer(new))


def _is_same_number(old: str, new: str) -> bool:
    """Tell whether two literals with a point or exponent mean one number: `1.0`, `1.0e+000`."""
    both = _REAL.fullmatch(old) and _REAL.fullmatch(new)
    return bool(both) and float(old) == float(new)
