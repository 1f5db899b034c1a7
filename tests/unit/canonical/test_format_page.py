"""docs/baseline-format.md names everything that the files hold."""

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ccontrol.canonical import approvals, attestations, captures, journal, window_ends
from ccontrol.canonical.layout import PLANT_FORM, STATE_FORM
from ccontrol.model.approval import DecisionKind
from ccontrol.model.aspect import Aspect, Depth, Strength
from ccontrol.model.capture import Capture, Exchange
from ccontrol.model.change import Kind
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.judgement import Origin, Severity

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "baseline-format.md").read_text()
STORIES = ROOT / "tests" / "golden" / "stories"
NAMED = set(re.findall(r"[a-z0-9_]+|[A-Z][A-Za-z0-9-]+", PAGE))
AT = datetime(2026, 2, 3, tzinfo=UTC)
# Names that come from controllers, not from the format.
FREE = {"fields", "moving", "strengths", "unlisted", "controller", "unit", "before", "after"}


def keys(table: dict[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        yield key
        inside = value if isinstance(value, list) else [value]
        for item in inside:
            if isinstance(item, dict) and key not in FREE:
                yield from keys(item)


def test_every_key_of_every_file_is_specified() -> None:
    for path in STORIES.rglob("*.toml"):
        found = set(keys(tomllib.loads(path.read_text())))
        assert found <= NAMED, (path, found - NAMED)


def test_every_trailer_is_specified() -> None:
    for path in STORIES.glob("*/message.txt"):
        trailers = path.read_text().rstrip().rpartition("\n\n")[2].splitlines()
        assert {line.partition(":")[0] for line in trailers} <= NAMED


def test_every_key_of_journal_and_capture_is_specified() -> None:
    capture = Capture("a", "s7", Depth.FULL, AT, AT, (Exchange("q"),), 1, 1, 1)
    lines = captures.encode(capture).splitlines()
    entry = JournalEntry(
        AT, "a", Outcome.CHANGED, Depth.FULL, 1, 1, 1, 1, "r", "c", 1, "f", (("mode", "none"),), AT
    )
    lines.append(journal.line(entry))
    summary = journal.render_summary(journal.fold(date(2026, 2, 3), [entry]), "", 0, 0)
    found = {key for line in lines for key in keys(json.loads(line))}
    found |= set(keys(tomllib.loads(summary.decode())))
    found |= set(tomllib.loads(summary.decode())["controller"]["a"])
    assert found - {outcome.value for outcome in Outcome} <= NAMED


def test_every_key_that_people_sign_is_specified() -> None:
    closed = (approvals._WINDOW_KEYS, approvals._DECISION_KEYS, attestations._KEYS)
    signed = PAGE.partition("### What people sign")[2].partition("## 4. Commits")[0]
    named = set(re.findall(r"`([a-z_0-9]+)`", signed))
    assert {key for keys in closed for key in keys} - {"facts"} <= named
    assert {*window_ends._KEYS, "commit", "principal", "subject"} <= named
    assert {kind.value for kind in DecisionKind} <= named


def test_every_word_of_a_closed_set_is_specified() -> None:
    sets = (Aspect, Depth, Strength, Kind, Origin)
    words = {member.value for words in sets for member in words}
    words |= {severity.word for severity in Severity}
    assert all(f"`{word}`" in PAGE for word in words)


def test_the_forms_are_those_of_the_program() -> None:
    assert f"Form of `plant/`: **{PLANT_FORM}**. Form of `state/`: **{STATE_FORM}**" in PAGE


def test_every_word_of_the_model_stands_in_the_glossary() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text().lower()
    for words in (Depth, Kind, Origin, Strength):
        assert all(member.value in glossary for member in words)
