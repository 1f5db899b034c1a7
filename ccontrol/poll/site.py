"""One site, opened: its lock, its files, its writer and its ledger.

Opening connects to nothing. What is done with a site is the engine's business.
"""

import logging
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue

from ccontrol.clock import Clock
from ccontrol.config.policies import rules_of
from ccontrol.config.settings import Site, StoreSettings
from ccontrol.errors import CcontrolError, StoreError, StoreForeignError
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.policy import Policy
from ccontrol.model.secret import Seal
from ccontrol.poll.addresses import Addresses
from ccontrol.poll.authority import Authority, Seen
from ccontrol.poll.catching_up import catch_up
from ccontrol.poll.coverage import unwatched
from ccontrol.poll.ledger import Ledger
from ccontrol.poll.log_head import LogHead
from ccontrol.poll.own_ends import OwnEnds
from ccontrol.poll.pipeline import Line
from ccontrol.poll.places import EngineLock, Places
from ccontrol.poll.scribe import Scribe
from ccontrol.poll.signers import daemon_of
from ccontrol.poll.site_hearing import SiteHearing
from ccontrol.poll.tally import Tally
from ccontrol.poll.vital import StrangeWork, Unrecorded, Vital
from ccontrol.poll.window_ends import WindowEnds
from ccontrol.store import gate, refs, repository
from ccontrol.store.index import Index
from ccontrol.store.journal import Journal
from ccontrol.store.key_history import spans_of
from ccontrol.store.layout import APPROVED
from ccontrol.store.own_keys import require_in_order
from ccontrol.store.room import Room
from ccontrol.store.spool import Spool
from ccontrol.store.standing import Standing
from ccontrol.store.vault import Vault
from ccontrol.store.verify_commit import Trust
from ccontrol.store.witness_log import WitnessLog
from ccontrol.store.writer import Writer

_log = logging.getLogger(__name__)

REASON_AT_MOST = 500


@dataclass(slots=True)
class OpenSite:
    """Everything of one site that the engine holds open."""

    site: Site
    places: Places
    seal: Seal
    journal: Journal
    witnesses: WitnessLog
    addresses: Addresses
    own_ends: OwnEnds
    hearing: SiteHearing
    spool: Spool
    standing: Standing
    index: Index
    vault: Vault | None
    ledger: Ledger
    scribe: Scribe
    room: Room
    window_ends: WindowEnds
    _opened: ExitStack
    full: StoreError | None = None
    """Why nothing may be committed, found before a commit needed the room."""
    undecided: CcontrolError | None = None
    """Why pauses and enrolments cannot be read; what was read last holds meanwhile."""
    unrecorded: "SimpleQueue[Unrecorded]" = field(default_factory=SimpleQueue)
    """Changes that wait for the store, for whoever tells of them."""
    strange: "SimpleQueue[StrangeWork]" = field(default_factory=SimpleQueue)
    """What was seen at addresses that nobody has, for whoever tells of it."""
    log_heads: "SimpleQueue[LogHead]" = field(default_factory=SimpleQueue)
    """What the log of ref updates came to, for whoever tells of it."""
    trust: Trust | None = None
    """Whose commits on `observed` are the daemon's; None: its keys could not be had yet."""
    stray: StoreForeignError | None = None
    """That `observed` stands at a commit that is not the daemon's; it goes on to poll."""
    approved: Seen | None = None
    """What the last look at `approved` found; None: nobody has looked yet."""
    noticed: dict[str, datetime] = field(default_factory=dict)
    """When `approved` was noticed first to stand at a commit that is not taken in yet."""
    to_glance: "SimpleQueue[str]" = field(default_factory=SimpleQueue)
    """Controllers for which a window was seen that is open, for whoever asks them."""
    contradicted: str = ""
    """What a cosigner of the log holds against it."""
    configuration: str = ""
    """SHA-256 of the configuration in force."""
    configuration_told: str = ""
    """What was journaled last about who signed it."""
    _approved_at: str | None = None
    vital: Vital | None = None
    """The last proof that this site is watched."""
    tally: Tally = field(default_factory=Tally)

    @property
    def name(self) -> str:
        """The site's name."""
        return self.site.name

    @property
    def trouble(self) -> StoreError | None:
        """Why the store takes nothing just now."""
        return self.scribe.trouble or self.full or self.ledger.trouble

    @property
    def complaint(self) -> CcontrolError | None:
        """What somebody has to see to."""
        return self.trouble or self.undecided or self.stray

    def note(self, entry: JournalEntry) -> None:
        """Write a journal entry soon. What a controller or a defect said may be endless."""
        self.tally.add(entry)
        self.ledger.note(replace(entry, reason=entry.reason[:REASON_AT_MOST]))

    def notice_approved(self, now: datetime) -> bool:
        """Note where `approved` stands; return whether it has moved. Costs one read.

        Raises StoreError.
        """
        head = refs.read(self.places.git_dir, APPROVED)
        moved, self._approved_at = head != self._approved_at, head
        if moved and head is not None:
            self.noticed.setdefault(head, now)
        return moved

    def look_for_room(self, clock: Clock) -> None:
        """Say it at once when the disk is nearly full, not only when a commit needs it."""
        try:
            self.room.check()
        except StoreError as error:
            if type(error) is not type(self.full):
                text = "the store takes nothing"
                _log.error("%s site=%s: %s (%s)", text, self.name, error, error.hint)
                reason = f"{text}: {error}"
                self.note(JournalEntry(clock.now(), "", Outcome.FAILED, reason=reason))
            self.full = error
        else:
            self.full = None

    def cannot_decide(self, error: CcontrolError, clock: Clock) -> None:
        """Say once, until something else is wrong, that pauses and enrolments cannot be read."""
        if str(error) != str(self.undecided):
            text = "pauses and enrolments cannot be read, the last ones hold"
            _log.error("%s site=%s: %s (%s)", text, self.name, error, error.hint)
            self.note(JournalEntry(clock.now(), "", Outcome.FAILED, reason=f"{text}: {error}"))
        self.undecided = error

    def can_decide(self) -> None:
        """Say once that they can be read again."""
        if self.undecided is not None:
            _log.info("pauses and enrolments can be read again site=%s", self.name)
            self.undecided = None

    def close(self, timeout_s: float) -> None:
        """Finish what is in hand, end both threads, let the next engine in."""
        self.scribe.stop(timeout_s)
        self.ledger.stop(timeout_s)
        self._opened.close()


def open_site(site: Site, config_folder: Path, clock: Clock) -> OpenSite:
    """Open a site and start its threads.

    Raises StoreLockedError when another engine watches it, StoreError when its files cannot be
    used. A history that cannot be written is `trouble`, not an error: polls go into the spool.
    """
    repository.require_store(site.store.path)
    places = Places(site.store.path)

    def current() -> Policy:
        return rules_of(found.site)

    with ExitStack() as opened:
        opened.callback(EngineLock(places).close)
        index = Index(places.index)
        opened.callback(index.close)
        journal = Journal(places.journal, clock)
        witnesses, own_ends = WitnessLog(places.witness, clock), OwnEnds(journal)
        addresses = Addresses()
        hearing = SiteHearing(witnesses, own_ends, addresses)
        gap = unwatched(site, journal, clock)
        standing = Standing(places.standing)
        vault = _vault(site.store, places)

        def open_line() -> Line:
            daemon = daemon_of(site, config_folder, clock.now())
            found.trust = daemon.trust
            with ExitStack() as begun:
                writer = begun.enter_context(Writer(site.store.path, daemon, clock))
                authority = authority_of(found.site, writer, clock)
                people = authority.approvals.people if authority is not None else None
                require_in_order(writer.repository, spans_of(people), daemon.signer.public_key)
                begun.pop_all()
            guard(found.site, writer)
            room = _room(site.store)
            return Line(
                writer,
                index,
                vault,
                room,
                clock,
                witnesses=hearing,
                authority=authority,
                policy=current,
            )

        scribe = Scribe(site.name, open_line)
        ledger = Ledger(journal, index, standing, clock)
        found = OpenSite(
            site=site,
            places=places,
            seal=seal_of(site),
            journal=journal,
            witnesses=witnesses,
            addresses=addresses,
            own_ends=own_ends,
            hearing=hearing,
            spool=Spool(places.spool, site.store.spool_limit_bytes, _spools_room(site.store)),
            standing=standing,
            index=index,
            vault=vault,
            ledger=ledger,
            scribe=scribe,
            room=_room(site.store),
            window_ends=WindowEnds(site.name, places, journal, clock),
            _opened=opened.pop_all(),
        )
    scribe.start()
    ledger.start()
    if gap is not None:
        found.note(gap)
    scribe.give(lambda line: _feed_index(line, journal, found, clock))
    return found


def seal_of(site: Site) -> Seal:
    """Return what makes stand-ins for a site's secrets."""
    return Seal(bytes.fromhex(site.store.seal_key.reveal()))


def authority_of(site: Site, writer: Writer, clock: Clock) -> Authority | None:
    """Return what people signed at a site. The keys of its daemon count nowhere among them."""
    if site.people is None:
        return None
    authority = Authority(site.people, writer.own_keys, clock)
    authority.load(writer.repository)
    return authority


def guard(site: Site, writer: Writer) -> None:
    """Have the store's hooks judge what is pushed to it, by what the configuration says now."""
    try:
        gate.install(site.store.path, writer.trust.signers, site.people)
    except StoreError as error:  # commits go on; `ccontrol verify` says that the door is open
        text = "nobody judges what is pushed to the store site=%s: %s (%s)"
        _log.error(text, site.name, error, error.hint)


def _room(store: StoreSettings) -> Room:
    return Room(store.path, store.low_water_bytes)


def _spools_room(store: StoreSettings) -> Room:
    """What was heard may use the room that commits leave free, and never the last of the disk."""
    low = store.low_water_bytes
    return Room(store.path, max(low - store.spool_limit_bytes, low // 2))


def _vault(store: StoreSettings, places: Places) -> Vault | None:
    return Vault(places.vault, store.vault_recipient) if store.vault_recipient else None


def _feed_index(line: Line, journal: Journal, site: OpenSite, clock: Clock) -> None:
    for name in line.writer.cleared:
        reason = f"a killed writer left {name}; it was removed"
        site.note(JournalEntry(clock.now(), "", Outcome.STARTED, reason=reason))
    catch_up(line.index, line.writer.repository, journal)
    line.bind_last(site.site.controllers)
