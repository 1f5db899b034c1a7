"""What rules of today say of a change that was recorded by those of then. Reads, writes nothing."""

from dataclasses import replace

from ccontrol.canonical.home import home_of
from ccontrol.canonical.project_files import PROJECT
from ccontrol.model.approval import Authorisation, Authorised
from ccontrol.model.controller import Controller
from ccontrol.model.judgement import Severity, Verdict
from ccontrol.model.policy import (
    AllOf,
    AnyOf,
    Circumstances,
    Condition,
    Key,
    Not,
    Patterns,
    Policy,
    Source,
    Window,
)
from ccontrol.model.record import Record
from ccontrol.policy.judge import judge, judge_file
from ccontrol.policy.rules import PROJECT_FILE
from ccontrol.poll.circumstances import circumstances
from ccontrol.poll.stored_state import state_at
from ccontrol.store.repository import Repository


def known_about(record: Record, standing: frozenset[str] = frozenset()) -> Circumstances:
    """Return the circumstances of a recorded change; `standing` are the findings of then."""
    span = record.previous_at, record.not_after or record.taken_at
    authorised = record.verdict.authorised
    found = replace(
        circumstances(record.attribution, span, ()),
        standing=standing,
        window=_window(authorised),
        authorisation=authorised.word if authorised else None,
    )
    return replace(found, source=Source.FILE) if is_of_file(record) else found


def verdict_by(
    policy: Policy, record: Record, controller: Controller, standing: frozenset[str] = frozenset()
) -> Verdict:
    """Return the verdict on a recorded change by these rules."""
    if is_of_file(record):
        own = record.verdict.severity if record.verdict.rule == PROJECT_FILE.id else Severity.INFO
        return judge_file(own, record.changes, record.attribution, controller, policy)
    at = known_about(record, standing)
    found = judge(record.changes, record.attribution, controller, policy, at)
    known = record.verdict
    return replace(found, authorised=known.authorised, authorised_by=known.authorised_by)


def _window(authorised: Authorised | None) -> Window:
    """Return how a change lies to the change windows of its controller."""
    if authorised is None or not authorised.window:
        return Window.NONE
    outside = authorised.word is Authorisation.OUT_OF_WINDOW
    return Window.OUTSIDE if outside else Window.INSIDE


def is_of_file(record: Record) -> bool:
    """Tell whether a record is of a dropped file: such a one has no window."""
    changes = record.changes.changes
    return record.previous_at is None and all(change.unit.kind == PROJECT for change in changes)


def asks_for_standing(policy: Policy) -> bool:
    """Tell whether a rule asks which findings stand: they have to be read beside the record."""
    return any(_asks_for_standing(rule.when) for rule in policy.rules)


def standing_at(repository: Repository, controller: Controller, commit: str) -> frozenset[str]:
    """Return the codes of the findings that stood at a controller after a commit.

    Raises StoreError, UnreadableStateError.
    """
    home = home_of(repository, controller.id, controller.area, commit)
    state = state_at(repository, home, commit, kinds=())
    return frozenset(each.code for each in state.findings) if state else frozenset()


def _asks_for_standing(condition: Condition) -> bool:
    match condition:
        case AllOf(of) | AnyOf(of):
            return any(map(_asks_for_standing, of))
        case Not(of):
            return _asks_for_standing(of)
        case Patterns(Key.STANDING, _):
            return True
        case _:
            return False
