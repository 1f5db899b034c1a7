"""What people sign, and what nobody may write, beneath the real daemon: seen within seconds."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from ccontrol.canonical.approvals import render_window, window_path
from ccontrol.model.alert import Channel, Syslog
from ccontrol.model.approval import Anchor, Authorisation, ChangeWindow
from ccontrol.model.aspect import Depth
from ccontrol.model.controller import Schedule
from ccontrol.model.judgement import Severity
from ccontrol.poll import control
from ccontrol.poll.authority import sighted_at
from ccontrol.poll.catching_up import record_in
from ccontrol.poll.past_changes import newest_judgement
from ccontrol.store.keys import FileSigner
from ccontrol.store.layout import APPROVED, BRANCH, log_folder
from ccontrol.store.message import Message
from ccontrol.store.ref_log import updates
from ccontrol.store.repository import Repository
from tests.e2e.engine_plant import CLOCK, PATIENCE_S, Plant, daemon, git, make_plant, wait_until
from tests.unit.alerts.receivers import HERE, Received, syslog_tcp
from tests.unit.poll.toy import Plc, controller, serving
from tests.unit.store.made_people import Crowd
from tests.unit.store.made_store import SetClock, Site

SELDOM = Schedule(glance_s=3_600.0, full_s=7_200.0, deep_pause_s=3_600.0, settle_s=0.1)
"""Nobody looks by the schedule for as long as a test takes, and glances tell what moved."""


@dataclass
class Works:
    """A plant that people approve, and who is told."""

    plant: Plant
    plc: Plc
    crowd: Crowd
    siem: Received

    def poll(self, depth: Depth = Depth.GLANCE) -> None:
        """Have the daemon look, and read what moved."""
        assert control.ask_poll(self.plant.places, "press-1", depth, PATIENCE_S)

    def told(self, event: str, phase: str) -> bool:
        return any(f" {event} " in text and f'phase="{phase}"' in text for text in self.siem.texts)

    def set_ref(self, ref: str, commit: str) -> None:
        done = git(self.plant.site.store.path, "update-ref", ref, commit)
        assert done.returncode == 0, done.stderr

    def head(self, ref: str) -> str:
        return git(self.plant.site.store.path, "rev-parse", ref).stdout.strip()

    def unsigned_on(self, ref: str) -> str:
        """Put a commit of nobody onto a branch, as whoever can write the files may."""
        who = ("-c", "user.name=x", "-c", "user.email=x@x")
        make = (*who, "commit-tree", "-p", ref, "-m", "mine", f"{ref}^{{tree}}")
        commit = git(self.plant.site.store.path, *make).stdout.strip()
        self.set_ref(ref, commit)
        return commit

    def words(self, number: int) -> Authorisation | None:
        """Return what is said of a change by its newest judgement."""
        change = self.plant.changes()[number]
        with Repository.open(self.plant.site.store.path) as repository:
            first = record_in(repository.commit(change.commit), repository)
            found = newest_judgement(repository, change.change_id) or first
        authorised = found.verdict.authorised if found else None
        return authorised.word if authorised else None

    def seen(self, commit: str) -> bool:
        with Repository.open(self.plant.site.store.path) as repository:
            return commit in sighted_at(repository)

    def logged(self) -> set[str]:
        return {each.new for each in updates(log_folder(self.plant.site.store.path))}


@pytest.fixture
def works(tmp_path: Path, plc: Plc) -> Iterator[Works]:
    with serving(plc) as port, syslog_tcp() as received:
        plant = make_plant(
            tmp_path, controller(port, schedule=SELDOM, site="plant-1"), name="plant-1"
        )
        site = Site(tmp_path, FileSigner.load(tmp_path / "key"), SetClock(CLOCK.now()))
        crowd = Crowd.make(site)
        channel = Channel("siem", Syslog(HERE, received.port, "tcp"), Severity.INFO)
        people = Anchor(crowd.root_lines[:2], 2)
        plant.site = replace(plant.site, people=people, alerts=(channel,))
        plant.enrol("press-1")
        crowd.begin()
        yield Works(plant, plc, crowd, received)


def test_work_after_the_signature_is_told_from_work_before_it(works: Works) -> None:
    plant, plc = works.plant, works.plc
    with daemon(plant):
        works.poll(Depth.FULL)
        wait_until(lambda: len(plant.changes()) == 1)
        plc.blocks = {**plc.blocks, "OB1": "before"}
        now = CLOCK.now()
        hour = timedelta(hours=1)
        window = ChangeWindow("CHG-1", ("press-1",), now - hour, now + hour, "T-1", "retrofit")
        edits = {window_path("CHG-1"): render_window(window)}
        works.crowd.write("ada@plant", edits, Message("allow the retrofit"))
        signed = works.head(APPROVED)
        wait_until(lambda: works.seen(signed))
        wait_until(lambda: len(plant.changes()) == 2)  # by a look that the signature led to
        plc.blocks = {**plc.blocks, "OB1": "after"}
        works.poll()
        wait_until(lambda: len(plant.changes()) == 3)
    with Repository.open(plant.site.store.path) as repository:
        seen_at = sighted_at(repository)[signed]
    assert seen_at - now < timedelta(seconds=25)  # it was each half a minute once
    assert works.words(1) is Authorisation.ACCEPTED_AFTERWARDS
    assert works.words(2) is Authorisation.AUTHORISED


def test_what_nobody_may_write_is_told_and_never_signed_and_the_way_back_works(
    works: Works,
) -> None:
    plant, plc = works.plant, works.plc
    with daemon(plant) as running:
        works.poll(Depth.FULL)
        wait_until(lambda: len(plant.changes()) == 1)
        wait_until(lambda: works.seen(works.head(APPROVED)))
        good = works.head(APPROVED)
        bad = works.unsigned_on(APPROVED)
        wait_until(lambda: works.told("approved-does-not-count", "raised"))
        works.set_ref(APPROVED, good)
        wait_until(lambda: works.told("approved-does-not-count", "cleared"))
        files = {"plant/hall/press-1": works.crowd.observed("plant/hall/press-1")}
        works.crowd.write("ada@plant", files)
        seen = works.head(APPROVED)
        wait_until(lambda: works.seen(seen))
        works.set_ref(APPROVED, good)
        wait_until(lambda: works.told("approved-rewritten", "raised"))
        works.set_ref(APPROVED, seen)
        wait_until(lambda: works.told("approved-rewritten", "cleared"))
        own = works.head(BRANCH)
        stray = works.unsigned_on(BRANCH)
        wait_until(lambda: works.told("store-trouble", "raised"))
        asked = len(plc.asked)
        plc.blocks = {**plc.blocks, "OB1": "meanwhile"}
        works.poll()
        assert len(plc.asked) > asked  # a halted store halts no poll
        works.set_ref(BRANCH, own)
        wait_until(lambda: works.told("store-trouble", "cleared"))
        wait_until(lambda: len(plant.changes()) == 2)
        wait_until(lambda: works.head(BRANCH) in works.logged())
        assert "approved does not count" in running.words
    assert works.logged().isdisjoint({bad, stray})
    assert {good, seen, own} <= works.logged()
