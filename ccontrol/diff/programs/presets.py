"""Presets of timers and counters among the values: setpoints, unless a program sets them.

Logix keeps what a TON waits for in its tag, not in its rung. A preset that the program writes may
move by itself and stays a value.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ccontrol.diff.programs.changes import LogicChange, LogicKind, PartDiff
from ccontrol.diff.programs.severity import severity_of
from ccontrol.errors import BadFileError
from ccontrol.logic.ladder import text as ladder
from ccontrol.logic.ladder.mnemonics import destination
from ccontrol.logic.ladder.model import instructions
from ccontrol.logic.project import Language, Part, Project
from ccontrol.model.aspect import Aspect

_PRESET = ".PRE"
_ASSIGNED = re.compile(r"([\w.\[\]:\\\\]+\.PRE)\s*:=", re.IGNORECASE)


def with_presets(parts: Iterable[PartDiff], after: Project) -> Iterator[PartDiff]:
    """Yield the parts, a changed preset told as a setpoint."""
    written: frozenset[str] | None = None
    for part in parts:
        if any(map(_is_preset, part.changes)):
            written = _written(after) if written is None else written
            changes = tuple(_told(change, written) for change in part.changes)
            yield replace(part, changes=changes)
        else:
            yield part


def _is_preset(change: LogicChange) -> bool:
    """Tell whether a value changed, and is a preset; not one that came or went with its tag."""
    if change.kind is not LogicKind.VALUE or change.before is None or change.after is None:
        return False
    return change.after.anchor.upper().endswith(_PRESET)


def _told(change: LogicChange, written: frozenset[str]) -> LogicChange:
    if not _is_preset(change) or change.after is None or change.after.anchor.upper() in written:
        return change
    kind = LogicKind.SETPOINT
    return replace(change, kind=kind, severity=severity_of(kind))


def _written(project: Project) -> frozenset[str]:
    return frozenset(name.upper() for part in project.parts for name in _written_in(part))


def _written_in(part: Part) -> Iterator[str]:
    if _PRESET not in part.text.upper():
        return
    if part.language is Language.LADDER:
        try:
            rungs = ladder.parse(part.text)
        except BadFileError:  # told by its own comparison
            return
        yield from (destination(one) for rung in rungs for _, one in instructions(rung.elements))
    elif part.aspect is not Aspect.VALUES:
        yield from _ASSIGNED.findall(part.text)
