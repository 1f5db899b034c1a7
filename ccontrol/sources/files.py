"""Files that hold events: which kind each is, and what was read of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from ccontrol.errors import BadFileError
from ccontrol.model.engineering import EngineeringEvent, Witness
from ccontrol.sources.wire.folding import Folding, Scene
from ccontrol.sources.wire.recording import MAGIC_BYTES, Recording, is_recording
from ccontrol.sources.wire.stations import Stations
from ccontrol.sources.wire.table import Watchlist
from ccontrol.sources.wire.wire import Wire

_PACKED = frozenset({b"\x1f\x8b", b"PK", b"BZ", b"\xfd7", b"\x28\xb5"})
"""How files of gzip, zip, bzip2, xz and zstd begin."""
_REPORT_EVERY = 4096
Progress = Callable[[int], None]
"""Told how many bytes were read so far."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading one file."""

    name: str
    witness: Witness
    items: int
    """Packets or lines that were read."""
    watched: int
    """Those that belong to a controller's protocol."""
    events: tuple[EngineeringEvent, ...]
    fault: str
    """Why reading ended before the file should; empty: it is whole."""
    notes: tuple[str, ...]
    """What the reader should know of its gaps, one sentence each."""


def read(
    file: BinaryIO, name: str, watchlist: Watchlist, progress: Progress = lambda _: None
) -> Reading:
    """Read a file of any kind that is known here. Raises BadFileError for any other."""
    magic = file.read(MAGIC_BYTES)
    if not magic:
        raise BadFileError(f"{name} is empty", hint="Nothing was recorded into it.")
    if magic[:2] in _PACKED:
        raise BadFileError(
            f"{name} is compressed", hint=f"`zcat {name} | ccontrol events -` reads it."
        )
    if not is_recording(magic):
        raise BadFileError(
            f"{name}: no kind of file that is known here", hint="Wanted is pcap or pcapng."
        )
    return read_recording(Recording(file, name, magic), watchlist, progress)


def read_recording(
    recording: Recording, watchlist: Watchlist, progress: Progress = lambda _: None
) -> Reading:
    """Read every packet of a recording. Raises BadFileError for what is none."""
    events: list[EngineeringEvent] = []
    stations = Stations()
    folding = Folding(Scene(Witness.RECORDING, recording.name, stations.scope), events.append)
    wire = Wire(watchlist, stations, folding.add)
    for frame in recording.frames():
        wire.feed(frame)
        if frame.number % _REPORT_EVERY == 0:
            progress(recording.bytes_read)
    folding.close()
    return Reading(
        recording.name,
        Witness.RECORDING,
        wire.frames,
        wire.watched,
        _in_order(events),
        recording.fault,
        _gaps(recording, wire),
    )


def _in_order(events: list[EngineeringEvent]) -> tuple[EngineeringEvent, ...]:
    return tuple(sorted(events, key=lambda event: (event.first, event.sighting.first)))


def _gaps(recording: Recording, wire: Wire) -> tuple[str, ...]:
    told = (
        (recording.dropped, "packets were lost by the recorder, by its own account"),
        (wire.table.forgotten, "conversations were given up: too many at once"),
        (wire.table.garbled, "messages contradict themselves and were passed over"),
    )
    return tuple(f"{count} {what}" for count, what in told if count)
