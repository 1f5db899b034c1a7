"""Who works on a controller, when and how: learnt as counts, and what differs from them. Pure.

For a learning time whatever is heard is usual. After that a known station's usual work still
counts, and what is odd is counted apart until a person accepts it: nobody becomes usual by
insisting, nor by what is heard of him later. How long has been learnt is told by our own clock: the
times in what was heard are somebody else's word.
Whoever works during the learning time is learnt, an attacker too; that is why people can look at
it, and forget it. What can be forged teaches nothing and raises nothing.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from ccontrol.model.aspect import Aspect
from ccontrol.model.behaviour import (
    HOURS,
    Behaviour,
    BehaviourDecision,
    Deeds,
    Deviation,
    Habits,
    Oddness,
    Station,
)
from ccontrol.model.engineering import Effect, EngineeringEvent, Role
from ccontrol.model.finding import Finding

LEARNING = timedelta(days=14)
STATIONS_KEPT = 256
"""Of one controller. The one that was not seen for longest and never engineered makes room."""
STANDING_KEPT = 32
OVER_KEPT = 64
NAMES_KEPT = 8
DEEDS_KEPT = 64
DAYS_TO_JUDGE = 5
"""A station that was seen on fewer days has no hours that are usual."""
NEAR_H = 1
"""So far from an hour in which it worked is usual still; summer time moves UTC's hours by one."""
PASSES = timedelta(days=1)
"""An unusual hour, act or role is over when it was not seen for so long. A new station stands."""
TOO_OLD = timedelta(days=1)
"""What happened so long before it was heard of raises nothing: an import, say."""
_WEEKEND = 5
_ENGINEERS_BY = frozenset(
    {Effect.MODIFY, Effect.MODE, Effect.PERSIST, Effect.CONFIG, Effect.FIRMWARE, Effect.READ}
)
"""Writing values and giving a password is what panels do all day."""
_FORGEABLE = "forgeable"
_NEW = Oddness.NEW


def is_engineering(event: EngineeringEvent) -> bool:
    """Whether an event is work on a controller, and not its use."""
    return event.effect in _ENGINEERS_BY or event.actor.role is Role.ENGINEERING


def station_of(event: EngineeringEvent) -> str:
    """Return whom an event is counted for; "" where nobody is named, or it can be forged."""
    if _FORGEABLE in event.testimony.weaknesses:
        return ""
    return event.actor.address or event.actor.mac


def learn(
    known: Behaviour,
    event: EngineeringEvent,
    heard_at: datetime,
    elsewhere: frozenset[str] = frozenset(),
    learning: timedelta = LEARNING,
) -> Behaviour:
    """Return what is known after an event that was heard of at a time of our own clock.

    `elsewhere` names the site's engineering stations at other controllers.
    """
    name = station_of(event)
    if not name:
        return known
    event = replace(event, first=min(event.first, heard_at), last=min(event.last, heard_at))
    since = min(known.since or heard_at, heard_at)
    behaviour = replace(known, since=since)
    before = behaviour.station(name)
    is_learning = heard_at - since < learning
    found = () if is_learning else _oddness(behaviour, before, event)
    station = _taught(before, name, event, odd=bool(found))
    for oddness in found if heard_at - event.last <= TOO_OLD else ():
        text = _text(oddness, name, event, is_known_elsewhere=name in elsewhere)
        about = event.effect.value if oddness is Oddness.ACT else ""
        behaviour = _raised(behaviour, Deviation(oddness, name, about, text, event.last))
    return _with(behaviour, station)


def settled(known: Behaviour, now: datetime) -> Behaviour:
    """Return it without what has passed."""
    gone = [
        each
        for each in known.standing
        if each.oddness is not Oddness.NEW and now - each.at >= PASSES
    ]
    return _ended(known, gone) if gone else known


def decide(known: Behaviour, decisions: Iterable[BehaviourDecision], so_far: int) -> Behaviour:
    """Return it after what people decided; `so_far` counts all decisions, of others too."""
    for decision in decisions:
        if decision.controller_id == known.controller_id:
            known = _accepted(known, decision) if decision.accept else _forgotten(known, decision)
    return replace(known, decided=so_far)


def findings(known: Behaviour) -> frozenset[Finding]:
    """Return what is to be told of a controller."""
    return frozenset(
        Finding(each.oddness.value, each.subject, Aspect.PROTECTION, each.text)
        for each in known.standing
    )


def checks(known: Behaviour) -> frozenset[tuple[str, str]]:
    """Return code and subject of every finding that stands or is over."""
    return frozenset(map(_name, known.standing)) | {*known.over}


def engineers(known: Behaviour) -> frozenset[str]:
    """Return the names of a controller's engineering stations."""
    return frozenset(each.name for each in known.stations if each.engineers)


# -- what is odd ---------------------------------------------------------------------------------


def _oddness(
    known: Behaviour, station: Station | None, event: EngineeringEvent
) -> tuple[Oddness, ...]:
    if not is_engineering(event):
        return ()
    if station is None:
        return (Oddness.NEW,)
    if not station.engineers:
        return (Oddness.NEW,) if _is_new(known, station) else (Oddness.ROLE,)
    found = []
    if not _is_usual_hour(station, event.first):
        found.append(Oddness.HOUR)
    if event.effect.value not in {each.effect for each in station.usual.deeds}:
        found.append(Oddness.ACT)
    return tuple(found)


def _is_new(known: Behaviour, station: Station) -> bool:
    """Whether it came as an engineering station, and nobody has accepted it yet."""
    stands = (each.station == station.name for each in known.standing if each.oddness is _NEW)
    return not station.usual.deeds or any(stands)


def _is_usual_hour(station: Station, at: datetime) -> bool:
    if station.days < DAYS_TO_JUDGE:
        return True
    is_weekend = at.weekday() >= _WEEKEND
    worked = {
        slot % HOURS for slot, _ in station.usual.hours if (slot // HOURS >= _WEEKEND) is is_weekend
    }
    return any((at.hour + step) % HOURS in worked for step in range(-NEAR_H, NEAR_H + 1))


def _text(oddness: Oddness, name: str, event: EngineeringEvent, *, is_known_elsewhere: bool) -> str:
    """Return one sentence without a time, so that it stays the same while it stands."""
    day = "at a weekend" if event.first.weekday() >= _WEEKEND else "on a working day"
    match oddness:
        case Oddness.NEW if is_known_elsewhere:
            return f"{name} works on it, known at other controllers of this site and not here."
        case Oddness.NEW:
            return f"{name} works on it, an engineering station that was never seen at this site."
        case Oddness.ROLE:
            return f"{name} works on it like an engineering station; before, it only used it."
        case Oddness.HOUR:
            return f"{name} works on it {day} at an hour (UTC) at which it never did."
        case Oddness.ACT:
            return f"{name} did what it never did here: {event.action} ({event.effect.value})."


# -- counting ------------------------------------------------------------------------------------


def _taught(station: Station | None, name: str, event: EngineeringEvent, *, odd: bool) -> Station:
    station = station or Station(name, event.first, event.last)
    is_new_day = not station.days or event.first.date() != station.last.date()
    counted = replace(
        station,
        first=min(station.first, event.first),
        last=max(station.last, event.last),
        macs=_kept(station.macs, event.actor.mac),
        claims=_kept(station.claims, *(f"{one.kind} {one.value}" for one in event.actor.claims)),
    )
    if odd:
        return replace(counted, odd=_counted(station.odd, event))
    return replace(
        counted,
        days=station.days + is_new_day,
        engineers=station.engineers or is_engineering(event),
        usual=_counted(station.usual, event),
    )


def _counted(habits: Habits, event: EngineeringEvent) -> Habits:
    hours = dict(habits.hours)
    slot = event.first.weekday() * HOURS + event.first.hour
    hours[slot] = hours.get(slot, 0) + 1
    deeds = {(each.action, each.effect): each.count for each in habits.deeds}
    key = event.action, event.effect.value
    if key in deeds or len(deeds) < DEEDS_KEPT:
        deeds[key] = deeds.get(key, 0) + event.count
    return _habits(hours, deeds)


def _habits(hours: dict[int, int], deeds: dict[tuple[str, str], int]) -> Habits:
    told = tuple(Deeds(*key, count) for key, count in sorted(deeds.items()))
    return Habits(tuple(sorted(hours.items())), told)


def _joined(one: Habits, other: Habits) -> Habits:
    hours = dict(one.hours)
    for slot, count in other.hours:
        hours[slot] = hours.get(slot, 0) + count
    deeds = {(each.action, each.effect): each.count for each in one.deeds}
    for each in other.deeds:
        key = each.action, each.effect
        deeds[key] = deeds.get(key, 0) + each.count
    return _habits(hours, deeds)


def _kept(known: tuple[str, ...], *words: str) -> tuple[str, ...]:
    new = {word for word in words if word} - {*known}
    return tuple(sorted((*known, *sorted(new)[: NAMES_KEPT - len(known)])))


def _with(behaviour: Behaviour, station: Station) -> Behaviour:
    others = [each for each in behaviour.stations if each.name != station.name]
    if len(others) >= STATIONS_KEPT:
        passing = [each for each in others if not each.engineers and not each.accepted]
        behaviour = replace(behaviour, left_out=behaviour.left_out + 1)
        if not passing:
            return behaviour
        others.remove(min(passing, key=lambda each: each.last))
    stations = sorted((*others, station), key=lambda each: each.name)
    return replace(behaviour, stations=tuple(stations))


# -- what stands ---------------------------------------------------------------------------------


def _raised(behaviour: Behaviour, new: Deviation) -> Behaviour:
    before = next((one for one in behaviour.standing if _name(one) == _name(new)), None)
    others = [each for each in behaviour.standing if each is not before]
    if before is not None:  # it says the same until it is over: nobody is told twice
        new = replace(before, at=max(before.at, new.at))
    elif len(others) >= STANDING_KEPT:
        return behaviour
    over = tuple(each for each in behaviour.over if each != _name(new))
    return replace(behaviour, standing=tuple(sorted((*others, new))), over=over)


def _name(deviation: Deviation) -> tuple[str, str]:
    return deviation.oddness.value, deviation.subject


def _ended(behaviour: Behaviour, gone: list[Deviation]) -> Behaviour:
    standing = tuple(each for each in behaviour.standing if each not in gone)
    ended = tuple(map(_name, gone))
    return replace(behaviour, standing=standing, over=(*behaviour.over, *ended)[-OVER_KEPT:])


def _accepted(behaviour: Behaviour, decision: BehaviourDecision) -> Behaviour:
    at = decision.at
    station = behaviour.station(decision.station) or Station(decision.station, at, at)
    usual = replace(
        station,
        engineers=True,
        usual=_joined(station.usual, station.odd),
        odd=Habits(),
        accepted=f"{decision.by}, {at:%Y-%m-%d %H:%M} UTC",
    )
    gone = [each for each in behaviour.standing if each.station == decision.station]
    return _with(_ended(behaviour, gone), usual)


def _forgotten(behaviour: Behaviour, decision: BehaviourDecision) -> Behaviour:
    if not decision.station:
        ended = _ended(behaviour, [*behaviour.standing])
        return Behaviour(behaviour.controller_id, over=ended.over)
    gone = [each for each in behaviour.standing if each.station == decision.station]
    stations = tuple(each for each in behaviour.stations if each.name != decision.station)
    return replace(_ended(behaviour, gone), stations=stations)
