"""The program as its documentation has to describe it: commands, options, the text of --help."""

import io
import re
import shlex
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import typer.main

from ccontrol.cli.app import app, main
from ccontrol.errors import CcontrolError
from ccontrol.logic.formats import FORMATS

ROOT = Path(__file__).parents[3]
COMMANDS = ROOT / "docs" / "reference" / "commands.md"
EXIT_CODES = ROOT / "docs" / "reference" / "exit-codes.md"
WIDTH = 100
PROGRAMS = ROOT / "docs" / "programs"
_GROUP = typer.main.get_command(app)


def errors_below(kind: type[CcontrolError] = CcontrolError) -> list[type[CcontrolError]]:
    """An error and every one that is a kind of it."""
    return [kind, *(each for sub in kind.__subclasses__() for each in errors_below(sub))]


def exit_code_row(error: type[CcontrolError]) -> str:
    """The line of the table of exit codes that tells of an error."""
    meaning = (error.__doc__ or "").splitlines()[0]
    if error is CcontrolError:
        meaning = "A defect in ccontrol; it is printed whole."
    later = "yes" if error.retry else "no"
    cells = (error.exit_code, f"`{error.__name__}`", meaning, error.hint, later)
    return f"| {' | '.join(map(str, cells))} |"


def format_rows() -> list[str]:
    """The lines of the table of formats in docs/programs: title, endings, the page about it."""
    rows = []
    for each in FORMATS:
        page = f"[{each.name}.md]({each.name}.md)"
        endings = ", ".join(f"`{suffix}`" for suffix in each.suffixes)
        there = (PROGRAMS / f"{each.name}.md").exists()
        rows.append(f"| {each.title} | {endings or 'any'} | {page if there else ''} |")
    return rows


def commands() -> dict[str, object]:
    """Every command by its words, "" for the program itself."""
    return dict(_walk("", _GROUP))


def _walk(words: str, command: object) -> Iterator[tuple[str, object]]:
    yield words, command
    for name, below in getattr(command, "commands", {}).items():
        yield from _walk(f"{words} {name}".strip(), below)


def options(words: str) -> set[str]:
    """Every spelling of every option of a command."""
    parameters = getattr(commands()[words], "params")  # noqa: B009 — typed by nobody
    return {
        name
        for parameter in parameters
        for name in (*parameter.opts, *parameter.secondary_opts)
        if name.startswith("-")
    } | {"--help", "-h"}


def help_text(words: str) -> str:
    """What `ccontrol <words> --help` prints on a terminal of fixed width."""
    said = io.StringIO()
    with redirect_stdout(said):
        code = main([*words.split(), "--help"])
    assert code == 0
    return said.getvalue().strip("\n")


def shell_lines(text: str) -> list[str]:
    """The lines of a Markdown text's fenced blocks of shell, continued lines joined."""
    lines: list[str] = []
    fence = ""
    for line in text.splitlines():
        if line.startswith("```"):
            fence = "" if fence else line.strip()
        elif fence == "```sh":
            lines.append(line.strip())
    return "\n".join(lines).replace("\\\n", " ").splitlines()


def calls(line: str) -> list[list[str]]:
    """The calls of ccontrol in one shell line, as their arguments."""
    found = []
    for part in line.split("|"):
        words = shlex.split(part, comments=True)
        while words and ("=" in words[0] or words[0] in {"sudo", "-u", "if", "!"}):
            words = words[2:] if words[0] == "-u" else words[1:]
        if words and words[0].rpartition("/")[2] == "ccontrol":
            found.append(words[1:])
    return found


def why_wrong(arguments: list[str]) -> str:
    """Why a documented call could not work; "" when it could."""
    words: list[str] = []
    known = commands()
    for argument in arguments:
        if argument.startswith("-") and argument != "-":
            name = argument.partition("=")[0]
            if name not in options(" ".join(words)):
                return f"`ccontrol {' '.join(words)}` has no option {name}"
        elif " ".join([*words, argument]) in known:
            words.append(argument)
    if arguments and not words and not any(a.startswith("-") for a in arguments):
        return f"there is no command {arguments[0]!r}"
    return ""


def part_of(command: str) -> str:
    """Return what the reference says of a command."""
    text = COMMANDS.read_text("utf-8")
    found = re.search(
        rf"^## `ccontrol {command}`\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE
    )
    assert found is not None
    return found[1]
