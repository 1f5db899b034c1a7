"""Single values of JSON documents, read strictly: whoever wrote them may be anybody. Pure, total.

Each function returns the value in its type, or raises TypeError or ValueError.
"""

from datetime import UTC, datetime


def text_of(value: object) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.40} is no text")
    return value


def count_of(value: object) -> int:
    """Return a number from 0 to 2 ** 63 - 1."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 63:
        raise TypeError(f"{value!r:.40} is no count")
    return value


def time_of(value: object) -> datetime:
    """Return a time in UTC from ISO 8601 with a zone."""
    time = datetime.fromisoformat(text_of(value))
    if time.tzinfo is None:
        raise ValueError("a time without a zone")
    try:
        return time.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a time before or after all years") from error
