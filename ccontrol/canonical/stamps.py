"""Where the time stamps of a history lie on `observed`, and how their commits name them."""

import re
from datetime import date

STAMPS = "journal/stamps"
AUTHORITIES = "keys/timestamp-authorities.pem"
"""Whose stamps counted when the newest one was taken, for comparison: who doubts a store has an own
copy."""
CLASS = "stamp"
PATH_TRAILER, COMMIT_TRAILER, TIME_TRAILER = "Stamp", "Stamped-Commit", "Stamped-At"
_PATH = re.compile(rf"{STAMPS}/([0-9]{{4}})/([0-9]{{2}}-[0-9]{{2}})\.tsr")


def stamp_path(day: date) -> str:
    """Return where the time stamp lies that was made on a day (UTC)."""
    return f"{STAMPS}/{day:%Y}/{day:%m-%d}.tsr"


def stamped_day(path: str) -> date | None:
    """Return the day that a path is about; None when it is no path of a time stamp."""
    match = _PATH.fullmatch(path)
    try:
        return date.fromisoformat(f"{match[1]}-{match[2]}") if match else None
    except ValueError:
        return None
