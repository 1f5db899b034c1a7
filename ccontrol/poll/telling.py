"""What the daemon's log says of polls, commits and decisions: the sentence first, then its keys.

Levels: what somebody may have to act on is a warning, what they decided or what was committed is
info; polls that went well say nothing, the journal has them.
"""

import logging

from ccontrol.canonical.message import message
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.record import Record
from ccontrol.poll.watched import SUCCESSES, Watched
from ccontrol.store.standing import Health

_log = logging.getLogger(__name__)


def tell_poll(watched: Watched, before: Health, entry: JournalEntry) -> None:
    """Tell of the first failure in a row, and when it is over."""
    key, failures = watched.key, watched.health.failures
    if entry.outcome is Outcome.FAILED and failures == 1 and not before.failures:
        _log.warning("a controller cannot be read: %s controller=%s", entry.reason, key)
    elif entry.outcome in SUCCESSES and before.failures and not failures:
        _log.warning("it is read again controller=%s failures=%d", key, before.failures)


def tell_commit(record: Record, commit: str) -> None:
    """Tell of a change that the history holds now."""
    _log.info(
        "%s severity=%s change=%s controller=%s/%s commit=%s",
        message(record).subject,
        record.verdict.severity.word,
        record.change_id,
        record.site,
        record.controller_id,
        commit[:12],
    )


def tell_decisions(watched: Watched, *, was_paused: bool, was_enrolled: bool) -> None:
    """Tell of what people decided about a controller since the last look."""
    pause = watched.pause
    if pause is not None and not was_paused:
        until = "" if pause.until is None else f" until={pause.until.isoformat()}"
        words = "it is paused: %s controller=%s by=%s%s"
        _log.info(words, pause.reason, watched.key, pause.by, until)
    if pause is None and was_paused:
        _log.info("it is watched again after a pause controller=%s", watched.key)
    if watched.enrolled and not was_enrolled:
        _log.info("it is enrolled and read whole next controller=%s", watched.key)
