"""Whoever asked for a change window approves nothing that can belong to it, whatever they say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ccontrol.canonical.approvals import (
    decision_path,
    render_decision,
    render_window,
    window_path,
)
from ccontrol.errors import StoreError
from ccontrol.model.approval import ChangeWindow, Decision, DecisionKind
from ccontrol.store.layout import APPROVED
from ccontrol.store.message import Message
from tests.unit.store.made_people import Crowd
from tests.unit.store.made_store import START, Site, git

PRESS, MILL = "plant/hall/press-3", "plant/hall/mill-1"
WINDOW = ChangeWindow(
    "CHG-1", ("press-*",), START, START + timedelta(hours=4), "T-1", "retrofit", "bob@plant"
)
SAID = Message("approve press-3", "", (("Class", "approval"),))


@pytest.fixture
def crowd(site: Site) -> Crowd:
    """Ada approved both controllers, and signed the window that Bob had asked for."""
    site.write({f"{PRESS}/OB/OB1.toml": b"1", f"{MILL}/OB/OB1.toml": b"1"})
    crowd = Crowd.make(site)
    crowd.begin()
    for folder in (PRESS, MILL):
        take_over(crowd, "ada@plant", folder)
    sign(crowd, "ada@plant", WINDOW)
    return crowd


def take_over(crowd: Crowd, who: str, folder: str = PRESS) -> None:
    """Approve a controller, and let the daemon see that at once."""
    path = f"{folder}/OB/OB1.toml"
    found = crowd.write(who, {path: crowd.observed(path)}, SAID)
    crowd.sighted[found.trusted or ""] = crowd.site.clock.now()


def sign(crowd: Crowd, who: str, window: ChangeWindow) -> None:
    crowd.write(who, {window_path(window.id): render_window(window)}, SAID)


def changed(crowd: Crowd, body: bytes = b"2", **later: float) -> None:
    """Let the plant be seen with another program, so much later."""
    crowd.site.clock.pass_by(**later)
    crowd.site.write({f"{each}/OB/OB1.toml": body for each in (PRESS, MILL)})


def decided(crowd: Crowd, who: str, kind: DecisionKind, day: datetime) -> None:
    one = Decision(
        f"{day.year:04}{day:%m%d}-0123456789abcdef", 1, kind, "press-3", reason="because"
    )
    crowd.write(who, {decision_path(one): render_decision(one)}, SAID)


def test_who_asked_for_a_window_does_not_approve_what_can_have_happened_in_it(crowd: Crowd) -> None:
    changed(crowd, hours=2)
    with pytest.raises(StoreError, match="bob@plant asked for CHG-1"):
        take_over(crowd, "bob@plant")
    take_over(crowd, "ada@plant")


def test_nor_with_stock_git(crowd: Crowd) -> None:
    changed(crowd, hours=2)
    clone = crowd.clone("bob@plant")
    git("switch", "--quiet", "approved", where=clone)
    git("restore", "--source=origin/observed", "--staged", "--worktree", PRESS, where=clone)
    git("commit", "-S", "--quiet", "-m", "Approve press-3", where=clone)
    crowd.lay_in(clone)  # the door's clock is not the one that is set here
    found = crowd.survey()
    assert "bob@plant asked for CHG-1" in found.faults[0][1]
    assert found.trusted == git("rev-parse", "approved~1", where=clone).strip()


def test_nor_does_it_help_to_take_oneself_out_of_the_window(crowd: Crowd) -> None:
    with pytest.raises(StoreError, match="asked for CHG-1"):
        sign(crowd, "bob@plant", replace(WINDOW, requester="", changes_at_most=9))
    sign(crowd, "ada@plant", replace(WINDOW, requester=""))
    changed(crowd, hours=2)
    with pytest.raises(StoreError, match="asked for CHG-1"):
        take_over(crowd, "bob@plant")


def test_who_asked_may_take_their_window_back(crowd: Crowd) -> None:
    sign(crowd, "bob@plant", replace(WINDOW, requester="", cancelled=True))
    assert crowd.survey().approvals.windows[-1].window.cancelled


def test_another_controllers_changes_are_theirs_to_approve(crowd: Crowd) -> None:
    changed(crowd, hours=2)
    take_over(crowd, "bob@plant", MILL)
    assert not crowd.survey().faults


def test_a_window_that_is_settled_keeps_nobody_from_approving_what_comes_later(
    crowd: Crowd,
) -> None:
    changed(crowd, hours=2)
    crowd.site.clock.pass_by(days=2)
    take_over(crowd, "ada@plant")
    changed(crowd, b"3", hours=1)
    take_over(crowd, "bob@plant")
    assert not crowd.survey().faults


def test_a_window_that_lies_far_ahead_keeps_nobody_from_approving(crowd: Crowd) -> None:
    crowd.site.clock.pass_by(days=3)
    changed(crowd)
    take_over(crowd, "ada@plant")
    ahead = crowd.site.clock.now() + timedelta(days=9)
    late = replace(WINDOW, id="CHG-2", since=ahead, until=ahead + timedelta(hours=1))
    sign(crowd, "ada@plant", late)
    changed(crowd, b"3", hours=1)
    take_over(crowd, "bob@plant")
    assert not crowd.survey().faults


@pytest.mark.parametrize("kind", [DecisionKind.REJECT, DecisionKind.INVESTIGATE])
def test_who_asked_may_reject_and_look_into_it(crowd: Crowd, kind: DecisionKind) -> None:
    decided(crowd, "bob@plant", kind, START)
    assert not crowd.survey().faults


def test_who_asked_may_not_end_a_rejection_of_that_day(crowd: Crowd) -> None:
    with pytest.raises(StoreError, match="asked for CHG-1"):
        decided(crowd, "bob@plant", DecisionKind.APPROVE, START)
    decided(crowd, "bob@plant", DecisionKind.APPROVE, START + timedelta(days=9))
    assert not crowd.survey().faults


@pytest.mark.parametrize("year", [1, 9999])
def test_a_change_of_no_possible_day_hurts_nobody(crowd: Crowd, year: int) -> None:
    decided(crowd, "bob@plant", DecisionKind.APPROVE, datetime(year, 12, 31, tzinfo=UTC))
    assert not crowd.survey().faults


def test_a_site_may_say_that_who_asks_approves(crowd: Crowd) -> None:
    crowd.requester_approves = True
    changed(crowd, hours=2)
    take_over(crowd, "bob@plant")
    assert not crowd.survey().faults


def test_the_first_approval_takes_over_what_any_window_brought(site: Site) -> None:
    site.write({f"{PRESS}/OB/OB1.toml": b"1"})
    crowd = Crowd.make(site)
    crowd.begin()
    sign(crowd, "ada@plant", WINDOW)
    changed(crowd, days=40)
    head = site.git("rev-parse", APPROVED)
    with pytest.raises(StoreError, match="asked for CHG-1"):
        take_over(crowd, "bob@plant")
    assert site.git("rev-parse", APPROVED) == head
