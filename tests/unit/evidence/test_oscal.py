"""OSCAL assessment results, held against NIST's own schema."""

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ccontrol.evidence.measures import measured
from ccontrol.evidence.oscal import VERSION, assessment_results
from ccontrol.packing.frameworks import frameworks
from tests.unit.evidence.plain_facts import change, facts

ROOT = Path(__file__).parents[3]
CORPUS = Path(os.environ.get("CCONTROL_CORPUS", ROOT.parent / "shared" / "corpus"))
SCHEMA = CORPUS / "oscal" / "oscal_assessment-results_schema-1.2.1.json"


def document(edition: str) -> dict[str, Any]:
    framework = next(one for one in frameworks() if one.edition == edition)
    made = facts(framework, change("c1"), unsigned_days=(date(2028, 1, 3),))
    found: dict[str, Any] = json.loads(assessment_results(made, measured(made)))
    return found


@pytest.fixture(scope="module")
def judge() -> jsonschema.Draft7Validator:
    if not SCHEMA.is_file():
        pytest.skip(f"NIST's schema of OSCAL {VERSION} is not there: {SCHEMA.name}")
    # The schema's only use of a class that Python's expressions do not know: letters.
    text = SCHEMA.read_text("utf-8").replace("\\\\p{L}", "[A-Za-z]").replace("\\\\p{N}", "[0-9]")
    return jsonschema.Draft7Validator(
        json.loads(text), format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER
    )


@pytest.mark.parametrize("edition", [one.edition for one in frameworks()])
def test_it_is_valid_by_the_schema_of_nist(edition: str, judge: jsonschema.Draft7Validator) -> None:
    assert [one.message for one in judge.iter_errors(document(edition))] == []


@pytest.mark.parametrize("spoil", ["uuid", "metadata", "results", "import-ap"])
def test_the_schema_finds_what_is_missing(spoil: str, judge: jsonschema.Draft7Validator) -> None:
    bad = document("CIP-010-4")
    del bad["assessment-results"][spoil]
    assert list(judge.iter_errors(bad))


def test_each_requirement_that_is_counted_has_its_finding_and_observation() -> None:
    result = document("CIP-010-4")["assessment-results"]["results"][0]
    states = {one["title"]: one["target"]["status"]["state"] for one in result["findings"]}
    assert states["R1 1.2"] == "not-satisfied"
    assert "R3" not in states
    known = {one["uuid"] for one in result["observations"]}
    assert {
        one["related-observations"][0]["observation-uuid"] for one in result["findings"]
    } == known
