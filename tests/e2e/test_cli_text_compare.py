"""`ccontrol text` and `ccontrol compare` on files as people have them: by hand, piped, in git."""

import os
import re
import shutil
import subprocess  # noqa: TID251 — stock git is the stranger that has to agree
import sys
from pathlib import Path

import pytest

from ccontrol.cli.project_files import SealsInOneCall, read_project
from ccontrol.errors import BadFileError
from ccontrol.logic.file import Limits
from tests.unit.cli.plants import Run, in_this_process
from tests.unit.docs.program import COMMANDS

ROOT = Path(__file__).parents[2]
PRESS = ROOT / "tests" / "golden" / "projects" / "l5x-guard-inverted"
BEFORE, AFTER = PRESS / "before.L5X", PRESS / "after.L5X"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process, with no configuration anywhere."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("CCONTROL_CONFIG", "/nowhere/ccontrol.toml")
    return in_this_process(capsys)


def program(*arguments: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run the program as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "ccontrol", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        check=False,
        cwd=ROOT,
    )


ELAPSED = 'Name="ACC" DataType="DINT" Radix="Decimal" Value="0"'


def changed(folder: Path, old: str, new: str) -> Path:
    path = folder / "changed.L5X"
    text = BEFORE.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return path


def test_text_loads_nothing_that_it_neither_reads_nor_prints_with() -> None:
    heavy = {"rich", "yaml", "simaticml_decoder"}
    call = (
        f"import sys; from ccontrol.cli import main; main(['text', {str(BEFORE)!r}]);"
        f" print(*sys.modules.keys() & {heavy!r}, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", call], capture_output=True, check=True)
    assert b"ROUTINE Cycle" in done.stdout
    assert done.stderr.strip() == b""


def test_text_prints_every_part_and_what_it_is(run: Run) -> None:
    said = run("text", BEFORE)
    assert said.code == 0
    assert "=== programs/Main/routines/Cycle (ladder)\nROUTINE Cycle" in said.out
    assert "XIC(Guard_Closed)" in said.out
    assert "ExportDate" not in said.out


def test_text_leaves_values_out_when_told_so(run: Run) -> None:
    assert "Press_Time.PRE = 5000" in run("text", BEFORE).out
    assert "Press_Time.PRE = 5000" not in run("text", BEFORE, "--without-values").out


def test_text_writes_one_file_per_part_and_never_over_another(run: Run, tmp_path: Path) -> None:
    assert run("text", BEFORE, "-o", tmp_path / "out").code == 0
    routine = tmp_path / "out" / "programs" / "Main" / "routines" / "Cycle.lad"
    assert "XIC(Guard_Closed)" in routine.read_text()
    again = run("text", BEFORE, "-o", tmp_path / "out")
    assert again.code == 12
    assert "not empty" in again.err
    assert run("text", BEFORE, "-o", routine).code == 12


def test_a_block_image_is_written_in_german_when_asked_to_and_means_the_same(
    run: Run, tmp_path: Path
) -> None:
    block = PRESS.parent / "mc7-contact-inverted" / "before.mc7"
    assert "A     I 1.1" in run("text", block).out
    german = run("text", block, "--german").out
    assert "U     E 1.1" in german
    english = tmp_path / "english.awl"
    english.write_text(run("text", block).out.partition("\n")[2])
    other = tmp_path / "german.awl"
    other.write_text(german.partition("\n")[2])
    said = run("compare", english, other)
    assert said.code == 0
    assert "mnemonic only" in said.out


def test_text_from_a_pipe_is_the_same(run: Run) -> None:
    said = program("text", "-", stdin=BEFORE.read_bytes())
    assert said.returncode == 0
    assert said.stdout.decode() == run("text", BEFORE).out


def test_text_reads_what_a_shell_substitutes() -> None:
    line = f"{sys.executable} -m ccontrol compare <(cat {BEFORE}) <(cat {BEFORE})"
    done = subprocess.run(["bash", "-c", line], capture_output=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def test_git_shows_what_changed_in_the_logic_with_two_lines_of_configuration(
    tmp_path: Path,
) -> None:
    """The lines are those of the reference."""
    page = COMMANDS.read_text("utf-8")
    lines = re.findall(r"^(?:git config diff\.plc|echo \"\*\.L5X).*$", page, re.MULTILINE)
    assert len(lines) == 2
    (tmp_path / "bin").mkdir()
    tool = tmp_path / "bin" / "ccontrol"
    tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ccontrol "$@"\n')
    tool.chmod(0o755)
    work = tmp_path / "work"
    work.mkdir()
    environment = {
        **os.environ,
        "PATH": f"{tool.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "GIT_CONFIG_GLOBAL": "/dev/null",
    }

    def sh(line: str) -> str:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", line],
            cwd=work,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    sh("git init --quiet; git config user.name e; git config user.email e@plant.example")
    for line in lines:
        sh(line)
    shutil.copy(BEFORE, work / "Press.L5X")
    sh("git add -A; git commit --quiet -m first")
    shutil.copy(AFTER, work / "Press.L5X")
    shown = sh("git diff")
    assert "-  XIC(Guard_Closed)" in shown
    assert "+  XIO(Guard_Closed)" in shown
    assert "+Rate = 20" in shown
    assert "ExportDate" not in shown
    assert "ACC" not in shown
    hunk = shown[: shown.index("-  XIC(Guard_Closed)")].splitlines()
    assert any("RUNG -> Motor_Run" in line for line in hunk)


def test_compare_says_what_changed_and_how_grave_it_is(run: Run) -> None:
    said = run("compare", BEFORE, AFTER)
    assert said.code == 1
    assert re.search(r"high +inverted contact +rung 2.*Guard_Closed", said.out)
    assert "1 value differs" in said.out


def test_compare_ends_with_0_when_only_noise_differs(run: Run, tmp_path: Path) -> None:
    assert run("compare", BEFORE, BEFORE).code == 0
    for old, new in (
        ("Jan 05 08:00", "Jan 07 08:00"),
        ("The press moves only", "The press only moves"),
        (ELAPSED, ELAPSED.replace('"0"', '"417"')),
    ):
        said = run("compare", BEFORE, changed(tmp_path, old, new))
        assert said.code == 0, said.out


def test_a_preset_that_was_changed_in_the_data_of_a_timer_is_a_setpoint(
    run: Run, tmp_path: Path
) -> None:
    said = run("compare", BEFORE, changed(tmp_path, 'Value="5000"', 'Value="6000"'))
    assert said.code == 1
    assert re.search(r"medium +setpoint +Press_Time.PRE: 5000 became 6000", said.out)


def test_compare_counts_values_when_asked_to(run: Run, tmp_path: Path) -> None:
    other = changed(tmp_path, ELAPSED, ELAPSED.replace('"0"', '"417"'))
    said = run("compare", BEFORE, other, "--values")
    assert said.code == 1
    assert "0 became 417" in said.out


def test_compare_prints_what_a_program_needs(run: Run) -> None:
    said = run("compare", BEFORE, AFTER, "--json")
    assert said.code == 1
    assert said.json["form"] == "ccontrol/compare/1"
    assert said.json["differs_in_logic"] is True
    kinds = [change["kind"] for part in said.json["parts"] for change in part["changes"]]
    assert "inverted contact" in kinds
    assert said.json["values_not_shown"] == 1


def test_compare_draws_what_changed_and_never_over_another_file(run: Run, tmp_path: Path) -> None:
    page, drawing = tmp_path / "changes.html", tmp_path / "changes.svg"
    said = run("compare", BEFORE, AFTER, "--html", page, "--svg", drawing)
    assert said.code == 1
    assert "inverted contact" in said.out
    assert "<svg" in page.read_text("utf-8")
    assert "Guard_Closed" in page.read_text("utf-8")
    assert drawing.read_text("utf-8").startswith("<svg")
    again = run("compare", BEFORE, AFTER, "--html", page)
    assert again.code == 12
    nowhere = run("compare", BEFORE, AFTER, "--svg", tmp_path / "none" / "a.svg")
    assert nowhere.code == 50


@pytest.mark.parametrize("command", ["text", "compare"])
def test_the_reference_names_every_key_of_the_json(command: str, run: Run) -> None:
    files = (BEFORE,) if command == "text" else (BEFORE, PRESS.parent / "l5x-tag-renamed/after.L5X")
    answer = run(command, *files, "--json").json
    page = COMMANDS.read_text("utf-8")
    part = page[page.index(f"## `ccontrol {command}`") :].partition("\n## ")[0]
    words = set(re.findall(r"`([a-z_0-9/-]+)`", part))

    def keys(value: object) -> set[str]:
        if isinstance(value, list):
            return set().union(*map(keys, value))
        if not isinstance(value, dict):
            return set()
        below = (keys(item) for name, item in value.items() if name != "facts")
        return set(value).union(*below)

    assert keys(answer) - words - {"form"} == set()


def test_files_of_two_formats_are_not_compared_blindly(run: Run, tmp_path: Path) -> None:
    other = tmp_path / "notes.bin"
    other.write_bytes(b"\0")
    said = run("compare", BEFORE, other)
    assert said.code == 50
    assert "cannot be compared blindly" in said.err
    anyway = run("compare", BEFORE, other, "--anyway")
    assert anyway.code == 1
    assert "doubtful: they are of different formats" in anyway.out


@pytest.mark.parametrize("command", [("text",), ("compare", str(BEFORE))])
def test_what_is_no_file_is_told_with_the_next_step(
    command: tuple[str, ...], run: Run, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.L5X"
    empty.touch()
    for wrong, why in (
        (tmp_path, "is a folder"),
        (tmp_path / "nothing.L5X", "No such file"),
        (empty, "is empty"),
    ):
        said = run(*command, wrong)
        assert said.code == 50
        assert why in said.err
        assert "→" in said.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_behind_a_closed_door_is_told(run: Run, tmp_path: Path) -> None:
    shut = shutil.copy(BEFORE, tmp_path / "shut.L5X")
    Path(shut).chmod(0)
    said = run("text", shut)
    assert said.code == 50
    assert "Permission denied" in said.err


def test_a_damaged_file_is_an_error_with_its_place_never_an_unknown_one(
    run: Run, tmp_path: Path
) -> None:
    torn = tmp_path / "torn.L5X"
    torn.write_bytes(BEFORE.read_bytes()[:2000])
    said = run("text", torn)
    assert said.code == 50
    assert "line" in said.err


def test_a_file_beyond_the_limits_is_refused_before_it_is_read(tmp_path: Path) -> None:
    large = tmp_path / "large.L5X"
    with large.open("wb") as out:
        out.truncate(2 << 30)
    with pytest.raises(BadFileError, match="are more than the"):
        read_project(str(large), SealsInOneCall())
    with pytest.raises(BadFileError, match="more than 1000 bytes"):
        read_project("/dev/zero", SealsInOneCall(), Limits(file=1000))


def test_only_one_of_two_files_can_come_from_a_pipe(run: Run) -> None:
    said = run("compare", "-", "-")
    assert said.code == 2
    assert "standard input" in said.err


DCL = """FUNCTION_BLOCK "Pump"
    { S7_Language := "LAD"; S7_NetworkTitle := "MLC_t" }
    NETWORK
        RUNG wire#powerrail
            Coil( #Run )
        END_RUNG
    END_NETWORK
END_FUNCTION_BLOCK
"""


def test_texts_beside_a_block_are_joined_and_a_link_is_not_followed(
    run: Run, tmp_path: Path
) -> None:
    block, beside = tmp_path / "Pump.s7dcl", tmp_path / "Pump.s7res"
    block.write_text(DCL)
    assert "# MLC_t" in run("text", block).out
    beside.write_text("t:\n  - id: MLC_t\n    en-US: Run the pump\n")
    assert "# Run the pump" in run("text", block).out
    beside.rename(tmp_path / "elsewhere.s7res")
    beside.symlink_to(tmp_path / "elsewhere.s7res")
    assert "# MLC_t" in run("text", block).out


def test_the_text_of_a_file_is_the_same_each_time_under_another_hash_seed_too() -> None:
    every = PRESS.parent / "l5x-every-language" / "before.L5X"
    seeds = ({**os.environ, "PYTHONHASHSEED": seed} for seed in ("1", "2"))
    one, other = (
        subprocess.run(
            [sys.executable, "-m", "ccontrol", "text", every],
            capture_output=True,
            check=True,
            cwd=ROOT,
            env=environment,
        ).stdout
        for environment in seeds
    )
    assert one
    assert one == other


def test_a_file_that_needs_too_much_memory_ends_the_command_with_the_next_step(
    run: Run, tmp_path: Path
) -> None:
    """Each of many lines would bear the names of all that it lies in."""
    holder, leaf = f'<M Name="{1900 * "x"}">', '<B a="1"/>'
    inside = f"<Z>{100 * holder}{50_000 * leaf}{100 * '</M>'}</Z>"
    swollen = tmp_path / "swollen.L5X"
    head = "<RSLogix5000Content><Controller>"
    swollen.write_text(f"{head}{inside}</Controller></RSLogix5000Content>")
    for command in (("text",), ("compare", BEFORE)):
        said = run(*command, swollen)
        assert said.code == 50
        assert "needs more than 1024 MiB of memory" in said.err
        assert "→ Export a part of the project" in said.err


def test_secrets_tell_equal_from_changed_and_nothing_else() -> None:
    seal = SealsInOneCall()
    assert seal("1234") == seal("1234")
    assert seal("1234") != seal("4321")
    assert "1234" not in seal("1234")
