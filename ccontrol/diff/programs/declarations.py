"""Lists of names: declarations, settings, values, members. Held against each other by name.

A name is what a line begins with, below the names of the lines that it is indented under.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
_ASSIGNED = re.compile(r"\s*:=\s|\s+=\s|\s*:(?:\s|$)|\s+//")
"""What ends a name."""
_COMMENT = re.compile(r"\s*(?://|\(\*)(?P<words>.*)$")
_INITIAL = re.compile(r"(:=\s*|\bdefault\s+)(?P<value>[^,;{]+)")
_UNORDERED = "order of the members changed"


@dataclass(frozen=True, slots=True)
class _Entry:
    """One line with a name."""

    number: int
    name: str
    code: str
    comment: str


def diff_declarations(before: Part, after: Part, effort: Effort) -> TextDiff:
    """Hold two lists of names against each other."""
    old, new = before.text.splitlines(), after.text.splitlines()
    lines = line_diffs(old, new, align(old, new, effort).pairs)
    ours, theirs = _entries(old), _entries(new)
    changes = [*_changes(ours, theirs, after)]
    if _is_ordered(after) and _order(ours, theirs) != _order(theirs, ours):
        changes.append(_change(_kind(after), _UNORDERED, None, None))
    if not changes:
        changes.append(_change(LogicKind.LAYOUT, "its lines are in another order", None, None))
    return TextDiff(tuple(changes), lines)


def _entries(lines: Sequence[str]) -> dict[str, _Entry]:
    """Return the lines by their full names; one that occurs again is numbered."""
    entries: dict[str, _Entry] = {}
    met: Counter[str] = Counter()
    above: list[tuple[int, str]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        indent = len(line) - len(line.lstrip())
        above = [held for held in above if held[0] < indent]
        found = _ASSIGNED.search(line.strip())
        own = line.strip()[: found.start()] if found else line.split()[0]
        path = ".".join([name for _, name in above if name] + [own])
        met[path] += 1
        key = path if met[path] == 1 else f"{path} ({met[path]})"
        comment = _COMMENT.search(line)
        code = line[: comment.start()] if comment else line
        entries[key] = _Entry(number, key, code.strip(), comment["words"] if comment else "")
        above.append((indent, own if number > 1 else ""))
    return entries


def _changes(
    before: Mapping[str, _Entry], after: Mapping[str, _Entry], part: Part
) -> Iterator[LogicChange]:
    kind = _kind(part)
    for name, was in before.items():
        if name not in after:
            yield _change(kind, f"`{_short(was.code)}` removed", was, None)
    for name, is_ in after.items():
        if name not in before:
            yield _change(kind, f"`{_short(is_.code)}` added", None, is_)
            continue
        was = before[name]
        if was.code != is_.code:
            yield _change(*_said(was, is_, part), was, is_)
        elif was.comment != is_.comment:
            said = f'{name}: comment "{_short(was.comment.strip())}" became '
            said += f'"{_short(is_.comment.strip())}"'
            yield _change(LogicKind.COMMENT, said, was, is_)


def _said(before: _Entry, after: _Entry, part: Part) -> tuple[LogicKind, str]:
    kind = _kind(part)
    if kind is LogicKind.DECLARATION and _only_initial(before.code, after.code):
        kind = LogicKind.SETPOINT
    if part.language is Language.RECORD:
        ours, theirs = _value(before.code), _value(after.code)
        if ours and theirs:
            return kind, f"{after.name}: {_short(ours)} became {_short(theirs)}"
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


def _is_ordered(part: Part) -> bool:
    """Tell whether the order of a part's lines means something: it does in memory."""
    return part.language is Language.DATA and part.aspect is not Aspect.VALUES


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
