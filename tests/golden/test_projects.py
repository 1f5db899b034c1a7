"""Project files as folders: the file, the text that comes of it, and what a comparison says.

projects/<name>/before.<ending> is the file, text/ the files that `ccontrol text -o` must write of
it. after.<ending>, if any, is the same project later, compare.txt what `ccontrol compare` must
print of the two, and how it ends. A new folder needs no code: put the files in, run with --accept,
and read what came out.
"""

from pathlib import Path

import pytest

from ccontrol.cli import main
from tests.golden.test_stories import hold

PROJECTS = sorted(path for path in (Path(__file__).parent / "projects").iterdir() if path.is_dir())


def named(folder: Path, name: str) -> Path | None:
    return next(iter(sorted(folder.glob(f"{name}.*"))), None)


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")


@pytest.mark.parametrize("folder", PROJECTS, ids=lambda folder: folder.name)
def test_a_file_gives_its_text_to_the_letter(folder: Path, tmp_path: Path, *, accept: bool) -> None:
    before = named(folder, "before")
    assert before is not None
    assert main(["text", str(before), "-o", str(tmp_path / "text")]) == 0
    written = {
        path.relative_to(tmp_path / "text").as_posix(): path.read_bytes()
        for path in sorted((tmp_path / "text").rglob("*"))
        if path.is_file()
    }
    assert written
    hold(folder / "text", written, accept=accept)


@pytest.mark.parametrize(
    "folder", [each for each in PROJECTS if named(each, "after")], ids=lambda folder: folder.name
)
def test_a_comparison_says_what_changed_to_the_letter(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    accept: bool,
) -> None:
    monkeypatch.chdir(folder)
    before, after = named(folder, "before"), named(folder, "after")
    assert before is not None
    assert after is not None
    capsys.readouterr()
    code = main(["compare", before.name, after.name])
    said = f"{capsys.readouterr().out}\nends with {code}\n"
    expected = folder / "compare.txt"
    if accept:
        expected.write_text(said, "utf-8")
    assert expected.read_text("utf-8") == said


def test_the_readme_quotes_a_comparison_as_it_comes_out() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    quoted = readme.partition("$ ccontrol compare before.L5X after.L5X\n")[2].partition("\n```")[0]
    said = (Path(__file__).parent / "projects" / "l5x-guard-inverted" / "compare.txt").read_text()
    assert quoted
    assert said.startswith(f"{quoted}\n")


def test_there_are_projects() -> None:
    assert any(named(folder, "after") for folder in PROJECTS)
