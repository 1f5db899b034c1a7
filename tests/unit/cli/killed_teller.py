"""A daemon of one look that is killed at a step: `python -m tests.unit.cli.killed_teller …`.

Arguments: the configuration, the time, and after which step it kills itself ("" for none).
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from ccontrol.cli.invocation import Invocation
from ccontrol.cli.plant import configured_with_secrets
from ccontrol.poll.approved_news import see_approved
from ccontrol.poll.pipeline import Line
from ccontrol.poll.site import open_site
from ccontrol.store import durable
from ccontrol.store.journal import Journal
from tests.unit.store.made_store import SetClock

STEPS = ("intent", "commit", "journal", "")
_PLACES: dict[str, tuple[object, str]] = {
    "intent": (durable, "write_whole"),
    "commit": (Line, "commit_files"),
    "journal": (Journal, "append_many"),
}


def _killed_after(step: str) -> None:
    owner, name = _PLACES[step]
    real: Callable[..., object] = getattr(owner, name)

    def once(*arguments: object, **named: object) -> object:
        found = real(*arguments, **named)
        if step != "intent" or "windows-ending" in str(arguments[0]):
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    setattr(owner, name, once)


def main(config: str, at: str, step: str) -> None:
    """Open the site, look at approved once, end."""
    clock = SetClock(datetime.fromisoformat(at))
    (site,) = configured_with_secrets(Invocation(Path(config))).sites
    opened = open_site(site, Path(config).parent, clock)
    opened.scribe.give(lambda line: line.index.head).result(60)  # what a start does is done
    opened.ledger.flush(60)
    if step:
        _killed_after(step)
    opened.scribe.give(lambda line: see_approved(line, opened, clock)).result(60)
    opened.close(60)


if __name__ == "__main__":
    main(*sys.argv[1:])
