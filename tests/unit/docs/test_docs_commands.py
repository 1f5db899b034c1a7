"""The reference, the README and every hint, held against the program."""

import re
from pathlib import Path

import pytest

from ccontrol import errors
from ccontrol.errors import CcontrolError
from tests.unit.docs.program import (
    COMMANDS,
    EXIT_CODES,
    ROOT,
    WIDTH,
    calls,
    commands,
    errors_below,
    exit_code_row,
    help_text,
    options,
    shell_lines,
    why_wrong,
)

TEXTS = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "ccontrol" / "drivers").rglob("*.md")),
    *(ROOT / name for name in ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
]
_BLOCK = re.compile(
    r"^## `(?P<call>ccontrol[^`]*)`\n\n```text\n(?P<help>.*?)\n```\n", re.MULTILINE | re.DOTALL
)


@pytest.fixture(autouse=True)
def fixed_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(WIDTH))


def documented() -> dict[str, str]:
    """The text of --help in the reference, by the words of the command."""
    return {
        found["call"].removeprefix("ccontrol").strip(): found["help"]
        for found in _BLOCK.finditer(COMMANDS.read_text("utf-8"))
    }


def test_the_reference_holds_every_command_and_no_other() -> None:
    assert set(documented()) == set(commands())


@pytest.mark.parametrize("words", sorted(commands()))
def test_the_reference_quotes_what_help_prints(words: str) -> None:
    """After a change: `python -m tests.unit.docs.rewrite`, and read the diff."""
    assert documented().get(words) == help_text(words)


@pytest.mark.parametrize("words", sorted(commands()))
def test_each_help_teaches_with_an_example_and_explains_each_option(words: str) -> None:
    text = help_text(words)
    if words != "config":
        assert re.search(r"^ +ccontrol .", text, re.MULTILINE)
    for option in options(words):
        assert option in text
    lines = text.partition("Options:")[2].splitlines()
    for first, second in zip(lines, [*lines[1:], ""], strict=True):
        if first.startswith("  -"):
            explained = len(first.split("  ")) > 2 or second.startswith("     ")
            assert explained, f"{first.strip()} is not explained"


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_documented_call_could_be_made(path: Path) -> None:
    text = path.read_text("utf-8")
    inline = re.findall(r"`(ccontrol [^`\n]+)`", text.replace("\\|", "|"))
    spoken = [call for call in inline if "<" not in call]
    found = [call for line in [*shell_lines(text), *spoken] for call in calls(line)]
    assert [why for call in found if (why := why_wrong(call))] == []


@pytest.mark.parametrize("error", errors_below(), ids=lambda error: error.__name__)
def test_every_error_stands_in_the_table_of_exit_codes_with_its_next_step(
    error: type[CcontrolError],
) -> None:
    """After a change: `python -m tests.unit.docs.rewrite`, and read the diff."""
    assert exit_code_row(error) in EXIT_CODES.read_text("utf-8").splitlines()


def test_the_table_of_exit_codes_holds_no_error_that_is_gone() -> None:
    names = re.findall(r"^\| \d+ \| `(\w+)` \|", EXIT_CODES.read_text("utf-8"), re.MULTILINE)
    assert sorted(names) == sorted(each.__name__ for each in errors_below())


@pytest.mark.parametrize("error", errors_below(), ids=lambda error: error.__name__)
def test_every_hint_names_commands_that_exist(error: type[CcontrolError]) -> None:
    for call in re.findall(r"`(ccontrol [^`]+)`", error.hint):
        assert why_wrong(call.split()[1:]) == ""


def test_every_hint_in_the_source_names_commands_that_exist() -> None:
    wrong = [
        f"{path.name}: {why}"
        for path in (ROOT / "ccontrol").rglob("*.py")
        for call in re.findall(r"`(ccontrol [a-z][^`\n{}]*)`", path.read_text("utf-8"))
        if (why := why_wrong(call.split()[1:]))
    ]
    assert wrong == []


def test_every_make_target_that_is_documented_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        name for path in TEXTS for name in re.findall(r"`make ([a-z-]+)`", path.read_text("utf-8"))
    }
    shell = {
        name
        for path in TEXTS
        for line in shell_lines(path.read_text("utf-8"))
        for name in re.findall(r"^make ([a-z-]+)", line)
    }
    assert (named | shell) <= targets
    assert {"demo", "test"} <= shell


def test_every_link_between_our_texts_leads_somewhere() -> None:
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in TEXTS
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text("utf-8"))
        if not (path.parent / target).exists()
    ]
    assert broken == []


def test_the_services_call_the_program_as_it_is() -> None:
    for unit in (ROOT / "systemd").glob("*.service"):
        lines = re.findall(r"^ExecStart=(.*)$", unit.read_text(), re.MULTILINE)
        found = [call for line in lines for call in calls(line)]
        stock_git_alone = all(line.startswith("/usr/bin/git ") for line in lines)
        assert len(found) == (0 if stock_git_alone else 1), unit
        assert [why_wrong(call) for call in found if why_wrong(call)] == []


def test_all_errors_are_found_by_this_test() -> None:
    declared = [one for one in vars(errors).values() if isinstance(one, type)]
    assert {one.__name__ for one in declared} == {e.__name__ for e in errors_below()}
