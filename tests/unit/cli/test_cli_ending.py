"""How a call ends: exit codes by meaning, errors with the next step, pipes that close early."""

import os
import subprocess  # noqa: TID251 — the program is run as a user runs it
import sys
from pathlib import Path

import pytest
import typer

from ccontrol.cli import app as program
from ccontrol.cli.app import DEFECT, USAGE, main
from ccontrol.errors import CcontrolError, ConfigMissingError, StoreError, StoreFullError
from tests.unit.cli.plants import Plant, Run


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """A program whose one command raises what is put in here."""
    raised: list[BaseException] = []
    stand_in = typer.Typer(rich_markup_mode=None)
    stand_in.callback()(program.program)

    @stand_in.command("fail")
    def fail() -> None:
        raise raised[0]

    monkeypatch.setattr(program, "app", stand_in)
    return raised


def test_an_error_ends_with_its_own_code_and_tells_the_next_step(
    failing: list[BaseException], run: Run
) -> None:
    failing.append(StoreFullError("12 bytes are free"))
    said = run("fail")
    assert (said.code, said.out) == (StoreFullError.exit_code, "")
    assert said.err.splitlines() == [
        "ccontrol: 12 bytes are free",
        f"  → {StoreFullError.hint}",
    ]


def test_the_words_of_an_error_cannot_steer_the_terminal(
    failing: list[BaseException], run: Run
) -> None:
    failing.append(CcontrolError("\x1b[2Jgone"))
    assert "\x1b" not in run("fail").err


def test_a_defect_is_printed_whole_and_ends_with_70(failing: list[BaseException], run: Run) -> None:
    failing.append(ZeroDivisionError("by nothing"))
    said = run("fail")
    assert said.code == DEFECT == CcontrolError.exit_code
    assert "Traceback" in said.err
    assert "ZeroDivisionError: by nothing" in said.err
    assert "defect in ccontrol" in said.err


def test_a_closed_door_is_no_defect_and_says_who_may_open_it(
    failing: list[BaseException], run: Run
) -> None:
    failing.append(PermissionError(13, "Permission denied", "/srv/plant/baselines/north/HEAD"))
    said = run("fail")
    assert (said.code, said.out) == (StoreError.exit_code, "")
    assert "ccontrol: /srv/plant/baselines/north/HEAD: Permission denied" in said.err
    assert "→ Run it as the user whom this belongs to" in said.err


def test_a_configuration_that_is_a_folder_is_told_with_the_file_that_was_meant(
    run: Run, tmp_path: Path
) -> None:
    said = run("--config", tmp_path, "status")
    assert said.code == ConfigMissingError.exit_code
    assert f"--config {tmp_path}/ccontrol.toml" in said.err


def test_ctrl_c_ends_with_130(failing: list[BaseException], run: Run) -> None:
    failing.append(KeyboardInterrupt())
    assert run("fail").code == 130


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["changes", "--limit", "none"], ["pause", "press-3"], ["changes", "--nonsense"]],
)
def test_misuse_ends_with_2_and_names_the_help(run: Run, arguments: list[str]) -> None:
    said = run(*arguments)
    assert (said.code, said.out) == (USAGE, "")
    assert "--help` explains it with an example" in said.err


def test_no_configuration_ends_with_11(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = run("changes")
    assert said.code == 11
    assert "ccontrol init" in said.err


def test_the_configuration_is_found_in_its_three_places(
    run: Run, plant: Plant, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(plant.folder)
    assert run("config", "check").code == 0
    monkeypatch.chdir(tmp_path)
    assert run("config", "check").code == 11
    monkeypatch.setenv("CCONTROL_CONFIG", str(plant.config))
    assert run("config", "check").code == 0
    monkeypatch.setenv("CCONTROL_CONFIG", str(tmp_path / "missing.toml"))
    assert run("config", "check").code == 11


def test_a_configuration_with_faults_shows_all_of_them_and_ends_with_10(
    run: Run, plant: Plant
) -> None:
    text = plant.config.read_text().replace('id = "mixer-1"', 'id = "mixer/1"\nspeling = 1')
    plant.config.write_text(text)
    said = run("--config", plant.config, "config", "check")
    assert said.code == 10
    assert "speling" in said.err
    assert "want letters" in said.err


def test_a_secret_that_is_not_there_ends_with_14_and_only_where_it_is_needed(
    run: Run, plant: Plant
) -> None:
    (plant.folder / "keys" / "seal-key").unlink()
    assert run("--config", plant.config, "config", "check").code == 14
    assert run("--config", plant.config, "config", "check", "--without-secrets").code == 0
    assert run("--config", plant.config, "changes").code == 0


def test_a_reader_that_has_had_enough_causes_no_complaint(plant: Plant) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        [sys.executable, "-m", "ccontrol", "--config", plant.config, "diff", "press-3"],
        stdout=write_end,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write_end)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_terminal_without_utf_8_gets_escapes_not_a_crash(plant: Plant) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ccontrol", "--config", plant.config, "diff", "press-3"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"\\u2192" in done.stdout


def test_the_version_is_the_installed_one(run: Run) -> None:
    assert run("--version").out.startswith("ccontrol 0.")


def test_without_arguments_it_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) in {0, USAGE}
    said = capsys.readouterr()
    assert "ccontrol demo" in said.out + said.err
