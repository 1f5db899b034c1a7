"""`diff --html` and `--svg`: what differs in a controller's texts, as files to look at."""

from pathlib import Path
from xml.etree import ElementTree as ET

from tests.unit.cli.plants import Plant, Run


def test_a_page_shows_what_the_last_change_did(plant: Plant, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "press-3.html"
    said = run("--config", plant.config, "diff", "press-3", "--html", file)
    html = file.read_text("utf-8")
    assert said.code == 0
    assert "press-3.html: " in said.out
    assert "OB1" in html
    assert "press-3, change " in html


def test_one_picture_is_well_formed_and_takes_two_points(
    plant: Plant, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "press-3.svg"
    said = run("--config", plant.config, "diff", "press-3", "2020-01-01", "--svg", file)
    assert said.code == 0
    assert "press-3" in "".join(ET.fromstring(file.read_text("utf-8")).itertext())


def test_a_page_that_cannot_be_written_is_an_error_and_leaves_nothing(
    plant: Plant, run: Run, tmp_path: Path
) -> None:
    said = run("--config", plant.config, "diff", "press-3", "--html", tmp_path / "no" / "such.html")
    assert said.code != 0
    assert "such.html" in said.err
    assert list(tmp_path.glob("*.html")) == []


def test_a_file_that_is_there_is_kept(plant: Plant, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.html"
    file.write_text("mine")
    assert run("--config", plant.config, "diff", "press-3", "--html", file).code == 12
    assert file.read_text() == "mine"


def test_a_page_up_to_a_time_when_nothing_was_known_is_refused(
    plant: Plant, run: Run, tmp_path: Path
) -> None:
    asked = ["--config", plant.config, "diff", "press-3", "2019-01-01", "2020-01-01"]
    said = run(*asked, "--html", tmp_path / "a.html")
    assert said.code != 0
    assert not (tmp_path / "a.html").exists()
