"""Every key that a command prints as JSON stands in that command's part of the reference."""

import re
from collections.abc import Iterator

import pytest

from tests.unit.cli.plants import Plant, Run
from tests.unit.docs.program import COMMANDS

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


def part_of(command: str) -> str:
    text = COMMANDS.read_text("utf-8")
    found = re.search(
        rf"^## `ccontrol {command}`\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE
    )
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    "command",
    [
        "config check",
        "enroll",
        "status",
        "changes",
        "show",
        "diff",
        "inventory",
        "verify",
        "maintain",
    ],
)
def test_the_reference_names_every_key(plant: Plant, run: Run, command: str) -> None:
    config = ("--config", plant.config)
    newest = run(*config, "changes", "--json").json["changes"][0]["change_id"]
    more = {"enroll": ["press-3"], "show": [newest], "diff": ["press-3"]}.get(command, [])
    run(*config, "pause", "press-3", "--until", "1h", "--reason", "to be seen")
    answer = run(*config, *command.split(), *more, "--json").json
    words = set(re.findall(r"`([a-z_0-9]+)`", part_of(command)))
    assert set(keys(answer)) - words - {"form"} == set()
