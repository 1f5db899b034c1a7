"""The seam to what witnesses heard: asked when a change is committed, and when it is judged anew.

Who keeps what they heard, and for how long, is not said here.
"""

from datetime import datetime
from typing import Final, Protocol

from ccontrol.model.controller import Controller
from ccontrol.model.witness import Hearing

MARGIN_S: Final = 60.0
"""Ask for this much more on either side of a window: events have a length, clocks a difference."""


class Witnesses(Protocol):
    """What witnesses of a site heard."""

    def about(self, controller: Controller, since: datetime | None, until: datetime) -> Hearing:
        """Return what touches a controller and this time; `since` is None: from the beginning.

        Called by the writer's thread, between a poll and its commit: answer at once with what is
        there. Never raises for a log that cannot be read: Hearing has a word for it.
        """


class Nobody:
    """No witness is set up."""

    def about(self, controller: Controller, since: datetime | None, until: datetime) -> Hearing:
        """Return nothing."""
        del controller, since, until
        return Hearing()
