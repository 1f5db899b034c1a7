"""From a raw [rule.when] to a condition: its own questions, and groups of others in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from zoneinfo import ZoneInfo

from ccontrol.config.faults import shown
from ccontrol.config.place import Place, Raw
from ccontrol.config.policy_schema import DAYS, DifferenceTable, TimeTable, WhenTable
from ccontrol.config.tables import Desk
from ccontrol.model.policy import (
    AllOf,
    AnyOf,
    Became,
    Condition,
    During,
    Flag,
    Hours,
    Key,
    Leaf,
    Moved,
    Not,
    Patterns,
    Words,
)

GROUPS = ("all", "any", "not")
_TABLES = ("difference", "time")
_DEEPEST = 8
"""So many groups may stand in each other."""
_PATTERNS = frozenset(
    {
        *(Key.FINDING, Key.UNIT, Key.TITLE, Key.CONTROLLER, Key.SITE, Key.AREA, Key.FAMILY),
        *(Key.OWNER, Key.TAG, Key.STATION, Key.STANDING),
    }
)


@dataclass(frozen=True, slots=True)
class ConditionReader:
    """Reads what the rules of one file ask."""

    desk: Desk
    zone: tzinfo
    """Of hours that name none."""

    def condition(self, raw: Raw, place: Place, depth: int = 0) -> Condition:
        """Return what a table asks. Its faults are noted; what has some asks nothing then."""
        if depth > _DEEPEST:
            self.desk.faults.add(place, f"more than {_DEEPEST} groups stand in each other")
            return AllOf()
        apart = (*GROUPS, *_TABLES)
        own = {name: value for name, value in raw.items() if name not in apart}
        table = self.desk.table(WhenTable, own, place, siblings=apart)
        parts = [*(_leaves(table) if table else ()), *self._tables(raw, place)]
        parts += self._groups(raw, place, depth)
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def hours(self, raw: Raw, place: Place) -> Hours | None:
        """Return the hours that a table says, None after noting its faults."""
        table = self.desk.table(TimeTable, raw, place)
        if table is None:
            return None
        begin, end = map(_minutes, table.hours.split("-"))
        return Hours(
            zone=self.zone if table.time_zone is None else ZoneInfo(table.time_zone),
            days=frozenset(DAYS.index(day) for day in table.days),
            begin=begin,
            end=end,
            holidays=frozenset(table.holidays),
            dates=frozenset(table.dates),
        )

    def _tables(self, raw: Raw, place: Place) -> Iterator[Condition]:
        if "difference" in raw:
            where = place.at("difference")
            table = self.desk.table(
                DifferenceTable, self.desk.subtable(raw, "difference", place), where
            )
            if table is not None:
                became = None if table.became is None else Became(table.became)
                yield Moved(table.name or "", table.before or "", table.after or "", became)
        if "time" in raw:
            hours = self.hours(self.desk.subtable(raw, "time", place), place.at("time"))
            if hours is not None:
                yield During(hours)

    def _groups(self, raw: Raw, place: Place, depth: int) -> Iterator[Condition]:
        if "all" in raw:
            yield AllOf(self._several(raw, "all", place, depth))
        if "any" in raw:
            yield AnyOf(self._several(raw, "any", place, depth))
        if "not" in raw:
            where = place.at("not")
            yield Not(self.condition(self.desk.subtable(raw, "not", place), where, depth + 1))

    def _several(self, raw: Raw, name: str, place: Place, depth: int) -> tuple[Condition, ...]:
        tables, where = raw[name], place.at(name)
        if not isinstance(tables, list) or not tables:
            self.desk.faults.add(where, f"want a list of tables, got {shown(tables)}")
            return ()
        found = []
        for number, table in enumerate(tables):
            if isinstance(table, dict):
                found.append(self.condition(table, where.at(number), depth + 1))
            else:
                self.desk.faults.add(where.at(number), f"want a table, got {shown(table)}")
        return tuple(found)


def _leaves(table: WhenTable) -> Iterator[Leaf]:
    for name in WhenTable.model_fields:
        asked = getattr(table, name)
        if asked is None:
            continue
        key = Key(name)
        if isinstance(asked, bool):
            yield Flag(key, asked)
        elif key in _PATTERNS:
            yield Patterns(key, asked)
        else:
            yield Words(key, frozenset(asked))


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
