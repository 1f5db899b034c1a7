"""From changes and the controller's own log to an origin with its reasons."""

from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Change, ChangeSet, Kind
from ccontrol.model.judgement import Attribution, Origin
from ccontrol.model.snapshot import LogEntry

_FIRST = "ccontrol saw this controller for the first time"
_FIRST_LOOK = "ccontrol looked at this for the first time"
_UNKNOWN = "no evidence names who or what did it"


def judge(changes: ChangeSet, log: tuple[LogEntry, ...]) -> Attribution:
    """Return the origin of these changes; entries of the log stand beside it as evidence.

    Only what our own looking explains is ours; of everything else the log alone proves nothing
    yet, so that the origin stays unknown.
    """
    if changes.first:
        return Attribution(Origin.SELF, _FIRST)
    if changes and all(_is_first_look(change) for change in changes.changes):
        return Attribution(Origin.SELF, _FIRST_LOOK)
    return Attribution(Origin.UNKNOWN, _UNKNOWN, tuple(_line(entry) for entry in log))


def _is_first_look(change: Change) -> bool:
    better = change.aspect is Aspect.SIGHT and change.kind is Kind.REGAINED
    return better or change.kind is Kind.FOUND


def _line(entry: LogEntry) -> str:
    return f"{entry.at} {entry.code} {entry.text}"
