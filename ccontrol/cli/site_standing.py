"""How a site stands, from what lies on its disk: readable with and without a running daemon."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ccontrol.approval.emergencies import OpenEmergency
from ccontrol.canonical.bindings import Bond
from ccontrol.canonical.home import home_of
from ccontrol.cli.baselines import Approved, approved_of, baseline_of, is_in_part, strays_of
from ccontrol.cli.site_files import index_reader, standing
from ccontrol.cli.stamp_rows import StampStanding, stamp_standing
from ccontrol.cli.standing_rows import ControllerStanding, Known, controller_standing
from ccontrol.cli.window_rows import WindowStanding, is_current, windows_of
from ccontrol.clock import Clock
from ccontrol.config.settings import Config, Site
from ccontrol.drivers.registry import driver
from ccontrol.errors import StoreError, UnreadableStateError
from ccontrol.model.controller import Controller
from ccontrol.model.state import State
from ccontrol.poll.binding import standing_of
from ccontrol.poll.complaints import Complaint, complaints_of
from ccontrol.poll.places import Places, queue_folder
from ccontrol.poll.stored_state import state_at
from ccontrol.store.index_rows import PollStatus
from ccontrol.store.outbox import count_waiting, read_notes
from ccontrol.store.repository import Repository
from ccontrol.store.room import Room
from ccontrol.store.standing import WHOLE_SITE, Pause, Standing

_CHECKSUMS = ("checksum",)
"""The kind of a controller's own checksums over many units; a glance reads them."""


@dataclass(frozen=True, slots=True)
class StoreStanding:
    """How a site's store stands."""

    path: Path
    head: str | None
    last_commit_at: datetime | None
    free_bytes: int
    low_water_bytes: int
    waiting_in_spool: int
    """Polls that wait for the store to take them."""
    set_aside: int
    """Polls that could not be understood and were kept apart."""

    @property
    def has_room(self) -> bool:
        """Whether there is more free disk than the low-water mark."""
        return self.free_bytes >= self.low_water_bytes


@dataclass(frozen=True, slots=True)
class ChannelStanding:
    """How a channel for alerts stands, as its queue on the disk tells."""

    name: str
    waiting: int
    failing_since: str
    """ISO time; empty: its last attempt went well, or there was none."""
    failure: str
    lost: int
    """Alerts that had no room in its queue and were not told as lost yet."""


@dataclass(frozen=True, slots=True)
class SiteStanding:
    """How a site stands."""

    site: str
    store: StoreStanding
    controllers: tuple[ControllerStanding, ...]
    polls_unknown: str = ""
    """Why nobody can tell what came of the last polls; empty when somebody can."""
    folders: tuple[Complaint, ...] = ()
    """What is wrong with its watched folders and the files in them."""
    channels: tuple[ChannelStanding, ...] = ()
    """How the channels for its alerts stand."""
    stamps: StampStanding | None = None
    """How its time stamp authority stands; None: nobody is asked."""
    approved_fault: str = ""
    """Why the newest commits on `approved` do not count; empty: they do, or there are none."""
    undocumented: tuple[OpenEmergency, ...] = ()
    """Emergencies whose documentation is missing."""
    strays: tuple[str, ...] = ()
    """Folders of `plant/` that differ and belong to no controller of the configuration."""
    configuration_fault: str = ""
    """That no configurator signed the configuration; empty: one did, or nobody has that role."""
    windows: tuple[WindowStanding, ...] = ()
    """Change windows that are open, open soon, or are over since a few days."""


@dataclass(frozen=True, slots=True)
class BrokenSite:
    """A site of which nobody can tell how it stands, and why."""

    site: str
    error: StoreError


@dataclass(frozen=True, slots=True)
class _Polls:
    """What the index tells of polls, or why it does not."""

    rows: Mapping[str, PollStatus]
    unknown: str = ""


def site_standing(
    config: Config, site: Site, clock: Clock, names: frozenset[str] = frozenset()
) -> SiteStanding:
    """Return how a site and its controllers (those named, or all) stand.

    Raises StoreError when the store, or what people decided, cannot be read.
    """
    decided, now = standing(site), clock.now()
    polls = _polls(site)
    with Repository.open(site.store.path) as repository:
        store = _store_standing(site, repository)
        stamps = stamp_standing(site, repository)
        approved = approved_of(config, site, repository, clock)
        strays = tuple(strays_of(approved, repository, site.controllers)) if approved else ()
        statuses = tuple(
            controller_standing(
                controller, _known(repository, decided, polls, controller, approved), now
            )
            for controller in site.controllers
            if not names or controller.id in names
        )
    wrong = complaints_of(site.store.path, (folder.path for folder in site.folders))
    channels = tuple(_channel(site, channel.name) for channel in site.alerts)
    return SiteStanding(
        site=site.name,
        store=store,
        controllers=statuses,
        polls_unknown=polls.unknown,
        folders=wrong,
        channels=channels,
        stamps=stamps,
        approved_fault=approved.fault if approved else "",
        undocumented=approved.undocumented if approved else (),
        strays=strays,
        configuration_fault=approved.unsigned if approved else "",
        windows=_windows(site, approved, now),
    )


def _windows(site: Site, approved: Approved | None, now: datetime) -> tuple[WindowStanding, ...]:
    """Return the windows that matter now; without an index nobody can count their uses."""
    if approved is None or not Places(site.store.path).index.is_file():
        return ()
    try:
        told = windows_of(site, approved.approvals, now)
    except StoreError:  # of the index, whose trouble is told beside the polls
        return ()
    return tuple(one for one in told if is_current(one, now))


def _channel(site: Site, name: str) -> ChannelStanding:
    folder = queue_folder(Places(site.store.path).alerts, name)
    notes = read_notes(folder)
    waiting = count_waiting(folder)
    return ChannelStanding(name, waiting, notes.failing_since, notes.failure, notes.lost)


def _known(
    repository: Repository,
    decided: Standing,
    polls: _Polls,
    controller: Controller,
    approved: Approved | None,
) -> Known:
    name = controller.id
    state, unreadable, project_file, stands = None, "", "", None
    try:
        state = _sight(repository, controller)
        project_file = _project_file(repository, controller)
        if approved is not None:
            stands = baseline_of(approved, repository, controller, unread=is_in_part(state))
    except UnreadableStateError as error:  # its neighbours are not concerned
        unreadable = str(error)
    return Known(
        polls=polls.rows.get(name, PollStatus(name)),
        polls_unknown=polls.unknown,
        health=decided.health(name),
        enrolment=decided.enrolled.get(name),
        pause=pause_of(decided, name),
        state=state,
        unreadable=unreadable,
        project_file=project_file,
        approved=stands,
        best=driver(controller.family).manifest.strengths,
    )


def _project_file(repository: Repository, controller: Controller) -> str:
    """Return which files are bound, or which one is the newest, and how the controller stands."""
    stands = standing_of(repository, home_of(repository, controller.id, controller.area))
    if stands.bond is Bond.BOUND and stands.binding is not None:
        first, *more = stands.binding.files
        name = f"{first.name} and {len(more)} more" if more else first.name
    else:
        name = stands.newest.file.name if stands.newest else ""
    return f"{name}: {stands.bond.value}" if name else ""


def pause_of(decided: Standing, name: str) -> Pause | None:
    """Return the pause that holds longest: the controller's own or its site's."""
    found = [decided.pauses[key] for key in (name, WHOLE_SITE) if key in decided.pauses]
    endless = [pause for pause in found if pause.until is None]
    ending = sorted(
        (pause for pause in found if pause.until is not None), key=lambda pause: str(pause.until)
    )
    return next(iter([*endless, *reversed(ending)]), None)


def _polls(site: Site) -> _Polls:
    """Return what the index tells. A site without one, and without a journal, was never asked."""
    places = Places(site.store.path)
    if not places.index.is_file() and not any(places.journal.glob("*")):
        return _Polls({})
    try:
        with index_reader(site) as index:
            return _Polls({status.controller_id: status for status in index.polls()})
    except StoreError as error:  # the index is no truth: everything else is told all the same
        return _Polls({}, str(error))


def _sight(repository: Repository, controller: Controller) -> State | None:
    """Return what is said of how well a controller is seen, without reading its programs."""
    home = home_of(repository, controller.id, controller.area)
    return state_at(repository, home, kinds=_CHECKSUMS)


def _store_standing(site: Site, repository: Repository) -> StoreStanding:
    head = repository.head()
    spool = Places(site.store.path).spool
    return StoreStanding(
        path=site.store.path,
        head=head,
        last_commit_at=None if head is None else repository.commit(head).when,
        free_bytes=Room(site.store.path, site.store.low_water_bytes).free_bytes,
        low_water_bytes=site.store.low_water_bytes,
        waiting_in_spool=_count(spool),
        set_aside=_count(spool / "quarantine"),
    )


def _count(folder: Path) -> int:
    if not folder.is_dir():
        return 0
    names = [path.name for path in folder.iterdir() if path.is_file()]
    return sum(not name.startswith(".") and not name.endswith(".reason") for name in names)
