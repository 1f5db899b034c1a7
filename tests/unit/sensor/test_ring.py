"""The ring of evidence on a real disk: encrypted, bounded, read by what reads recordings."""

import io
import logging
from pathlib import Path

import pytest
from pyrage import decrypt, x25519

from ccontrol.errors import StoreError
from ccontrol.sensor import ring as ring_module
from ccontrol.sensor.evidence import Exhibit
from ccontrol.sensor.ring import Ring
from ccontrol.sources.files import read
from ccontrol.sources.wire.recording import Frame, Recording
from ccontrol.sources.wire.table import Watchlist
from ccontrol.store.age import Sealer
from tests.unit.sensor.overheard import Overheard, SetClock
from tests.unit.sources.wire import messages as m
from tests.unit.sources.wire.packets import Line, Talk

IDENTITY = x25519.Identity.generate()
SEALER = Sealer(str(IDENTITY.to_public()))


def ring_in(folder: Path, clock: SetClock, limit: int = 1 << 20) -> Ring:
    return Ring(folder, SEALER, limit, "eth1", clock)


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name.endswith(".pcapng.age"))


def opened(path: Path) -> bytes:
    plain: bytes = decrypt(path.read_bytes(), [IDENTITY])
    return plain


def frame(number: int, size: int = 200) -> Frame:
    return Frame(
        number, 1_700_000_000_000_000_000 + number, 1, bytes(range(200)) * (size // 200), size
    )


def test_a_load_is_read_back_from_the_ring_as_the_event_that_it_was(tmp_path: Path) -> None:
    line = Line()
    talk = Talk(line)
    talk.asks(m.connect(b"\x01\x02"))
    talk.asks(m.userdata(1, 5, 1, b"\xff\x09\0\x08Hunter2!"))
    talk.answers(m.told(1, 5, 1))
    m.load_block(talk, 7)
    ring = ring_in(tmp_path / "ring", SetClock())
    for exhibit in Overheard().hear(line.frames).exhibits:
        ring.add(exhibit)
    ring.dropped = 3
    ring.close()
    (path,) = files(tmp_path / "ring")
    assert b"_0800001P" not in path.read_bytes()
    plain = opened(path)
    reading = read(io.BytesIO(plain), "ring.pcapng", Watchlist())
    actions = {event.action: event for event in reading.events}
    assert actions["program.download"].objects[0].name == "OB1"
    assert actions["program.download"].outcome.word == "done"
    assert "credential.use" not in actions
    assert b"Hunter2!" not in plain
    assert b"payload left out by ccontrol" in plain
    assert reading.notes == ("3 packets were lost by the recorder, by its own account",)


def test_the_files_frames_are_the_packets_to_the_nanosecond(tmp_path: Path) -> None:
    ring = ring_in(tmp_path, SetClock())
    frames = [frame(number) for number in (1, 3, 2)]
    for each in frames:
        ring.add(Exhibit(each, blank=False))
    ring.close()
    recording = Recording(io.BytesIO(opened(files(tmp_path)[0])), "r")
    read_back = [(each.time_ns, each.data, each.length) for each in recording.frames()]
    assert recording.fault == ""
    assert read_back == [(each.time_ns, each.data, each.length) for each in sorted(frames)]


def test_a_file_is_closed_after_a_minute_and_not_before(tmp_path: Path) -> None:
    clock = SetClock()
    ring = ring_in(tmp_path, clock)
    ring.add(Exhibit(frame(1), blank=False))
    clock.go(59)
    ring.tend()
    assert files(tmp_path) == []
    clock.go(2)
    ring.tend()
    assert len(files(tmp_path)) == 1


def test_the_ring_stays_within_its_bytes_and_loses_the_oldest(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    ring = ring_in(tmp_path, SetClock(), limit=1 << 17)
    for number in range(2_000):
        ring.add(Exhibit(frame(number), blank=False))
    ring.close()
    there = files(tmp_path)
    assert sum(path.stat().st_size for path in there) <= 1 << 17
    last = list(Recording(io.BytesIO(opened(there[-1])), "r").frames())[-1]
    assert last.time_ns == frame(1_999).time_ns
    assert "evidence made room" in caplog.text
    assert "sha256=" in caplog.text


def test_a_disk_that_takes_nothing_is_told_and_the_sensor_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ring = ring_in(tmp_path / "ring", SetClock())
    (tmp_path / "ring").rmdir()
    (tmp_path / "ring").write_text("a file is in the way")
    ring.add(Exhibit(frame(1), blank=False))
    ring.close()
    assert ring.lost == 1
    assert "evidence is lost packets=1" in caplog.text


def test_what_is_no_recipient_is_refused() -> None:
    with pytest.raises(StoreError, match="no age recipient"):
        Sealer("AGE-SECRET-KEY-1")


def test_a_file_never_grows_beyond_its_share(tmp_path: Path) -> None:
    ring = ring_in(tmp_path, SetClock(), limit=1 << 20)
    for number in range(3_000):
        ring.add(Exhibit(frame(number), blank=False))
    assert (
        max(path.stat().st_size for path in files(tmp_path))
        < (1 << 20) // ring_module.FILES_AT_LEAST + 4_096
    )
