"""The tables of rules: every key with its type and words. How they become rules is `policies`'.

A rule is the same table wherever it stands: in the built-in set, in a file of rules, in the
configuration.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ccontrol.config.faults import guess
from ccontrol.config.schema import Id, Line, PathText, Table, ZoneName
from ccontrol.diff.programs.changes import LogicKind
from ccontrol.model.approval import Authorisation
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Kind
from ccontrol.model.controller import Criticality
from ccontrol.model.engineering import Role
from ccontrol.model.judgement import Confidence, Origin, Watching
from ccontrol.model.policy import Became, Source, Window

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")
_TECHNIQUE = re.compile(r"T\d{4}")
_MOST = 200
"""So many words or patterns has one list."""


def _one_of(words: Iterable[str]) -> Callable[[str], str]:
    known = tuple(str(word) for word in words)

    def check(text: str) -> str:
        if text not in known:
            hint = guess(text, known) or f"; known are {', '.join(known)}"
            raise ValueError(f"no such word: {text[:80]!a}{hint}")
        return text

    return check


def _hours(text: str) -> str:
    if _HOURS.fullmatch(text) is None:
        raise ValueError(f'want hours like "06:00-18:00", got {text[:80]!a}')
    return text


def _a_pattern(text: str) -> str:
    if not text or not text.isprintable():
        raise ValueError("want a pattern of printable characters; * is any text, ? one character")
    return text


def _a_technique(text: str) -> str:
    if _TECHNIQUE.fullmatch(text) is None:
        raise ValueError(f'want the id of a technique like "T0889", got {text[:80]!a}')
    return text


def _some(items: tuple[str, ...]) -> tuple[str, ...]:
    if not 0 < len(items) <= _MOST:
        raise ValueError(f"want 1 to {_MOST} of them, got {len(items)}")
    return items


_SOME = AfterValidator(_some)
Pattern = Annotated[str, Field(max_length=200), AfterValidator(_a_pattern)]
Patterns = Annotated[tuple[Pattern, ...], _SOME]
HoursText = Annotated[str, AfterValidator(_hours)]
Technique = Annotated[str, AfterValidator(_a_technique)]
Day = Annotated[str, AfterValidator(_one_of(DAYS))]
KindWord = Annotated[str, AfterValidator(_one_of(Kind))]
AspectWord = Annotated[str, AfterValidator(_one_of(Aspect))]
LogicWord = Annotated[str, AfterValidator(_one_of(LogicKind))]
OriginWord = Annotated[str, AfterValidator(_one_of(Origin))]
ConfidenceWord = Annotated[str, AfterValidator(_one_of(Confidence))]
WatchingWord = Annotated[str, AfterValidator(_one_of(Watching))]
CriticalityWord = Annotated[str, AfterValidator(_one_of(Criticality))]
RoleWord = Annotated[str, AfterValidator(_one_of(Role))]
AuthorisationWord = Annotated[str, AfterValidator(_one_of(Authorisation))]
WindowWord = Annotated[str, AfterValidator(_one_of(Window))]
SourceWord = Annotated[str, AfterValidator(_one_of(Source))]
SeverityWord = Literal["info", "low", "medium", "high", "critical"]


class TimeTable(Table):
    """Hours of the week at one place."""

    days: Annotated[tuple[Day, ...], _SOME] = DAYS
    hours: HoursText = "00:00-24:00"
    holidays: tuple[date, ...] = ()
    dates: tuple[date, ...] = ()
    time_zone: ZoneName | None = None


class DifferenceTable(Table):
    """One difference of a change."""

    name: Pattern | None = None
    before: Pattern | None = None
    after: Pattern | None = None
    became: Annotated[str, AfterValidator(_one_of(Became))] | None = None

    @model_validator(mode="after")
    def _asks(self) -> Self:
        if not any((self.name, self.before, self.after, self.became)):
            raise ValueError("asks nothing; want name, before, after or became")
        return self


class WhenTable(Table):
    """What a rule asks; everything that stands in it has to hold."""

    kind: Annotated[tuple[KindWord, ...], _SOME] | None = None
    aspect: Annotated[tuple[AspectWord, ...], _SOME] | None = None
    finding: Patterns | None = None
    alone: bool | None = None
    logic: Annotated[tuple[LogicWord, ...], _SOME] | None = None
    unit: Patterns | None = None
    title: Patterns | None = None
    controller: Patterns | None = None
    site: Patterns | None = None
    area: Patterns | None = None
    family: Patterns | None = None
    owner: Patterns | None = None
    tag: Patterns | None = None
    criticality: Annotated[tuple[CriticalityWord, ...], _SOME] | None = None
    origin: Annotated[tuple[OriginWord, ...], _SOME] | None = None
    confidence: Annotated[tuple[ConfidenceWord, ...], _SOME] | None = None
    watching: Annotated[tuple[WatchingWord, ...], _SOME] | None = None
    station: Patterns | None = None
    role: Annotated[tuple[RoleWord, ...], _SOME] | None = None
    known_station: bool | None = None
    standing: Patterns | None = None
    window: Annotated[tuple[WindowWord, ...], _SOME] | None = None
    authorisation: Annotated[tuple[AuthorisationWord, ...], _SOME] | None = None
    working_time: bool | None = None


class RuleTable(Table):
    """[[rule]]: one rule."""

    id: Id
    severity: SeverityWord | None = None
    steps: int = Field(0, ge=-4, le=4)
    least: SeverityWord = Field("info", alias="from")
    reason: Line
    stop: bool = False
    off: bool = False
    source: Annotated[tuple[SourceWord, ...], _SOME] = (Source.CONTROLLER.value,)
    techniques: tuple[Technique, ...] = ()
    no_technique: Line = ""

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if (self.severity is None) == (self.steps == 0):
            raise ValueError("want one of severity and steps, and steps not 0")
        if self.severity is not None and self.least != "info":
            raise ValueError("from belongs to steps")
        return self


class PolicyTable(Table):
    """[site.policy]: which rules hold at a site."""

    extends: Literal["default", "none"] = "default"
    files: tuple[PathText, ...] = ()
    stations: tuple[Pattern, ...] = ()
