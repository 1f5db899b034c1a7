"""`python -m tests.unit.docs.rewrite`: bring the generated parts of the reference up to date.

The texts of --help, the rows of the tables of exit codes and of formats. Everything else is written
by hand.
"""

import os
import re

from tests.unit.docs.program import (
    COMMANDS,
    EXIT_CODES,
    PROGRAMS,
    WIDTH,
    errors_below,
    exit_code_row,
    format_rows,
    help_text,
)

_BLOCK = re.compile(r"^## `ccontrol ?([^`]*)`\n\n```text\n.*?^```\n", re.MULTILINE | re.DOTALL)
_FORMATS = re.compile(r"(?<=\| file \| endings \| more \|\n\|---\|---\|---\|\n)(?:\|.*\n)*")
_ROWS = re.compile(r"(?:^\| \d+ \| `\w+` \|.*\n)+", re.MULTILINE)


def _anew(found: re.Match[str]) -> str:
    call = f"ccontrol {found[1]}".strip()
    return f"## `{call}`\n\n```text\n{help_text(found[1])}\n```\n"


def _rows() -> str:
    errors = sorted(errors_below(), key=lambda error: (error.exit_code, error.__name__))
    return "".join(f"{exit_code_row(error)}\n" for error in errors)


if __name__ == "__main__":
    os.environ["COLUMNS"] = str(WIDTH)
    COMMANDS.write_text(_BLOCK.sub(_anew, COMMANDS.read_text("utf-8")), "utf-8")
    EXIT_CODES.write_text(_ROWS.sub(lambda _: _rows(), EXIT_CODES.read_text("utf-8")), "utf-8")
    page = PROGRAMS / "README.md"
    rows = "".join(f"{row}\n" for row in format_rows())
    page.write_text(_FORMATS.sub(lambda _: rows, page.read_text("utf-8"), count=1), "utf-8")
