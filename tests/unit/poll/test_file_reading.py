"""An ACD read with the program that derives a part of it: within limits, and told as derived."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from ccontrol.logic.file import ProjectFile
from ccontrol.logic.project import Project
from ccontrol.poll import file_reading
from ccontrol.poll.file_reading import read_file
from tests.unit.logic.formats_text.packed import packed_acd

ROOT = Path(__file__).parents[3]
CORPUS = Path(os.environ.get("CCONTROL_CORPUS", ROOT.parent / "shared" / "corpus"))
REAL = CORPUS / "l5x" / "acd" / "hutcheb__CuteLogix.ACD"


@pytest.fixture(autouse=True)
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where temporary files go; it must be left empty."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "room"))
    (tmp_path / "room").mkdir()
    return tmp_path / "room"


def read(path: Path) -> Project:
    with path.open("rb") as stream:
        return read_file(ProjectFile(path.name, path.stat().st_size, stream), str)


def made(folder: Path, databases: Mapping[str, bytes]) -> Path:
    path = folder / "a.ACD"
    path.write_bytes(packed_acd(databases))
    return path


@pytest.mark.skipif(not REAL.is_file(), reason=f"no real ACD at {REAL}; set CCONTROL_CORPUS")
def test_a_real_project_has_its_ladder_derived_twice_alike(
    room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_reading, "project_time_s", lambda _size: 100.0)  # a busy host is slow
    project = read(REAL)
    ladders = {part.name: part.text for part in project.parts if part.language == "ladder"}
    assert "XIC(" in ladders["derived/programs/Instructions/routines/R010_Bit"]
    assert sum(text.count("RUNG") for text in ladders.values()) == 132
    assert ("derived", "partial, by acd-tools 0.3a2") in project.facts
    assert read(REAL) == project
    assert not list(room.iterdir())


def test_what_cannot_be_derived_is_told_beside_the_list(tmp_path: Path, room: Path) -> None:
    project = read(made(tmp_path, {"Comps.Dat": b"no database", "Other.Dat": b"x"}))
    assert [part.name for part in project.parts] == ["databases"]
    assert "Other.Dat = 1 bytes" in project.parts[0].text
    assert "acd-tools 0.3a2 derives nothing from them: " in project.problems[-1]
    assert not list(room.iterdir())


def test_a_name_that_leads_elsewhere_is_never_written_to(tmp_path: Path) -> None:
    """acd-tools joins a database's name to its folder, whatever it is."""
    target = tmp_path / "written"
    read(made(tmp_path, {str(target): b"x", "../../../written": b"x", "Comps.Dat": b"x"}))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.ACD", "room"]


def test_one_that_takes_too_long_is_ended_and_told(
    tmp_path: Path, room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_reading, "_SHARE", 0.0005)  # of 20 s: less than Python needs to start
    project = read(made(tmp_path, {"Comps.Dat": b"x"}))
    assert "ended without an answer, out of time or memory" in project.problems[-1]
    assert not list(room.iterdir())


def test_without_the_extra_the_list_says_how_to_get_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_reading, "_TOOL", "a-tool-that-nobody-installed")
    project = read(made(tmp_path, {"Comps.Dat": b"x"}))
    assert [part.name for part in project.parts] == ["databases"]
    assert "pip install 'ccontrol[acd]'" in project.problems[-1]
