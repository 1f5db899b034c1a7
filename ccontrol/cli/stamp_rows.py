"""What is told of time stamps: by `verify` of those that are there, by `status` of what lacks."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ccontrol.canonical.stamps import STAMPS, stamped_day
from ccontrol.cli.output import Tone, say
from ccontrol.cli.times import stamp
from ccontrol.config.settings import Site
from ccontrol.logic.printable import printable
from ccontrol.poll.places import Places
from ccontrol.poll.stamping_trouble import StampingTrouble, stamping_trouble
from ccontrol.store.repository import Repository
from ccontrol.store.verify import Report

_PATIENCE = timedelta(days=1)
"""An authority that is away for so long needs somebody; before that it may come back."""


@dataclass(frozen=True, slots=True)
class StampStanding:
    """How a site stands to its time stamp authority."""

    newest: date | None
    """Day of the newest time stamp in the history; None: there is none yet."""
    failing_since: datetime | None = None
    """Since when the authority gave none that holds; None: its last answer did."""
    failure: str = ""

    def needs_somebody(self, now: datetime) -> bool:
        """Whether that lasts so long that it will not mend itself."""
        return self.failing_since is not None and now - self.failing_since >= _PATIENCE


def stamp_standing(site: Site, repository: Repository) -> StampStanding | None:
    """Return how a site stands; None where nobody is asked for time stamps. Raises StoreError."""
    if site.timestamps is None:
        return None
    trouble: StampingTrouble | None = stamping_trouble(Places(site.store.path))
    newest = _newest(repository)
    if trouble is None:
        return StampStanding(newest)
    return StampStanding(newest, trouble.since, trouble.what)


def _newest(repository: Repository) -> date | None:
    years = sorted(repository.names(STAMPS))
    names = sorted(repository.names(f"{STAMPS}/{years[-1]}")) if years else []
    return stamped_day(f"{STAMPS}/{years[-1]}/{names[-1]}") if names else None


def stamps_row(one: StampStanding | None, now: datetime) -> dict[str, object] | None:
    """Return the same for programs; null where nobody is asked."""
    if one is None:
        return None
    return {
        "newest": one.newest,
        "failing_since": one.failing_since,
        "failure": one.failure,
        "needs_attention": one.needs_somebody(now),
    }


def tell_standing(one: StampStanding | None, now: datetime) -> None:
    """Say how a site stands to its time stamp authority."""
    if one is None:
        return
    newest = f"newest of {one.newest}" if one.newest else "none yet"
    if one.failing_since is None:
        say(f"  time stamps: {newest}")
        return
    tone = Tone.BAD if one.needs_somebody(now) else Tone.CAUTION
    since = f"since {stamp(one.failing_since)} UTC"
    say(f"  time stamps: {newest}; none {since}: {printable(one.failure)}", tone)


def tell_stamps(report: Report) -> None:
    """Say what the time stamps of a verified history prove."""
    holding = [day for day in report.stamps if day.holds]
    if not report.stamps:
        say("  no time stamps: nobody outside says when any of this was there")
    elif holding:
        last = holding[-1]
        said = f"{len(holding)} of {len(report.stamps)} time stamps hold"
        say(f"  {said}, {holding[0].day} to {last.day}", Tone.GOOD)
        told = f"{last.commit[:12]} and all before it was there at {stamp(last.at)} UTC"
        say(f"    {told}, says {printable(last.authority)}")
