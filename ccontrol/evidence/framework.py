"""A framework as data: its edition, the days on which it holds, its requirements in our own words.

The text of a standard is its publisher's. Here stand its numbers, when they were looked up, and
which measure of ours bears on each. A date that is not certain is said to be so.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from ccontrol.canonical.reading import Table, read
from ccontrol.errors import UnreadableStateError
from ccontrol.model.aspect import Aspect

FORM = 1
_WARN = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a baseline, or of what has to be monitored."""

    id: str
    words: str
    aspects: tuple[Aspect, ...]
    """What is read of it; none: only people can say it."""
    required: tuple[str, ...] = ()
    """Requirement ids that ask for it."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement, and which measure bears on it."""

    id: str
    words: str
    measure: str
    """A name in `evidence.measures`; "people": nothing that ccontrol knows bears on it."""
    impact: tuple[str, ...] = ()
    """Impact ratings that it is for, as the population words them; empty: all."""
    classes: tuple[str, ...] = ()
    """Classes of assets, likewise."""
    limit_days: int = 0


@dataclass(frozen=True, slots=True)
class Framework:
    """One edition."""

    id: str
    title: str
    edition: str
    effective_from: date
    effective_until: date | None
    """The first day on which it no longer holds; None: no end is known."""
    dates_certain: bool
    citation_verified_on: date
    source: str
    note: str
    items: tuple[Item, ...]
    requirements: tuple[Requirement, ...]

    def holds_on(self, day: date) -> bool:
        """Say whether the edition is in force on a day."""
        ended = self.effective_until is not None and day >= self.effective_until
        return day >= self.effective_from and not ended

    def warnings(self, day: date) -> Iterator[str]:
        """Yield what has to be known of the edition itself on the last day of a pack."""
        until = self.effective_until
        if day < self.effective_from:
            yield f"{self.edition} is not in force before {self.effective_from}"
        elif until is not None and day >= until:
            yield f"{self.edition} is no longer in force since {until}"
        elif until is not None and until - day <= _WARN:
            yield f"{self.edition} ends on {until}, in {(until - day).days} days"
        if not self.dates_certain:
            yield f"the dates of {self.edition} are not certain: {self.note}"


def parse_framework(where: str, content: bytes) -> Framework:
    """Return the framework of a file. Raises UnreadableStateError with the place of a fault."""
    table = read(where, content)
    if table.integer("form") != FORM:
        raise UnreadableStateError(f"{where}: of a form that this version does not know")
    return Framework(
        id=table.text("id"),
        title=table.text("title"),
        edition=table.text("edition"),
        effective_from=_day(table, "effective_from"),
        effective_until=_day(table, "effective_until") if "effective_until" in table else None,
        dates_certain=table.flag("dates_certain"),
        citation_verified_on=_day(table, "citation_verified_on"),
        source=table.text("source"),
        note=table.text("note", ""),
        items=tuple(map(_item, table.tables("item"))),
        requirements=tuple(map(_requirement, table.tables("requirement"))),
    )


def in_force(frameworks: Iterable[Framework], wanted: str, day: date) -> Framework:
    """Return the edition that holds on a day, by the framework's id, or the one called so.

    Raises UnreadableStateError when there is none.
    """
    every = tuple(frameworks)
    named = [one for one in every if one.edition.lower() == wanted.lower()]
    found = named or [one for one in every if one.id == wanted and one.holds_on(day)]
    if found:
        return found[-1]
    known = ", ".join(f"{one.id} ({one.edition})" for one in every)
    raise UnreadableStateError(
        f"no edition of {wanted!r} holds on {day}", hint=f"There are: {known}."
    )


def _item(table: Table) -> Item:
    words = table.texts("aspects")
    known = {aspect.value: aspect for aspect in Aspect}
    for word in words:
        if word not in known:
            raise UnreadableStateError(f"{table.where}: {word!r} is no aspect")
    return Item(
        table.text("id"),
        table.text("words"),
        tuple(known[word] for word in words),
        table.texts("required"),
    )


def _requirement(table: Table) -> Requirement:
    return Requirement(
        id=table.text("id"),
        words=table.text("words"),
        measure=table.text("measure"),
        impact=table.texts("impact"),
        classes=table.texts("classes"),
        limit_days=table.integer("limit_days") if "limit_days" in table else 0,
    )


def _day(table: Table, name: str) -> date:
    try:
        return date.fromisoformat(table.text(name))
    except ValueError as error:
        raise UnreadableStateError(
            f"{table.where}: {name!r} is no day such as 2028-07-01"
        ) from error
