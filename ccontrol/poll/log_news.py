"""What is new in a controller's own log: by place in the log, never by its dates. Pure.

A log is a ring: what stands above the newest entry of the last look is new, whatever date it
carries. Where that entry is not there any more, older ones may have been overwritten unread, and
that is said by an entry of ours. So is a clock that jumped. Neither is ever a change.
"""

from dataclasses import replace

from ccontrol.model.aspect import Depth
from ccontrol.model.clock import ClockReading, jump_ms, span
from ccontrol.model.snapshot import Extent, LogEntry, Snapshot

LOG_KEPT = 200
GAP = LogEntry(
    "gap",
    "entries before these may be missing: more came than the controller shows, or its log was "
    "cleared",
    "",
    "",
    "log.gap",
)
CUT = replace(GAP, text=f"entries before these are left out: more than {LOG_KEPT} are new")


def new_in_log(snapshot: Snapshot, marker: str) -> tuple[LogEntry, ...]:
    """Return the entries that are newer than the one whose raw text is `marker`, newest first.

    They end with `GAP` where the whole log does not hold that one any more.
    """
    if not marker:
        return ()
    for position, entry in enumerate(snapshot.log):
        if entry.raw == marker:
            return snapshot.log[:position]
    lost = snapshot.log and snapshot.log_extent is Extent.ALL and snapshot.depth is not Depth.GLANCE
    return (*snapshot.log, GAP) if lost else snapshot.log


def read_up_to(snapshot: Snapshot, marker: str) -> bool:
    """Tell whether nothing can lie between a log as it was read and the entry `marker`."""
    found = any(entry.raw == marker for entry in snapshot.log)
    return found or snapshot.log_extent is not Extent.NEWEST


def gathered(fresh: tuple[LogEntry, ...], before: tuple[LogEntry, ...]) -> tuple[LogEntry, ...]:
    """Put what is new above what was new before, each entry once, no more than are kept."""
    known = {entry.raw for entry in fresh if entry.raw}
    whole = fresh + tuple(entry for entry in before if entry.raw not in known)
    return whole if len(whole) <= LOG_KEPT else (*whole[: LOG_KEPT - 1], CUT)


def clock_jump(before: ClockReading | None, after: ClockReading | None) -> LogEntry | None:
    """Return an entry of ours that a clock jumped between two readings; None where none did."""
    if before is None or after is None or not (jump := jump_ms(before, after)):
        return None
    way = "ahead" if jump > 0 else "back"
    text = (
        f"its clock jumped {span(jump)} {way} against ours between two looks: one of them was set"
    )
    return LogEntry("clock", text, after.shown, "", "clock.jumped")
