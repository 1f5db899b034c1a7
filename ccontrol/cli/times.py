"""Times and durations as people write and read them. Pure.

Everything is UTC: what is printed, and what is given without a zone.
"""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import typer

_SPAN = re.compile(r"(\d{1,6})\s*([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def stamp(at: datetime | None, nothing: str = "never") -> str:
    """Return a time as every command prints it."""
    return nothing if at is None else at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def span(seconds: float) -> str:
    """Return a duration in its two largest fitting words: "45 s", "12 min", "3 h 20 min"."""
    whole = round(abs(seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min"
    if whole < _DAY:
        hours, rest = divmod(whole, _HOUR)
        return f"{hours} h {rest // _MINUTE} min" if rest >= _MINUTE else f"{hours} h"
    days, rest = divmod(whole, _DAY)
    return f"{days} d {rest // _HOUR} h" if rest >= _HOUR else f"{days} d"


def age(at: datetime | None, now: datetime, nothing: str = "never") -> str:
    """Return how long ago something was, or in how long it will be."""
    if at is None:
        return nothing
    seconds = (now - at).total_seconds()
    return f"in {span(seconds)}" if seconds < 0 else f"{span(seconds)} ago"


def moment(text: str) -> datetime:
    """Read an ISO 8601 date or time; without a zone it is UTC. Raises typer.BadParameter."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is no time like 2026-11-23T18:00 (UTC) or 2026-11-23"
        ) from error
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def local_moment(text: str, zone: ZoneInfo) -> datetime:
    """Read a time on the clock of a place, or one with an offset. Raises typer.BadParameter.

    Refused are times that this clock shows twice or never, on the nights on which it is changed.
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no time like 2026-11-23T18:00") from error
    if found.tzinfo is not None:
        return found.astimezone(UTC)
    first, second = (found.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first != second:
        shown = first.astimezone(zone).replace(tzinfo=None) == found
        why = "twice" if shown else "never"
        raise typer.BadParameter(
            f"{text}: the clock of {zone.key} shows that {why}; say the offset, e.g. {text}+01:00"
        )
    return first


def ahead(text: str, now: datetime) -> datetime:
    """Read a time to come: ISO 8601, or a span from now such as 30m, 2h, 3d."""
    match = _SPAN.fullmatch(text.strip())
    until = now + _length(match) if match else moment(text)
    if until <= now:
        raise typer.BadParameter(f"{stamp(until)} UTC is over already; it is {stamp(now)} UTC")
    return until


def back(text: str, now: datetime) -> datetime:
    """Read a time that was: ISO 8601, or a span before now such as 30m, 2h, 3d."""
    match = _SPAN.fullmatch(text.strip())
    at = now - _length(match) if match else moment(text)
    if at > now:
        raise typer.BadParameter(f"{stamp(at)} UTC is still to come; it is {stamp(now)} UTC")
    return at


def _length(match: re.Match[str]) -> timedelta:
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
