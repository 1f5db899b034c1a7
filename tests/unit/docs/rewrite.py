"""`python -m tests.unit.docs.rewrite`: put the present text of --help into the reference."""

import os
import re

from tests.unit.docs.program import COMMANDS, WIDTH, help_text

_BLOCK = re.compile(r"^## `ccontrol ?([^`]*)`\n\n```text\n.*?^```\n", re.MULTILINE | re.DOTALL)


def _anew(found: re.Match[str]) -> str:
    return f"## `{f'ccontrol {found[1]}'.strip()}`\n\n```text\n{help_text(found[1])}\n```\n"


if __name__ == "__main__":
    os.environ["COLUMNS"] = str(WIDTH)
    COMMANDS.write_text(_BLOCK.sub(_anew, COMMANDS.read_text("utf-8")), "utf-8")
