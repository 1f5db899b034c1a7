"""`ccontrol run`: the daemon. Watches until it is told to stop."""

from pathlib import Path
from typing import Annotated

import typer

from ccontrol.cli.invocation import Invocation, invocation
from ccontrol.cli.plant import configured_with_secrets
from ccontrol.cli.service_log import log_to_stderr
from ccontrol.poll.daemon import Daemon
from ccontrol.poll.notify import Notifier


def command(
    context: typer.Context,
    *,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Log what the engine decides, poll by poll.")
    ] = False,
) -> None:
    """Watch every configured controller until told to stop (SIGTERM, Ctrl-C).

    SIGHUP takes a changed configuration; a bad one is refused and the old one holds. It may be
    killed at any moment: nothing that was acknowledged is lost. Under systemd it reports its
    progress to the watchdog (systemd/ccontrol.service).

    \b
    Example:
      ccontrol --config /srv/plant/ccontrol.toml run
      systemctl start ccontrol
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    pinned = Invocation(Path(here.config_path()).absolute(), here.clock)
    log_to_stderr(verbose=verbose)
    Daemon(lambda: configured_with_secrets(pinned), here.clock, Notifier.from_environment()).run()
