"""docs/policy.md names every key and word of a rule, and its examples are rules."""

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from ccontrol.config.conditions import GROUPS
from ccontrol.config.policy_schema import (
    DAYS,
    DifferenceTable,
    PolicyTable,
    RuleTable,
    TimeTable,
    WhenTable,
)
from ccontrol.diff.programs.changes import LogicKind
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Kind
from ccontrol.model.controller import Criticality
from ccontrol.model.engineering import Role
from ccontrol.model.judgement import Confidence, Origin, Severity, Watching
from ccontrol.model.policy import Became, Source, Window
from tests.unit.policy.cases import read

PAGE = (Path(__file__).parents[3] / "docs" / "policy.md").read_text()
TEXT = re.sub(r"^ *```.*?^ *```$", "", PAGE, flags=re.DOTALL | re.MULTILINE)
CODE = {code.strip('"') for code in re.findall(r"`([^`]+)`", TEXT)}
EXAMPLES = re.findall(r"^ *```toml\n(.*?)^ *```", PAGE, re.DOTALL | re.MULTILINE)
WORDS = [
    *(*Kind, *Aspect, *LogicKind, *Origin, *Confidence, *Watching, *Criticality, *Role),
    *(*Became, *Source, *Window, *(each.word for each in Severity), DAYS[0], DAYS[-1]),
]


@pytest.mark.parametrize("model", [WhenTable, RuleTable, PolicyTable])
def test_every_key_is_explained(model: type[BaseModel]) -> None:
    for name, field in model.model_fields.items():
        assert (field.alias or name) in {*CODE, "extends", "files"}
    for name in (*GROUPS, *TimeTable.model_fields, *DifferenceTable.model_fields):
        assert name in CODE


def test_every_word_is_named() -> None:
    assert {str(word) for word in WORDS} - CODE == set()


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_has_no_faults(text: str, tmp_path: Path) -> None:
    raw = tomllib.loads(text)
    table = raw["site"]["policy"] if "site" in raw else raw
    table.pop("files", None)
    found, faults = read(table)
    assert not faults
    assert found is not None


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 5
