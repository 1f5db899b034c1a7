"""One poll, carried out: the driver's `collect` with a deadline of our own around it.

Used by the collector process and by a poll without a daemon alike. Never raises for what a
controller or a driver did: that is a fact in the capture.
"""

import asyncio
import logging
from datetime import datetime

from ccontrol.clock import Clock
from ccontrol.drivers.api import Ask, Driver
from ccontrol.errors import DriverError, OverBudgetError, PausedError, ReadOnlyViolationError
from ccontrol.model.capture import Capture
from ccontrol.model.controller import Controller
from ccontrol.poll.pace import Gate

LATE_S = 2.0
"""How long after the poll's own time limit we stop waiting for the driver to hold it."""

_log = logging.getLogger(__name__)


async def ask_controller(
    driver: Driver, controller: Controller, ask: Ask, gate: Gate, clock: Clock
) -> Capture:
    """Ask a controller and return what it said, or an empty capture that says why there is none.

    A cancelled poll is one that was paused: its capture says so.
    """
    started_at = clock.now()
    limit_s = controller.budget.longest_s(ask.depth) + LATE_S
    try:
        async with asyncio.timeout(limit_s):
            return await driver.collect(controller, ask, gate, clock)
    except TimeoutError:
        fault: DriverError | PausedError = OverBudgetError(f"not done after {limit_s:.0f} s")
    except asyncio.CancelledError:
        fault = PausedError("let go of in the middle, since it was paused")
    except ReadOnlyViolationError as error:
        _log.exception("a request was refused by our own guard controller=%s", controller.id)
        fault = error
    except Exception as error:  # noqa: BLE001 — supervised border: a driver's defect is told
        _log.exception("a driver failed controller=%s", controller.id)
        fault = DriverError(f"the driver failed: {type(error).__name__}: {error}")
    times = started_at, clock.now()
    return _nothing_heard(controller, ask, gate.passed, times, fault)


def _nothing_heard(
    controller: Controller,
    ask: Ask,
    requests: int,
    times: tuple[datetime, datetime],
    fault: DriverError | PausedError,
) -> Capture:
    return Capture(
        controller_id=controller.id,
        family=controller.family,
        depth=ask.depth,
        started_at=times[0],
        ended_at=times[1],
        exchanges=(),
        requests=requests,
        bytes_sent=0,
        bytes_received=0,
        fault=str(fault),
        fault_class=type(fault).__name__,
    )
