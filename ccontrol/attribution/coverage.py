"""How well a controller was watched while a change can have happened, and when it was not.

Nothing here moves an origin: that nobody was seen proves nothing, however well one looked.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from ccontrol.attribution.case import Case
from ccontrol.attribution.own import TOLERANCE
from ccontrol.model.judgement import Coverage, Gap, Watching, Window
from ccontrol.model.witness import Hearing, OwnConnection, Watch

GAPS_LISTED: Final = 32
_REASONS_TOLD: Final = 3
_SEAM: Final = timedelta(seconds=1)
"""Shorter holes lie between two reports of one sensor."""
_NOBODY: Final = "nobody watched"
_NOT_YET: Final = "not reported yet when this was judged"
_LATE: Final = timedelta(seconds=30)
"""A sensor reports every ten seconds: one that is silent for longer watches no more."""
_Span = tuple[datetime, datetime]


def hull(windows: Iterable[Window]) -> Window | None:
    """Return from when to when any of them is open; None for none."""
    every = tuple(windows)
    if not every:
        return None
    opened = [window.opened_at for window in every]
    known = [at for at in opened if at is not None]
    begin = min(known) if len(known) == len(opened) else None
    return Window(begin, max(window.closed_at for window in every))


def coverage(case: Case, window: Window | None) -> Coverage:
    """Return how well the ways to the controller were watched in a window."""
    hearing = case.hearing
    sensors = tuple(sorted({watch.sensor for watch in hearing.watches}))
    if window is None or window.opened_at is None or window.opened_at >= window.closed_at:
        return Coverage(Watching.NONE, sensors, _troubles(hearing, window))
    whole = (window.opened_at, window.closed_at)
    watches = [watch for watch in hearing.watches if watch.until > watch.since]
    addresses = hearing.addresses or {case.controller.address}
    near = {watch.sensor for watch in watches if _hears(watch, addresses) and _near(watch, whole)}
    ours = [watch for watch in watches if watch.sensor in near]
    if not ours:
        unheard = (Gap(*whole, "no sensor heard a packet of it"),) if sensors else ()
        return Coverage(Watching.NONE, sensors, (*_troubles(hearing, window), *unheard))
    weak = [(watch, _weakness(watch, hearing.own, addresses)) for watch in ours]
    good = _joined((watch.since, watch.until) for watch, reason in weak if not reason)
    gaps = _gaps(whole, good, weak)
    listed = (*_troubles(hearing, window), *gaps)
    return Coverage(_level(hearing, listed), tuple(sorted(near)), listed)


def _level(hearing: Hearing, gaps: tuple[Gap, ...]) -> Watching:
    if any(gap.reason != _NOT_YET for gap in gaps):
        return Watching.DEGRADED
    return Watching.MIRRORED if hearing.mirrored else Watching.PATH


def _hears(watch: Watch, addresses: Iterable[str]) -> bool:
    return any(count > 0 and address in addresses for address, count in watch.heard)


def _near(watch: Watch, whole: _Span) -> bool:
    return watch.until >= whole[0] - TOLERANCE and watch.since <= whole[1] + TOLERANCE


def _weakness(watch: Watch, own: tuple[OwnConnection, ...], addresses: Iterable[str]) -> str:
    """Return why what a sensor did not see in this time says less; "" when it saw all there was."""
    if watch.dropped:
        return f"{watch.sensor} lost {watch.dropped} of {watch.packets + watch.dropped} packets"
    if _hears(watch, addresses):
        return ""
    within = any(watch.since <= one.since and one.until <= watch.until for one in own)
    return f"{watch.sensor} did not see our own poll" if within else ""


def _gaps(whole: _Span, good: list[_Span], weak: list[tuple[Watch, str]]) -> tuple[Gap, ...]:
    """Return the times of a window in which nobody watched well, in order.

    Of too many the last one stands for all that follow.
    """
    newest = max(watch.until for watch, _ in weak)
    spans = list(_left(whole, good))
    more = spans[GAPS_LISTED - 1 :]
    if len(more) > 1:
        spans[GAPS_LISTED - 1 :] = [(more[0][0], more[-1][1])]
    found: list[Gap] = []
    for since, until in spans:
        reasons = sorted(
            {why for watch, why in weak if why and watch.since < until and watch.until > since}
        )[:_REASONS_TOLD]
        is_due = since >= newest and until - since <= _LATE
        reason = "; ".join(reasons) or (_NOT_YET if is_due else _NOBODY)
        found.append(Gap(since, until, reason))
    return tuple(found)


def _left(whole: _Span, good: list[_Span]) -> Iterator[_Span]:
    """Yield what of a span others leave uncovered, seams left out."""
    at, end = whole
    for since, until in good:
        if since - at > _SEAM:
            yield at, min(since, end)
        at = max(at, until)
        if at >= end:
            return
    if end - at > _SEAM:
        yield at, end


def _joined(spans: Iterable[_Span]) -> list[_Span]:
    """Return spans in order, those that touch as one."""
    found: list[_Span] = []
    for since, until in sorted(spans):
        if found and since - found[-1][1] <= _SEAM:
            found[-1] = found[-1][0], max(found[-1][1], until)
        else:
            found.append((since, until))
    return found


def _troubles(hearing: Hearing, window: Window | None) -> tuple[Gap, ...]:
    if window is None or not (hearing.trouble or hearing.left_out):
        return ()
    reason = hearing.trouble or f"{hearing.left_out} events more than are kept"
    return (Gap(window.opened_at or window.closed_at, window.closed_at, reason),)
