"""The lines of a sequential chart, as its readers write them → steps, transitions, branches.

    STEP Fill (initial)
      ACTION Pour (NonStored)      what it does (TC6: the qualifier first)
        Valve_Open := 1;
      => Bottle_There              what follows
    TRANSITION Bottle_There
      WHEN
        Start AND NOT Full
    BRANCH selection branch after Wait
      | Fill                       its legs, in the order of their priority

Says nothing of what a difference means.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum

_HEAD = re.compile(
    r"(?P<kind>MACRO STEP|STEP|TRANSITION|STOP|BRANCH|[A-Z][A-Z ]*[A-Z])"
    r" (?P<name>.*?)(?P<more>(?: \((?:initial|priority [^)]*)\))*)"
)
_BRANCH = re.compile(r"(?P<choice>\w+) (?P<name>(?:branch after|join before) .*)")
_ACTION = re.compile(r"  ACTION (?P<name>.*) \((?P<qualifier>[^()]*)\)")
_TC6_ACTION = re.compile(r"  (?P<qualifier>[A-Z]\w?(?: L?T(?:IME)?#\S+)?)(?: (?P<name>\S.*))?")
_SETTING = re.compile(r" +(?P<name>[\w.\[\]#/-]+) = (?P<value>.*)")
_CODE_AT = 4
"""Code stands that far in."""


class Kind(Enum):
    """What stands in a chart."""

    STEP = "step"
    TRANSITION = "transition"
    BRANCH = "branch"


_KINDS = {
    "STEP": Kind.STEP,
    "MACRO STEP": Kind.STEP,
    "STOP": Kind.STEP,
    "TRANSITION": Kind.TRANSITION,
    "BRANCH": Kind.BRANCH,
}


@dataclass(slots=True)
class Action:
    """What a step does, and when: its qualifier."""

    name: str
    qualifier: str
    line: int
    code: list[str] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Item:
    """A step, a transition or a branch. Lines are counted from 1."""

    kind: Kind
    name: str
    line: int
    word: str = ""
    """Which kind of step or branch: `STOP`, `simultaneous`."""
    more: str = ""
    """`(initial)`, `(priority 2)`."""
    actions: list[Action] = field(default_factory=list)
    condition: list[str] = field(default_factory=list)
    following: list[str] = field(default_factory=list)
    """What comes next, the legs of a branch in their order."""
    settings: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Steps:
    """A whole chart."""

    title: str = ""
    items: dict[tuple[Kind, str], Item] = field(default_factory=dict)
    comments: list[tuple[int, str]] = field(default_factory=list)
    others: list[tuple[int, str]] = field(default_factory=list)
    """Lines that belong to nothing known here."""
    met: Counter[tuple[Kind, str]] = field(default_factory=Counter)
    """How many items bear a name."""


def parse(text: str) -> Steps:
    """Take a chart apart; total for any text."""
    lines = text.splitlines()
    chart = Steps(lines[0] if lines else "")
    item: Item | None = None
    for number, line in enumerate(lines[1:], 2):
        if line.startswith("//"):
            chart.comments.append((number, line[2:].strip()))
        elif line and not line.startswith(" "):
            item = _item(chart, line, number)
        elif line.strip() and (item is None or not _take(item, line, number)):
            chart.others.append((number, line.strip()))
    return chart


def without_choice(name: str) -> str:
    """Return the name of what follows; of a branch without whether it is taken at once."""
    found = _BRANCH.fullmatch(name)
    return found["name"] if found else name


def _item(chart: Steps, line: str, number: int) -> Item | None:
    found = _HEAD.fullmatch(line)
    if found is None or found["kind"] not in _KINDS:
        chart.others.append((number, line))
        return None
    kind, name = _KINDS[found["kind"]], found["name"]
    word = found["kind"]
    branch = _BRANCH.fullmatch(name) if kind is Kind.BRANCH else None
    if branch:
        word, name = branch["choice"], branch["name"]
    chart.met[kind, name] += 1
    count = chart.met[kind, name]
    own = name if count == 1 else f"{name} ({count})"
    item = Item(kind, own, number, word, found["more"].strip())
    return chart.items.setdefault((kind, own), item)


def _take(item: Item, line: str, number: int) -> bool:
    """Take a line below an item; tell whether it is one."""
    stripped = line.strip()
    is_deep = len(line) - len(line.lstrip()) >= _CODE_AT
    if line.startswith(("  => ", "  | ")):
        item.following.append(without_choice(stripped.partition(" ")[2]))
    elif stripped != "WHEN" or item.kind is not Kind.TRANSITION:
        is_taken = not is_deep and _is_action(item, line, number)
        return is_taken or _is_setting(item, line, is_deep=is_deep) or _is_code(item, stripped)
    return True


def _is_setting(item: Item, line: str, *, is_deep: bool) -> bool:
    held = _settings_at(item, is_deep=is_deep)
    found = _SETTING.fullmatch(line)
    if held is None or found is None:
        return False
    held[found["name"]] = found["value"]
    return True


def _is_code(item: Item, stripped: str) -> bool:
    if item.kind is Kind.TRANSITION:
        item.condition.append(stripped)
    elif item.actions:
        item.actions[-1].code.append(stripped)
    else:
        return False
    return True


def _settings_at(item: Item, *, is_deep: bool) -> dict[str, str] | None:
    """Return whose settings may stand there; None where only code may: `Level = 5 AND`."""
    if not is_deep:
        return item.settings
    action = item.actions[-1] if item.actions else None
    return action.settings if action is not None and not action.code else None


def _is_action(item: Item, line: str, number: int) -> bool:
    found = _ACTION.fullmatch(line)
    if found is None and item.kind is Kind.STEP:
        found = _TC6_ACTION.fullmatch(line)
    if found is None:
        return False
    item.actions.append(Action(found["name"] or "", found["qualifier"], number))
    return True
