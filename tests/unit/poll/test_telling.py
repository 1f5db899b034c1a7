"""The daemon's log: sentence first, keys after it, and nothing of polls that went well."""

import logging
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ccontrol.model.controller import Controller
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll.telling import tell_decisions, tell_poll
from ccontrol.poll.watched import Watched
from ccontrol.store.standing import Health, Pause

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PRESS = Controller("press-3", "north", "hall-2", "s7", "192.0.2.1", 102)


def told(before: int, after: int, outcome: Outcome) -> None:
    watched = Watched(PRESS, NOW, health=Health(failures=after))
    entry = JournalEntry(NOW, "press-3", outcome, reason="it is silent")
    tell_poll(watched, replace(watched.health, failures=before), entry)


def test_only_the_first_failure_in_a_row_and_its_end_are_warned_of(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    told(0, 0, Outcome.UNCHANGED)
    told(0, 1, Outcome.FAILED)
    told(1, 2, Outcome.FAILED)
    told(2, 0, Outcome.UNCHANGED)
    first, over = caplog.records
    assert (first.levelno, over.levelno) == (logging.WARNING, logging.WARNING)
    assert first.getMessage().startswith("a controller cannot be read: it is silent controller=")
    assert over.getMessage().endswith("failures=2")


def test_what_people_decided_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    paused = Watched(PRESS, NOW, pause=Pause(NOW, "ann", "work order 4711"), enrolled=True)
    tell_decisions(paused, was_paused=False, was_enrolled=True)
    tell_decisions(paused, was_paused=True, was_enrolled=True)
    tell_decisions(replace(paused, pause=None), was_paused=True, was_enrolled=False)
    words = [record.getMessage().split(" controller=")[0] for record in caplog.records]
    assert words == [
        "it is paused: work order 4711",
        "it is watched again after a pause",
        "it is enrolled and read whole next",
    ]
