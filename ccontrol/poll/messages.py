"""What the engine and its worker processes say to each other. Frozen values, no behaviour."""

from dataclasses import dataclass
from pathlib import Path

from ccontrol.drivers.api import Ask
from ccontrol.logic.project import Language, Project
from ccontrol.model.controller import Controller
from ccontrol.model.secret import Seal
from ccontrol.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Collect:
    """To the collector: ask this controller."""

    job: int
    controller: Controller
    ask: Ask
    requests_per_s: float
    """The pace of its bridge: the slowest that anybody behind it asked for."""
    file: Path
    """Where to write what is heard, when it is a whole program or large."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """To the collector: let go of this controller at once."""

    job: int
    reason: str


@dataclass(frozen=True, slots=True)
class Collected:
    """From the collector: what was heard, encoded, with the few numbers that the journal needs."""

    job: int
    capture: bytes
    """See canonical.captures. The engine's main process never decodes it. Empty when `in_file`."""
    requests: int
    bytes_sent: int
    bytes_received: int
    duration_ms: int
    fault: str = ""
    fault_class: str = ""
    password_refused: bool = False
    """By the capture's note "password": the controller refused the configured one."""
    own_end: str = ""
    """Our end of the connection, by the capture's note."""
    in_file: bool = False
    """It lies whole and durable in the file that `Collect` named."""
    not_kept: str = ""
    """Why it could not be written there; it is lost then."""


@dataclass(frozen=True, slots=True)
class Decode:
    """To the decoder: make facts of this."""

    job: int
    capture: bytes | Path
    """Itself, or the file in which it lies."""
    seal: Seal
    time_limit_s: float


@dataclass(frozen=True, slots=True)
class Decoded:
    """From the decoder: the facts, or why there are none (a defect of the driver)."""

    job: int
    snapshot: Snapshot | None
    fault: str = ""
    slow: bool = False
    """It took a good part of the time that it had. Judged by the engine, not by the decoder."""


@dataclass(frozen=True, slots=True)
class ReadProject:
    """To the decoder: read this project file, and hold it against what was read before."""

    job: int
    file: Path
    name: str
    """What it was called where it was dropped; `file` is our own copy."""
    seal: Seal
    before: Project | None
    time_limit_s: float


@dataclass(frozen=True, slots=True)
class LogicTold:
    """One change of a part of a project, as the comparison told it."""

    path: tuple[str, ...]
    language: Language
    severity: int
    """The number of a model.judgement.Severity."""
    sentence: str
    of_part: str
    """"added", "removed" or "changed": what became of the part itself."""
    logic: str = ""
    """The word for what it is, of diff.programs."""


@dataclass(frozen=True, slots=True)
class ProjectRead:
    """From the decoder: what the file says and what is new in it, or why nobody can tell."""

    job: int
    project: Project | None
    told: tuple[LogicTold, ...] = ()
    warnings: tuple[str, ...] = ()
    """Why the comparison is doubtful."""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Beat:
    """From a worker, every second: its event loop still turns. The first one says "ready"."""


ToWorker = Collect | Cancel | Decode | ReadProject
FromWorker = Collected | Decoded | Beat | ProjectRead
