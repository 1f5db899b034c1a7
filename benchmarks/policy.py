"""How long 1,000 rules take over 1,000 changes of one poll, at worst and as sites write them."""

import sys
from time import process_time

from ccontrol.config.policies import built_in
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Change, ChangeSet, Kind
from ccontrol.model.controller import Controller
from ccontrol.model.judgement import Attribution, Origin, Severity
from ccontrol.model.policy import AllOf, Condition, Key, Patterns, Policy, Rule, Words
from ccontrol.model.unit import UnitId
from ccontrol.policy.judge import judge

MANY = 1_000
GOAL_S = 10.0
PRESS = Controller("press-3", "north", "hall-2", "s7", "192.0.2.10", 102)
UNKNOWN = Attribution(Origin.UNKNOWN, "")


def main(arguments: list[str]) -> int:
    """Print the figures; 1 when the worst misses its goal."""
    del arguments
    changes = ChangeSet(
        PRESS.id,
        tuple(
            Change(Kind.CHANGED, Aspect.PROGRAM, UnitId("FB", f"FB{number}"), f"FB{number}")
            for number in range(MANY)
        ),
    )
    worst: list[Condition] = [Patterns(Key.UNIT, (f"FB/*{number}?*",)) for number in range(MANY)]
    usual: list[Condition] = [
        AllOf((Words(Key.KIND, frozenset({Kind.CHANGED})), Patterns(Key.CONTROLLER, (f"p-{at}",))))
        for at in range(MANY)
    ]
    worst_s = _told("each rule asks about each unit", changes, _policy(worst))
    _told("each rule names a controller", changes, _policy(usual))
    _told("the built-in rules", changes, built_in())
    return int(worst_s > GOAL_S)


def _policy(conditions: list[Condition]) -> Policy:
    return Policy(
        tuple(Rule(f"r{at}", "so", Severity.LOW, each) for at, each in enumerate(conditions))
    )


def _told(what: str, changes: ChangeSet, policy: Policy) -> float:
    began = process_time()
    verdict = judge(changes, UNKNOWN, PRESS, policy)
    took_s = process_time() - began
    print(
        f"{what}: {len(policy.rules)} rules, {len(changes.changes)} changes,"
        f" {took_s * 1_000:.0f} ms, {verdict.rule}"
    )
    return took_s


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
