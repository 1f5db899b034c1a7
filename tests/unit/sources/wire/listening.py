"""What the tests of the wire share: acts of a recording, and where real recordings lie."""

import io
import os
from pathlib import Path

import pytest

from ccontrol.sources.acts import Act
from ccontrol.sources.files import Reading, read
from ccontrol.sources.wire.flow import Flow
from ccontrol.sources.wire.recording import Frame, Recording
from ccontrol.sources.wire.stations import Stations
from ccontrol.sources.wire.table import Watchlist
from ccontrol.sources.wire.wire import Wire

ROOT = Path(__file__).parents[4]
CORPUS = Path(os.environ.get("CCONTROL_CORPUS", ROOT.parent / "shared" / "corpus")) / "pcap"


def corpus() -> Path:
    """The folder of real recordings; the test is skipped, and says so, where there is none."""
    if not (CORPUS / "expected_events.jsonl").exists():
        pytest.skip(f"no real recordings at {CORPUS}: set CCONTROL_CORPUS")
    return CORPUS


def frames_of(path: Path) -> list[Frame]:
    with path.open("rb") as file:
        return list(Recording(file, path.name).frames())


def listen(frames: list[Frame], watchlist: Watchlist | None = None) -> list[tuple[Flow, Act]]:
    """Every act in these frames, in the order in which they were told, with answers."""
    told: list[tuple[Flow, Act]] = []
    wire = Wire(watchlist or Watchlist(), Stations(), lambda flow, act: told.append((flow, act)))
    for frame in frames:
        wire.feed(frame)
    wire.close()
    return told


def read_bytes(data: bytes, name: str = "a.pcap") -> Reading:
    return read(io.BytesIO(data), name, Watchlist())
