"""Events as lines of JSON on a stream, for whoever looks without a daemon."""

import logging
from typing import TextIO

from ccontrol.canonical import events
from ccontrol.canonical.witness import Act
from ccontrol.model.engineering import EngineeringEvent
from ccontrol.model.witness import Watch

_log = logging.getLogger(__name__)


class Printed:
    """Takes what a daemon would take."""

    wants_to_send = False
    is_done = True

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def fileno(self) -> None:
        """There is nothing to wait on."""

    def put(self, said: EngineeringEvent | Watch) -> bool:
        """Print an event."""
        if isinstance(said, EngineeringEvent):
            self._out.write(events.render(said).decode() + "\n")
            self._out.flush()
        return True

    def hint(self, act: Act) -> None:
        """Nobody waits for it: its event follows."""
        _log.debug(
            "at work controller=%s actor=%s effect=%s", act.controller, act.actor, act.effect
        )

    def turn(self) -> None:
        """Everything is out already, and nobody names controllers."""

    def close(self) -> None:
        """Leave the stream to its owner."""
