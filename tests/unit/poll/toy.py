"""A toy family with a toy controller, for the engine's tests: real sockets, JSON lines, misdeeds.

The worker processes find it by the dotted name in `TABLE`.
"""

import asyncio
import hashlib
import json
import os
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from ccontrol.clock import Clock
from ccontrol.drivers.api import Ask, Manifest, Pace
from ccontrol.errors import OverBudgetError
from ccontrol.model.aspect import Aspect, Depth, Strength
from ccontrol.model.capture import Capture, Exchange
from ccontrol.model.controller import Budget, Controller, Schedule
from ccontrol.model.finding import Finding
from ccontrol.model.secret import Seal
from ccontrol.model.snapshot import Extent, Listing, LogEntry, Read, Sighting, Snapshot
from ccontrol.model.unit import Unit, UnitId, fields

TABLE = "tests.unit.poll.toy:DRIVERS"
DRIVERS = {"toy": "tests.unit.poll.toy:DRIVER"}
SLOWLY_S = 0.5
"""Of the processor."""
QUESTIONS = {
    Depth.GLANCE: ("glance",),
    Depth.DIAGNOSTICS: ("glance", "log", "hardware"),
    Depth.INVENTORY: ("glance", "blocks"),
    Depth.FULL: ("glance", "log", "hardware", "blocks"),
}


@dataclass
class Plc:
    """What the toy controller holds, and how it misbehaves."""

    blocks: dict[str, str] = field(default_factory=lambda: {"OB1": "A I0.0", "FC1": "= Q0.0"})
    mode: str = "run"
    hardware: str = "CPU 1"
    log: list[str] = field(default_factory=lambda: ["power on"])
    misdeed: str = ""
    """spin, die, deaf, silent, endless (collector); decoder-dies, -bomb, -spins, -slow."""
    asked: list[str] = field(default_factory=list)
    asked_at: list[float] = field(default_factory=list)
    open_connections: int = 0
    most_connections: int = 0

    def answer(self, question: str) -> dict[str, Any]:
        answers: dict[str, dict[str, Any]] = {
            "glance": {"checksum": self.checksum, "mode": self.mode, "newest": self.log[:1]},
            "log": {"log": self.log},
            "hardware": {"hardware": self.hardware},
            "blocks": {"blocks": self.blocks},
        }
        return {**answers[question], "misdeed": self.misdeed}

    @property
    def checksum(self) -> str:
        return hashlib.sha256(json.dumps(self.blocks, sort_keys=True).encode()).hexdigest()[:8]


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        plc: Plc = self.server.plc  # type: ignore[attr-defined]  # set by `serving`
        plc.open_connections += 1
        plc.most_connections = max(plc.most_connections, plc.open_connections)
        try:
            for line in self.rfile:
                question = line.decode().strip()
                plc.asked.append(question)
                plc.asked_at.append(time.monotonic())
                if plc.misdeed == "silent":
                    time.sleep(0.05)
                    continue
                self.wfile.write(json.dumps(plc.answer(question)).encode() + b"\n")
        except ConnectionError:
            pass
        finally:
            plc.open_connections -= 1


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64


@contextmanager
def serving(plc: Plc, port: int = 0) -> Iterator[int]:
    """Serve a toy controller on 127.0.0.1 and tell its port."""
    with _Server(("127.0.0.1", port), _Handler) as server:
        server.plc = plc  # type: ignore[attr-defined]  # read by _Handler
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


BRIEF = Budget(requests_per_s=500.0, time_limit_s=60.0, answer_timeout_s=1.0)
"""For a controller that stays silent."""


def controller(port: int, name: str = "press-1", **changes: object) -> Controller:
    given: dict[str, Any] = {
        "id": name,
        "site": "north",
        "area": "hall",
        "family": "toy",
        "address": "127.0.0.1",
        "port": port,
        "bridge": name,
        "schedule": Schedule(glance_s=0.3, full_s=3600.0, deep_pause_s=60.0, settle_s=0.1),
        "budget": Budget(requests_per_s=500.0, time_limit_s=60.0, answer_timeout_s=20.0),
    }
    return Controller(**{**given, **changes})


class ToyOptions(BaseModel):
    """The toy has none."""


class ToyDriver:
    """Implements drivers.api.Driver."""

    manifest = Manifest(
        family="toy",
        title="Toy",
        models=("toy",),
        default_port=1,
        strengths={Aspect.PROGRAM: Strength.CONTENT},
        services=("glance", "log", "hardware", "blocks"),
        proof={},
        loads={},
    )
    options: type[BaseModel] = ToyOptions

    def freeze(self, options: BaseModel) -> object:
        return None

    async def collect(self, controller: Controller, ask: Ask, pace: Pace, clock: Clock) -> Capture:
        begun = clock.now()
        exchanges: list[Exchange] = []
        fault, fault_class = None, ""
        try:
            async with asyncio.timeout(controller.budget.answer_timeout_s):
                await _converse(controller, ask, pace, exchanges)
        except TimeoutError:
            fault, fault_class = "no answer", "UnreachableError"
        except OSError as error:
            fault, fault_class = str(error), "UnreachableError"
        except OverBudgetError as error:
            fault, fault_class = str(error), "OverBudgetError"
        return Capture(
            controller_id=controller.id,
            family="toy",
            depth=ask.depth,
            started_at=begun,
            ended_at=clock.now(),
            exchanges=tuple(exchanges),
            requests=len(exchanges),
            bytes_sent=sum(len(each.question) for each in exchanges),
            bytes_received=sum(len(each.answers[0]) for each in exchanges),
            fault=fault,
            fault_class=fault_class,
        )

    def interpret(self, capture: Capture, seal: Seal) -> Snapshot:
        said: dict[str, Any] = {}
        for exchange in capture.exchanges:
            said |= json.loads(exchange.answers[0])
        _misbehave_while_decoding(said.get("misdeed", ""))
        whole = capture.fault is None
        if not whole and capture.fault_class == "":
            raise ValueError("a fault without a class")
        return Snapshot(
            controller_id=capture.controller_id,
            family="toy",
            depth=capture.depth,
            taken_at=capture.ended_at,
            sightings=dict(_sightings(said)) if whole else {},
            listings={"block": Listing(frozenset(said["blocks"]), complete=True)}
            if "blocks" in said
            else {},
            log=tuple(_entries(said)),
            log_extent=Extent.ALL if "log" in said else Extent.NEWEST,
            findings=frozenset(_findings(said)),
            checked=frozenset({("forced", "")}),
            strengths={Aspect.PROGRAM: Strength.CONTENT},
            usable=whole and said.get("misdeed") != "unusable",
            reason=capture.fault or ("unusable" if said.get("misdeed") == "unusable" else ""),
        )


def _entries(said: dict[str, Any]) -> Iterator[LogEntry]:
    for text in said.get("log", said.get("newest", [])):
        yield LogEntry(code="4300", text=text, at="2024-01-01T00:00:00", raw=text.encode().hex())


def _findings(said: dict[str, Any]) -> Iterator[Finding]:
    if said.get("misdeed") == "forced":
        yield Finding("forced", "", Aspect.PROGRAM, "Something is forced.")


async def _converse(
    controller: Controller, ask: Ask, pace: Pace, exchanges: list[Exchange]
) -> None:
    reader, writer = await asyncio.open_connection(controller.address, controller.port, limit=2**20)
    try:
        for question in QUESTIONS[ask.depth]:
            await pace.turn()
            writer.write(question.encode() + b"\n")
            answer = await reader.readline()
            if not answer:
                raise ConnectionResetError("closed in the middle")
            exchanges.append(Exchange(question, (answer,)))
            await _misbehave(json.loads(answer)["misdeed"])
    finally:
        writer.close()


async def _misbehave(misdeed: str) -> None:
    if misdeed == "die":
        os._exit(3)
    if misdeed == "endless":
        raise OverBudgetError("it does not end")
    if misdeed == "spin":
        while True:
            pass
    while misdeed == "deaf":
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            continue


def _misbehave_while_decoding(misdeed: str) -> None:
    if misdeed == "decoder-dies":
        os._exit(3)
    if misdeed == "decoder-slow":
        begun = time.process_time()
        while time.process_time() - begun < SLOWLY_S:
            pass
    if misdeed == "decoder-waits":
        time.sleep(2 * SLOWLY_S)
    if misdeed == "decoder-bomb":
        bytearray(2**34)
    while misdeed == "decoder-spins":
        pass


def _sightings(said: dict[str, Any]) -> Iterator[tuple[UnitId, Sighting]]:
    if "checksum" in said:
        yield _read("checksum", "program", Aspect.PROGRAM, words=said["checksum"])
        mode = UnitId("mode", "cpu")
        yield mode, Read(Unit(mode, Aspect.MODE, "mode", moving=fields(mode=said["mode"])))
    if "hardware" in said:
        yield _read("module", "slot 1", Aspect.HARDWARE, order=said["hardware"])
    for name, text in said.get("blocks", {}).items():
        yield _read("block", name, Aspect.PROGRAM, text=text)


def _read(kind: str, key: str, aspect: Aspect, **named: str) -> tuple[UnitId, Sighting]:
    unit_id = UnitId(kind, key)
    return unit_id, Read(Unit(unit_id, aspect, key, fields=fields(**named), fingerprint="f"))


DRIVER = ToyDriver()
