"""Engineering events as JSON: one form, so that equal events are equal bytes, and back.

Times are ISO 8601 in UTC with microseconds. The id of an event is the hash of everything but where
it was seen: two witnesses of the same packets agree on it if they saw the same.
"""

import hashlib
import json
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from ccontrol.canonical.json_values import count_of, text_of, time_of
from ccontrol.model.engineering import (
    Actor,
    Claim,
    Completeness,
    Effect,
    EngineeringEvent,
    MacScope,
    Outcome,
    Reach,
    Role,
    Target,
    Testimony,
    Touched,
    Witness,
)

FORM = "ccontrol/event/1"
"""Name and version of what `render` writes."""


def render(event: EngineeringEvent) -> bytes:
    """Return an event as one line of JSON, its keys sorted, ASCII only, without an end of line."""
    return _bytes({"form": FORM, "id": event_id(event), **as_json(event)})


def as_json(event: EngineeringEvent) -> dict[str, Any]:
    """Return an event as what JSON has words for; the outcome's word stands beside its numbers."""
    return {field.name: _plain(getattr(event, field.name)) for field in fields(event)}


def event_id(event: EngineeringEvent) -> str:
    """Return the sha256 of all that an event says but where it was seen."""
    said = as_json(event)
    del said["testimony"]
    return hashlib.sha256(_bytes(said)).hexdigest()


def parse(line: bytes) -> EngineeringEvent:
    """Return the event of one line that `render` wrote. Raises ValueError for any other line."""
    try:
        said = json.loads(line)
        json.dumps(said, ensure_ascii=False).encode()  # half a character has no place anywhere
        event = _event(said)
    except (KeyError, TypeError, RecursionError, OverflowError) as error:
        raise ValueError(f"not an event: {error}") from error
    if said["form"] != FORM or said["id"] != event_id(event):
        raise ValueError("not an event of this form, or changed after it was written")
    return event


def _bytes(said: dict[str, Any]) -> bytes:
    return json.dumps(said, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()


def _plain(value: object) -> Any:  # noqa: ANN401 — whatever JSON has a word for
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if is_dataclass(value) and not isinstance(value, type):
        plain = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        return plain | {"word": value.word} if isinstance(value, Outcome) else plain
    return value


def _event(said: dict[str, Any]) -> EngineeringEvent:
    return EngineeringEvent(
        first=time_of(said["first"]),
        last=time_of(said["last"]),
        controller=_target(said["controller"]),
        actor=_actor(said["actor"]),
        protocol=text_of(said["protocol"]),
        action=text_of(said["action"]),
        effect=Effect(said["effect"]),
        techniques=_texts(said["techniques"]),
        objects=tuple(_touched(each) for each in said["objects"]),
        objects_left_out=count_of(said["objects_left_out"]),
        count=count_of(said["count"]),
        outcome=_outcome(said["outcome"]),
        completeness=Completeness(said["completeness"]),
        redacted=bool(said["redacted"]),
        testimony=_testimony(said["testimony"]),
        reach=Reach(said["reach"]),
    )


def _target(said: dict[str, Any]) -> Target:
    return Target(
        text_of(said["address"]),
        count_of(said["port"]),
        text_of(said["mac"]),
        _texts(said["route"]),
    )


def _actor(said: dict[str, Any]) -> Actor:
    return Actor(
        text_of(said["address"]),
        count_of(said["port"]),
        text_of(said["mac"]),
        MacScope(said["mac_scope"]),
        Role(said["role"]),
        tuple(Claim(text_of(each["kind"]), text_of(each["value"])) for each in said["claims"]),
    )


def _outcome(said: dict[str, Any]) -> Outcome:
    return Outcome(
        count_of(said["done"]),
        count_of(said["refused"]),
        count_of(said["unanswered"]),
        _texts(said["errors"]),
    )


def _touched(said: dict[str, Any]) -> Touched:
    return Touched(
        text_of(said["kind"]),
        text_of(said["name"]),
        _outcome(said["outcome"]),
        None if said["size"] is None else count_of(said["size"]),
        text_of(said["sha256"]),
        tuple((text_of(name), text_of(value)) for name, value in said["facts"]),
    )


def _testimony(said: dict[str, Any]) -> Testimony:
    return Testimony(
        Witness(said["witness"]),
        text_of(said["name"]),
        count_of(said["first"]),
        count_of(said["last"]),
        _texts(said["weaknesses"]),
    )


def _texts(value: list[object]) -> tuple[str, ...]:
    return tuple(text_of(each) for each in value)
