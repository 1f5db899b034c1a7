"""What people decide about controllers (pause, resume, enrol), written down durably and journaled.

Works beside a running daemon and without one: the daemon looks at these files twice a second.
"""

import os
import pwd
from dataclasses import dataclass
from datetime import datetime

from ccontrol.cli.plant import Watched
from ccontrol.cli.site_files import journal, learnt, standing
from ccontrol.clock import Clock
from ccontrol.config.settings import Site
from ccontrol.model.behaviour import BehaviourDecision
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.store.standing import WHOLE_SITE, Enrolment, Pause


@dataclass(frozen=True, slots=True)
class Target:
    """What a decision is about: one controller, or a whole site."""

    site: Site
    controller_id: str
    """WHOLE_SITE for the site."""

    @property
    def words(self) -> str:
        """Return what to call it."""
        return self.controller_id or f"every controller of {self.site.name}"


def target_of(found: Watched | Site) -> Target:
    """Return the target that a name led to."""
    if isinstance(found, Site):
        return Target(found, WHOLE_SITE)
    return Target(found.site, found.controller.id)


def named(target: Target) -> dict[str, str | None]:
    """Return what names a target in JSON; a site as a whole has no controller id."""
    return {"site": target.site.name, "controller_id": target.controller_id or None}


def who() -> str:
    """Return who decides, as the operating system names them; behind sudo, who called it."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run as a number that no file names
        name = str(os.getuid())
    caller = os.environ.get("SUDO_USER", "")
    return f"{caller} as {name}" if caller and caller != name else name


def enrolled_since(watched: Watched) -> Enrolment | None:
    """Return when and by whom a controller was enrolled; None when it is not."""
    return standing(watched.site).enrolled.get(watched.controller.id)


def record_enrolment(watched: Watched, clock: Clock) -> None:
    """Enrol a controller, durably."""
    standing(watched.site).enrol(watched.controller.id, Enrolment(clock.now(), who()))


def record_pause(target: Target, until: datetime | None, reason: str, clock: Clock) -> Pause:
    """Pause a target, durably; return the pause as it stands on disk."""
    pause = Pause(clock.now(), who(), reason, until)
    standing(target.site).pause(target.controller_id, pause)
    words = "until resumed" if until is None else f"until {until.isoformat(timespec='seconds')}"
    _note(target, Outcome.PAUSED, f"{words} by {pause.by}: {reason}", clock)
    return pause


def end_pause(target: Target, reason: str, clock: Clock) -> Pause | None:
    """End the pause of a target, durably; return it, or None when there was none."""
    ended = standing(target.site).resume(target.controller_id)
    if ended is not None:
        _note(target, Outcome.RESUMED, f"by {who()}" + (f": {reason}" if reason else ""), clock)
    return ended


def record_about_station(watched: Watched, station: str, clock: Clock, *, accept: bool) -> None:
    """Accept or forget a station at a controller, durably; "" forgets all of them."""
    controller_id = watched.controller.id
    decision = BehaviourDecision(clock.now(), who(), controller_id, station, accept)
    learnt(watched.site).decide(decision)


def _note(target: Target, outcome: Outcome, reason: str, clock: Clock) -> None:
    entry = JournalEntry(clock.now(), target.controller_id, outcome, reason=reason)
    journal(target.site, clock).append(entry)
