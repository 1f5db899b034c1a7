"""How the witnesses of a site stand, a line each: sensors, the syslog listener, followed logs."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from ccontrol.cli.output import Tone, say
from ccontrol.cli.running import Running
from ccontrol.cli.times import age
from ccontrol.logic.printable import printable
from ccontrol.poll.overview import StrangerStatus, WitnessKind, WitnessStatus

MUTE = timedelta(minutes=3)
"""A sensor and a listener say every minute, at least, that they watch."""
_STRANGERS_SHOWN = 5
_NOUNS = {
    WitnessKind.SENSOR: "sensor",
    WitnessKind.SOCKET: "witness socket",
    WitnessKind.LISTENER: "listener",
    WitnessKind.LOG: "followed log",
}


def is_deaf(witness: WitnessStatus, now: datetime) -> bool:
    """Whether a witness hears nothing, or says no more that it watches."""
    if witness.kind in {WitnessKind.SOCKET, WitnessKind.LOG} or witness.watched_until is None:
        return not witness.present
    return not witness.present or now - witness.watched_until > MUTE


def tell_witnesses(daemon: Running, now: datetime, *, in_detail: bool) -> None:
    """Print a line for each witness, and for engineering at addresses that nobody has."""
    for witness in _shown(daemon.witnesses):
        name = " ".join(filter(None, (_NOUNS[witness.kind], printable(witness.name))))
        at = f" ({printable(witness.at)})" if witness.at not in {"", witness.name} else ""
        say(f"  {name}{at}: {'; '.join(_words(witness, now))}", _tone(witness, now))
    told = daemon.strangers if in_detail else daemon.strangers[:_STRANGERS_SHOWN]
    for stranger in told:
        say(f"  {_stranger(stranger, now)}", Tone.CAUTION)
    if told:
        more = len(daemon.strangers) - len(told)
        rest = f"{more} more such addresses; " if more else ""
        say(f"  → {rest}`ccontrol discover ADDRESS` asks who is there")


def _shown(witnesses: tuple[WitnessStatus, ...]) -> Iterator[WitnessStatus]:
    """Leave out the socket where it does what it is there for."""
    has_sensor = any(one.kind is WitnessKind.SENSOR and one.present for one in witnesses)
    for one in witnesses:
        if one.kind is not WitnessKind.SOCKET or not one.present or not has_sensor:
            yield one


def _words(witness: WitnessStatus, now: datetime) -> Iterator[str]:
    if not witness.present:
        yield printable(witness.trouble) or _ABSENT[witness.kind]
    elif witness.kind is WitnessKind.SOCKET:
        yield "no sensor is connected"
    if witness.kind is WitnessKind.SOCKET:
        return
    if witness.watched_until is not None:
        yield f"watched until {age(witness.watched_until, now)}"
    elif witness.present:
        yield "nothing was heard of it yet"
    if witness.packets:
        unit = "packets" if witness.kind is WitnessKind.SENSOR else "lines"
        yield f"{witness.packets:,} {unit}"
    if witness.dropped:
        yield f"{witness.dropped:,} passed unheard"


_ABSENT = {
    WitnessKind.SENSOR: "is not connected",
    WitnessKind.SOCKET: "is not open yet",
    WitnessKind.LISTENER: "is not open yet",
    WitnessKind.LOG: "is not read",
}


def _tone(witness: WitnessStatus, now: datetime) -> Tone:
    if is_deaf(witness, now):
        return Tone.BAD
    is_lossy = witness.dropped or witness.kind is WitnessKind.SOCKET
    return Tone.CAUTION if is_lossy else Tone.PLAIN


def _stranger(stranger: StrangerStatus, now: datetime) -> str:
    times = f", {stranger.count} times" if stranger.count > 1 else ""
    what = f"{stranger.action} by {printable(stranger.actor)}{times}, {age(stranger.last, now)}"
    return f"engineering at {printable(stranger.address)}, which no controller has: {what}"
