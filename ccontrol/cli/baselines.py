"""How controllers stand to what people approved, by the ids of their folders on both branches.

So it says the same as `git diff approved observed -- plant/…`, as far as `approved` counts and
both are in one form.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ccontrol.approval.configuration import configuration_signed
from ccontrol.approval.emergencies import OpenEmergency, open_emergencies
from ccontrol.canonical.home import home_of
from ccontrol.canonical.layout import PLANT
from ccontrol.cli.trust import trust_of
from ccontrol.clock import Clock
from ccontrol.config.settings import Config, Site
from ccontrol.errors import CcontrolError
from ccontrol.model.approval import Approvals, Baseline
from ccontrol.model.controller import Controller
from ccontrol.model.state import State
from ccontrol.poll.authority import look_at, sighted_at
from ccontrol.poll.configured import sha256_of
from ccontrol.store.approved import Judging
from ccontrol.store.baseline import held
from ccontrol.store.repository import Repository


@dataclass(frozen=True, slots=True)
class Approved:
    """Which commit of `approved` counts at a site."""

    commit: str | None = None
    """None: nobody has approved anything yet."""
    fault: str = ""
    """Why the newest commits there do not count; what stands before them does."""
    undocumented: tuple[OpenEmergency, ...] = ()
    """Emergencies whose documentation is missing, the oldest first."""
    unsigned: str = ""
    """That no configurator signed the configuration; empty: one did, or nobody has that role."""
    approvals: Approvals = field(default_factory=Approvals)


@dataclass(frozen=True, slots=True)
class BaselineStanding:
    """How one controller stands to what people approved."""

    baseline: Baseline
    differs: int = 0
    """So many of its files differ from what is approved."""
    by: str = ""
    """The upgrade of what was approved after which that holds; empty: none was needed."""


def approved_of(
    config: Config, site: Site, repository: Repository, clock: Clock
) -> Approved | None:
    """Return what counts at a site; None where nobody approves anything. Raises StoreError."""
    if site.people is None:
        return None
    try:
        keys = frozenset(trust_of(config, site).signers.keys)
        judging = Judging(site.people, keys, sighted_at(repository), clock.now())
        found = look_at(repository, judging)
    except CcontrolError as error:
        return Approved(None, str(error))
    return Approved(
        found.counts.trusted,
        "; ".join(filter(None, (found.rewritten, *found.faults))),
        tuple(open_emergencies(found.counts.approvals, clock.now())),
        _unsigned(config, found.counts.approvals),
        found.counts.approvals,
    )


def _unsigned(config: Config, approvals: Approvals) -> str:
    try:
        sha256 = sha256_of(config.path)
    except OSError as error:
        return f"{config.path}: nobody can tell whether it is signed: {error.strerror}"
    signed = configuration_signed(approvals, sha256)
    return signed.words if signed is not None and signed.by is None else ""


def baseline_of(
    approved: Approved, repository: Repository, controller: Controller, *, unread: bool
) -> BaselineStanding:
    """Return how a controller stands. Raises StoreError, UnreadableStateError."""
    folder = home_of(repository, controller.id, controller.area).folder(PLANT)
    head = repository.head()
    found = held(repository, folder, approved.commit, head) if approved.commit and head else None
    if found is None:
        return BaselineStanding(Baseline.NOT_APPROVED)
    by = found.by.words if found.by else ""
    if found.differs:
        return BaselineStanding(Baseline.DRIFT, found.differs, by)
    return BaselineStanding(Baseline.NOT_PROVEN if unread else Baseline.IN_BASELINE, by=by)


def strays_of(
    approved: Approved, repository: Repository, controllers: Iterable[Controller]
) -> Iterator[str]:
    """Yield the folders that differ and belong to no configured controller, sorted.

    `git diff approved observed -- plant/` shows them, too. Raises StoreError,
    UnreadableStateError.
    """
    if approved.commit is None:
        return
    ours = {home_of(repository, one.id, one.area).folder(PLANT) for one in controllers}
    heads = (approved.commit, repository.head())
    found = {folder for commit in heads for folder in _folders(repository, commit)}
    for folder in sorted(found - ours):
        before, now = (repository.entry(folder, commit) for commit in heads)
        if before != now:
            yield folder


def _folders(repository: Repository, commit: str | None) -> Iterator[str]:
    """Yield "plant/<area>/<id>" of every controller at a commit."""
    for area in repository.names(PLANT, commit):
        yield from (f"{PLANT}/{area}/{who}" for who in repository.names(f"{PLANT}/{area}", commit))


def is_in_part(state: State | None) -> bool:
    """Tell whether something of a controller cannot be read at the moment."""
    if state is None:
        return False
    return bool(state.unlisted) or any(one.unread is not None for one in state.units.values())
