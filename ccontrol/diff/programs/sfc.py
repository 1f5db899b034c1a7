"""Two sequential charts → what changed: steps, transitions, actions and what follows what.

Everything is known by its name; a transition without one by what it leads from, else by its
condition. Code within is compared as structured text.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import zip_longest
from typing import TypeAlias

from ccontrol.diff.programs.changes import LogicChange, LogicKind, Place
from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.lines import align, line_diffs
from ccontrol.diff.programs.operands import is_constant
from ccontrol.diff.programs.severity import severity_of
from ccontrol.diff.programs.st import diff_code
from ccontrol.diff.programs.statements import Said, TextDiff
from ccontrol.logic.printable import shortened
from ccontrol.logic.steps import Action, Item, Kind, Steps, parse

_ARROW = " -> "
_MOST_SHOWN = 100
_RESETS = frozenset({"R", "Reset"})
_Key: TypeAlias = tuple[Kind, str]


def diff_sfc(before: str, after: str, effort: Effort) -> TextDiff:
    """Hold two charts against each other."""
    old, new = before.splitlines(), after.splitlines()
    lines = line_diffs(old, new, align(old, new, effort).pairs)
    changes = tuple(_changes(parse(before), parse(after), effort))
    if not changes and before != after:
        said = Said(LogicKind.LAYOUT, "written otherwise; every step is as it was")
        changes = (_change(said, None, None),)
    return TextDiff(changes, lines)


def _changes(before: Steps, after: Steps, effort: Effort) -> Iterator[LogicChange]:
    if before.title != after.title:
        became = f"`{before.title}` became `{after.title}`"
        yield _change(Said(LogicKind.SETTING, became), None, None)
    ours = _by_key(before.items, after.items)
    for key in dict.fromkeys((*ours, *after.items)):
        old, new = ours.get(key), after.items.get(key)
        if old is not None and new is not None:
            for said in _inside(old, new, effort):
                yield _change(said, old, new)
        elif new is not None:
            yield _change(Said(LogicKind.STEP_ADDED, f"added{_contents(new)}"), None, new)
        elif old is not None:
            yield _change(Said(LogicKind.STEP_REMOVED, f"removed{_contents(old)}"), old, None)
    yield from _loose(before.others, after.others, LogicKind.STATEMENT, "line")
    yield from _loose(before.comments, after.comments, LogicKind.COMMENT, "comment")


def _by_key(before: Mapping[_Key, Item], after: Mapping[_Key, Item]) -> dict[_Key, Item]:
    """Return the items before under the names that they bear after, where that can be told.

    TC6 knows a transition by the steps at both of its ends: one that leads elsewhere is found
    again by where it begins, one that begins elsewhere by its condition.
    """
    found = dict(before)
    gone = [key for key in before if key not in after and key[0] is Kind.TRANSITION]
    new = [key for key in after if key not in before and key[0] is Kind.TRANSITION]
    told: tuple[Callable[[Item], object], ...] = (
        lambda item: (_start(item), item.condition),
        _start,
        lambda item: item.condition or None,
    )
    for tell in told:
        for key in list(gone):
            mark = tell(before[key])
            others = [other for other in new if tell(after[other]) == mark]
            if mark and _ARROW in key[1] and len(others) == 1:
                gone.remove(key)
                new.remove(others[0])
                found[others[0]] = found.pop(key)
    return found


def _start(item: Item) -> str:
    return item.name.partition(_ARROW)[0]


def _inside(old: Item, new: Item, effort: Effort) -> Iterator[Said]:
    yield from _heading(old, new)
    yield from _code("condition", old.condition, new.condition, effort)
    yield from _settings("", old.settings, new.settings)
    yield from _actions(old, new, effort)
    yield from _following(old, new)


def _heading(old: Item, new: Item) -> Iterator[Said]:
    if old.name != new.name and old.name.partition(_ARROW)[2] != new.name.partition(_ARROW)[2]:
        yield Said(LogicKind.EXECUTION, f"leads to {_end(new)} now, led to {_end(old)}")
    if old.name != new.name and _start(old) != _start(new):
        yield Said(LogicKind.EXECUTION, f"begins at {_start(new)} now, began at {_start(old)}")
    if old.word != new.word:
        yield Said(LogicKind.EXECUTION, f"is {new.word.lower()} now, was {old.word.lower()}")
    if old.more != new.more:
        was, now = old.more or "nothing of the kind", new.more or "not any more"
        yield Said(LogicKind.EXECUTION, f"{now}, was {was}")


def _end(item: Item) -> str:
    return item.name.partition(_ARROW)[2] or "nothing"


def _code(what: str, before: list[str], after: list[str], effort: Effort) -> Iterator[Said]:
    if before == after:
        return
    if before and not after:
        said = f"{what} `{_short(' '.join(before))}` removed"
        kind = LogicKind.CONDITION_REMOVED if what == "condition" else LogicKind.STATEMENT
        yield Said(kind, said)
        return
    for said_of in diff_code("\n".join(before), "\n".join(after), effort):
        yield replace(said_of, sentence=f"{what}: {said_of.sentence}")


def _settings(of: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Said]:
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name), after.get(name)
        if was == now:
            continue
        told = f"{of}{name}"
        if was is None or now is None:
            how = "removed" if now is None else "added"
            yield Said(LogicKind.SETTING, f"{told} = {_short(was or now or '')} {how}")
        else:
            are_constants = is_constant(was) and is_constant(now)
            kind = LogicKind.SETPOINT if are_constants else LogicKind.SETTING
            yield Said(kind, f"{told}: {_short(was)} became {_short(now)}")


def _actions(old: Item, new: Item, effort: Effort) -> Iterator[Said]:
    ours, theirs = _numbered(old.actions), _numbered(new.actions)
    for key in dict.fromkeys((*ours, *theirs)):
        was, now = ours.get(key), theirs.get(key)
        name = f"action {key[0]}" if key[0] else "action"
        if was is not None and now is not None:
            yield from _action(name, was, now, effort)
        elif now is not None:
            yield Said(LogicKind.INSTRUCTION_ADDED, f"{name} ({now.qualifier}) added{_doing(now)}")
        elif was is not None:
            yield Said(LogicKind.CALL_REMOVED, f"{name} ({was.qualifier}) removed{_doing(was)}")
    both = [key for key in ours if key in theirs]
    if both != [key for key in theirs if key in ours]:
        yield Said(LogicKind.MOVED, "its actions are done in another order")


def _numbered(actions: list[Action]) -> dict[tuple[str, int], Action]:
    """Return actions by name, alike ones by their turn: inline ones of TC6 have no name."""
    found: dict[tuple[str, int], Action] = {}
    met: dict[str, int] = {}
    for action in actions:
        met[action.name] = met.get(action.name, 0) + 1
        found[action.name, met[action.name]] = action
    return found


def _action(name: str, was: Action, now: Action, effort: Effort) -> Iterator[Said]:
    if was.qualifier != now.qualifier:
        is_contrary = (was.qualifier in _RESETS) != (now.qualifier in _RESETS)
        kind = LogicKind.INVERTED_CONTACT if is_contrary else LogicKind.INSTRUCTION_CHANGED
        yield Said(kind, f"{name}: qualifier {was.qualifier} became {now.qualifier}")
    yield from _settings(f"{name}: ", was.settings, now.settings)
    yield from _code(name, was.code, now.code, effort)


def _doing(action: Action) -> str:
    return f": `{_short(' '.join(action.code))}`" if action.code else ""


def _following(old: Item, new: Item) -> Iterator[Said]:
    if old.following == new.following:
        return
    was, now = (", ".join(each.following) or "nothing" for each in (old, new))
    if sorted(old.following) == sorted(new.following):
        yield Said(LogicKind.EXECUTION, f"its legs are tried in another order: {_short(now)}")
    else:
        said = f"is followed by {_short(now)} now, was by {_short(was)}"
        yield Said(LogicKind.EXECUTION, said)


def _contents(item: Item) -> str:
    words = [f"{action.name} ({action.qualifier})" for action in item.actions]
    words += [f"`{_short(' '.join(item.condition))}`"] if any(item.condition) else []
    words += [f"followed by {', '.join(item.following)}"] if item.following else []
    return f": {_short(', '.join(words))}" if words else ""


def _loose(
    before: list[tuple[int, str]], after: list[tuple[int, str]], kind: LogicKind, what: str
) -> Iterator[LogicChange]:
    """Yield which lines that belong to no step came, went and changed."""
    known, new = {said for _, said in before}, {said for _, said in after}
    gone = [each for each in before if each[1] not in new]
    came = [each for each in after if each[1] not in known]
    for old, now in zip_longest(gone, came):
        words = [f"`{_short(each[1])}`" for each in (old, now) if each is not None]
        how = "became".join(f" {word} " for word in words).strip()
        done = "" if len(words) > 1 else " removed" if now is None else " added"
        yield LogicChange(
            kind,
            severity_of(kind),
            f"{what} {how}{done}",
            Place(old[0]) if old else None,
            Place(now[0]) if now else None,
        )


def _change(said: Said, old: Item | None, new: Item | None) -> LogicChange:
    item = new or old
    sentence = f"{_titled(item)}: {said.sentence}" if item else said.sentence
    return LogicChange(
        said.kind,
        severity_of(said.kind),
        sentence,
        Place(old.line, old.name) if old else None,
        Place(new.line, new.name) if new else None,
    )


def _titled(item: Item) -> str:
    if item.kind is Kind.BRANCH:
        return f"{item.word} {item.name}"
    return f"{'stop' if item.word == 'STOP' else item.kind.value} {item.name}"


def _short(text: str) -> str:
    return shortened(text, _MOST_SHOWN)
