"""What the engine's end-to-end tests begin with: a toy controller, enrolled, in a real store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ccontrol.model.aspect import Depth
from tests.e2e.engine_plant import ROOT, Plant, Watch, make_plant, watching
from tests.unit.poll.toy import Plc, controller, serving


@pytest.fixture
def plc() -> Plc:
    return Plc()


@pytest.fixture
def unenrolled(plc: Plc, tmp_path: Path) -> Iterator[Plant]:
    with serving(plc) as port:
        yield make_plant(tmp_path, controller(port))


@pytest.fixture
def plant(unenrolled: Plant) -> Plant:
    unenrolled.enrol("press-1")
    return unenrolled


@pytest.fixture
def workers_find_the_toy(monkeypatch: pytest.MonkeyPatch) -> None:
    """For an engine in the test's own process; a daemon is told by itself."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def known(plant: Plant, plc: Plc, workers_find_the_toy: None) -> Iterator[Watch]:
    """An engine to be asked by hand, of a controller that was read whole."""
    with watching(plant) as watch:
        watch.poll(depth=Depth.FULL)
        plc.asked.clear()
        yield watch
