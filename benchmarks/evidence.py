"""An evidence pack of 500 controllers and a year of polls: time, memory, and what it weighs.

Wanted: under 60 s and 500 MB. There is no peer: nobody else makes one from a signed history.
"""

import argparse
import resource
import subprocess  # noqa: TID251 — the pack is made by the program itself, measured from outside
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from ccontrol.canonical.journal import fold, journal_path, render_summary
from ccontrol.cli import main as ccontrol
from ccontrol.cli.invocation import Invocation
from ccontrol.cli.plant import configured_with_secrets
from ccontrol.clock import SystemClock
from ccontrol.config.settings import Config, KeyFile
from ccontrol.model.aspect import Aspect, Depth, Strength
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.snapshot import Listing, Read, Snapshot
from ccontrol.model.unit import Image, Unit, UnitId, fields
from ccontrol.poll.pipeline import Line
from ccontrol.poll.places import Places
from ccontrol.poll.sighted import Sighted
from ccontrol.store import maintenance
from ccontrol.store.index import Index
from ccontrol.store.keys import FileSigner, generate
from ccontrol.store.layout import lock_path
from ccontrol.store.locks import WriterLock
from ccontrol.store.message import Message
from ccontrol.store.room import Room
from ccontrol.store.writer import Daemon, Writer

FIRST = date(2025, 1, 1)
WANTED_S, WANTED_MB = 60.0, 500.0
_POLLS_A_DAY = 12
"""Lines of the journal that each summary is folded from: their number does not change its size."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Make a plant with a history, make a pack of it, and print what that took."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        plant = Path(folder) / "plant"
        config = _plant(plant, options.controllers)
        _history(config, options)
        generate(Path(folder) / "export-key")
        took_s, busy_s, peak_mb = _export(plant, Path(folder), options.days)
        pack = Path(folder) / "pack"
        weight = sum(one.stat().st_size for one in pack.rglob("*") if one.is_file()) / 2**20
        rows = len((pack / "monitoring_items.csv").read_bytes().splitlines()) - 1
    print(f"{options.controllers} controllers, {options.days} days, {options.changes} changes")
    print(f"pack: {took_s:.1f} s, of which the processor worked {busy_s:.1f} s (wanted 60 s)")
    print(f"      at most {peak_mb:.0f} MB of memory in one process (wanted 500 MB)")
    print(f"      {weight:.1f} MB, {rows} clocks of items")
    return 0 if took_s < WANTED_S and peak_mb < WANTED_MB else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--controllers", type=int, default=500)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--changes", type=int, default=1000)
    parser.add_argument("--blocks", type=int, default=20, help="of each controller")
    parser.add_argument("--folder", type=Path, help="where to put everything")
    return parser.parse_args(arguments)


def _plant(folder: Path, count: int) -> Config:
    if ccontrol(["init", str(folder), "--site", "north"]) != 0:
        raise RuntimeError("no plant")
    path = folder / "ccontrol.toml"
    tables = [
        f'\n[[site.controller]]\nid = "plc-{number:03}"\narea = "hall-{number % 10}"\n'
        f'family = "s7"\naddress = "10.0.{number // 250}.{number % 250 + 1}"\n'
        for number in range(count)
    ]
    path.write_text(path.read_text() + "".join(tables))
    return configured_with_secrets(Invocation(path))


def _history(config: Config, options: argparse.Namespace) -> None:
    (site,) = config.sites
    key = site.store.signing_key
    if not isinstance(key, KeyFile):
        raise TypeError("a key in a file is wanted")
    daemon = Daemon(site.name, FileSigner.load(key.path))
    places, clock = Places(site.store.path), SystemClock()
    writer = Writer(site.store.path, daemon, clock)
    line = Line(writer, Index(places.index), None, Room(site.store.path, 1), clock)
    every = {one.id: one for one in site.controllers}
    for at, name, body in _polls(list(every), options):
        seen = _snapshot(name, at, body, options.blocks)
        line.take(Sighted(every[name], seen, ()))
    for day in (FIRST + timedelta(days=number) for number in range(options.days)):
        content = render_summary(fold(day, _day(list(every), day)), "ab" * 32, 1, 0)
        text = Message(f"journal of {day}", "", (("Class", "journal"),))
        when = datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC)
        writer.commit({journal_path(day): content}, message=text, when=when)
    line.close()
    line.index.close()
    with closing(WriterLock(lock_path(site.store.path))) as lock:  # as the daemon does each night
        maintenance.pack(site.store.path, lock.handle)


def _polls(names: list[str], options: argparse.Namespace) -> Iterator[tuple[datetime, str, int]]:
    begin = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)
    yield from ((begin, name, 0) for name in names)
    step = timedelta(days=options.days) / max(1, options.changes)
    for number in range(1, options.changes + 1):
        yield begin + step * number, names[number % len(names)], number


def _snapshot(name: str, at: datetime, body: int, blocks: int) -> Snapshot:
    units = [
        Unit(UnitId("identity", "cpu"), Aspect.IDENTITY, "CPU", fields(serial=name)),
        Unit(UnitId("firmware", "cpu"), Aspect.FIRMWARE, "cpu", fields(version="V3.2.7")),
    ]
    for number in range(blocks):
        code = body.to_bytes(4, "big") if number == 0 else bytes([number]) * 200
        image = Image("s7/1", (("body", code),))
        units.append(Unit(UnitId("FC", f"FC{number}"), Aspect.PROGRAM, f"FC{number}", (), image))
    kinds = {unit.id.kind for unit in units}
    listings = {
        kind: Listing(frozenset(u.id.key for u in units if u.id.kind == kind), True)
        for kind in kinds
    }
    content = dict.fromkeys((Aspect.PROGRAM, Aspect.FIRMWARE), Strength.CONTENT)
    return Snapshot(
        name,
        "s7",
        Depth.FULL,
        at,
        {unit.id: Read(unit) for unit in units},
        listings,
        (),
        frozenset(),
        frozenset(),
        content,
    )


def _day(names: list[str], day: date) -> Iterator[JournalEntry]:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    for number in range(_POLLS_A_DAY):
        depth = Depth.GLANCE if number else Depth.FULL
        at = midnight + timedelta(hours=24 / _POLLS_A_DAY * number)
        for name in names:
            yield JournalEntry(
                at, name, Outcome.UNCHANGED, depth, 900, 4, 400, 900, strengths=_WEAK
            )


_WEAK = (("values", "none"),)


def _export(plant: Path, folder: Path, days: int) -> tuple[float, float, float]:
    last = FIRST + timedelta(days=days - 1)
    call = [
        *(sys.executable, "-m", "ccontrol", "--config", str(plant / "ccontrol.toml"), "evidence"),
        *("export", "--framework", "nerc-cip-010", "--from", FIRST.isoformat(), "--until"),
        *(last.isoformat(), "--key", str(folder / "export-key"), "-o", str(folder / "pack")),
    ]
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(call, check=True, stdout=subprocess.DEVNULL)
    took_s = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return took_s, busy_s, after.ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
