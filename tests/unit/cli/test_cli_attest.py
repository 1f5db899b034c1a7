"""What people say and approve with stock git, and how it stands in a pack."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ccontrol.canonical.attestations import folder_of_sayings, render_attestation
from ccontrol.model.attestation import Attestation, Claim
from tests.unit.cli.packs import FIRST, Person, export, lived_in
from tests.unit.cli.plants import Plant, Run, block, seen, things


def rows(pack: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((pack / f"{name}.csv").read_bytes().decode())))


def change_of(plant: Plant, run: Run) -> dict[str, str]:
    said = run("--config", plant.config, "changes", "--controller", "press-3", "--json")
    found: dict[str, str] = said.json["changes"][0]
    return found


def saying(claim: Claim, change_id: str) -> Attestation:
    return Attestation(claim, datetime.now(UTC), "Bob", "as before", change_id=change_id)  # noqa: TID251 — said now, by the host's own clock


def say(clone: Path, said: Attestation) -> None:
    """Write a saying as somebody does by hand, for stock git to commit."""
    folder = clone / folder_of_sayings(said)
    folder.mkdir(parents=True, exist_ok=True)
    number = 1 + len(list(folder.iterdir()))
    (folder / f"{number:04}.toml").write_bytes(render_attestation(said))


@pytest.fixture
def people(plant: Plant, tmp_path: Path) -> tuple[Person, Person, Path]:
    """An approver, a stranger, and the file that says whose approvals count."""
    lived_in(plant, FIRST)
    alice, mallory = Person.make(tmp_path, "alice"), Person.make(tmp_path, "mallory")
    Person.make(tmp_path, "export")
    (tmp_path / "people").write_text(alice.line)
    return alice, mallory, tmp_path / "people"


def packed(plant: Plant, folder: Path, people: Path) -> Path:
    assert export(plant, folder / "export", folder / "pack", "--people", people) == 0
    return folder / "pack"


def test_an_approval_by_stock_git_counts_and_its_own_date_proves_nothing(
    plant: Plant, run: Run, tmp_path: Path, people: tuple[Person, Person, Path]
) -> None:
    alice, _, trusted = people
    change = change_of(plant, run)
    alice.bring_in(alice.clone(plant, change["commit"]))
    pack = packed(plant, tmp_path, trusted)
    told = {row["change_id"]: row for row in rows(pack, "changes")}[change["change_id"]]
    assert told["classification"] == "accepted, time not proven"
    authorization = told["authorization_id"]
    (approved, *_) = [row for row in rows(pack, "authorizations") if row["asset_id"] == "press-3"]
    assert approved["authorization_id"] == authorization
    assert (approved["approved_by"], approved["counts"]) == ("alice@plant.example", "yes")
    assert (approved["approved_utc"], approved["claimed_utc"] != "") == ("", True)
    population = {row["asset_id"]: row for row in rows(pack, "population")}
    assert population["press-3"]["in_baseline"] in {"yes", "no"}


def test_one_approval_that_names_several_changes_is_an_approval_of_each(
    plant: Plant, run: Run, tmp_path: Path, people: tuple[Person, Person, Path]
) -> None:
    plant.take(seen("press-3", *things(block("OB1", b"\x65\x09")), minute=9))
    alice, _, trusted = people
    said = run("--config", plant.config, "changes", "--controller", "press-3", "--json")
    newest, before, *_ = said.json["changes"]
    clone = alice.clone(plant)
    ids = f"{newest['change_id']} {before['change_id']}"
    alice.approve(clone, newest["commit"], f"Change-Id: {ids}")
    alice.bring_in(clone)
    pack = packed(plant, tmp_path, trusted)
    lacking = rows(pack, "exceptions")
    unlooked = {
        one["change_id"] for one in lacking if one["requirement"] == "R2 2.1 (investigation)"
    }
    told = {one["change_id"]: one["classification"] for one in rows(pack, "changes")}
    for each in (newest, before):
        assert told[each["change_id"]] == "accepted, time not proven"
        assert each["change_id"] not in unlooked, "the approval names it"


def test_an_approval_by_a_stranger_approves_nothing_and_is_told(
    plant: Plant, run: Run, tmp_path: Path, people: tuple[Person, Person, Path]
) -> None:
    _, mallory, trusted = people
    change = change_of(plant, run)
    mallory.bring_in(mallory.clone(plant, change["commit"]))
    pack = packed(plant, tmp_path, trusted)
    told = {row["change_id"]: row for row in rows(pack, "changes")}[change["change_id"]]
    assert told["classification"] == "unresolved"
    assert {row["counts"] for row in rows(pack, "authorizations")} == {"no"}


def test_what_people_attest_stands_in_the_pack_with_who_signed_it(
    plant: Plant, run: Run, tmp_path: Path, people: tuple[Person, Person, Path]
) -> None:
    alice, _, trusted = people
    change = change_of(plant, run)
    clone = alice.clone(plant, change["commit"])
    firmware = tmp_path / "firmware.upd"
    firmware.write_bytes(b"firmware")
    about = saying(Claim.CONTROLS, change["change_id"])
    say(clone, replace(about, controls=("protection level", "key switch")))
    say(clone, replace(about, claim=Claim.TEST, differences="no drives attached"))
    source = replace(about, claim=Claim.SOURCE, file_name="fw.upd", file_sha256="ab" * 32)
    say(clone, replace(source, vendor_hash=f"sha256:{'0' * 64}"))
    say(clone, replace(about, claim=Claim.ITEM, controller_id="press-3", item="1.1.4"))
    alice.git(clone, "add", "decisions", "attestations")
    alice.git(clone, "commit", "-q", "-S", "-m", "attest")
    alice.bring_in(clone)
    pack = packed(plant, tmp_path, trusted)
    controls, test = rows(pack, "verification")
    assert (controls["controls"], controls["done_by"]) == ("protection level; key switch", "Bob")
    assert (test["differences"], test["signed_by"]) == ("no drives attached", "alice@plant.example")
    (from_vendor,) = rows(pack, "software_sources")
    assert (from_vendor["agrees"], from_vendor["before_change"]) == ("no", "not proven")
    items = {(row["asset_id"], row["item"]): row for row in rows(pack, "baseline")}
    assert items["press-3", "1.1.4"]["method"] == "unavailable"  # said after the period
    lacking = [(row["requirement"], row["exception"]) for row in rows(pack, "exceptions")]
    assert ("R1 1.6", "the hash of the file is not the vendor's") in lacking
    assert not [one for one in lacking if one[0] == "R1 1.4"]
    (tested,) = [one[1] for one in lacking if one[0] == "R1 1.5"]
    assert "nobody can tell when that was attested" in tested


def test_a_saying_that_nobody_signed_does_not_count(
    plant: Plant, run: Run, tmp_path: Path, people: tuple[Person, Person, Path]
) -> None:
    alice, _, trusted = people
    change = change_of(plant, run)
    clone = alice.clone(plant, change["commit"])
    say(clone, replace(saying(Claim.CONTROLS, change["change_id"]), controls=("x",)))
    alice.git(clone, "add", "decisions")
    alice.git(clone, "commit", "-q", "--no-gpg-sign", "-m", "attest")
    alice.bring_in(clone)
    pack = packed(plant, tmp_path, trusted)
    assert [row["counts"] for row in rows(pack, "verification")] == ["no"]
    assert "R1 1.4" in {row["requirement"] for row in rows(pack, "exceptions")}
