"""Lists of names: declarations, settings, values, members. Held against each other by name.

A name is what a line begins with, below the names of the lines that it is indented under.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ccontrol.diff.programs.changes import LogicChange, LogicKind, Place
from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.lines import align, line_diffs
from ccontrol.diff.programs.severity import severity_of
from ccontrol.diff.programs.statements import TextDiff
from ccontrol.logic.printable import shortened
from ccontrol.logic.project import Language, Part
from ccontrol.model.aspect import Aspect

_LONGEST_QUOTE = 120
_ASSIGNED = re.compile(r"\s*:=\s|\s+=\s|\s+AT\s|\s*:(?:\s|$)|\s+//")
"""What ends a name."""
_QUOTED_OR_COMMENT = re.compile(r"\"[^\"]*\"|'[^']*'|(?P<comment>//.*|\(\*.*)")
_ROUTINES = re.compile(r"routine|program", re.IGNORECASE)
_STANDS_FOR = re.compile(r"\b(?:alias of|AT) (?P<place>[^\s:;(]\S*)")
_INITIAL = re.compile(r"(:=\s*|\bdefault\s+)(?P<value>[^,;{]+)")


@dataclass(frozen=True, slots=True)
class _Entry:
    """One line with a name, which others may have, too."""

    number: int
    name: str
    code: str
    comment: str


def diff_declarations(before: Part, after: Part, effort: Effort) -> TextDiff:
    """Hold two lists of names against each other."""
    old, new = before.text.splitlines(), after.text.splitlines()
    lines = line_diffs(old, new, align(old, new, effort).pairs)
    ours = list(_entries(old, before.language))
    theirs = list(_entries(new, after.language))
    listed = _listed(ours) | _listed(theirs)
    before_by_name, after_by_name = _by_name(ours, listed), _by_name(theirs, listed)
    changes = [
        *_changes(before_by_name, after_by_name, after),
        *_order_changes(before_by_name, after_by_name, after, listed),
    ]
    if not changes:
        changes.append(_change(LogicKind.LAYOUT, "its lines are in another order", None, None))
    return TextDiff(tuple(changes), lines)


def _entries(lines: Sequence[str], language: Language) -> Iterator[_Entry]:
    """Yield the lines by their names, below the names of those that they are indented under."""
    above: list[tuple[int, str]] = []
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text:
            continue
        indent = len(line) - len(line.lstrip())
        above = [held for held in above if held[0] < indent]
        code, comment = _cut(text, language)
        found = _ASSIGNED.search(text)
        own = text[: found.start()] if found else text.split()[0]
        name = ".".join([outer for _, outer in above if outer] + [own])
        yield _Entry(number, name, code, comment)
        above.append((indent, own if number > 1 else ""))


def _cut(text: str, language: Language) -> tuple[str, str]:
    """Return a line's code and its comment; a setting has none, whatever its value holds."""
    if language is not Language.RECORD:
        for found in _QUOTED_OR_COMMENT.finditer(text):
            if found["comment"] is not None:
                return text[: found.start()].rstrip(), found["comment"].strip()
    return text, ""


def _listed(entries: Iterable[_Entry]) -> set[str]:
    """Return the names that occur more than once: lists, told apart by what they hold."""
    return {name for name, times in Counter(entry.name for entry in entries).items() if times > 1}


def _by_name(entries: Iterable[_Entry], listed: set[str]) -> dict[str, _Entry]:
    named: dict[str, _Entry] = {}
    met: Counter[str] = Counter()
    for entry in entries:
        key = entry.code if entry.name in listed else entry.name
        met[key] += 1
        named[key if met[key] == 1 else f"{key} ({met[key]})"] = entry
    return named


def _changes(
    before: Mapping[str, _Entry], after: Mapping[str, _Entry], part: Part
) -> Iterator[LogicChange]:
    for name, was in before.items():
        if name not in after:
            yield _on_one_side(was, part, "removed")
    for name, is_ in after.items():
        if name not in before:
            yield _on_one_side(is_, part, "added")
            continue
        was = before[name]
        if was.code != is_.code:
            yield _change(*_said(was, is_, part), was, is_)
        elif was.comment != is_.comment:
            said = f'{name}: comment "{_short(was.comment)}" became "{_short(is_.comment)}"'
            yield _change(LogicKind.COMMENT, said, was, is_)


def _on_one_side(entry: _Entry, part: Part, how: str) -> LogicChange:
    sides = (entry, None) if how == "removed" else (None, entry)
    if entry.comment and entry.code == entry.name:  # words for a part of it, declared elsewhere
        said = f'{entry.name}: comment "{_short(entry.comment)}" {how}'
        return _change(LogicKind.COMMENT, said, *sides)
    return _change(_kind(part), f"`{_short(entry.code)}` {how}", *sides)


def _order_changes(
    before: Mapping[str, _Entry], after: Mapping[str, _Entry], part: Part, listed: set[str]
) -> Iterator[LogicChange]:
    """Yield that members lie in memory, or that a list is worked off, in another order."""
    if part.language is Language.DATA and part.aspect is not Aspect.VALUES:
        if _order(before, after) != _order(after, before):
            yield _change(LogicKind.DECLARATION, "order of the members changed", None, None)
        return
    for name in sorted(listed):
        ours = [key for key in _order(before, after) if before[key].name == name]
        theirs = [key for key in _order(after, before) if after[key].name == name]
        if ours != theirs:
            values = ", ".join(_value(after[key].code) for key in theirs)
            kind = LogicKind.ROUTINE_REORDERED if _ROUTINES.search(name) else _kind(part)
            said = f"order of {name} changed, it is now: {_short(values)}"
            yield _change(kind, said, before[ours[0]], after[theirs[0]])


def _said(before: _Entry, after: _Entry, part: Part) -> tuple[LogicKind, str]:
    kind = _kind(part)
    ours, theirs = _STANDS_FOR.search(before.code), _STANDS_FOR.search(after.code)
    if part.language is Language.DATA and ours and theirs and ours["place"] != theirs["place"]:
        said = f"{after.name} stands for {theirs['place']} now, was {ours['place']}"
        return LogicKind.OPERAND, f"{said}, wherever it is used"
    if kind is LogicKind.DECLARATION and _only_initial(before.code, after.code):
        kind = LogicKind.SETPOINT
    if part.language is Language.RECORD or part.aspect is Aspect.VALUES:
        was, now = _value(before.code), _value(after.code)
        if was and now:
            return kind, f"{after.name}: {_short(was)} became {_short(now)}"
    return kind, f"`{_short(before.code)}` became `{_short(after.code)}`"


def _only_initial(before: str, after: str) -> bool:
    """Tell whether two declarations differ in their initial value alone."""
    ours, theirs = _INITIAL.search(before), _INITIAL.search(after)
    if not ours or not theirs:
        return False
    return _INITIAL.sub(r"\1", before) == _INITIAL.sub(r"\1", after)


def _value(code: str) -> str:
    return code.partition("=")[2].strip()


def _kind(part: Part) -> LogicKind:
    if part.aspect is Aspect.VALUES:
        return LogicKind.VALUE
    match part.language:
        case Language.DATA:
            return LogicKind.DECLARATION
        case Language.LAYOUT:
            return LogicKind.LAYOUT
        case _:
            return LogicKind.SETTING


def _order(one: Mapping[str, _Entry], other: Mapping[str, _Entry]) -> list[str]:
    return [name for name in one if name in other]


def _short(text: str) -> str:
    return shortened(text, _LONGEST_QUOTE)


def _change(
    kind: LogicKind, sentence: str, before: _Entry | None, after: _Entry | None
) -> LogicChange:
    return LogicChange(
        kind,
        severity_of(kind),
        sentence,
        Place(before.number, before.name) if before else None,
        Place(after.number, after.name) if after else None,
    )
