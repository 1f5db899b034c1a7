"""What the reading commands say of a history, in words and as JSON."""

import csv
import io
import subprocess  # noqa: TID251 — stock git moves the branch
from datetime import timedelta

import pytest

from ccontrol.model.aspect import Aspect
from ccontrol.model.unit import Unit, UnitId, fields
from ccontrol.poll.places import Places
from tests.unit.cli.plants import BEGIN, Plant, Run, block, seen, things


def test_changes_stand_newest_first_with_severity_and_origin(plant: Plant, run: Run) -> None:
    said = run("--config", plant.config, "changes")
    lines = said.out.splitlines()
    assert said.code == 0
    assert lines[0].split() == ["seen", "(UTC)", "severity", "origin", "change", "what"]
    assert "OB1" in lines[1]
    assert "unknown" in lines[1]
    assert len(lines) == 4


def test_changes_can_be_narrowed_to_a_controller_a_time_and_a_severity(
    plant: Plant, run: Run
) -> None:
    listed = ["--config", plant.config, "changes", "--json"]
    of_mixer = run(*listed, "--controller", "mixer-1").json["changes"]
    late = run(*listed, "--since", (BEGIN + timedelta(minutes=3)).isoformat()).json["changes"]
    assert {change["controller_id"] for change in of_mixer} == {"mixer-1"}
    assert [change["controller_id"] for change in late] == ["press-3"]
    severities = {c["severity"] for c in run(*listed, "--severity", "high").json["changes"]}
    assert severities <= {"high", "critical"}
    assert len(run(*listed, "--limit", "1").json["changes"]) == 1


def test_the_history_tells_its_changes_without_an_index(plant: Plant, run: Run) -> None:
    with_index = run("--config", plant.config, "changes", "--json").json
    for path in Places(plant.store).own.glob("index.sqlite*"):
        path.unlink()
    assert run("--config", plant.config, "changes", "--json").json == with_index


def test_a_commit_that_the_index_has_not_taken_in_is_listed(plant: Plant, run: Run) -> None:
    index = Places(plant.store).index
    old = index.read_bytes()
    plant.take(seen("press-3", *things(block("OB1", b"new"), block("FB12")), minute=9))
    for path in Places(plant.store).own.glob("index.sqlite-*"):
        path.unlink()
    index.write_bytes(old)
    listed = run("--config", plant.config, "changes", "--json").json["changes"]
    assert len(listed) == 4
    assert len({change["change_id"] for change in listed}) == 4


def test_an_index_of_another_history_is_not_believed(plant: Plant, run: Run) -> None:
    listed = ["--config", plant.config, "changes", "--json"]
    newest, *older = run(*listed).json["changes"]
    parent = subprocess.run(
        ["git", "--git-dir", plant.store, "rev-parse", f"{newest['commit']}~1"],
        capture_output=True,
        text=True,
        check=True,
    )
    (plant.store / "refs" / "heads" / "observed").write_text(parent.stdout)
    assert run(*listed).json["changes"] == older


def test_a_change_is_shown_with_its_meaning_and_what_proves_it(plant: Plant, run: Run) -> None:
    newest = run("--config", plant.config, "changes", "--json").json["changes"][0]
    said = run("--config", plant.config, "show", newest["change_id"])
    assert said.code == 0
    for word in ("severity", "origin     unknown", "OB1", newest["commit"], "ATT&CK", "4303"):
        assert word in said.out


def test_a_change_is_found_by_the_beginning_of_its_id(plant: Plant, run: Run) -> None:
    newest = run("--config", plant.config, "changes", "--json").json["changes"][0]
    shown = run("--config", plant.config, "show", newest["change_id"][:15], "--json").json
    assert shown["form"] == "ccontrol/show/1"
    assert shown["record"]["change_id"] == newest["change_id"]


def test_a_change_is_found_by_its_commit_and_tells_its_log_once(plant: Plant, run: Run) -> None:
    newest = run("--config", plant.config, "changes", "--json").json["changes"][0]
    said = run("--config", plant.config, "show", newest["commit"][:10])
    assert said.code == 0
    assert newest["change_id"] in said.out
    assert said.out.count("STOP by the switch") == 1


def test_diff_takes_spans_and_means_a_named_second_whole(plant: Plant, run: Run) -> None:
    asked = ["--config", plant.config, "diff", "press-3"]
    assert run(*asked, "99999d", "--units").code == 0
    second = (BEGIN + timedelta(minutes=5)).isoformat()
    assert "no unit differs" in run(*asked, second).out


def test_a_change_that_nobody_knows_has_an_exit_code_of_its_own(plant: Plant, run: Run) -> None:
    said = run("--config", plant.config, "show", "20260301-ffffffffffff")
    assert (said.code, said.out) == (13, "")
    assert "ccontrol changes" in said.err


def test_text_from_a_controller_cannot_steer_the_terminal(plant: Plant, run: Run) -> None:
    newest = run("--config", plant.config, "changes", "--json").json["changes"][0]
    for arguments in (["show", newest["change_id"]], ["diff", "press-3"], ["changes"]):
        said = run("--config", plant.config, *arguments)
        assert "\x1b" not in said.out + said.err
    assert "\\x1b[31m" in run("--config", plant.config, "show", newest["change_id"]).out


def test_diff_tells_the_last_change_unit_by_unit_and_then_as_text(plant: Plant, run: Run) -> None:
    said = run("--config", plant.config, "diff", "press-3")
    assert said.code == 0
    assert "changed" in said.out
    assert "OB1" in said.out
    assert "FB12" not in said.out
    assert "+++ b/plant/hall-2/press-3/" in said.out
    assert "+++ b/views/" in said.out
    assert "+++ b/state/" not in said.out


def test_diff_takes_times_commits_and_change_ids(plant: Plant, run: Run) -> None:
    listed = run("--config", plant.config, "changes", "--controller", "press-3", "--json").json
    newest, first = listed["changes"]
    asked = ["--config", plant.config, "diff", "press-3", "--units", "--json"]
    by_id = run(*asked, first["change_id"], newest["change_id"]).json
    by_commit = run(*asked, first["commit"], newest["commit"][:12]).json
    by_time = run(*asked, "2026-03-01T06:01", "2026-03-01T06:06").json
    assert by_id["changes"] == by_commit["changes"] == by_time["changes"]
    assert [change["unit"] for change in by_id["changes"]["changes"]] == ["OB/OB1"]
    assert by_id["patch"] == ""


def test_diff_from_before_the_first_sight_shows_everything_as_new(plant: Plant, run: Run) -> None:
    asked = ["--config", plant.config, "diff", "press-3", "2020-01-01", "--units", "--json"]
    compared = run(*asked).json
    assert compared["changes"]["first"] is True
    assert "when nothing of it was known" in compared["before"]["words"]


def test_diff_of_a_first_sight_lists_units_and_keeps_the_text_for_who_asks(
    plant: Plant, run: Run
) -> None:
    short = run("--config", plant.config, "diff", "mixer-1")
    whole = run("--config", plant.config, "diff", "mixer-1", "--full")
    assert (short.code, whole.code) == (0, 0)
    assert "OB1" in short.out
    assert "ccontrol diff mixer-1 --full" in short.out
    assert "+++ b/" not in short.out
    assert "+++ b/views/" in whole.out


def test_diff_up_to_a_time_when_nothing_was_known_is_refused(plant: Plant, run: Run) -> None:
    said = run("--config", plant.config, "diff", "press-3", "2019-01-01", "2020-01-01")
    assert said.code == 13
    assert "holds nothing of press-3" in said.err


def test_a_misspelt_controller_gets_a_guess(plant: Plant, run: Run) -> None:
    said = run("--config", plant.config, "diff", "pres-3")
    assert said.code == 13
    assert "did you mean 'press-3'?" in said.err


def test_inventory_lists_order_number_firmware_serial_modules_and_blocks(
    plant: Plant, run: Run
) -> None:
    said = run("--config", plant.config, "inventory")
    for word in ("6ES7 315-2EH14-0AB0", "V3.2.7", "S C-1", "1 FB 1 OB"):
        assert word in said.out


def test_inventory_says_never_read_of_a_controller_without_history(
    empty_plant: Plant, run: Run
) -> None:
    said = run("--config", empty_plant.config, "inventory")
    assert said.out.count("never read") == 2


def test_inventory_marks_what_cannot_be_read_any_more_as_old(plant: Plant, run: Run) -> None:
    fb12 = UnitId("FB", "FB12")
    plant.take(seen("press-3", *things(block("OB1")), minute=7, unread={fb12: "access level 3"}))
    said = run("--config", plant.config, "inventory", "press-3")
    assert "1 unread" in said.out
    assert "old: access level 3" in said.out


def test_the_spreadsheet_has_one_row_for_each_unit_and_no_formula(plant: Plant, run: Run) -> None:
    evil = Unit(UnitId("module", "5"), Aspect.HARDWARE, "=cmd|' /C calc'!A0", fields(serial="+1"))
    plant.take(seen("press-3", *things(block("OB1"), block("FB12"), evil), minute=8))
    said = run("--config", plant.config, "inventory", "press-3", "--csv")
    rows = list(csv.DictReader(io.StringIO(said.out)))
    assert [row["key"] for row in rows if row["kind"] in {"FB", "OB"}] == ["FB12", "OB1"]
    cells = [cell for row in rows for cell in row.values()]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


def test_verify_says_sound_and_tells_the_head(plant: Plant, run: Run) -> None:
    said = run("--config", plant.config, "verify")
    assert said.code == 0
    assert "sound" in said.out
    (store,) = run("--config", plant.config, "verify", "--json").json["stores"]
    assert store["sound"] is True
    assert store["report"]["commits"] == 5


def test_verify_needs_no_configuration_for_a_store_elsewhere(plant: Plant, run: Run) -> None:
    signers = plant.folder / "allowed_signers"
    said = run("verify", "north", "--store", plant.store, "--allowed-signers", signers)
    assert said.code == 0, said.err


def test_verify_ends_with_21_when_a_witnessed_head_is_missing(plant: Plant, run: Run) -> None:
    said = run("--config", plant.config, "verify", "--seen", "a" * 40)
    assert said.code == 21
    assert "aaaa" in said.out
    assert "1 fault found" in said.err


def test_verify_takes_the_beginning_of_a_witnessed_head(plant: Plant, run: Run) -> None:
    commit = run("--config", plant.config, "changes", "--json").json["changes"][0]["commit"]
    said = run("--config", plant.config, "verify", "--seen", commit[:10].upper())
    assert (said.code, said.err) == (0, "")


@pytest.mark.parametrize("junk", ["4f2c…", "not-a-commit", "", "fffffff", "a" * 41])
def test_a_witness_that_is_no_whole_id_is_a_misuse_and_no_alarm(
    plant: Plant, run: Run, junk: str
) -> None:
    said = run("--config", plant.config, "verify", "--seen", junk)
    assert said.code == 2
    assert "40" in said.err


def test_verify_ends_with_21_when_the_branch_was_rolled_back(plant: Plant, run: Run) -> None:
    branch = plant.store / "refs" / "heads" / "observed"
    first = run("--config", plant.config, "changes", "--json").json["changes"][-1]["commit"]
    branch.write_text(first + "\n")
    assert run("--config", plant.config, "verify").code == 21


@pytest.mark.parametrize("command", ["changes", "inventory", "verify", "config check"])
def test_every_json_answer_names_its_form(plant: Plant, run: Run, command: str) -> None:
    answer = run("--config", plant.config, *command.split(), "--json").json
    assert answer["form"] == f"ccontrol/{command.replace(' ', '-')}/1"
