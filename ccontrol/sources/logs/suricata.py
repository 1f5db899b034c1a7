"""Suricata's EVE log: its `enip` and `modbus` records. It knows no S7comm and no FINS.

A record holds a request and its answer. Services that Suricata knows by name are told by name only,
others as "unknown-75"; a name means one number, whatever the class.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from ccontrol.sources.acts import OK, Act
from ccontrol.sources.folding import EventSink, Folding, Scene
from ccontrol.sources.logs.rows import Lines, Talks, end, json_object
from ccontrol.sources.wire.cip_meanings import meaning_of
from ccontrol.sources.wire.cip_path import Path
from ccontrol.sources.wire.modbus import DIAGNOSTICS, FUNCTIONS

_SERVICES: Final = {
    "Set Attributes All": 0x02, "Set Attribute List": 0x04, "Reset": 0x05, "Start": 0x06,
    "Stop": 0x07, "Create": 0x08, "Delete": 0x09, "Multiple Service Packet": 0x0A,
    "Set Attributes Single": 0x10, "Execute PCCC Service": 0x4B, "Read Data": 0x4C,
    "Write Data": 0x4D, "Read Write Modify Data": 0x4E, "Read Data Fragmented": 0x52,
    "Write Data Fragmented": 0x53, "Forward Open": 0x54,
}  # fmt: skip
_UNKNOWN: Final = re.compile(r"unknown-(\d{1,3})$")
WEAKNESSES: Final = {
    "enip": ("no-mac", "no-symbols", "no-inner-requests", "no-originator"),
    "modbus": ("no-mac", "no-umas"),
}
_MOST_CHILDREN: Final = 256
_DEPTH: Final = 4
_DIAGNOSTIC: Final = 8


class Suricata:
    """One EVE file. `read` may be called once."""

    def __init__(self, lines: Lines, scene: Callable[[tuple[str, ...]], Scene]) -> None:
        self._lines = lines
        self._scene = scene
        self.watched = 0
        """Records of controllers' protocols."""

    def read(self, sink: EventSink, progress: Callable[[], None]) -> None:
        """Read every line; hand on every event."""
        logs = {}
        for kind, weaknesses in WEAKNESSES.items():
            folding = Folding(self._scene(weaknesses), sink)
            logs[kind] = folding, Talks(folding)
        for line in self._lines:
            progress()
            record = json_object(line)
            if record is None:
                self._lines.unread += bool(line)
                continue
            kind = str(record.get("event_type"))
            if kind not in logs:
                continue
            self.watched += 1
            try:
                self._take(record, kind, logs[kind][1])
            except (KeyError, ValueError, TypeError, AttributeError):
                self._lines.unread += 1  # a field is missing, or is of another kind
        for folding, _ in logs.values():
            folding.close()

    def _take(self, record: dict[str, Any], kind: str, talks: Talks) -> None:
        client = end(record["src_ip"], int(record["src_port"]))
        server = end(record["dest_ip"], int(record["dest_port"]))
        talk = talks.between(str(record.get("flow_id", "")), client, server)
        time_ns = _nanoseconds(record["timestamp"])
        said = record[kind]
        for act in _enip(said) if kind == "enip" else _modbus(said):
            talks.tell(talk, act, self._lines.number, time_ns)


def _nanoseconds(timestamp: str) -> int:
    """Return a time as nanoseconds; one without a zone is taken for UTC. Raises ValueError."""
    at = datetime.fromisoformat(timestamp)
    known = at if at.tzinfo else at.replace(tzinfo=UTC)
    return round(known.timestamp() * 1_000_000) * 1_000


def _enip(said: dict[str, Any]) -> Iterator[Act]:
    request = said.get("request", {}).get("cip")
    answer = said.get("response", {}).get("cip", {})
    if request is not None:
        yield from _cip(request, answer, _DEPTH)


def _cip(request: dict[str, Any], answer: dict[str, Any], depth: int) -> Iterator[Act]:
    children = request.get("multiple", [])[:_MOST_CHILDREN] if depth else []
    answers = answer.get("multiple", [])
    for at, child in enumerate(children):
        yield from _cip(child, answers[at] if at < len(answers) else {}, depth - 1)
    if children:
        return
    path = _path(request.get("path", []))
    meaning = meaning_of(_service(request["service"]), path)
    if meaning is None:
        return
    act = Act("cip", meaning.action, meaning.kind, path.name)
    if "status" in answer:
        act.settle(OK if answer["status"] == "Success" else str(answer["status"])[:48])
    yield act


def _service(name: str) -> int:
    unknown = _UNKNOWN.match(name)
    return int(unknown[1]) if unknown else _SERVICES.get(name, 0)


def _path(segments: list[dict[str, Any]]) -> Path:
    steps: list[tuple[int, int | None]] = []
    attribute = None
    for segment in segments[:16]:
        kind, value = segment.get("segment_type"), int(segment["value"])
        if kind == "class":
            steps.append((value, None))
        elif kind == "instance" and steps:
            steps[-1] = steps[-1][0], value
        elif kind == "attribute":
            attribute = value
    return Path(tuple(steps), "", attribute, ())


def _modbus(said: dict[str, Any]) -> Iterator[Act]:
    request, answer = said.get("request", {}), said.get("response")
    function = int(request.get("function_raw", 0))
    meaning = FUNCTIONS.get(function)
    if function == _DIAGNOSTIC:
        diagnosed = DIAGNOSTICS.get(int(request["diagnostic"]["raw"]))
        meaning = (diagnosed, "unit") if diagnosed else None
    if meaning is None:
        return
    act = Act("modbus", *meaning, f"unit {int(request['unit_id'])}")
    if answer is not None:
        failed = answer.get("exception")
        act.settle(f"{int(failed['raw']):02X}" if failed else OK)
    yield act
