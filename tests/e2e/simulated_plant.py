"""A plant of simulated CPUs with the configuration that `ccontrol init` makes, for the commands."""

import io
import json
import subprocess  # noqa: TID251 — the daemon is run as a user runs it
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict, Unpack

from ccontrol.cli import main
from ccontrol.sim.mirror import Mirror
from ccontrol.sim.s7 import plant
from ccontrol.sim.s7.server import Live, running
from tests.e2e.engine_plant import PATIENCE_S, wait_until
from tests.unit.cli.plants import Answer

CONTROLLER = """
[[site.controller]]
id = "{name}"
area = "hall"
family = "s7"
address = "127.0.0.1"
port = {port}
bridge = "{name}"

[site.controller.schedule]
glance_s = 3600.0
stale_after_s = 7200.0
settle_s = 0.2

[site.controller.budget]
requests_per_s = 200.0
answer_timeout_s = 20.0
"""


class Engineered(TypedDict, total=False):
    """Who may load into the controllers, and where all that passes shows."""

    engineers: frozenset[str]
    mirror: Mirror


@dataclass
class Plant:
    """A plant of simulated controllers."""

    folder: Path
    live: dict[str, Live]

    def run(self, *arguments: str) -> Answer:
        """Run a command in this process: an interpreter for each would take most of the time."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = main(["--config", str(self.folder / "ccontrol.toml"), *arguments])
        return Answer(code, out.getvalue(), err.getvalue())

    def json(self, *arguments: str) -> Any:  # noqa: ANN401 — whatever the command printed
        return json.loads(self.run(*arguments, "--json").out)

    def changes_of(self, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.json("changes", "--controller", name)["changes"]
        return found


def made(
    folder: Path, stack: ExitStack, names: tuple[str, ...], **how: Unpack[Engineered]
) -> Plant:
    assert main(["init", str(folder), "--site", "north"]) == 0
    cpus = {name: plant.press(name=name) for name in names}
    live = {
        name: stack.enter_context(running(cpu, delay_s=0.1 if name == "paused" else 0.0, **how))
        for name, cpu in cpus.items()
    }
    with (folder / "ccontrol.toml").open("a") as config:
        for name, one in live.items():
            config.write(CONTROLLER.format(name=name, port=one.port))
    return Plant(folder, live)


@contextmanager
def daemon_over(plant: Plant) -> Iterator[None]:
    """Run `ccontrol run` over a plant, until the block ends."""
    said = plant.folder / "log"
    with said.open("wb") as log:
        daemon = subprocess.Popen(
            [sys.executable, "-m", "ccontrol", "--config", "ccontrol.toml", "run"],
            cwd=plant.folder,
            stdout=log,
            stderr=log,
        )
    try:
        control = plant.folder / "baselines" / "north" / "ccontrol" / "control"
        wait_until(lambda: control.exists() or daemon.poll() is not None)
        assert daemon.poll() is None, said.read_text()
        yield
        daemon.terminate()
        assert daemon.wait(PATIENCE_S) == 0, said.read_text()
    finally:
        daemon.kill()
        daemon.wait()
