"""The audit log: who ran what that changes, sends or takes something out, as journal entries.

They enter the signed history with the day's summary. Whoever may not write the site's files (an
engineer with a clone) is told that no line was left: what they sign says by itself who they are.
Which commands leave one: docs/reference/audit-log.md.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ccontrol.cli.deciding import who
from ccontrol.cli.output import Tone, complain
from ccontrol.cli.site_files import journal
from ccontrol.clock import Clock
from ccontrol.config.settings import Site
from ccontrol.errors import StoreError
from ccontrol.model.journal import JournalEntry, Outcome

_LOGIN = Path("/proc/self/loginuid")
_NO_LOGIN = 2**32 - 1
"""What the kernel says of a process that nobody logged in for: a service, a container."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What somebody did, in words."""

    what: str
    more: str = ""
    controller_id: str = ""


def audit(site: Site, clock: Clock, ran: Ran) -> None:
    """Journal that somebody ran a command; where that cannot be, say so on standard error."""
    text = f"{ran.what} by {actor()}" + (f", {ran.more}" if ran.more else "")
    entry = JournalEntry(clock.now(), ran.controller_id, Outcome.RAN, reason=text)
    if not os.access(site.store.path, os.W_OK):
        _unrecorded(site, "its store is not ours to write")
        return
    try:
        journal(site, clock).append(entry)
    except StoreError as error:
        _unrecorded(site, str(error))


def audit_all(sites: Iterable[Site], clock: Clock, ran: Ran) -> None:
    """Journal it at each of these sites."""
    for site in sites:
        audit(site, clock, ran)


def actor() -> str:
    """Return who runs this: names and numbers of the operating system, which a name alone hides.

    The login is the kernel's word on who came through the door; behind sudo and su it stays.
    """
    login = _login()
    return f"{who()} (uid {os.getuid()}" + (f", login {login})" if login is not None else ")")


def _login() -> int | None:
    try:
        number = int(_LOGIN.read_text("ascii"))
    except (OSError, ValueError):
        return None
    return None if number == _NO_LOGIN else number


def _unrecorded(site: Site, why: str) -> None:
    complain(f"not recorded in the audit log of {site.name}: {why}", Tone.CAUTION)
