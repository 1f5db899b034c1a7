"""What a pack has a file for, and ccontrol no facts: patches, vulnerabilities, actions, sources.

A file without a row reads as "none found". So each says in its rows that nobody looked.
"""

from collections.abc import Iterator

from ccontrol.evidence.facts import Facts
from ccontrol.evidence.tables import Row, Table

WHY = "not assessed: ccontrol holds no advisories against what runs"
_NOT_KEPT = "not assessed: ccontrol keeps no plan of what is done about a weakness"
_NOT_READ = "no source of advisories was read"
_PATCHES = (
    *("asset_id", "patch", "source", "evaluated_utc", "applicable", "action", "due"),
    *("signed_by", "why_not"),
)
_VULNERABILITIES = (
    *("asset_id", "advisory", "cve", "cvss", "known_exploited", "epss", "state", "assessed_utc"),
    "why_not",
)
_ACTIONS = ("action_id", "asset_id", "about", "planned_for", "done_utc", "signed_by", "why_not")
_SOURCES = ("kind", "file", "date", "sha256", "why_not")


def unassessed(facts: Facts) -> tuple[Table, ...]:
    """Return the four tables; those about assets have a row for each of them."""
    ids = tuple(one.asset_id for one in facts.assets)
    return (
        Table("patch_evaluations", _PATCHES, tuple(_row(_PATCHES, WHY, one) for one in ids)),
        Table(
            "vulnerabilities",
            _VULNERABILITIES,
            tuple(_row(_VULNERABILITIES, WHY, one) for one in ids),
        ),
        Table("actions", _ACTIONS, (_row(_ACTIONS, _NOT_KEPT),)),
        Table("sources", _SOURCES, (_row(_SOURCES, _NOT_READ),)),
    )


def not_assessed() -> Iterator[str]:
    """Yield what that means, for the list of what a pack does not verify."""
    yield (
        "patches, vulnerabilities and what is done about them: nobody held advisories against what "
        "runs; patch_evaluations.csv, vulnerabilities.csv, actions.csv and sources.csv say no more"
    )


def _row(columns: tuple[str, ...], why: str, asset_id: str = "") -> Row:
    return (asset_id, *("",) * (len(columns) - 2), why)
