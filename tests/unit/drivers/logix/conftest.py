"""The simulated press, for the stories about Logix controllers."""

from collections.abc import Iterator

import pytest

from ccontrol.model.state import State
from ccontrol.sim.logix import plant
from ccontrol.sim.logix.server import Live, running
from tests.unit.drivers.logix.polls import Poller


@pytest.fixture
def live() -> Iterator[Live]:
    """A press that answers, and was asked nothing but what may be asked."""
    with running(plant.press()) as live:
        yield live
        assert live.server.violations == []


@pytest.fixture
def poller(live: Live) -> Poller:
    """Polls of that press."""
    return Poller(live)


@pytest.fixture
def before(poller: Poller) -> State:
    """What is known of it."""
    return poller.state()
