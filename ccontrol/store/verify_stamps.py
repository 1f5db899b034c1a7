"""The time stamps of a history held against it: what an authority outside vouches for, by day.

Commits of the daemon name the stamps that they brought, so one that is gone is missed. Where nobody
says whose stamps count, that is said: a stamp by anybody proves nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from ccontrol.canonical.stamps import COMMIT_TRAILER, PATH_TRAILER, STAMPS, stamped_day
from ccontrol.errors import TimeStampError
from ccontrol.store.commits import Commit
from ccontrol.store.repository import Repository
from ccontrol.store.stamp_times import head_fault, keeper_fault
from ccontrol.store.time_stamp import Authorities, TimeStamp, checked

_RUNS_NAMED = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StampTrust:
    """Whose time stamps count."""

    authorities: Authorities | None = None
    """None: nobody has said."""
    expected: bool = False
    """An authority is configured, so there should be stamps."""


@dataclass(frozen=True, slots=True)
class StampedDay:
    """One day's stamp."""

    day: date
    commit: str
    """Which commit was stamped, and with it everything before."""
    at: datetime | None = None
    """The authority's time; None: it does not hold, or nobody said whose stamps count."""
    authority: str = ""
    holds: bool = False


@dataclass(frozen=True, slots=True)
class Brought:
    """What the daemon's commit says of the stamp that it brought."""

    by: str
    when: datetime
    path: str
    stamped: str


@dataclass(slots=True)
class StampFindings:
    """What was found: each day, what does not hold (with its commit), what nobody could check."""

    days: list[StampedDay] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)


def brought_by(commit: Commit) -> Brought | None:
    """Return what a commit says that it brought; None for a commit of another class."""
    path = commit.trailer(PATH_TRAILER)
    if path is None:
        return None
    return Brought(commit.id, commit.when, path, commit.trailer(COMMIT_TRAILER) or "")


def stamp_findings(
    git_dir: Path,
    head: str,
    seen: Mapping[str, int],
    brought: Iterable[Brought],
    trust: StampTrust,
) -> StampFindings:
    """Judge every time stamp. `seen`: the commits with their places, `brought` in their order."""
    with Repository.open(git_dir) as repository:
        judge = _Judge(repository, head, seen, trust)
        for one in brought:
            judge.take(one)
        judge.conclude()
        return judge.found


@dataclass(slots=True)
class _Judge:
    """Judges the stamps of one history, in the order in which they were brought."""

    repository: Repository
    head: str
    seen: Mapping[str, int]
    trust: StampTrust
    found: StampFindings = field(default_factory=StampFindings)
    paths: set[str] = field(default_factory=set)

    def take(self, one: Brought) -> None:
        """Judge one stamp by itself."""
        self.paths.add(one.path)
        day = stamped_day(one.path)
        what = "this is no place for a time stamp" if day is None else self._place_fault(one)
        if what or day is None:
            self._fault(one, what)
        elif self.trust.authorities is None:
            self.found.days.append(StampedDay(day, one.stamped))
        else:
            self.found.days.append(self._judged(one, day, self.trust.authorities))

    def conclude(self) -> None:
        """Judge all of them together, and say what is missing."""
        there = {*self.repository.entries(STAMPS, self.head)}
        for path in sorted(there - self.paths):
            what = f"{path}: no commit says that it brought this time stamp"
            self.found.faults.append((self.head, what))
        self.found.days.sort(key=lambda one: one.day)
        self.found.faults += _order_faults(self.found.days, self.seen)
        last = self.repository.commit(self.head).when.date()
        self.found.unchecked += _missing(self.found, last, self.trust)

    def _fault(self, one: Brought, what: str) -> None:
        self.found.faults.append((one.by, f"{one.path}: {what}"))

    def _judged(self, one: Brought, day: date, authorities: Authorities) -> StampedDay:
        answer = self.repository.read(one.path, self.head)[one.path]
        try:
            raw = self.repository.objects.content(bytes.fromhex(one.stamped), "commit")
            stamp = checked(answer, raw, authorities)
        except TimeStampError as error:
            self._fault(one, str(error))
            return StampedDay(day, one.stamped)
        faults = [*self._time_faults(one, day, stamp)]
        for fault in faults:
            self._fault(one, fault)
        return StampedDay(day, one.stamped, stamp.at, stamp.authority, not faults)

    def _place_fault(self, one: Brought) -> str:
        """Say why a stamp does not lie where its commit put it, about what that names."""
        now = self.repository.entry(one.path, self.head)
        then = self.repository.entry(one.path, one.by)
        if then is None:
            return "the commit that says it brought this time stamp did not"
        if now is None:
            return "the time stamp was there once and is gone"
        if now != then:
            return "the time stamp is another one than was stored"
        if self.seen.get(one.stamped, len(self.seen)) >= self.seen[one.by]:
            return f"it should be about {one.stamped[:40]!a}, which is no commit before it"
        return ""

    def _time_faults(self, one: Brought, day: date, stamp: TimeStamp) -> Iterator[str]:
        at = f"{stamp.at:%Y-%m-%d %H:%M:%S} UTC"
        if stamp.at.date() != day:
            yield f"it was made at {at}, which is another day"
        odd = head_fault(self.repository.commit(one.stamped).when, stamp)
        if odd:
            yield f"the commit {one.stamped}: {odd} of {at}"
        late = keeper_fault(one.when, stamp)
        if late:
            yield late


def _order_faults(days: Sequence[StampedDay], seen: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    for before, after in pairwise(days):
        if seen[after.commit] < seen[before.commit]:
            what = f"the stamp of {after.day} is about an older commit than that of {before.day}"
            yield after.commit, what


def _missing(found: StampFindings, last: date, trust: StampTrust) -> Iterator[str]:
    if not found.days:
        if trust.expected and not found.faults:
            yield "there is no time stamp here yet"
        return
    if trust.authorities is None:
        yield (
            f"{len(found.days)} time stamps: nobody says whose count; name the certificates of "
            "their authority with --tsa-ca"
        )
    stamped = {one.day for one in found.days}
    runs = list(_runs(min(stamped), last, stamped))
    if runs:
        more = f" and {len(runs) - _RUNS_NAMED} more times" if len(runs) > _RUNS_NAMED else ""
        yield f"no time stamp was made {', '.join(runs[:_RUNS_NAMED])}{more}"


def _runs(first: date, last: date, stamped: set[date]) -> Iterator[str]:
    """Yield the days without a stamp before the last one, in runs."""
    begun: date | None = None
    for number in range((last - first).days + 1):
        day = first + number * _DAY
        if day not in stamped and day < last:
            begun = begun or day
        elif begun is not None:
            ended = day - _DAY
            yield f"on {begun}" if begun == ended else f"from {begun} to {ended}"
            begun = None
