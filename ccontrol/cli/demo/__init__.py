"""`ccontrol demo`: the whole job on four simulated controllers, in under two minutes.

Nothing is staged but the controllers and the station that loads them: the daemon, the sensor, the
store and every command are the real ones, and what the demo promises it checks; a promise that is
not kept ends it with an error.
"""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from ccontrol.cli.demo import day, outside, overhearing
from ccontrol.cli.demo.narrator import Narrator
from ccontrol.cli.demo.stage import Stage, simulated
from ccontrol.cli.invocation import invocation
from ccontrol.errors import AlreadyThereError

_TERMINATED = 143


def command(
    context: typer.Context,
    *,
    keep: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Keep everything in this new folder, to look at afterwards."
        ),
    ] = None,
) -> None:
    """Show the whole job on four simulated controllers.

    Ends by itself in under two minutes. Makes a plant in a temporary folder, watches it with the
    real daemon and the real sensor through a short day (a download over the network, a memory card
    swapped at the cabinet, a controller lost and back, a rung edited online, a key turned), then
    reads and verifies the history with stock git. Leaves nothing behind without --keep. Where
    nobody may listen on the loopback, the sensor hears a mirror of the simulated controllers.

    \b
    Example:
      ccontrol demo
      ccontrol demo --keep /tmp/plant
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    clock = invocation(context).clock
    narrator = Narrator(clock)
    with _ends_when_told(), _folder(keep) as folder, ExitStack() as running:
        controllers = running.enter_context(simulated(clock))
        stage = Stage(folder, controllers, narrator, clock)
        day.prepare(stage)
        with stage.daemon(), overhearing.sensor(stage):
            _play(stage)
            stage.command("status")
        day.only_reads(stage)
        day.story(stage)
        outside.read_with_stock_git(stage)
        stage.command("verify")
        narrator.end(folder if keep else None)


def _play(stage: Stage) -> None:
    day.first_look(stage)
    day.network_download(stage)
    day.card_swap(stage)
    known = day.lost(stage)
    day.online_edit(stage)
    day.key_turned(stage)
    day.back(stage, known)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        if keep.exists():
            raise AlreadyThereError(f"{keep} exists already")
        keep.mkdir(parents=True)
        yield keep.absolute()
        return
    folder = Path(tempfile.mkdtemp(prefix="ccontrol-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def _ends_when_told() -> Iterator[None]:
    """A polite kill unwinds everything, so that no daemon stays behind."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(_TERMINATED)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
