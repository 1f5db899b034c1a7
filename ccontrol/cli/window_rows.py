"""How the change windows of a site stand, for the commands that show it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ccontrol.approval.windows import end_of
from ccontrol.cli.output import Tone, say
from ccontrol.cli.site_files import index_reader
from ccontrol.cli.times import age, stamp
from ccontrol.config.settings import Site
from ccontrol.logic.printable import printable
from ccontrol.model.approval import Approvals, ChangeWindow, WindowEnd
from ccontrol.poll.window_uses import uses_of
from ccontrol.store.repository import Repository

RECENT = timedelta(days=7)
"""So long `ccontrol status` tells of a window that is over."""
TONES = {
    WindowEnd.OPEN: Tone.GOOD,
    WindowEnd.USED_UP: Tone.CAUTION,
    WindowEnd.NOT_USED: Tone.CAUTION,
}
_OVER = frozenset({WindowEnd.USED, WindowEnd.NOT_USED, WindowEnd.USED_UP})


@dataclass(frozen=True, slots=True)
class WindowStanding:
    """One window by its newest version, and how it stands."""

    window: ChangeWindow
    approved_by: str
    seen_at: datetime | None
    """When the daemon saw it first; None: it has not."""
    uses: int
    """So many changes used it."""
    stands: WindowEnd


def windows_of(site: Site, approvals: Approvals, now: datetime) -> tuple[WindowStanding, ...]:
    """Return how every window stands, in the order in which they were signed.

    Raises StoreError.
    """
    newest = {version.window.id: version for version in approvals.windows}
    if not newest:
        return ()
    with index_reader(site) as index, Repository.open(site.store.path) as store:
        uses = uses_of(store, index, approvals, newest)
    return tuple(
        WindowStanding(
            one.window,
            one.commit.principal,
            one.commit.seen_at,
            uses[name],
            end_of(one.window, uses[name], now),
        )
        for name, one in newest.items()
    )


def is_current(one: WindowStanding, now: datetime) -> bool:
    """Tell whether a window is open, opens soon, or was over only lately."""
    if one.stands in {WindowEnd.OPEN, WindowEnd.SOON}:
        return True
    return one.stands in _OVER and now - one.window.until < RECENT


def tell_windows(windows: tuple[WindowStanding, ...], now: datetime) -> None:
    """Print a line for each window."""
    for one in windows:
        ticket = f", {printable(one.window.ticket)}" if one.window.ticket else ""
        count = "1 change" if one.uses == 1 else f"{one.uses} changes"
        whom = ", ".join(one.window.controllers)
        text = f"change window {one.window.id} ({whom}{ticket}): {_stands(one, now)}, {count}"
        say(f"  {text}", TONES.get(one.stands, Tone.PLAIN))


def _stands(one: WindowStanding, now: datetime) -> str:
    window = one.window
    if one.stands is WindowEnd.SOON:
        return f"soon, opens {age(window.since, now)} ({stamp(window.since)} UTC)"
    if one.stands is WindowEnd.OPEN:
        return f"open until {stamp(window.until)} UTC"
    return f"{one.stands.value}, until {stamp(window.until)} UTC"
