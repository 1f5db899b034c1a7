"""`ccontrol run`: the daemon. Watches until it is told to stop."""

import logging
import os
from pathlib import Path
from typing import Annotated

import typer

from ccontrol.cli.invocation import Invocation, invocation
from ccontrol.cli.plant import configured_with_secrets
from ccontrol.poll.daemon import Daemon
from ccontrol.poll.notify import Notifier

_CHATTY = ("apscheduler", "snap7", "git", "asyncio")
_SYSLOG = ((logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
"""Levels and their numbers in sd-daemon(3), highest first; what lies below is debug, 7."""


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
    _log_to_stderr(verbose=verbose)
    Daemon(lambda: configured_with_secrets(pinned), here.clock, Notifier.from_environment()).run()


class _ForTheJournal(logging.Formatter):
    """Puts sd-daemon's level in front, so that `journalctl -p err` works; it adds the time."""

    def format(self, record: logging.LogRecord) -> str:
        number = next((code for level, code in _SYSLOG if record.levelno >= level), 7)
        return "\n".join(f"<{number}>{line}" for line in super().format(record).splitlines())


def _log_to_stderr(*, verbose: bool) -> None:
    handler = logging.StreamHandler()
    if os.environ.get("JOURNAL_STREAM"):
        handler.setFormatter(_ForTheJournal("%(message)s"))
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, handlers=[handler])
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
