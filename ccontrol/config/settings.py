"""What a checked configuration is: frozen values. How they are read from TOML is `load`'s."""

from dataclasses import dataclass
from pathlib import Path

from ccontrol.model.alert import Channel
from ccontrol.model.approval import Anchor
from ccontrol.model.controller import Controller
from ccontrol.model.listening import Listening
from ccontrol.model.note_key import NoteKey
from ccontrol.model.policy import Policy
from ccontrol.model.secret import Secret

LEARNING_DAYS = 14


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A private key in OpenSSH format on disk, mode 0600."""

    path: Path


@dataclass(frozen=True, slots=True)
class KeyInAgent:
    """A key held by ssh-agent; `public_key` is the OpenSSH line that names it."""

    socket: Path
    public_key: str


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Where a site's history lies, what signs it, and how much room it must leave."""

    path: Path
    """The bare repository, e.g. baselines/north."""
    signing_key: KeyFile | KeyInAgent
    seal_key: Secret
    """64 hex digits."""
    vault_recipient: str
    """age recipient ("age1…") whose identity is held apart; empty: no artefacts are kept."""
    vault_retention_days: int = 1_095
    low_water_bytes: int = 1_073_741_824
    """Below this much free disk the writer stops loudly."""
    journal_retention_days: int = 400
    spool_limit_bytes: int = 268_435_456
    """Most bytes that wait for a store that takes nothing; polls stop loudly before more do.

    Less than `low_water_bytes`: what waits lies in the room that commits leave free.
    """


@dataclass(frozen=True, slots=True)
class Cosigner:
    """A checkpoint witness: who co-signs how long the log of ref updates is."""

    key: NoteKey
    url: str = ""
    """Where it answers; empty: it is reached by files alone."""
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class LogSettings:
    """The log of ref updates of a site: its name, its key, and who else vouches for it."""

    origin: str = ""
    """Its name for ever, to everybody; empty: made of the site's name."""
    key: KeyFile | KeyInAgent | None = None
    """None: it makes a key of its own, which lies in the store's own folder."""
    public_key: NoteKey | None = None
    """What `verify` judges its checkpoints by; None: only a cosigner can say whose key signed."""
    cosigners: tuple[Cosigner, ...] = ()


@dataclass(frozen=True, slots=True)
class TimestampSettings:
    """Who stamps the head of each day, and whose stamps count."""

    url: str
    authorities: tuple[Path, ...]
    """Certificates of the authorities whose stamps count, those of years before included."""
    policy: str = ""
    """OID under which they have to be made; empty: any."""
    ca_file: str = ""
    """Who vouches for an https URL; empty: whom this host trusts."""
    user: str = ""
    password: Secret | None = None


@dataclass(frozen=True, slots=True)
class WatchedFolder:
    """A folder into which people drop project files, and whose they are."""

    path: Path
    controller: str = ""
    """Id of the controller; empty: the one whose id or name the file itself says."""
    files: tuple[str, ...] = ()
    """Patterns of file names that are meant; empty: every file."""
    events: str = "auto"
    """"auto": the kernel's events where they can be had; "poll": only looking now and then."""
    look_s: float = 10.0
    """Between two looks where there are no events, and while a file is being written."""
    settle_s: float = 5.0
    """A file that has not moved for so long is complete."""
    rescan_s: float = 3_600.0
    """Between two times in which every file is hashed anew, whatever its date says."""
    bytes_limit: int = 268_435_456
    """Larger files are not taken."""
    depth: int = 4
    """Steps down to the deepest folder inside that is looked into; 0: none is."""

    @property
    def patience_s(self) -> float:
        """How long a share may take to answer before that is told."""
        return 3 * self.look_s


@dataclass(frozen=True, slots=True)
class FollowedLog:
    """A log of another sensor, read as it grows."""

    name: str
    """Whose word it is, in the log of witnesses."""
    path: str
    """Of the file; its last part may be a pattern (`*.log`)."""
    format: str = "auto"
    """"auto", "zeek" or "suricata"."""
    look_s: float = 5.0
    stall_s: float = 900.0
    """A log that has not grown for so long is told, and nobody counts as having watched."""


@dataclass(frozen=True, slots=True)
class Site:
    """One plant: its store and its controllers."""

    name: str
    title: str
    store: StoreSettings
    controllers: tuple[Controller, ...]
    folders: tuple[WatchedFolder, ...] = ()
    alerts: tuple[Channel, ...] = ()
    syslog: Listening | None = None
    """None: it listens to nobody."""
    policy: Policy | None = None
    """The rules in force; None: the built-in ones as they are, see `policies.rules_of`."""
    time_zone: str = "UTC"
    """IANA name of the zone whose hours people there mean."""
    sources: tuple[FollowedLog, ...] = ()
    log: LogSettings = LogSettings()
    timestamps: TimestampSettings | None = None
    """None: nobody is asked for time stamps."""
    learning_days: int = LEARNING_DAYS
    """So long after the first event of a controller whatever its users do is learnt as usual."""
    people: Anchor | None = None
    """Who signs who may sign; None: nobody approves anything here."""


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """The engine's own measures."""

    in_flight: int = 50
    """Most controllers asked at once."""
    maintenance_s: float = 86_400.0
    quarantine_first_s: float = 60.0
    quarantine_most_s: float = 3_600.0
    """Longest pause after a broken worker; never more than an hour, so that hiding does not pay."""
    witness_socket: Path | None = None
    """Where sensors hand in what they see; None: nowhere."""
    witness_users: tuple[str, ...] = ()
    """Who may, beside the daemon's own user and root."""
    metrics: tuple[str, int] | None = None
    """IP address and port at which numbers are served; None: nowhere."""


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that the file said, checked."""

    path: Path
    sites: tuple[Site, ...]
    engine: EngineSettings
