"""What one hostile controller can make all processes of the daemon hold: memory at its peak.

The real daemon (`ccontrol run`, vault included) reads everything of one simulated S7 CPU that has
sixteen thousand blocks to tell of: `--says rubbish`, uploads that are no blocks and never the same,
or `--says program`, true blocks of 64 KB, which all have to be stored. Both go on until the poll's
byte budget ends them. Memory is that of the daemon, its workers and its git; shared pages are
counted once (PSS). Printed is the peak, and how much of it this one controller brought.

    python -m benchmarks.hostile [--says rubbish|program] [--mib 64] [--pdu 960]
"""

import argparse
import asyncio
import contextlib
import json
import signal
import subprocess  # noqa: TID251 — daemon and simulator run in processes of their own
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random

from ccontrol.cli.plant import families
from ccontrol.clock import SystemClock
from ccontrol.config.load import load
from ccontrol.config.settings import Config, KeyFile
from ccontrol.model.aspect import Depth
from ccontrol.model.controller import Controller
from ccontrol.poll.control import ask_status
from ccontrol.poll.daemon import Daemon as Watching
from ccontrol.poll.notify import Notifier
from ccontrol.poll.places import Places
from ccontrol.sim.s7 import plant
from ccontrol.sim.s7.block import Block, Kind, Language, make_block
from ccontrol.sim.s7.cpu import Cpu
from ccontrol.sim.s7.hardware import cpu_315
from ccontrol.sim.s7.server import Server
from ccontrol.store import creation, keys
from ccontrol.store.journal import Journal
from ccontrol.store.keys import FileSigner
from ccontrol.store.standing import Enrolment, Standing
from ccontrol.store.vault import new_identity
from ccontrol.store.writer import Daemon

ROOT = Path(__file__).parent.parent
CLOCK = SystemClock()
LIMITS_MB = {"rubbish": {8: 100.0, 64: 250.0}, "program": {8: 150.0}}
"""What one controller may bring at most, by what it says and its byte budget in MiB."""
LISTED = 16_000
RUBBISH_BYTES = 190_000
PROGRAM_BYTES = 64_000
MIB = 2**20
LOOK_S = 0.1


class Liar(Cpu):
    """Tells of blocks without end."""

    says = "rubbish"

    def numbers(self, kind: Kind) -> list[int]:
        """As many functions as a list can hold."""
        return list(range(1, self.listed + 1)) if kind is Kind.FC else []

    @property
    def listed(self) -> int:
        """How many blocks it tells of."""
        return LISTED if self.says == "rubbish" else 80 * MIB // PROGRAM_BYTES

    def listing(self, kind: Kind) -> list[tuple[int, int, int]]:
        """All of them alike."""
        return [(number, 0x22, Language.STL) for number in self.numbers(kind)]

    def block(self, kind: Kind, number: int) -> Block | None:
        """A true block of the number."""
        return _block(number, self.says) if kind is Kind.FC else None

    def upload(self, kind: Kind, number: int) -> bytes | None:
        """What comes for a block."""
        block = self.block(kind, number)
        if block is None:
            return None
        return block.image if self.says == "program" else Random().randbytes(RUBBISH_BYTES)


@cache
def _block(number: int, says: str) -> Block:
    body = Random(number).randbytes(PROGRAM_BYTES if says == "program" else 2)
    when = datetime(2026, 3, 1, tzinfo=UTC).replace(tzinfo=None)
    return make_block(Kind.FC, number, body, changed=when)


async def _serve(says: str, pdu: int) -> None:
    named = plant.press(name="liar", model=replace(cpu_315(), pdu_limit=pdu))
    liar = Liar(named.identity, named.model)
    liar.says = says
    server = Server(liar, keep_requests=1)
    await server.start()
    print(json.dumps(server.port), flush=True)
    await asyncio.Event().wait()


@contextlib.contextmanager
def hostile(says: str, pdu: int) -> Iterator[int]:
    """Serve the liar in a process of its own; yield its port."""
    command = [sys.executable, "-m", "benchmarks.hostile", "--serve", "--says", says]
    with subprocess.Popen(
        [*command, "--pdu", str(pdu)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


def _write_plant(folder: Path, port: int, bytes_limit: int) -> None:
    """A configuration with this one controller."""
    keys.generate(folder / "signing-key")
    (folder / "seal-key").write_text("5a" * 32)
    (folder / "seal-key").chmod(0o600)
    (folder / "ccontrol.toml").write_text(f"""
[[site]]
name = "bench"
title = "Benchmark"
[site.store]
path = "store"
signing_key = {{ file = "signing-key" }}
seal_key = {{ file = "seal-key" }}
vault_recipient = "{new_identity().recipient}"
low_water_bytes = 1048576
[site.defaults.budget]
bytes_limit = {bytes_limit}
spare_connections = 0
[[site.controller]]
id = "liar"
area = "hall"
family = "s7"
address = "127.0.0.1"
port = {port}
[site.controller.s7]
rack = 0
slot = 2
""")
    signer = FileSigner.load(KeyFile(folder / "signing-key").path)
    creation.create(folder / "store", Daemon("bench", signer), CLOCK)


def _run(folder: Path) -> None:
    """Be the daemon, at a pace that no configuration can ask for: half an hour in seconds."""

    def unpaced(controller: Controller) -> Controller:
        return replace(controller, budget=replace(controller.budget, requests_per_s=1e6))

    def read() -> Config:
        config = load(folder / "ccontrol.toml", families())
        (site,) = config.sites
        quick = replace(site, controllers=tuple(map(unpaced, site.controllers)))
        return replace(config, sites=(quick,))

    Watching(read, CLOCK, Notifier.from_environment()).run()


@contextlib.contextmanager
def _watched(folder: Path) -> Iterator[int]:
    """The daemon, in a process of its own: its id."""
    command = [sys.executable, "-m", "benchmarks.hostile", "--run", str(folder)]
    with (folder / "said").open("wb") as said:
        daemon = subprocess.Popen(command, cwd=ROOT, stderr=said, stdout=said)
    try:
        while ask_status(Places(folder / "store")) is None:
            if daemon.poll() is not None:
                raise SystemExit((folder / "said").read_text())
            time.sleep(0.1)
        yield daemon.pid
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(15)


def _memory_mb(daemon: int) -> dict[int, float]:
    """What the daemon, its workers and their git hold, by process."""
    found = [daemon]
    for pid in found:
        for thread in Path(f"/proc/{pid}/task").glob("*/children"):
            found += [int(child) for child in _text(thread).split() if int(child) not in found]
    return {pid: _pss_mb(pid) for pid in found}


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _pss_mb(pid: int) -> float:
    lines = _text(Path(f"/proc/{pid}/smaps_rollup")).splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


@dataclass(frozen=True)
class Peak:
    """What was held at most."""

    before_mb: float
    peak_mb: float
    parts_mb: tuple[float, ...]
    """Of each process, at its own peak: main, collector, decoder, git."""
    outcome: str


def measure(says: str, bytes_limit: int, pdu: int) -> Peak:
    """Have the daemon read the liar whole, and watch its memory until the poll is noted."""
    with tempfile.TemporaryDirectory() as name, hostile(says, pdu) as port:
        folder = Path(name)
        _write_plant(folder, port, bytes_limit)
        with _watched(folder) as daemon:
            time.sleep(3.0)
            before_mb, begun = sum(_memory_mb(daemon).values()), CLOCK.now()
            places = Places(folder / "store")
            Standing(places.standing).enrol("liar", Enrolment(begun, "benchmark"))
            peak_mb, parts = 0.0, dict[int, float]()
            while not (told := _told(places)) or any(map(Path.is_file, places.spool.iterdir())):
                now = _memory_mb(daemon)
                peak_mb = max(peak_mb, sum(now.values()))
                parts |= {pid: max(mb, parts.get(pid, 0.0)) for pid, mb in now.items()}
                time.sleep(LOOK_S)
    return Peak(before_mb, peak_mb, tuple(parts.values()), told)


def _told(places: Places) -> str:
    """What came of the first read of everything; "" while it is not over."""
    journal = Journal(places.journal, CLOCK)
    entries = (entry for day in journal.days() for entry in journal.read(day))
    deep = (entry for entry in entries if entry.depth is Depth.FULL)
    told = (f"{one.bytes_received:,} bytes, {one.outcome} {one.reason}" for one in deep)
    return next(told, "")


def main(argv: list[str] | None = None) -> int:
    """Print the figures; 1 when one of them misses its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--says", choices=("rubbish", "program"), default="rubbish")
    parser.add_argument("--mib", type=int, nargs="*", help="default: those with a goal")
    parser.add_argument("--pdu", type=int, default=960)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    wanted = parser.parse_args(argv)
    if wanted.run is not None:
        _run(wanted.run)
        return 0
    if wanted.serve:
        asyncio.run(_serve(wanted.says, wanted.pdu))
        return 0
    missed = 0
    limits = LIMITS_MB[wanted.says]
    for mib in wanted.mib or limits:
        found = measure(wanted.says, mib * MIB, wanted.pdu)
        brought = found.peak_mb - found.before_mb
        limit = limits.get(mib, float("inf"))
        missed += brought > limit
        parts = " ".join(f"{mb:.0f}" for mb in found.parts_mb)
        print(f"{wanted.says}, {mib} MiB, PDU {wanted.pdu}: {found.outcome}")
        print(f"  peak {found.peak_mb:.0f} MB, {found.before_mb:.0f} before; each: {parts}")
        print(f"  brought {brought:.0f} MB" + ("  MISSED" if brought > limit else ""), flush=True)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
