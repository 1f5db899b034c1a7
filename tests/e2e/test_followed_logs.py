"""A log of Zeek's that a site follows: its events come in once, over rotations and restarts."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from ccontrol.config.settings import FollowedLog
from ccontrol.model.engineering import EngineeringEvent
from ccontrol.model.witness import Heard, Watch
from ccontrol.poll.followed import Followed
from tests.e2e.engine_plant import CLOCK
from tests.e2e.engine_plant import Watch as Engine
from tests.unit.poll.toy import Plc

pytestmark = pytest.mark.usefixtures("workers_find_the_toy")
FUNCTION = {"function_code": "0x29", "function_name": "PLC Stop"}


def row(port: int, **but: object) -> bytes:
    """A line of s7comm.log: somebody stopped the controller."""
    told = {
        "ts": CLOCK.now().timestamp(),
        "uid": f"C{port}",
        "id.orig_h": "127.0.0.9",
        "id.orig_p": port,
        "id.resp_h": "127.0.0.1",
        "id.resp_p": 102,
        "rosctr_name": "JOB",
        "rosctr_code": 1,
        "pdu_reference": 1,
        "is_orig": True,
        **FUNCTION,
        **but,
    }
    return json.dumps(told).encode() + b"\n"


class Zeek:
    """A log, and the one who follows it."""

    def __init__(self, known: Engine, folder: Path, **settings: float | str) -> None:
        self.path = folder / "s7comm.log"
        self._known = known
        self._source = FollowedLog("zeek", str(folder / "s7*.log"), **settings)  # type: ignore[arg-type]  # a number or a word
        self.begin()

    def begin(self) -> None:
        site = self._known.site
        self._followed = Followed(site, self._source, self._known.engine.intake, CLOCK)

    def write(self, *rows: bytes) -> None:
        with self.path.open("ab") as file:
            file.write(b"".join(rows))

    def look(self) -> None:
        self._known.do(self._followed.look())

    def heard(self) -> tuple[Heard, ...]:
        now, day = CLOCK.now(), timedelta(days=1)
        log = self._known.site.witnesses
        return log.about({"press-1"}, {"127.0.0.1"}, now - day, now + day).heard

    def ports(self) -> list[int]:
        said = (heard.said for heard in self.heard())
        return [each.actor.port for each in said if isinstance(each, EngineeringEvent)]

    def watches(self) -> int:
        return sum(isinstance(heard.said, Watch) for heard in self.heard())


@pytest.fixture
def zeek(known: Engine, tmp_path: Path) -> Zeek:
    folder = tmp_path / "zeek"
    folder.mkdir()
    return Zeek(known, folder)


def test_what_a_log_tells_comes_in_once_over_a_restart_and_a_rotation(zeek: Zeek) -> None:
    zeek.write(row(50_001))
    zeek.look()
    zeek.begin()
    zeek.look()
    assert zeek.ports() == [50_001]
    zeek.write(row(50_002))
    zeek.path.rename(zeek.path.with_name("rotated"))
    zeek.write(row(50_003))
    zeek.look()
    assert zeek.ports() == [50_001, 50_002, 50_003]
    (first, *_) = (heard for heard in zeek.heard() if not isinstance(heard.said, Watch))
    assert (first.controller_id, first.source) == ("press-1", "zeek")


def test_while_it_grows_somebody_watches(zeek: Zeek) -> None:
    zeek.look()
    assert zeek.watches() == 0
    zeek.write(row(50_001))
    zeek.look()
    zeek.look()
    assert zeek.watches() == 1


def test_a_log_that_stops_growing_is_told_once_and_is_no_watch(
    known: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stalled = Zeek(known, tmp_path, stall_s=0.0)
    stalled.write(row(50_001))
    stalled.look()
    before = stalled.watches()
    stalled.look()
    stalled.look()
    assert caplog.text.count("it has not grown since") == 1
    stalled.write(row(50_002))  # to stop once more, another second maybe: that is told again
    stalled.look()
    assert stalled.watches() == before


def test_a_field_that_is_missing_is_told_once(zeek: Zeek, caplog: pytest.LogCaptureFixture) -> None:
    for port in (50_001, 50_002):
        zeek.write(row(port).replace(b'"id.orig_h"', b'"id.orig"'), row(port + 100))
        zeek.look()
    assert caplog.text.count("could not be read") == 1
    assert zeek.ports() == [50_101, 50_102]


def test_a_log_of_another_kind_is_told(
    known: Engine, tmp_path: Path, plc: Plc, caplog: pytest.LogCaptureFixture
) -> None:
    del plc
    other = Zeek(known, tmp_path, format="suricata")
    other.write(row(50_001))
    other.look()
    assert "it is a log of zeek, not of suricata" in caplog.text
    assert other.ports() == []
