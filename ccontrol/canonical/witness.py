"""What witnesses say, as lines of JSON: the log of a site, and what sensor and daemon say.

A sensor and a daemon speak over a stream, a line each. The sensor begins with Hello; the daemon
answers with Whom to watch for, and says so again whenever that changes. The sensor numbers the
events and watches that it hands over, in one count from 1; the daemon says up to which number it
keeps them, and what it has not said yet the sensor sends again after a broken line. An Act is a
hint that somebody is at work now: it is neither numbered nor kept.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ccontrol.canonical import events
from ccontrol.canonical.json_values import count_of, text_of, time_of
from ccontrol.model.engineering import Effect, EngineeringEvent
from ccontrol.model.witness import Heard, Watch

FORM = "ccontrol/witness/1"
_FORGEABLE = "forgeable"
LONGEST_LINE = 1 << 20
"""An event lists 256 objects at most: some 100 KB."""


@dataclass(frozen=True, slots=True)
class Hello:
    """A sensor's first line."""

    sensor: str
    interface: str
    version: str


@dataclass(frozen=True, slots=True)
class Whom:
    """The daemon's answer: addresses and ports of the controllers that it knows."""

    controllers: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody is at work on a controller: what can change it was just seen."""

    at: datetime
    controller: str
    actor: str
    port: int
    """The actor's."""
    effect: Effect


@dataclass(frozen=True, slots=True)
class Handed:
    """An event or a watch with its number."""

    number: int
    said: EngineeringEvent | Watch


@dataclass(frozen=True, slots=True)
class Kept:
    """The daemon has everything up to this number, durable."""

    number: int


Line = Hello | Whom | Act | Handed | Kept


def render_heard(heard: Heard) -> bytes:
    """Return one line of a site's log of witnesses, with its end of line.

    Raises ValueError when a reader would not take it.
    """
    head = {"at": _text(heard.at), "controller": heard.controller_id, "source": heard.source}
    line = _line(head | _said(heard.said))
    if len(line) > LONGEST_LINE:
        raise ValueError("more was said than a line of a log of witnesses holds")
    return line


def parse_heard(line: bytes) -> Heard:
    """Return what such a line says. Raises ValueError for any other line."""
    said = _read(line)
    try:
        at = time_of(said["at"])
        controller, source = text_of(said["controller"]), text_of(said["source"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"no line of a log of witnesses: {error}") from error
    return Heard(at, controller, _parsed_said(said), source)


@dataclass(frozen=True, slots=True)
class Gist:
    """What of a line of a log tells whether it is needed, without reading all of it."""

    same: bytes
    """Equal in two lines that tell of the same event, or watch, for the same controller. What
    anybody could have sent never takes the place of what only the controller can have."""
    since: datetime
    until: datetime
    """The time that it is about, by the witness's clock; not when it was taken in."""


def gist(line: bytes) -> Gist:
    """Return the gist of such a line. Raises ValueError for any other line."""
    said = _read(line)
    try:
        whose = f"{text_of(said['controller'])}\0"
        if "event" in said:
            event = said["event"]
            times = time_of(event["first"]), time_of(event["last"])
            weak = _FORGEABLE if _FORGEABLE in event["testimony"]["weaknesses"] else ""
            return Gist(_hashed(whose + weak + text_of(event["id"])), *times)
        watch = said["watch"]
        times = time_of(watch["since"]), time_of(watch["until"])
        return Gist(_hashed(whose + json.dumps(watch, sort_keys=True)), *times)
    except (KeyError, TypeError) as error:
        raise ValueError(f"no line of a log of witnesses: {error}") from error


def naming(name: str) -> bytes:
    """Return the bytes that stand in every line in which this id or address is a value."""
    return json.dumps(name, ensure_ascii=True).encode()


def render_line(line: Line) -> bytes:
    """Return one line of the talk between sensor and daemon, with its end of line."""
    match line:
        case Hello():
            return _line({"form": FORM, "sensor": line.sensor, "interface": line.interface,
                          "version": line.version})  # fmt: skip
        case Whom():
            return _line({"form": FORM, "controllers": [list(each) for each in line.controllers]})
        case Act():
            return _line({"act": _text(line.at), "controller": line.controller,
                          "actor": line.actor, "port": line.port,
                          "effect": line.effect.value})  # fmt: skip
        case Handed():
            return _line({"number": line.number, **_said(line.said)})
        case Kept():
            return _line({"kept": line.number})


def parse_line(line: bytes) -> Line:
    """Return what a line of that talk says. Raises ValueError for any other line."""
    said = _read(line)
    try:
        if "form" in said:
            return _opening(said)
        if "act" in said:
            effect, port = Effect(said["effect"]), count_of(said["port"])
            whose = text_of(said["controller"]), text_of(said["actor"])
            return Act(time_of(said["act"]), *whose, port, effect)
        if "kept" in said:
            return Kept(count_of(said["kept"]))
        return Handed(count_of(said["number"]), _parsed_said(said))
    except (KeyError, TypeError) as error:
        raise ValueError(f"no line between a sensor and a daemon: {error}") from error


def _opening(said: dict[str, Any]) -> Hello | Whom:
    if said["form"] != FORM:
        raise ValueError(f"another form of talk than {FORM}")
    if "sensor" in said:
        return Hello(text_of(said["sensor"]), text_of(said["interface"]), text_of(said["version"]))
    return Whom(tuple((text_of(address), count_of(port)) for address, port in said["controllers"]))


def _said(said: EngineeringEvent | Watch) -> dict[str, Any]:
    if isinstance(said, EngineeringEvent):
        return {"event": json.loads(events.render(said))}
    return {
        "watch": {
            "sensor": said.sensor,
            "since": _text(said.since),
            "until": _text(said.until),
            "packets": _countable(said.packets),
            "dropped": _countable(said.dropped),
            "heard": {address: _countable(count) for address, count in said.heard},
        }
    }


def _parsed_said(said: dict[str, Any]) -> EngineeringEvent | Watch:
    if "event" in said:
        return events.parse(json.dumps(said["event"]).encode())
    try:
        watch = said["watch"]
        heard = ((text_of(address), count_of(count)) for address, count in watch["heard"].items())
        return Watch(
            text_of(watch["sensor"]),
            time_of(watch["since"]),
            time_of(watch["until"]),
            count_of(watch["packets"]),
            count_of(watch["dropped"]),
            tuple(sorted(heard)),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"neither an event nor a watch: {error}") from error


def _hashed(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


def _line(said: dict[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def _read(line: bytes) -> dict[str, Any]:
    if len(line) > LONGEST_LINE:
        raise ValueError("a line longer than any that is written")
    try:
        said = json.loads(line)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(said, dict):
        raise ValueError("no object")  # noqa: TRY004 — whoever reads lines expects one kind of error
    return said


def _text(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _countable(count: int) -> int:
    """Return a count that can be read again. Raises ValueError for any other."""
    try:
        return count_of(count)
    except TypeError as error:
        raise ValueError(str(error)) from error
