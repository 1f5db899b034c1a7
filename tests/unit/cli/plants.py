"""A plant with a history, made with the engine's own pipeline and the real store."""

import json
import os
import subprocess  # noqa: TID251 — stock git is the stranger who commits
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ccontrol.cli import main
from ccontrol.cli.invocation import Invocation
from ccontrol.cli.plant import configured_with_secrets
from ccontrol.clock import SystemClock
from ccontrol.config.settings import KeyFile
from ccontrol.model.aspect import Aspect, Depth, Strength
from ccontrol.model.finding import Finding
from ccontrol.model.snapshot import Listing, LogEntry, Read, Sighting, Snapshot, Unread
from ccontrol.model.unit import Image, Unit, UnitId, fields
from ccontrol.poll.pipeline import Line
from ccontrol.poll.places import Places
from ccontrol.poll.sighted import Sighted, Written
from ccontrol.poll.witnesses import Witnesses
from ccontrol.store.index import Index
from ccontrol.store.keys import FileSigner
from ccontrol.store.room import Room
from ccontrol.store.vault import Vault
from ccontrol.store.writer import Daemon, Writer

BEGIN = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
CONTROLLERS = """
[[site.controller]]
id = "press-3"
area = "hall-2"
family = "s7"
address = "127.0.0.1"
name = "Press 3"

[[site.controller]]
id = "mixer-1"
area = "hall-1"
family = "s7"
address = "127.0.0.1"
port = 1102
"""


@dataclass
class Answer:
    """What a command ended with and said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 — whatever the command printed
        return json.loads(self.out)


Run = Callable[..., Answer]


def in_this_process(capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what runs a command in this process, and says what it printed."""

    def call(*arguments: str | Path) -> Answer:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return call


def block(name: str, body: bytes = b"\x65\x00", *, changed: str = "2023-03-14T09:26:53") -> Unit:
    """A block that stands for a program."""
    return Unit(
        UnitId(name.rstrip("0123456789"), name),
        Aspect.PROGRAM,
        name,
        fields(language="STL", mc7_bytes=len(body)),
        Image("s7/1", (("body", body),)),
        fields(code_time=changed),
        fingerprint=f"fp-{name}-{body.hex()}",
    )


def things(*blocks: Unit) -> tuple[Unit, ...]:
    """A CPU with its identity, firmware, one module, and these blocks."""
    return (
        Unit(
            UnitId("identity", "cpu"),
            Aspect.IDENTITY,
            "CPU 315-2 PN/DP",
            fields(order_number="6ES7 315-2EH14-0AB0", serial="S C-1", name="press"),
        ),
        Unit(UnitId("firmware", "cpu"), Aspect.FIRMWARE, "cpu", fields(version="V3.2.7")),
        Unit(UnitId("module", "4"), Aspect.HARDWARE, "slot 4", fields(order_number="6ES7 321")),
        *blocks,
    )


def seen(
    controller: str,
    *units: Unit,
    minute: int = 0,
    unread: dict[UnitId, str] | None = None,
    findings: tuple[Finding, ...] = (),
    log: tuple[LogEntry, ...] = (),
) -> Snapshot:
    """A full poll that read these units, and could not read those."""
    sightings: dict[UnitId, Sighting] = {unit.id: Read(unit) for unit in units}
    sightings |= {unit: Unread(reason) for unit, reason in (unread or {}).items()}
    kinds = {unit.kind for unit in sightings}
    return Snapshot(
        controller,
        "s7",
        Depth.FULL,
        BEGIN + timedelta(minutes=minute),
        sightings,
        {
            kind: Listing(frozenset(unit.key for unit in sightings if unit.kind == kind), True)
            for kind in kinds
        },
        log,
        frozenset(findings),
        frozenset({("hidden-block", "")}),
        dict.fromkeys((Aspect.PROGRAM, Aspect.FIRMWARE), Strength.CONTENT)
        | {Aspect.PROTECTION: Strength.NONE},
    )


@dataclass
class Plant:
    """A configured plant."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "ccontrol.toml"

    @property
    def store(self) -> Path:
        return self.folder / "baselines" / "north"

    def take(self, *snapshots: Snapshot, witnesses: Witnesses | None = None) -> list[Written]:
        """Let the engine's own pipeline commit these polls, by what witnesses heard."""
        config = configured_with_secrets(Invocation(self.config))
        (site,) = config.sites
        by_id = {controller.id: controller for controller in site.controllers}
        key = site.store.signing_key
        assert isinstance(key, KeyFile)
        places, clock = Places(site.store.path), SystemClock()
        daemon = Daemon(site.name, FileSigner.load(key.path))
        line = Line(
            Writer(site.store.path, daemon, clock),
            Index(places.index),
            Vault(places.vault, site.store.vault_recipient),
            Room(site.store.path, 1),
            clock,
            witnesses=witnesses,
        )
        try:
            return [line.take(Sighted(by_id[one.controller_id], one, one.log)) for one in snapshots]
        finally:
            line.close()
            line.index.close()


def commit_newer_form(plant: Plant, path: str) -> None:
    """Commit a file of some controller in a form that nobody knows yet, as a stranger would."""
    git = ["git", "--git-dir", str(plant.store)]
    form = subprocess.run([*git, "show", f"HEAD:{path}"], capture_output=True, check=True).stdout
    newer = form.replace(b"form = 1", b"form = 999")
    blob = subprocess.run(
        [*git, "hash-object", "-w", "--stdin"], input=newer, capture_output=True, check=True
    ).stdout.strip()
    index = {"GIT_INDEX_FILE": str(plant.folder / "index"), "PATH": os.environ["PATH"]}
    entry = b"100644 %b\t%b" % (blob, path.encode())
    for command, heard in (
        (["read-tree", "HEAD"], None),
        (["update-index", "--index-info"], entry),
    ):
        subprocess.run([*git, *command], input=heard, env=index, check=True)
    tree = subprocess.run([*git, "write-tree"], env=index, capture_output=True, check=True)
    stranger = ["-c", "user.name=x", "-c", "user.email=x"]
    made = subprocess.run(
        [*git, *stranger, "commit-tree", "-p", "HEAD", "-m", "x", tree.stdout.decode().strip()],
        capture_output=True,
        check=True,
    )
    branch = ["update-ref", "refs/heads/observed", made.stdout.decode().strip()]
    subprocess.run([*git, *branch], check=True)
