"""Files that hold events: which kind each is, and what was read of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import BinaryIO

from ccontrol.errors import BadFileError
from ccontrol.model.engineering import EngineeringEvent, MacScope, Witness
from ccontrol.sources.folding import Folding, Scene, time_of
from ccontrol.sources.logs.rows import LONGEST_LINE, Lines, json_object
from ccontrol.sources.logs.suricata import Suricata
from ccontrol.sources.logs.zeek import Zeek
from ccontrol.sources.wire.links import innermost
from ccontrol.sources.wire.recording import MAGIC_BYTES, Frame, Recording, is_recording
from ccontrol.sources.wire.stations import Stations
from ccontrol.sources.wire.table import Watchlist
from ccontrol.sources.wire.wire import Wire

_PACKED = frozenset({b"\x1f\x8b", b"PK", b"BZ", b"\xfd7", b"\x28\xb5"})
"""How files of gzip, zip, bzip2, xz and zstd begin."""
_REPORT_EVERY = 4096
_PORTS = 4
"""Bytes of both ports at the end of a packet's key; before them stand both addresses."""
MOST_DROPPED = 1 << 48
"""A recorder that says it lost more says nothing."""
EVENTS_KEPT = 100_000
"""Events of one file that are kept; what comes after is counted and told."""
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
    since: datetime | None = None
    """When the first packet passed, and the last one; None for logs, which tell of acts alone."""
    until: datetime | None = None
    dropped: int = 0
    """Packets that passed and are not in it, by its own account."""
    heard: tuple[tuple[str, int], ...] = ()
    """Packets of each controller's address that the watchlist names, sorted."""


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
    if is_recording(magic):
        return read_recording(Recording(file, name, magic), watchlist, progress)
    return _read_log(file, name, magic, progress)


def _read_log(file: BinaryIO, name: str, magic: bytes, progress: Progress) -> Reading:
    begun = magic if magic.endswith(b"\n") else magic + file.readline(LONGEST_LINE - len(magic))
    witness = _witness(begun)
    if witness is None:
        raise BadFileError(
            f"{name}: no kind of file that is known here",
            hint="Wanted is pcap, pcapng, a log of Zeek with its head or as JSON, or Suricata's "
            "eve.json.",
        )
    lines = Lines(file, begun)
    kept = _Kept()

    def scene(weaknesses: tuple[str, ...]) -> Scene:
        return Scene(witness, name, lambda _: MacScope.UNKNOWN, weaknesses)

    def report() -> None:
        if lines.number % _REPORT_EVERY == 0:
            progress(lines.bytes_read)

    notes: list[str] = []
    if witness is Witness.ZEEK:
        zeek = Zeek(lines, name, scene)
        zeek.read(kept.take, report)
        watched = zeek.watched
        notes += [f"nothing is read from the log {path!r}" for path in sorted(zeek.unknown)]
    else:
        suricata = Suricata(lines, scene)
        suricata.read(kept.take, report)
        watched = suricata.watched
    if lines.unread:
        notes.append(f"{lines.unread} lines could not be read and were passed over")
    fault = "its last line has no end" if lines.ends_cut and lines.unread else ""
    return Reading(
        name, witness, lines.number, watched, kept.in_order(), fault, (*notes, *kept.notes())
    )


def _witness(line: bytes) -> Witness | None:
    """Tell whose log it is by its first line."""
    if line.startswith(b"#"):
        return Witness.ZEEK
    record = json_object(line) if line.startswith(b"{") else None
    if record is None:
        return None
    if "event_type" in record:
        return Witness.SURICATA
    return Witness.ZEEK if "id.orig_h" in record else None


class _Kept:
    """The events of one file, up to a bound."""

    def __init__(self) -> None:
        self._events: list[EngineeringEvent] = []
        self._left_out = 0

    def take(self, event: EngineeringEvent) -> None:
        if len(self._events) < EVENTS_KEPT:
            self._events.append(event)
        else:
            self._left_out += 1

    def in_order(self) -> tuple[EngineeringEvent, ...]:
        return tuple(sorted(self._events, key=lambda event: (event.first, event.testimony.first)))

    def notes(self) -> tuple[str, ...]:
        if not self._left_out:
            return ()
        return (f"{self._left_out} events beyond the first {EVENTS_KEPT} are not told",)


def read_recording(
    recording: Recording, watchlist: Watchlist, progress: Progress = lambda _: None
) -> Reading:
    """Read every packet of a recording. Raises BadFileError for what is none."""
    kept = _Kept()
    stations = Stations()
    folding = Folding(Scene(Witness.RECORDING, recording.name, stations.scope), kept.take)
    wire = Wire(watchlist, stations, folding.add)
    span = _Span(watchlist.controllers)
    for frame in recording.frames():
        wire.feed(frame)
        span.take(frame)
        if frame.number % _REPORT_EVERY == 0:
            progress(recording.bytes_read)
    wire.close()
    folding.close()
    return Reading(
        recording.name,
        Witness.RECORDING,
        wire.frames,
        wire.watched,
        kept.in_order(),
        recording.fault,
        (*_gaps(recording, wire), *kept.notes()),
        span.since,
        span.until,
        min(recording.dropped + wire.table.forgotten, MOST_DROPPED),
        span.heard(),
    )


class _Span:
    """When packets were recorded, and how many there are of each controller."""

    def __init__(self, controllers: frozenset[bytes]) -> None:
        self._heard = dict.fromkeys(controllers, 0)
        self._first_ns = self._last_ns = -1

    def take(self, frame: Frame) -> None:
        if self._first_ns < 0:
            self._first_ns = self._last_ns = frame.time_ns
        self._first_ns = min(self._first_ns, frame.time_ns)
        self._last_ns = max(self._last_ns, frame.time_ns)
        if not self._heard:
            return
        packet = innermost(frame.link, frame.data)
        if packet is not None:
            half = (len(packet.key) - _PORTS) // 2
            for address in (packet.key[:half], packet.key[half:-_PORTS]):
                if address in self._heard:
                    self._heard[address] += 1

    @property
    def since(self) -> datetime | None:
        return None if self._first_ns < 0 else time_of(self._first_ns)

    @property
    def until(self) -> datetime | None:
        return None if self._first_ns < 0 else time_of(self._last_ns)

    def heard(self) -> tuple[tuple[str, int], ...]:
        found = ((str(ip_address(address)), count) for address, count in self._heard.items())
        return tuple(sorted(each for each in found if each[1]))


def _gaps(recording: Recording, wire: Wire) -> tuple[str, ...]:
    told = (
        (recording.dropped, "packets were lost by the recorder, by its own account"),
        (wire.table.forgotten, "conversations were given up: too many at once"),
        (wire.table.garbled, "messages contradict themselves and were passed over"),
    )
    return tuple(f"{count} {what}" for count, what in told if count)
