"""What every poll has around its questions: the time it may take, its end, and what was heard.

Holds no questions and no line of a family: see the families' `collect`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from ccontrol.clock import Clock
from ccontrol.drivers.api import Ask
from ccontrol.errors import CcontrolError, OverBudgetError, ReadOnlyViolationError
from ccontrol.model.capture import OWN_END, Capture, Exchange
from ccontrol.model.controller import Controller


class Line(Protocol):
    """What a poll cost, on the one connection that it had."""

    requests: int
    bytes_sent: int
    bytes_received: int
    own_end: str
    """Address and port of our end; empty where nothing was opened."""

    def close(self) -> None:
        """Let the controller go."""
        ...


class Talk(Protocol):
    """What was asked and answered, in order."""

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """Every exchange, whole or not."""
        ...


class Poll(Protocol):
    """One poll under way."""

    @property
    def controller(self) -> Controller:
        """Whom it asks."""
        ...

    @property
    def ask(self) -> Ask:
        """What it is to find out."""
        ...

    @property
    def line(self) -> Line:
        """Over which line."""
        ...

    @property
    def talk(self) -> Talk:
        """What was said so far."""
        ...

    @property
    def notes(self) -> Mapping[str, str]:
        """Facts of the connection."""
        ...


class Asking(Poll, Protocol):
    """A poll that knows its own questions."""

    async def run(self) -> None:
        """Ask everything that the depth wants. Raises what ends the poll early."""
        ...


async def collect(poll: Asking, family: str, clock: Clock) -> Capture:
    """Run a poll in the time that it may take. See `ccontrol.drivers.api.Driver.collect`."""
    started_at = clock.now()
    trouble: CcontrolError | None = None
    limit_s = poll.controller.budget.limit_s(poll.ask.depth)
    try:
        async with asyncio.timeout(limit_s):
            await poll.run()
    except TimeoutError:
        trouble = OverBudgetError(f"the poll was not done within {limit_s:g} s")
    except ReadOnlyViolationError:
        raise
    except CcontrolError as error:
        trouble = error
    finally:
        poll.line.close()
    return heard(poll, family, (started_at, clock.now()), trouble)


def heard(
    poll: Poll, family: str, span: tuple[datetime, datetime], trouble: CcontrolError | None
) -> Capture:
    """Return everything that a poll heard; `span` is when it began and when it ended.

    With our end of the connection, so that nobody takes our own packets for somebody else's.
    """
    notes = {**poll.notes, OWN_END: poll.line.own_end} if poll.line.own_end else poll.notes
    return Capture(
        controller_id=poll.controller.id,
        family=family,
        depth=poll.ask.depth,
        started_at=span[0],
        ended_at=span[1],
        exchanges=tuple(poll.talk.exchanges),
        requests=poll.line.requests,
        bytes_sent=poll.line.bytes_sent,
        bytes_received=poll.line.bytes_received,
        fault=None if trouble is None else str(trouble),
        fault_class="" if trouble is None else type(trouble).__name__,
        notes=tuple(sorted(notes.items())),
    )
