"""What a site's rules are made of, and the circumstances that they are held against. Nouns only.

A rule asks about one change (its unit, its kind, what moved in it), about what is known of where it
came from, and about the controller and the time. It is data: whoever writes one writes TOML.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from enum import StrEnum

from ccontrol.model.approval import Authorisation
from ccontrol.model.judgement import Severity


class Window(StrEnum):
    """How a change lies to the change windows of its controller."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    NONE = "none"
    """The controller has none."""


class Source(StrEnum):
    """What a change was seen in."""

    CONTROLLER = "controller"
    FILE = "file"
    """A dropped project file; the controller itself is as it was."""


class Key(StrEnum):
    """What a matcher asks about, in the words of a rule."""

    KIND = "kind"
    ASPECT = "aspect"
    FINDING = "finding"
    """The code of a finding that began or ended."""
    ALONE = "alone"
    """No other change of the same poll is about the same aspect."""
    LOGIC = "logic"
    UNIT = "unit"
    """Kind and key: "OB/OB1"."""
    TITLE = "title"
    DIFFERENCE = "difference"
    CONTROLLER = "controller"
    SITE = "site"
    AREA = "area"
    FAMILY = "family"
    OWNER = "owner"
    TAG = "tag"
    CRITICALITY = "criticality"
    ORIGIN = "origin"
    CONFIDENCE = "confidence"
    WATCHING = "watching"
    STATION = "station"
    ROLE = "role"
    KNOWN_STATION = "known_station"
    STANDING = "standing"
    """The codes of findings that stand."""
    WINDOW = "window"
    AUTHORISATION = "authorisation"
    """Whether the change was authorised; of what is not judged, no word is."""
    TIME = "time"
    WORKING_TIME = "working_time"


class Became(StrEnum):
    """Which way a value went."""

    LOWER = "lower"
    """A smaller number; also when there was or is no number: nobody can tell."""
    HIGHER = "higher"
    ABSENT = "absent"
    PRESENT = "present"


@dataclass(frozen=True, slots=True)
class Hours:
    """Times of the week at one place."""

    zone: tzinfo
    days: frozenset[int] = frozenset(range(7))
    """On which they begin; 0 is Monday."""
    begin: int = 0
    """Minutes after midnight."""
    end: int = 1_440
    """Likewise; not after `begin`: on the next day."""
    holidays: frozenset[date] = frozenset()
    """On which they do not begin."""
    dates: frozenset[date] = frozenset()
    """The only days on which they begin; empty: any."""


@dataclass(frozen=True, slots=True)
class Words:
    """Whether what is asked about is one of these words."""

    key: Key
    any_of: frozenset[str]


@dataclass(frozen=True, slots=True)
class Patterns:
    """Whether what is asked about looks like one of these: * is any text, ? one character."""

    key: Key
    any_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flag:
    """Whether something holds, or does not."""

    key: Key
    wanted: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """Whether one difference of the change is such; patterns, "" asks nothing."""

    name: str = ""
    before: str = ""
    after: str = ""
    became: Became | None = None


@dataclass(frozen=True, slots=True)
class During:
    """Whether all the time in which it can have happened lies in these hours."""

    hours: Hours


@dataclass(frozen=True, slots=True)
class AllOf:
    """Whether all of them hold; of none: yes."""

    of: tuple["Condition", ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Whether one of them holds; of none: no."""

    of: tuple["Condition", ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    """Whether it does not hold."""

    of: "Condition"


Leaf = Words | Patterns | Flag | Moved | During
Condition = Leaf | AllOf | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it asks, and what follows."""

    id: str
    """Stable: alerts, records and people's calendars refer to it."""
    reason: str
    """A clause for an engineer: of a rule with steps, why."""
    severity: Severity | None = None
    """How much it weighs; None: it moves what others weigh, by `steps`."""
    when: Condition = field(default_factory=AllOf)
    steps: int = 0
    least: Severity = Severity.INFO
    """Steps move only what weighs at least this much."""
    stop: bool = False
    """Rules after it are not asked about a change that it matches."""
    sources: frozenset[Source] = frozenset({Source.CONTROLLER})
    techniques: tuple[str, ...] = ()
    """MITRE ATT&CK for ICS technique ids that such a change can be."""
    no_technique: str = ""
    """Why none fits."""
    told_in: str = ""
    """Where it stands: "default", the name of a file, or "site"."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules in force at a site, the site's own first, and what they may speak of by name."""

    rules: tuple[Rule, ...]
    stations: tuple[str, ...] = ()
    """Patterns of the engineering stations that are known: addresses, networks, names."""
    working: Hours | None = None
    """When people work here; None: nobody said."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known about a change beside the change itself."""

    since: datetime | None = None
    """When it can have happened at the earliest; None: nobody can tell."""
    until: datetime | None = None
    """When at the latest."""
    window: Window = Window.NONE
    authorisation: Authorisation | None = None
    """None: nobody judged it, as where the configuration names no people."""
    standing: frozenset[str] = frozenset()
    """Codes of the findings that stand at the controller."""
    source: Source = Source.CONTROLLER
