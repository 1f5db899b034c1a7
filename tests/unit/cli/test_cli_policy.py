"""`ccontrol policy`: the rules in force, what others would have said, and why."""

import re
from pathlib import Path

import pytest

from tests.unit.cli.plants import Plant, Run
from tests.unit.cli.test_cli_json_documented import keys
from tests.unit.docs.program import part_of

QUIET = """
[[rule]]
id = "quiet-press"
severity = "info"
reason = "it is being commissioned"
stop = true
when = { controller = ["press-3"] }
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    file = tmp_path / "quiet.toml"
    file.write_text(QUIET)
    return file


def newest(plant: Plant, run: Run) -> str:
    told = run("--config", plant.config, "changes", "--json").json["changes"][0]["change_id"]
    return str(told)


def test_the_rules_in_force_say_what_was_recorded(plant: Plant, run: Run) -> None:
    answer = run("--config", plant.config, "policy", "test")
    assert answer.code == 0
    assert "no difference" in answer.out
    assert re.search(r"^program-changed +1 +1 +1$", answer.out, re.MULTILINE)


def test_other_rules_are_held_against_what_was_recorded(
    plant: Plant, run: Run, rules: Path
) -> None:
    answer = run("--config", plant.config, "policy", "test", rules)
    assert answer.code == 1
    assert "against what was recorded: 1 gone" in answer.out
    assert "high program-changed" in answer.out
    assert "info quiet-press" in answer.out


def test_only_the_time_that_is_asked_for_is_judged(plant: Plant, run: Run, rules: Path) -> None:
    until = run("--config", plant.config, "policy", "test", rules, "--until", "2026-02-01")
    since = run("--config", plant.config, "policy", "test", rules, "--since", "2026-03-01T06:04")
    assert (until.code, since.code) == (0, 1)
    assert "no such change" in until.out
    assert "1 changes" in since.out


def test_a_trial_writes_nothing(plant: Plant, run: Run, rules: Path) -> None:
    head = (plant.store / "refs" / "heads" / "observed").read_text()
    run("--config", plant.config, "policy", "test", rules)
    assert (plant.store / "refs" / "heads" / "observed").read_text() == head


def test_the_rules_of_the_site_stand_before_the_built_in_ones(plant: Plant, run: Run) -> None:
    text = plant.config.read_text()
    own = QUIET.replace("[[rule]]", "[[site.policy.rule]]")
    plant.config.write_text(f"{text}\n{own}")
    answer = run("--config", plant.config, "policy", "show")
    lines = answer.out.splitlines()
    assert "quiet-press" in lines[2]
    assert "controller is like press-3; then stop" in lines[2]
    assert any(line.startswith("program-changed") and "default" in line for line in lines)
    assert run("--config", plant.config, "policy", "test").code == 1


def test_a_file_of_rules_is_checked_without_a_configuration(run: Run, rules: Path) -> None:
    assert run("policy", "check", rules).code == 0
    rules.write_text(QUIET.replace("stop", "stpo"))
    answer = run("policy", "check", rules)
    assert answer.code == 10
    assert (
        f"{rules}, line 6, rule[quiet-press].stpo: unknown key; did you mean 'stop'?" in answer.err
    )


def test_a_change_is_explained_rule_by_rule(plant: Plant, run: Run) -> None:
    change = newest(plant, run)
    answer = run("--config", plant.config, "policy", "explain", change)
    assert answer.code == 0
    assert re.search(r"^program-changed +high +matches$", answer.out, re.MULTILINE)
    assert len(answer.out.splitlines()) < 80
    one = run("--config", plant.config, "policy", "explain", change, "--rule", "program-local")
    assert "origin is local, but it is unknown" in one.out


def test_a_change_that_is_not_there_is_said_so(plant: Plant, run: Run) -> None:
    assert run("--config", plant.config, "policy", "explain", "20260101-0000").code == 13


@pytest.mark.parametrize("command", ["policy show", "policy test", "policy explain"])
def test_the_reference_names_every_key_and_the_form(
    plant: Plant, run: Run, rules: Path, command: str
) -> None:
    asked: dict[str, Path | str] = {"policy test": rules, "policy explain": newest(plant, run)}
    more = [asked[command]] if command in asked else []
    answer = run("--config", plant.config, *command.split(), *more, "--json").json
    words = set(re.findall(r"`([a-z_0-9/-]+)`", part_of(command)))
    assert set(keys(answer)) - words - {"form"} == set()
    assert answer["form"] in words
