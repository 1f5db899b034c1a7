"""The recorded history of a site, judged by other rules: what would have been told."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ccontrol.cli.told_changes import EVERY, Wanted, changes_in
from ccontrol.config.settings import Site
from ccontrol.errors import StoreError
from ccontrol.model.controller import Controller
from ccontrol.model.judgement import Severity, Verdict
from ccontrol.model.policy import Policy
from ccontrol.model.record import Record
from ccontrol.poll.past_changes import newest_judgement
from ccontrol.poll.verdict_of_record import asks_for_standing, standing_at, verdict_by
from ccontrol.store.index_rows import IndexedChange
from ccontrol.store.repository import Repository

NEW, GONE, HEAVIER, LIGHTER, RENAMED = "new", "gone", "heavier", "lighter", "renamed"
SAME = "same"
"""The same rule decides, and it weighs the same. RENAMED: another one, as heavy."""
ORDER = (NEW, GONE, HEAVIER, LIGHTER, RENAMED)


@dataclass(frozen=True, slots=True)
class Judged:
    """One recorded change: what was said of it, and what the rules say now."""

    change: IndexedChange
    record: Record
    verdict: Verdict

    def against(self, least: Severity) -> str:
        """Return how the verdict differs for somebody who is told from `least` on."""
        then, now = self.record.verdict, self.verdict
        if (now.severity >= least) != (then.severity >= least):
            return NEW if now.severity >= least else GONE
        if now.severity != then.severity:
            return HEAVIER if now.severity > then.severity else LIGHTER
        return SAME if now.rule == then.rule else RENAMED


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How many changes a rule decided, and how many it matched."""

    rule: str
    decided: int
    decided_then: int
    matched: int


def judged(
    site: Site, policy: Policy, since: datetime | None, until: datetime | None
) -> Iterator[Judged]:
    """Yield the recorded changes of a site, newest first, as the rules judge them.

    Raises StoreError; UnreadableStateError for a record that cannot be understood.
    """
    controllers = {controller.id: controller for controller in site.controllers}
    deep = asks_for_standing(policy)
    with Repository.open(site.store.path) as repository:
        for change in changes_in(site, Wanted(since=since, limit=EVERY)):
            if until is not None and change.taken_at > until:
                continue
            record = newest_judgement(repository, change.change_id)
            if record is None:
                raise StoreError(f"the history does not hold the record of {change.change_id}")
            controller = controllers.get(record.controller_id) or retired(record)
            standing = standing_at(repository, controller, change.commit) if deep else frozenset()
            yield Judged(change, record, verdict_by(policy, record, controller, standing))


def retired(record: Record) -> Controller:
    """Stand for a controller that nobody configures any more: its tags are not known."""
    return Controller(record.controller_id, record.site, record.area, "", address="", port=0)


def counts(found: tuple[Judged, ...]) -> tuple[RuleCount, ...]:
    """Return the counts by rule, those that decide most first."""
    now = Counter(each.verdict.rule for each in found)
    then = Counter(each.record.verdict.rule for each in found)
    also = Counter(rule for each in found for rule in each.verdict.also)
    rules = sorted(now.keys() | then.keys() | also.keys(), key=lambda rule: (-now[rule], rule))
    return tuple(RuleCount(rule, now[rule], then[rule], now[rule] + also[rule]) for rule in rules)
