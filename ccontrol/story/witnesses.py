"""A site's log of witnesses as moments: engineering traffic, and how well somebody watched."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from ccontrol.logic.printable import printable, shortened
from ccontrol.model.engineering import EngineeringEvent, Reach, Touched, Witness
from ccontrol.model.witness import LISTENER, Heard, Watch
from ccontrol.story.moments import Moment, Sort

GAP_S = 10.0
"""Between two watches of one sensor; less is how it counts its time."""
_OBJECTS_AT_MOST = 8
_TEXT_AT_MOST = 300
_LIVE = frozenset({Witness.LIVE, Witness.ZEEK, Witness.SURICATA})


@dataclass(slots=True)
class _Vigil:
    """Watches of one sensor without a gap between them."""

    since: Watch
    last: Watch
    packets: int = 0
    of_it: int = 0
    dropped: int = 0
    names_somebody: bool = False
    """Whether it tells whose packets it heard; a followed log never does."""

    def add(self, watch: Watch, address: str) -> None:
        """Go on with a watch."""
        self.last = watch
        self.packets += watch.packets
        self.dropped += watch.dropped
        self.of_it += dict(watch.heard).get(address, 0)
        self.names_somebody |= bool(watch.heard)

    @property
    def words(self) -> str:
        """Who watched, and how much."""
        if self.since.sensor == LISTENER:
            return f"syslog was listened to: {self.packets} lines"
        unit = "packets" if self.names_somebody else "packets or lines"
        return f"sensor {printable(self.since.sensor)} watched: {self.packets} {unit}"


def witnesses(
    lines: Iterable[Heard],
    address: str,
    words: Mapping[str, str],
    is_ours: Callable[[EngineeringEvent], bool] = lambda _event: False,
    imported: str = "import",
) -> Iterator[Moment]:
    """Yield the moments of a log of witnesses, in its order; a vigil comes when it has ended.

    `lines` are those of one controller, and all watches; `words` are people's for each action. What
    a witness saw of our own polls is left out: the polls themselves are told.
    """
    vigils: dict[str, _Vigil] = {}
    for line in lines:
        match line.said:
            case EngineeringEvent() as event if not is_ours(event):
                yield _event(line, event, words, is_import=line.source.startswith(imported))
            case Watch() as watch:
                yield from _watched(vigils, watch, address)
    for vigil in vigils.values():
        yield _moment(vigil, address)


def _watched(vigils: dict[str, _Vigil], watch: Watch, address: str) -> Iterator[Moment]:
    known = vigils.get(watch.sensor)
    gap_s = 0.0 if known is None else (watch.since - known.last.until).total_seconds()
    if known is not None and gap_s > GAP_S:
        yield _moment(known, address)
        yield Moment(
            known.last.until,
            Sort.GAP,
            f"{_who(watch)} for {gap_s:.0f} s",
            watch.since,
        )
    if known is None or gap_s > GAP_S:
        known = vigils[watch.sensor] = _Vigil(watch, watch)
    known.add(watch, address)


def _who(watch: Watch) -> str:
    if watch.sensor == LISTENER:
        return "syslog was not listened to"
    return f"sensor {printable(watch.sensor)} did not watch"


def _moment(vigil: _Vigil, address: str) -> Moment:
    about = f"{vigil.of_it} of them of {address}" if address and vigil.names_somebody else ""
    lost = f"{vigil.dropped} were dropped unseen" if vigil.dropped else ""
    return Moment(
        vigil.since.since,
        Sort.WATCH,
        vigil.words,
        vigil.last.until,
        tuple(filter(None, (about, lost))),
        count=vigil.packets,
    )


def _event(
    line: Heard, event: EngineeringEvent, words: Mapping[str, str], *, is_import: bool
) -> Moment:
    shift, clock = _clock(line, event, is_import=is_import)
    at = event.first - shift
    who = printable(event.actor.address or event.actor.mac) or "somebody"
    what = words.get(event.action, event.action)
    told = f"{who}: {what}{_objects(event)}, {_outcome(event)}"
    return Moment(
        at=at,
        sort=Sort.EVENT,
        text=shortened(printable(told), _TEXT_AT_MOST),
        until=event.last - shift if event.last > event.first else None,
        details=tuple(_details(line, event)),
        count=event.count,
        said_at=event.first.isoformat() if shift or clock else "",
        clock=clock,
    )


def _clock(line: Heard, event: EngineeringEvent, *, is_import: bool) -> tuple[timedelta, str]:
    """Return by how much an event is moved to stand in our own time, and why.

    What a witness hands over has happened: a time after we took it in shows a clock that is ahead.
    """
    if is_import or event.testimony.witness is Witness.RECORDING:
        return timedelta(), "the recording's clock, held against nothing"
    if event.testimony.witness not in _LIVE:
        return event.first - line.at, "when ccontrol took it in; the witness's clock is its own"
    ahead = event.last - line.at
    if ahead > timedelta():
        return ahead, f"moved: the witness's clock is at least {ahead.total_seconds():.1f} s ahead"
    return timedelta(), ""


def _details(line: Heard, event: EngineeringEvent) -> Iterator[str]:
    seen = event.testimony
    by = printable(line.source or seen.name)
    yield f"{event.effect.value} over {event.protocol}, seen by {by}"
    claims = ", ".join(f"{claim.kind} {claim.value}" for claim in event.actor.claims)
    if claims:
        yield shortened(printable(f"it calls itself {claims}"), _TEXT_AT_MOST)
    if event.reach is not Reach.NETWORK:
        yield f"from where: {event.reach.value}"
    if event.techniques:
        yield f"could be ATT&CK for ICS {', '.join(event.techniques)}"
    if seen.weaknesses:
        yield f"its witness is weak: {', '.join(seen.weaknesses)}"


def _objects(event: EngineeringEvent) -> str:
    names = [_name(one) for one in event.objects[:_OBJECTS_AT_MOST]]
    more = len(event.objects) - len(names) + event.objects_left_out
    told = ", ".join((*names, f"{more} more") if more > 0 else names)
    return f" ({told})" if told else ""


def _name(touched: Touched) -> str:
    if touched.name.startswith(touched.kind):
        return touched.name
    return f"{touched.kind} {touched.name}".strip()


def _outcome(event: EngineeringEvent) -> str:
    errors = f" ({', '.join(event.outcome.errors)})" if event.outcome.errors else ""
    return f"{event.outcome.word}{errors}"
