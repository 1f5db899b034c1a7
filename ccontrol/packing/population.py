"""The population as it was imported last, beside the history of a site."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ccontrol.evidence.facts import Asset
from ccontrol.evidence.population import parse_population
from ccontrol.store import durable
from ccontrol.store.disk import named_failures
from ccontrol.store.layout import OWN_FOLDER

_NAME = "population.csv"
_GIVEN = "population.given"
"""Beside it: its SHA-256, who gave it and when, a line each."""
_WORDS = 3


@dataclass(frozen=True, slots=True)
class Given:
    """Which population was given, by whom and when, as the host knew it."""

    sha256: str
    by: str
    at: str


_NOBODY = Given("", "", "")


def read_given(git_dir: Path) -> Given:
    """Return who gave the population as it lies there; nobody when the file is another by now."""
    path = git_dir / OWN_FOLDER / _NAME
    with named_failures(path):
        if not path.is_file():
            return _NOBODY
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        note = path.with_name(_GIVEN)
        words = note.read_text("utf-8", "replace").split("\n") if note.is_file() else []
    if words[:1] != [sha256] or len(words) < _WORDS:
        return Given(sha256, "nobody knows: the file was not given with `evidence population`", "")
    return Given(*words[:_WORDS])


def read_population(git_dir: Path) -> tuple[Asset, ...]:
    """Return the assets that were imported; none when nothing was."""
    path = git_dir / OWN_FOLDER / _NAME
    with named_failures(path):
        if not path.is_file():
            return ()
        return parse_population(str(path), path.read_bytes())


def write_population(git_dir: Path, content: bytes, by: str, now: datetime) -> Given:
    """Replace it, durably, with who gave it. The content was read as one before."""
    at = f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    given = Given(hashlib.sha256(content).hexdigest(), by.replace("\n", " "), at)
    folder = git_dir / OWN_FOLDER
    durable.write_whole(folder / _NAME, content)
    text = f"{given.sha256}\n{given.by}\n{given.at}\n"
    durable.write_whole(folder / _GIVEN, text.encode("utf-8", "replace"))
    return given
