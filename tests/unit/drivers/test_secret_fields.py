"""What is secret, as data: a driver that forgets to seal something keeps it out of the store all
the same, and that a password changed is seen without it."""

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ccontrol.canonical.render import render
from ccontrol.diff.compare import compare
from ccontrol.diff.merge import merge
from ccontrol.drivers.pccc.file_units import CONFIG_FILE
from ccontrol.drivers.registry import DRIVERS
from ccontrol.drivers.secret_fields import sealed, secret_fields
from ccontrol.model.aspect import Aspect, Depth
from ccontrol.model.secret import Seal, Sealed
from ccontrol.model.snapshot import Listing, Read, Snapshot
from ccontrol.model.state import State
from ccontrol.model.unit import Unit, UnitId, Value, field, fields

STORIES = Path(__file__).parents[2] / "golden" / "stories"
SEAL = Seal(b"k" * 32)


def seen(family: str, kind: str, **named: Value) -> Snapshot:
    unit = Unit(UnitId(kind, "X1"), Aspect.PROTECTION, "x", fields(**named))
    listing = {kind: Listing(frozenset({"X1"}), True)}
    at = datetime(2028, 1, 1, tzinfo=UTC)
    return Snapshot("press-3", family, Depth.FULL, at, {unit.id: Read(unit)}, listing)


def value_of(snapshot: Snapshot, name: str) -> Value | None:
    (sighting,) = snapshot.sightings.values()
    assert isinstance(sighting, Read)
    return field(sighting.unit.fields, name)


@pytest.mark.parametrize(
    ("family", "kind", "name"),
    [
        ("s7", "FB", "password"),
        ("pccc", CONFIG_FILE, "content"),
        ("logix", "controller", "web_password"),
        ("toy", "module", "snmp_community"),
    ],
)
def test_a_secret_that_a_driver_left_in_clear_is_sealed(family: str, kind: str, name: str) -> None:
    before = seen(family, kind, **{name: "swordfish", "version": "V1"})
    after = sealed(before, SEAL, secret_fields())
    assert isinstance(value_of(after, name), Sealed)
    assert value_of(after, "version") == "V1"
    state = merge(State("press-3", family), after)
    assert b"swordfish" not in b"".join(render(state, "hall").values())


def test_what_is_sealed_already_and_what_is_no_text_stays_as_it_is() -> None:
    snapshot = seen("s7", "FB", password=SEAL.of(b"swordfish"), password_set=True)
    assert sealed(snapshot, SEAL, secret_fields()) is snapshot


def test_that_a_password_changed_is_seen_and_the_password_is_not() -> None:
    states = [
        merge(
            State("press-3", "s7"),
            sealed(seen("s7", "FB", password=word), SEAL, secret_fields()),
        )
        for word in ("swordfish", "marlin", "marlin")
    ]
    (change,) = compare(states[0], states[1]).changes
    (difference,) = change.differences
    assert difference.name == "password"
    assert isinstance(difference.before, Sealed)
    assert difference.before != difference.after
    assert "swordfish" not in repr(change)
    assert not compare(states[1], states[2])


def tables(found: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 — whatever TOML holds
    if isinstance(found, dict):
        yield found
        for one in found.values():
            yield from tables(one)


def test_no_story_of_ours_tells_what_the_rules_call_secret() -> None:
    met = 0
    for path in STORIES.rglob("plant/**/*.toml"):
        for table in tables(tomllib.loads(path.read_text())):
            if "password" in table:
                met += 1
                assert list(table["password"]) == ["sealed"], path
    assert met


def test_every_rule_is_about_a_family_that_there_is() -> None:
    assert {one.family for one in secret_fields()} <= {"*", *DRIVERS}
    assert all(one.words for one in secret_fields())
