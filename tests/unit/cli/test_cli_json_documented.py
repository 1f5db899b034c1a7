"""Every key that a command prints as JSON stands in that command's part of the reference."""

import re
from collections.abc import Iterator

import pytest

from tests.unit.cli.plants import Plant, Run
from tests.unit.docs.program import part_of

NAMING = frozenset({"enroll", "diff", "resume", "timeline"})
"""Commands that want a controller."""
VARIABLE = frozenset({"strengths", "fields", "moving", "listings"})
"""Tables whose keys are data, not words of ours."""


def keys(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            if key not in VARIABLE:
                yield from keys(item)
    elif isinstance(value, list):
        for item in value:
            yield from keys(item)


def times(value: object) -> Iterator[object]:
    """Yield everything whose key says that it is a time, but for what a controller's clock said."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "log":
                continue
            if key in {"at", "until"} or key.endswith("_at"):
                yield item
            yield from times(item)
    elif isinstance(value, list):
        for item in value:
            yield from times(item)


COMMANDS_WITH_JSON = (
    "config check",
    "enroll",
    "pause",
    "resume",
    "status",
    "changes",
    "show",
    "timeline",
    "diff",
    "inventory",
    "verify",
    "maintain",
)


def answered(plant: Plant, run: Run, command: str) -> object:
    config = ("--config", plant.config)
    newest = run(*config, "changes", "--json").json["changes"][0]["change_id"]
    pause = ["press-3", "--until", "1h", "--reason", "to be seen"]
    asked = {"show": [newest], "pause": pause}
    more = asked.get(command, ["press-3"] if command in NAMING else [])
    run(*config, "pause", *pause)
    return run(*config, *command.split(), *more, "--json").json


@pytest.mark.parametrize("command", COMMANDS_WITH_JSON)
def test_the_reference_names_every_key_and_the_form(plant: Plant, run: Run, command: str) -> None:
    answer = answered(plant, run, command)
    words = set(re.findall(r"`([a-z_0-9/-]+)`", part_of(command)))
    assert set(keys(answer)) - words - {"form"} == set()
    assert isinstance(answer, dict)
    assert answer["form"] in words


@pytest.mark.parametrize("command", ["status", "changes", "show", "pause", "resume"])
def test_times_are_iso_8601_in_utc_or_null(plant: Plant, run: Run, command: str) -> None:
    found = list(times(answered(plant, run, command)))
    assert any(found)
    for at in found:
        assert at is None or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", str(at)), at
