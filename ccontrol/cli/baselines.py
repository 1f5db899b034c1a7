"""How controllers stand to what people approved, by the ids of their folders on both branches.

So it says the same as `git diff approved observed -- plant/…`, as far as `approved` counts.
"""

from dataclasses import dataclass, field

from ccontrol.canonical.home import home_of
from ccontrol.canonical.layout import PLANT
from ccontrol.cli.trust import trust_of
from ccontrol.clock import Clock
from ccontrol.config.settings import Config, Site
from ccontrol.errors import CcontrolError
from ccontrol.model.approval import Approvals, Baseline
from ccontrol.model.controller import Controller
from ccontrol.model.state import State
from ccontrol.poll.authority import sighted_at
from ccontrol.store.approved import Judging, changed_files, survey
from ccontrol.store.repository import Repository


@dataclass(frozen=True, slots=True)
class Approved:
    """Which commit of `approved` counts at a site."""

    commit: str | None = None
    """None: nobody has approved anything yet."""
    fault: str = ""
    """Why the newest commits there do not count; what stands before them does."""
    approvals: Approvals = field(default_factory=Approvals)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one controller stands."""

    baseline: Baseline
    differs: int = 0
    """So many of its files differ from what is approved."""


def approved_of(
    config: Config, site: Site, repository: Repository, clock: Clock
) -> Approved | None:
    """Return what counts at a site; None where nobody approves anything. Raises StoreError."""
    if site.people is None:
        return None
    try:
        keys = frozenset(line.public_key for line in trust_of(config, site).signers.lines)
        judging = Judging(site.people, keys, sighted_at(repository), clock.now())
        found = survey(repository, judging)
    except CcontrolError as error:
        return Approved(None, str(error))
    fault = f"commit {found.faults[0][0][:12]}: {found.faults[0][1]}" if found.faults else ""
    return Approved(found.trusted, fault, found.approvals)


def baseline_of(
    approved: Approved, repository: Repository, controller: Controller, *, unread: bool
) -> Standing:
    """Return how a controller stands. Raises StoreError, UnreadableStateError."""
    folder = home_of(repository, controller.id, controller.area).folder(PLANT)
    before = repository.entry(folder, approved.commit) if approved.commit else None
    if before is None:
        return Standing(Baseline.NOT_APPROVED)
    now = repository.entry(folder)
    if before == now:
        return Standing(Baseline.NOT_PROVEN if unread else Baseline.IN_BASELINE)
    return Standing(Baseline.DRIFT, sum(1 for _ in changed_files(repository, before, now, folder)))


def is_in_part(state: State | None) -> bool:
    """Tell whether something of a controller cannot be read at the moment."""
    if state is None:
        return False
    return bool(state.unlisted) or any(one.unread is not None for one in state.units.values())
