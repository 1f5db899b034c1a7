"""The simulated press, for the stories about collecting."""

from collections.abc import Iterator

import pytest

from ccontrol.sim.s7 import plant
from ccontrol.sim.s7.server import Live, running
from tests.unit.drivers.s7.polls import Poller


@pytest.fixture
def live() -> Iterator[Live]:
    """A press that answers, and was asked nothing but what may be asked."""
    with running(plant.press()) as server:
        yield server
        assert server.server.violations == []


@pytest.fixture
def poller(live: Live) -> Poller:
    """Polls of that press."""
    return Poller(live)
