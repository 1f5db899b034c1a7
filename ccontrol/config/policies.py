"""From [site.policy], files of rules and the built-in set to the rules in force at a site.

The site's own rules stand first, those of its files next, in their order, the built-in ones last. A
rule whose id another one has already changes that one, key by key.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from ccontrol.config import between
from ccontrol.config.conditions import ConditionReader
from ccontrol.config.faults import guess
from ccontrol.config.lines import Lines
from ccontrol.config.place import Place, Placed, Raw
from ccontrol.config.policy_schema import PolicyTable, RuleTable
from ccontrol.config.secrets import withheld
from ccontrol.config.settings import Site
from ccontrol.config.tables import Desk
from ccontrol.config.text_files import text_of
from ccontrol.errors import ConfigError, ConfigMissingError
from ccontrol.model.judgement import Severity
from ccontrol.model.policy import Policy, Rule, Source

BUILT_IN = Path(__file__).parent.parent / "policy" / "default.toml"
DEFAULT, SITE = "default", "site"
MOST_RULES = 2_000
_MEND = "Mend the lines named above, then run `ccontrol policy check` again."
_MOST_BYTES = 4 * 2**20
_OF_FILE = ("rule",)
_OF_POLICY = ("rule", "working")


@dataclass(slots=True)
class _Told:
    """One rule as it was written, with everything that later tables changed in it."""

    desk: Desk
    place: Place
    raw: dict[str, object]
    told_in: str
    zone: tzinfo


@dataclass(slots=True)
class PolicyReader:
    """Reads the rules of one site."""

    desk: Desk
    zone: tzinfo
    """The site's."""
    _found: dict[str, _Told] = field(default_factory=dict)
    _files: list[tuple[Desk, str, Lines]] = field(default_factory=list)

    def policy(self, raw: Raw, place: Place) -> Policy | None:
        """Return the rules in force, or None after noting the faults."""
        own = {name: value for name, value in raw.items() if name not in _OF_POLICY}
        table = self.desk.table(PolicyTable, own, place, siblings=_OF_POLICY)
        if table is None:
            return None
        sources = [
            *self._built_in(table.extends),
            *(one for pattern in table.files for one in self._file(pattern, place.at("files"))),
            (self.desk, self.desk.tables(raw, "rule", place, "id"), SITE),
        ]
        reader = ConditionReader(self.desk, self.zone)
        working = None
        if "working" in raw:
            at = place.at("working")
            working = reader.hours(self.desk.subtable(raw, "working", place), at)
        return Policy(self._rules(sources, place), table.stations, working)

    def _built_in(self, extends: str) -> Iterator["_Source"]:
        if extends == DEFAULT:
            yield from self._opened(BUILT_IN, Place(), DEFAULT)

    def _file(self, pattern: str, place: Place) -> Iterator["_Source"]:
        """Yield the files that a pattern names, in the order of their names."""
        paths = sorted(self.desk.folder.glob(pattern)) if _is_relative(pattern) else []
        if not paths and (named := self.desk.at(pattern)).is_file():
            paths = [named]
        if not paths:
            self.desk.faults.add(place, f"there is no file {pattern!a}")
        for path in paths:
            yield from self._opened(path, place)

    def _opened(self, path: Path, place: Place, told_in: str = "") -> Iterator["_Source"]:
        desk = Desk(path.parent, withheld)
        try:
            text = text_of(path, _MOST_BYTES)
            source = _source(text, desk, told_in or path.name)
        except ConfigMissingError as error:  # gone since its folder was listed
            self.desk.faults.add(place, str(error))
            return
        except ConfigError as error:
            self.desk.faults.add(place, "; ".join((str(error), *error.faults)))
            return
        self._files.append((desk, str(path), Lines(text)))
        yield source

    def _rules(self, sources: list["_Source"], place: Place) -> tuple[Rule, ...]:
        order: list[list[str]] = []
        for desk, tables, told_in in sources:
            zone = UTC if told_in == DEFAULT else self.zone
            order.append([])
            between.no_name_twice(tables, "id", desk.faults)
            for where, raw in tables:
                self._take(_Told(desk, where, dict(raw), told_in, zone), order[-1])
        ids = [name for names in reversed(order) for name in names]
        if len(ids) > MOST_RULES:
            self.desk.faults.add(place, f"{len(ids)} rules; {MOST_RULES} are the most")
            return ()
        found = [self._rule(self._found[name]) for name in ids]
        for desk, path, lines in self._files:
            for said in desk.faults.told(lines):
                self.desk.faults.add(place.at("files"), f"{path}, {said}")
        return tuple(rule for rule in found if rule is not None)

    def _take(self, told: _Told, new: list[str]) -> None:
        """Note a rule, or what it changes in the one of that id."""
        name = told.raw.get("id")
        if not isinstance(name, str):
            told.desk.table(RuleTable, _head(told.raw), told.place, siblings=("when",))
            return
        before = self._found.get(name)
        if before is None:
            new.append(name)
        else:
            told.raw = _changed(before.raw, told.raw)
        self._found[name] = told

    def _rule(self, told: _Told) -> Rule | None:
        desk, place, raw = told.desk, told.place, told.raw
        before = len(desk.faults)
        table = desk.table(RuleTable, _head(raw), place, siblings=("when",))
        reader = ConditionReader(desk, told.zone)
        when = reader.condition(desk.subtable(raw, "when", place), place.at("when"))
        if table is None or len(desk.faults) > before:
            self._guess(told)
            return None
        if table.off:
            return None
        return Rule(
            id=table.id,
            reason=table.reason,
            severity=None if table.severity is None else Severity[table.severity.upper()],
            when=when,
            steps=table.steps,
            least=Severity[table.least.upper()],
            stop=table.stop,
            sources=frozenset(map(Source, table.source)),
            techniques=table.techniques,
            no_technique=table.no_technique,
            told_in=told.told_in,
        )

    def _guess(self, told: _Told) -> None:
        """Say whether a rule that lacks what a new one needs was meant to change another one."""
        if "reason" in told.raw:
            return
        name = str(told.raw["id"])
        meant = guess(name, (known for known in self._found if known != name))
        if meant:
            told.desk.faults.add(told.place.at("id"), f"no rule has this id to change{meant}")


_Source = tuple[Desk, tuple[Placed, ...], str]
"""Where faults go, the rules as they are written, and what the place is called."""


def rules_of(site: Site) -> Policy:
    """Return the rules in force at a site."""
    return built_in() if site.policy is None else site.policy


def zone_of(site: Site) -> tzinfo:
    """Return whose clock on the wall people at a site mean."""
    return ZoneInfo(site.time_zone)


def of_files(files: tuple[Path, ...], zone: tzinfo = UTC, names: Policy | None = None) -> Policy:
    """Return the built-in rules with those of files; stations and hours are those of `names`.

    Raises ConfigError with every fault.
    """
    desk = Desk(Path.cwd(), withheld)
    raw = {"files": [str(path.absolute()) for path in files]}
    found = PolicyReader(desk, zone).policy(raw, Place())
    if found is None or desk.faults:
        told = tuple(said.removeprefix("files: ") for said in desk.faults.told(Lines("")))
        raise ConfigError("the rules have faults:", told, hint=_MEND)
    return (
        found if names is None else replace(found, stations=names.stations, working=names.working)
    )


@lru_cache(maxsize=1)
def built_in() -> Policy:
    """Return the rules of a site that says nothing of its own."""
    desk = Desk(BUILT_IN.parent, withheld)
    found = PolicyReader(desk, UTC).policy({}, Place())
    if found is None or desk.faults:
        raise ConfigError("the built-in rules have faults:", desk.faults.told(Lines("")))
    return found


def _source(text: str, desk: Desk, name: str) -> _Source:
    """Return the rules that a text holds. Raises ConfigError for what is no TOML."""
    try:
        raw: Mapping[str, object] = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise ConfigError(f"{name} is not TOML that can be read:", (str(error),)) from error
    for key in raw:
        if key not in _OF_FILE:
            desk.faults.add(Place().at(key), f"unknown key{guess(key, _OF_FILE)}")
    return desk, desk.tables(raw, "rule", Place(), "id"), name


def _head(raw: Mapping[str, object]) -> Raw:
    return {name: value for name, value in raw.items() if name != "when"}


def _changed(before: Mapping[str, object], now: Mapping[str, object]) -> dict[str, object]:
    """Return a rule with what a later table says; severity and steps put each other out."""
    kept = dict(before)
    if "severity" in now:
        kept = {name: value for name, value in kept.items() if name not in {"steps", "from"}}
    if "steps" in now:
        kept.pop("severity", None)
    return {**kept, **now}


def _is_relative(pattern: str) -> bool:
    return not Path(pattern).is_absolute() and ".." not in Path(pattern).parts
