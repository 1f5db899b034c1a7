"""`ccontrol capture`: keep what a controller answers in one file, to be understood elsewhere."""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from ccontrol.canonical.captures import pieces
from ccontrol.cli.audit import Ran, audit
from ccontrol.cli.invocation import invocation
from ccontrol.cli.output import Tone, emit, say, working
from ccontrol.cli.plant import Watched, configured_with_secrets, controller_named
from ccontrol.cli.site_files import standing
from ccontrol.cli.site_standing import pause_of
from ccontrol.clock import Clock
from ccontrol.drivers.api import Ask
from ccontrol.drivers.registry import driver
from ccontrol.errors import AlreadyThereError, DriverError, NotEnrolledError, StoreLockedError
from ccontrol.model.aspect import Depth
from ccontrol.model.capture import Capture
from ccontrol.poll import passwords
from ccontrol.poll.asking import ask_controller
from ccontrol.poll.pace import Gate, Turnstile
from ccontrol.poll.places import EngineLock, Places
from ccontrol.poll.site import seal_of

_LET_GO_S = 2.0


def command(
    context: typer.Context,
    *,
    controller: Annotated[str, typer.Argument(metavar="CONTROLLER")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Never overwritten.")],
    depth: Annotated[Depth, typer.Option(help="How much to ask.")] = Depth.FULL,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Ask a controller once and keep its answers in one file.

    The history is not touched. The file holds the whole program as the controller gave it,
    passwords of blocks included: treat it as a secret. While a daemon watches the controller,
    pause it first: there is never more than one connection.

    \b
    Example:
      ccontrol pause press-3 --until 10m --reason "capture for the vendor"
      ccontrol capture press-3 press-3.capture
      ccontrol replay press-3.capture
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    watched = controller_named(configured_with_secrets(here), controller)
    if depth is not Depth.GLANCE and watched.controller.id not in standing(watched.site).enrolled:
        raise NotEnrolledError(f"{controller} is not enrolled: only a glance may be asked of it")
    if file.exists():
        raise AlreadyThereError(f"{file} exists already")
    with _alone_with(watched, here.clock), working(f"asking {controller}"):
        capture = asyncio.run(_ask(watched, depth, here.clock))
    if capture.fault and not capture.exchanges:
        raise DriverError(f"{controller}: {capture.fault}")
    _write(file, capture)
    audit(watched.site, here.clock, Ran("captured", f"depth {depth}", watched.controller.id))
    if as_json:
        emit("ccontrol/capture/1", _row(watched, file, capture))
        return
    say(f"{file}: {capture.requests} requests, {capture.bytes_received} bytes received", Tone.GOOD)
    if capture.fault:
        say(f"it is not whole: {capture.fault}", Tone.BAD)


def _row(watched: Watched, file: Path, capture: Capture) -> dict[str, object]:
    return {
        "site": watched.site.name,
        "controller_id": capture.controller_id,
        "file": file,
        "depth": capture.depth,
        "requests": capture.requests,
        "bytes_sent": capture.bytes_sent,
        "bytes_received": capture.bytes_received,
        "fault": capture.fault or "",
    }


@contextmanager
def _alone_with(watched: Watched, clock: Clock) -> Iterator[None]:
    """Hold the right to ask: nobody else's engine runs, or it was told to leave this one alone."""
    pause = pause_of(standing(watched.site), watched.controller.id)
    now = clock.now()
    if pause is not None and (pause.until is None or pause.until > now):
        # A daemon lets go within a second of the pause.
        time.sleep(max(0.0, _LET_GO_S - (now - pause.at).total_seconds()))
        yield
        return
    try:
        lock = EngineLock(Places(watched.site.store.path))
    except StoreLockedError as error:
        name = watched.controller.id
        raise StoreLockedError(
            f"a daemon watches {name}",
            hint=f"Run `ccontrol pause {name} --until 10m --reason capture`, then again.",
        ) from error
    try:
        yield
    finally:
        lock.close()


async def _ask(watched: Watched, depth: Depth, clock: Clock) -> Capture:
    controller, decided, seal = watched.controller, standing(watched.site), seal_of(watched.site)
    health = decided.health(controller.id)
    refused = passwords.was_refused(controller, health, seal)
    gate = Gate(Turnstile(clock, controller.budget.requests_per_s))
    ask = Ask(depth, password_refused=refused)
    capture = await ask_controller(driver(controller.family), controller, ask, gate, clock)
    if passwords.refuses(capture):
        decided.put_health({controller.id: passwords.refused(controller, health, seal)})
    return capture


def _write(file: Path, capture: Capture) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.writelines(pieces(capture))
