"""The line judges by the rules of the moment, with the time in which the change can have been."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ccontrol.config.policies import built_in
from ccontrol.model.judgement import Severity
from ccontrol.model.policy import Policy, Rule
from tests.unit.poll.test_pipeline import FailingIndex, Works, mode, ob
from tests.unit.store.made_store import Site


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Works]:
    works = Works(Site.make(tmp_path), FailingIndex(tmp_path / "index.sqlite"))
    yield works
    works.line.close()
    works.index.close()


def test_rules_that_change_while_the_line_is_open_hold_from_the_next_poll_on(works: Works) -> None:
    works.take(works.poll(ob(), mode("RUN")))
    own = Rule("own", "this plant stops often", Severity.INFO, stop=True)
    stopped = works.take(works.poll(ob(), mode("STOP")))
    works.line.policy = lambda: Policy((own, *built_in().rules))
    running = works.take(works.poll(ob(), mode("RUN")))
    works.line.policy = built_in
    again = works.take(works.poll(ob(), mode("STOP")))
    rules = [each.record.verdict.rule for each in (stopped, running, again) if each.record]
    assert rules == ["mode-stopped", "own", "mode-stopped"]


def test_every_rule_that_matched_is_in_the_signed_record(works: Works) -> None:
    works.take(works.poll(ob(), mode("RUN")))
    written = works.take(works.poll(ob(), replace(mode("STOP"))))
    assert written.record is not None
    assert written.record.verdict.also == ("mode-changed",)
    paths = works.paths("records")
    assert any(b"mode-changed" in works.line.writer.repository.read(path)[path] for path in paths)
