"""The log of what runs as a service: to standard error, which systemd's journal keeps."""

import logging
import os

_CHATTY = ("apscheduler", "snap7", "git", "asyncio")
_SYSLOG = ((logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
"""Levels and their numbers in sd-daemon(3), highest first; what lies below is debug, 7."""


class _ForTheJournal(logging.Formatter):
    """Puts sd-daemon's level in front, so that `journalctl -p err` works; it adds the time."""

    def format(self, record: logging.LogRecord) -> str:
        number = next((code for level, code in _SYSLOG if record.levelno >= level), 7)
        return "\n".join(f"<{number}>{line}" for line in super().format(record).splitlines())


def log_to_stderr(*, verbose: bool) -> None:
    """Log from here on; to a person with the time, to the journal with sd-daemon's levels."""
    handler = logging.StreamHandler()
    if os.environ.get("JOURNAL_STREAM"):
        handler.setFormatter(_ForTheJournal("%(message)s"))
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, handlers=[handler])
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
