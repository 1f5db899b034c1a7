"""The README's first five steps and what comes after them, run as they stand there."""

import contextlib
import io
import subprocess  # noqa: TID251 — the program is run as a user runs it
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from ccontrol.cli import main
from ccontrol.sim.s7 import plant
from ccontrol.sim.s7.server import Live, running
from tests.e2e.engine_plant import PATIENCE_S
from tests.unit.cli.plants import Answer
from tests.unit.docs.program import ROOT, calls, shell_lines


def documented() -> list[list[str]]:
    """Every call of ccontrol in the README, in its order."""
    text = (ROOT / "README.md").read_text("utf-8")
    return [call for line in shell_lines(text) for call in calls(line)]


def fill_in(config: Path, live: Live) -> None:
    """Take the #s away from the controller, and give its address."""
    head, mark, block = config.read_text().partition("# [[site.controller]]")
    lines = [line.removeprefix("# ").removeprefix("#") for line in (mark + block).splitlines()]
    text = "\n".join(lines).replace('address = "192.0.2.10"', 'address = "127.0.0.1"')
    config.write_text(
        f"{head}{text}\n".replace(
            "\n[site.controller.s7]", f"\nport = {live.port}\n[site.controller.s7]"
        )
    )


def run(folder: Path, *arguments: str) -> Answer:
    """Run a command in a folder, in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(folder), redirect_stdout(out), redirect_stderr(err):
        code = main(list(arguments))
    return Answer(code, out.getvalue(), err.getvalue())


def newest_change(folder: Path) -> str:
    found = [word for word in run(folder, "changes").out.split() if word[:8].isdigit()]
    return found[0]


def until_it_listens(folder: Path) -> None:
    while not (folder / "baselines" / "north" / "ccontrol" / "control").exists():
        time.sleep(0.1)


def test_the_readme_can_be_followed(tmp_path: Path) -> None:
    home = tmp_path / "plant"
    seen: list[str] = []
    daemon: subprocess.Popen[bytes] | None = None
    with running(plant.press()) as live, (tmp_path / "log").open("wb") as log:
        try:
            for call in documented():
                seen.append(call[0])
                arguments = [word.replace("/srv/plant", str(home)) for word in call]
                if call[0] == "run":
                    line = [sys.executable, "-m", "ccontrol", *arguments]
                    daemon = subprocess.Popen(line, cwd=home, stdout=log, stderr=log)
                    until_it_listens(home)
                    continue
                if call[0] == "show":
                    arguments = ["show", newest_change(home)]
                if call[0] == "enroll":
                    arguments.append("--yes")
                done = run(tmp_path if call[0] == "init" else home, *arguments)
                good = {0, 1} if call[0] == "poll" else {0}
                assert done.code in good, (call, done)
                if call[0] == "init":
                    fill_in(home / "ccontrol.toml", live)
        finally:
            if daemon is not None:
                daemon.terminate()
                assert daemon.wait(PATIENCE_S) == 0, (tmp_path / "log").read_text()
    wanted = {"init", "config", "poll", "enroll", "run", "status", "changes", "show", "diff"}
    assert wanted | {"pause", "verify"} <= set(seen)
