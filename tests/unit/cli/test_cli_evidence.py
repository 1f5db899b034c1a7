"""`ccontrol evidence` on a real store: what stands in a pack, and that stock tools verify it."""

import csv
import io
import json
import shutil
import stat
import zipfile
from pathlib import Path

import pytest

from ccontrol.errors import UnknownNameError
from ccontrol.packing.frameworks import BUILT_IN
from tests.unit.cli.packs import FIRST, LAST, POPULATION, Person, export, lived_in, verify
from tests.unit.cli.plants import Plant, Run, block, seen, things


@pytest.fixture(scope="module")
def made(
    made_plants: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Plant, Path]:
    """A plant whose population is known, and the key of the seal."""
    folder = tmp_path_factory.mktemp("evidence")
    plant = lived_in(Plant(Path(shutil.copytree(made_plants[1], folder / "plant"))))
    key = Person.make(folder, "export").key
    (folder / "population.csv").write_text(POPULATION)
    assert export_population(plant, folder / "population.csv") == 0
    return plant, key


def export_population(plant: Plant, file: Path) -> int:
    from ccontrol.cli import main  # noqa: PLC0415 — only here

    return main(["--config", str(plant.config), "evidence", "population", str(file)])


@pytest.fixture(scope="module")
def pack(made: tuple[Plant, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack with one sampled asset; to be copied by whoever tampers with it."""
    plant, key = made
    folder = tmp_path_factory.mktemp("packs")
    (folder / "sample.csv").write_text("asset_id,request_id\nPLC-1,CIP-010-R1\n")
    assert export(plant, key, folder / "pack", "--sample", folder / "sample.csv", "--oscal") == 0
    return folder / "pack"


def rows(pack: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((pack / f"{name}.csv").read_bytes().decode())))


def signers(made: tuple[Plant, Path]) -> Path:
    """Return an auditor's own allowed signers, who knows the plant's keys from elsewhere."""
    plant, key = made
    own = key.with_name("auditors-signers")
    public = key.with_name("export.pub").read_text().split()
    line = f'export@north namespaces="ccontrol-evidence" {public[0]} {public[1]}\n'
    own.write_text((plant.folder / "allowed_signers").read_text() + line)
    return own


def test_an_auditor_verifies_a_pack_with_stock_tools_alone(
    made: tuple[Plant, Path], pack: Path
) -> None:
    said = verify(pack, signers(made))
    assert "ok:  sealed by export@north" in said
    assert "commits signed by ccontrol@north" in said
    assert "Everything that this script can check holds" in said


def test_the_same_commit_gives_the_same_pack(
    made: tuple[Plant, Path], pack: Path, tmp_path: Path
) -> None:
    plant, key = made
    (tmp_path / "sample.csv").write_text("asset_id,request_id\nPLC-1,CIP-010-R1\n")
    assert (
        export(plant, key, tmp_path / "again", "--sample", tmp_path / "sample.csv", "--oscal") == 0
    )
    first = {
        str(one.relative_to(pack)): one.read_bytes() for one in pack.rglob("*") if one.is_file()
    }
    again = tmp_path / "again"
    second = {
        str(one.relative_to(again)): one.read_bytes() for one in again.rglob("*") if one.is_file()
    }
    assert first == second


def test_nobody_but_its_owner_may_read_a_pack(pack: Path) -> None:
    modes = {stat.S_IMODE(one.stat().st_mode) for one in pack.rglob("*") if one.is_file()}
    folders = {stat.S_IMODE(one.stat().st_mode) for one in (pack, *pack.rglob("*")) if one.is_dir()}
    assert (modes, folders) == ({0o600}, {0o700})


def test_no_cell_is_a_formula(pack: Path) -> None:
    for path in pack.rglob("*.csv"):
        for row in csv.reader(io.StringIO(path.read_bytes().decode())):
            assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    assert any(row["name"] == "'=cmd|'/c calc'!A1" for row in rows(pack, "population"))
    with zipfile.ZipFile(pack / "evidence.xlsx") as book:
        sheets = [book.read(name) for name in book.namelist() if "worksheets/sheet" in name]
    assert b"calc" in b"".join(sheets)
    assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)


def test_the_label_stands_on_everything_that_people_open(pack: Path) -> None:
    told = "CONFIDENTIAL: may contain BES Cyber System Information"
    assert told in (pack / "summary.html").read_text()
    assert (pack / "README.txt").read_text().startswith(told)
    assert told in json.loads((pack / "pack.json").read_text())["label"]
    with zipfile.ZipFile(pack / "evidence.xlsx") as book:
        sheets = [book.read(name) for name in book.namelist() if "worksheets/sheet" in name]
    assert len(sheets) == 17
    assert all(f"<oddHeader>&amp;L{told}".encode() in sheet for sheet in sheets)


def test_the_summary_loads_nothing_and_runs_nothing(pack: Path) -> None:
    page = (pack / "summary.html").read_text().lower()
    for word in ("<script", "src=", "href=", "@import", "url(", "javascript:", "<iframe"):
        assert word not in page


def test_a_sample_that_names_no_asset_of_the_site_is_refused_with_its_name(
    made: tuple[Plant, Path], run: Run, tmp_path: Path
) -> None:
    plant, key = made
    (tmp_path / "sample.csv").write_text("asset_id\nPLC-1\nPLC-77\n")
    words = ("--framework", "nerc-cip-010", "--from", FIRST.isoformat(), "--until")
    where = (LAST.isoformat(), "--key", key, "-o", tmp_path / "p")
    sample = ("--sample", tmp_path / "sample.csv")
    said = run("--config", plant.config, "evidence", "export", *words, *where, *sample)
    assert said.code == UnknownNameError.exit_code
    assert "the sample names 'PLC-77', which is no asset of this site" in said.err
    assert not (tmp_path / "p").exists()


def test_an_edition_that_ends_within_a_year_is_told_on_the_page_and_to_who_asks(
    made: tuple[Plant, Path], run: Run, tmp_path: Path
) -> None:
    plant, key = made
    text = (BUILT_IN / "nerc-cip-010-4.toml").read_text()
    (tmp_path / "own.toml").write_text(text.replace("2028-07-01", "2026-12-31", 1))
    words = ("--framework", "CIP-010-4", "--from", FIRST.isoformat(), "--until")
    where = (LAST.isoformat(), "--key", key, "-o", tmp_path / "p")
    own = ("--framework-file", tmp_path / "own.toml")
    said = run("--config", plant.config, "evidence", "export", *words, *where, *own)
    assert said.code == 0
    assert "CIP-010-4 ends on 2026-12-31, in 286 days" in " ".join(said.out.split())
    assert "CIP-010-4 ends on 2026-12-31, in 286 days" in (tmp_path / "p/summary.html").read_text()


def test_each_requirement_has_its_denominator(pack: Path) -> None:
    told = {row["requirement"]: row for row in rows(pack, "requirements")}
    assert told["R1 1.1"]["of"] == "3"
    assert told["R2 2.1"]["of"] == "2"  # the mixer is medium
    assert told["R3"]["counted"] == ""
    monitored = [row for row in rows(pack, "exceptions") if row["requirement"] == "R2 2.1"]
    assert [row["asset_id"] for row in monitored] == ["HMI-9"]
    page = (pack / "summary.html").read_text()
    assert "Not verified" in page
    assert "R2 2.1" in page
    assert "<script" not in page


def test_what_nobody_assessed_says_so_in_every_file(pack: Path) -> None:
    """A table without a row would read as: none found."""
    for name, count in (("patch_evaluations", 3), ("vulnerabilities", 3), ("actions", 1)):
        told = [row["why_not"] for row in rows(pack, name)]
        assert len(told) == count
        assert all(why.startswith("not assessed") for why in told)
    assert [row["why_not"] for row in rows(pack, "sources")] == ["no source of advisories was read"]
    page = (pack / "summary.html").read_text()
    assert "nobody held advisories against what runs" in page


def test_every_item_of_every_asset_has_its_row(pack: Path) -> None:
    told = {(row["asset_id"], row["item"]): row for row in rows(pack, "baseline")}
    assert len(told) == 3 * 5
    assert told["PLC-1", "1.1.1"]["version"] == "V3.2.7"
    assert told["PLC-1", "1.1.1"]["method"] == "read"
    assert told["PLC-1", "1.1.4"]["method"] == "unavailable"
    assert told["HMI-9", "1.1.1"]["why"] == "it is not polled"


def test_a_sampled_asset_has_a_folder_with_each_of_its_days(pack: Path) -> None:
    folder = pack / "CIP-010-R1" / "PLC-1"
    days = list(csv.DictReader(io.StringIO((folder / "monitoring_days.csv").read_text())))
    assert [days[0]["day"], days[-1]["day"]] == [FIRST.isoformat(), LAST.isoformat()]
    assert {row["asset_id"] for row in rows(folder, "changes")} == {"press-3"}
    assert any(row["unit"] == "OB/OB1" for row in rows(folder, "baseline_units"))


def test_a_change_that_nobody_approved_is_unresolved_and_an_exception(pack: Path) -> None:
    told = [row for row in rows(pack, "changes") if row["asset_id"] == "press-3"]
    assert [row["classification"] for row in told] == ["first sight", "unresolved"]
    assert told[1]["days_open"] == "19"
    lacking = {row["requirement"] for row in rows(pack, "exceptions") if row["change_id"]}
    assert {"R1 1.2", "R1 1.4", "R1 1.5", "R1 1.6"} <= lacking
    diff = (pack / "diffs" / f"{told[1]['change_id']}.diff").read_text()
    assert "+++ b/plant/hall-2/press-3/OB/OB1" in diff


def test_the_pack_says_what_it_was_made_from(pack: Path) -> None:
    about = json.loads((pack / "pack.json").read_text())
    assert about["framework"]["edition"] == "CIP-010-4"
    assert about["form"] == "ccontrol/evidence/1"
    assert any("dates of CIP-010-4 are not certain" in one for one in about["not_verified"])
    assert "CONFIDENTIAL" in about["label"]


def test_the_daemons_own_key_seals_nothing(
    made: tuple[Plant, Path], run: Run, tmp_path: Path
) -> None:
    plant, _ = made
    key = next(plant.folder.rglob("*signing*key"))
    said = run(
        *("--config", plant.config, "evidence", "export", "--framework", "nerc-cip-010"),
        *("--from", "2026-03-01", "--until", "2026-03-20", "--key", key, "-o", tmp_path / "p"),
    )
    assert said.code == 26
    assert not (tmp_path / "p").exists()


def test_a_controller_that_was_never_seen_is_in_the_pack_all_the_same(
    empty_plant: Plant, tmp_path: Path
) -> None:
    """Silence takes nothing out of scope: mixer-1 is configured, and nothing was ever stored."""
    plant = empty_plant
    plant.take(seen("press-3", *things(block("OB1"))))
    lived_in(plant, FIRST)
    key = Person.make(tmp_path, "export").key
    assert export(plant, key, tmp_path / "pack") == 0
    told = {row["asset_id"]: row for row in rows(tmp_path / "pack", "population")}
    assert set(told) == {"press-3", "mixer-1"}
    items = [row for row in rows(tmp_path / "pack", "baseline") if row["asset_id"] == "mixer-1"]
    assert {row["method"] for row in items} == {"unavailable"}
