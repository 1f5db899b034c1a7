"""What the controller says itself of a cause: its own log, and messages that it sent."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Final

from ccontrol.attribution.causes import can_cause, explains_wholly
from ccontrol.attribution.clues import Clue, named, stamp
from ccontrol.model.change import Change
from ccontrol.model.engineering import EngineeringEvent, Reach, Witness
from ccontrol.model.judgement import Confidence, Evidence, Grade, Origin, Window
from ccontrol.model.snapshot import LogEntry

ORIGINS: Final = {Reach.NETWORK: Origin.NETWORK, Reach.LOCAL: Origin.LOCAL}
FORGEABLE: Final = "forgeable"
"""Weakness of a message that anybody could have sent in the controller's name."""
_OWN_WORDS: Final = frozenset({Witness.CONTROLLER, Witness.SYSLOG})
_DRIFT: Final = timedelta(minutes=1)
"""By so much a clock that was held against ours can have run otherwise since an entry of the last
days: one that drifts by more than 17 s a day is told as one that jumped."""


def is_report(event: EngineeringEvent) -> bool:
    """Tell whether an event is the controller's own word, not packets that somebody saw."""
    return event.testimony.witness in _OWN_WORDS or event.reach is not Reach.NETWORK


def of_log(log: Iterable[LogEntry], change: Change, window: Window) -> Iterator[Clue]:
    """Yield the entries of a log that name a cause of a change.

    A log may have been read last long before the window opens: a card that was pulled and put back
    at noon explains nothing that was changed at night. That is told beside it.
    """
    for entry in log:
        origin = ORIGINS.get(entry.reach)
        if origin is None or not can_cause(entry.action, change):
            continue
        text = f"its own log says: {entry.at} {entry.code} {entry.text}"
        if _is_of_another_time(entry, window):
            apart = f"{text}; by its clock, held against ours, that was not when this changed"
            yield Clue(Evidence(Grade.CONTEXT, Origin.UNKNOWN, apart), Confidence.NONE)
        else:
            evidence = Evidence(Grade.REPORT, origin, text)
            yield Clue(evidence, _carries(origin, entry.action, change))


def of_messages(events: Iterable[EngineeringEvent], change: Change) -> Iterator[Clue]:
    """Yield the messages of a controller that name a cause of a change."""
    for event in events:
        origin = ORIGINS.get(event.reach)
        if origin is None or not event.outcome.done or not can_cause(event.action, change):
            continue
        weak = FORGEABLE in event.testimony.weaknesses
        carries = Confidence.POSSIBLE if weak else _carries(origin, event.action, change)
        whose = f" by {named(event.actor)}" if event.actor.address else ""
        text = f"it reported {event.action}{whose}, {stamp(event.first)}"
        told = f"{text}; anybody could have sent that" if weak else text
        yield Clue(Evidence(Grade.REPORT, origin, told, event), carries)


def _is_of_another_time(entry: LogEntry, window: Window) -> bool:
    """Tell whether an entry was written before or after a window, as far as its clock is known."""
    if entry.about is None:
        return False
    since = window.opened_at
    is_early = since is not None and entry.about < since - _DRIFT
    return is_early or entry.about > window.closed_at + _DRIFT


def _carries(origin: Origin, action: str, change: Change) -> Confidence:
    """A record names a hand at the controller for certain; a network, but not who was on it.

    "By a programming device" is said of Ethernet, MPI, PROFIBUS and USB alike.
    """
    if origin is Origin.LOCAL and explains_wholly(action, change):
        return Confidence.CONFIRMED
    return Confidence.PROBABLE
