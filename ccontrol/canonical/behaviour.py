"""What was learnt of a controller's users as one document of JSON, and people's decisions as lines.

The document is versioned and lists everything that a judgement rests on. Any other document is
refused: whoever reads it learns anew rather than judge by what is torn.
"""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from ccontrol.canonical.json_values import count_of, text_of, time_of
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

FORM = "ccontrol/behaviour/1"
_SLOTS = 7 * HOURS


def render(behaviour: Behaviour) -> bytes:
    """Return what was learnt as a document, with its end of line."""
    said = {"form": FORM, **as_json(behaviour)}
    return json.dumps(said, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def as_json(behaviour: Behaviour) -> dict[str, Any]:
    """Return what was learnt as what JSON has words for."""
    return {name: _plain(each) for name, each in asdict(behaviour).items()}


def parse(document: bytes) -> Behaviour:
    """Return what such a document says. Raises ValueError for any other."""
    try:
        said = json.loads(document)
        if said["form"] != FORM:
            raise ValueError("another form of what was learnt")
        return Behaviour(
            controller_id=text_of(said["controller_id"]),
            since=None if said["since"] is None else time_of(said["since"]),
            stations=tuple(_station(each) for each in said["stations"]),
            left_out=count_of(said["left_out"]),
            standing=tuple(_deviation(each) for each in said["standing"]),
            over=tuple((text_of(code), text_of(name)) for code, name in said["over"]),
            decided=count_of(said["decided"]),
        )
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"not what was learnt of a controller: {error}") from error


def render_decision(decision: BehaviourDecision) -> bytes:
    """Return a decision as one line, with its end."""
    return json.dumps(_plain(asdict(decision)), ensure_ascii=True).encode() + b"\n"


def parse_decision(line: bytes) -> BehaviourDecision:
    """Return what such a line says. Raises ValueError for any other."""
    try:
        said = json.loads(line)
        who = text_of(said["by"]), text_of(said["controller_id"]), text_of(said["station"])
        return BehaviourDecision(time_of(said["at"]), *who, said["accept"] is True)
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"no decision: {error}") from error


def _station(said: dict[str, Any]) -> Station:
    return Station(
        name=text_of(said["name"]),
        first=time_of(said["first"]),
        last=time_of(said["last"]),
        days=count_of(said["days"]),
        engineers=said["engineers"] is True,
        usual=_habits(said["usual"]),
        odd=_habits(said["odd"]),
        macs=tuple(map(text_of, said["macs"])),
        claims=tuple(map(text_of, said["claims"])),
        accepted=text_of(said["accepted"]),
    )


def _habits(said: dict[str, Any]) -> Habits:
    hours = tuple((_slot(slot), count_of(count)) for slot, count in said["hours"])
    deeds = tuple(
        Deeds(text_of(each["action"]), text_of(each["effect"]), count_of(each["count"]))
        for each in said["deeds"]
    )
    return Habits(hours, deeds)


def _deviation(said: dict[str, Any]) -> Deviation:
    words = text_of(said["station"]), text_of(said["about"]), text_of(said["text"])
    return Deviation(Oddness(said["oddness"]), *words, time_of(said["at"]))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value


def _slot(value: object) -> int:
    slot = count_of(value)
    if slot >= _SLOTS:
        raise ValueError(f"{slot} is no hour of a week")
    return slot
