"""Whose turn comes first."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ccontrol.model.aspect import Depth
from ccontrol.poll.waiting import Key, Priority, Ticket, Waiting


def ticket(
    name: str, priority: Priority = Priority.SCHEDULED, depth: Depth = Depth.GLANCE
) -> Ticket:
    return Ticket(Key("north", name), depth, priority)


def anybody(_ticket: Ticket) -> bool:
    return True


def test_by_hand_comes_before_follow_ups_before_the_schedule() -> None:
    waiting = Waiting()
    for priority in reversed(Priority):
        waiting.put(ticket(priority.name, priority))
    names = [taken.key.controller_id for _ in Priority if (taken := waiting.take(anybody))]
    assert names == ["BY_HAND", "FOLLOW_UP", "SCHEDULED"]
    assert waiting.take(anybody) is None


def test_the_same_poll_waits_once_and_keeps_the_better_place() -> None:
    waiting = Waiting()
    assert waiting.put(ticket("a"))
    assert waiting.put(ticket("b"))
    assert waiting.put(ticket("b", Priority.BY_HAND))
    assert len(list(waiting)) == 2
    first = waiting.take(anybody)
    assert first is not None
    assert first.key.controller_id == "b"


def test_a_poll_that_a_person_wants_too_counts_as_theirs() -> None:
    waiting = Waiting()
    triggered = ticket("a", Priority.FOLLOW_UP, Depth.FULL)
    triggered.triggered = True
    waiting.put(triggered)
    waiting.put(ticket("a", Priority.BY_HAND, Depth.FULL))
    taken = waiting.take(anybody)
    assert taken is not None
    assert not taken.triggered


def test_who_cannot_be_asked_now_keeps_the_place() -> None:
    waiting = Waiting()
    waiting.put(ticket("busy"))
    waiting.put(ticket("free"))
    taken = waiting.take(lambda each: each.key.controller_id == "free")
    assert taken is not None
    assert taken.key.controller_id == "free"
    assert [each.key.controller_id for each in waiting] == ["busy"]


def test_nobody_is_looked_at_whose_depth_has_no_room() -> None:
    waiting = Waiting()
    for number in range(1_200):
        waiting.put(ticket(f"deep-{number}", depth=Depth.FULL))
    waiting.put(ticket("light"))
    looked_at: list[str] = []

    def is_free(each: Ticket) -> bool:
        looked_at.append(each.key.controller_id)
        return True

    taken = waiting.take(is_free, without=frozenset({Depth.INVENTORY, Depth.FULL}))
    assert taken is not None
    assert looked_at == [taken.key.controller_id] == ["light"]
    first = waiting.take(is_free)
    assert first is not None
    assert first.key.controller_id == "deep-0"


@pytest.mark.parametrize("before", [Priority.BY_HAND, Priority.FOLLOW_UP])
def test_a_turn_is_lost_only_when_the_turn_before_still_waits(before: Priority) -> None:
    waiting = Waiting()
    assert waiting.put(ticket("a", before, Depth.FULL))
    turn = replace(ticket("a", depth=Depth.FULL), is_turn=True)
    assert waiting.put(replace(turn)), "what waits is asked instead of it"
    assert not waiting.put(replace(turn)), "two turns come to one poll"
    assert waiting.put(ticket("a", before, Depth.FULL))
    assert waiting.take(anybody) is not None
    assert waiting.put(replace(turn))


def test_what_is_not_wanted_any_more_is_dropped() -> None:
    waiting = Waiting()
    waiting.put(ticket("a"))
    waiting.put(ticket("b"))
    gone = waiting.drop(lambda each: each.key.controller_id == "a")
    assert [each.key.controller_id for each in gone] == ["a"]
    assert len(list(waiting)) == 1


@given(some.lists(some.tuples(some.sampled_from("abc"), some.sampled_from(Priority))))
def test_everybody_who_waits_gets_a_turn(asked: list[tuple[str, Priority]]) -> None:
    waiting = Waiting()
    for name, priority in asked:
        waiting.put(ticket(name, priority))
    taken = []
    while (found := waiting.take(anybody)) is not None:
        taken.append(found.key.controller_id)
    assert sorted(taken) == sorted({name for name, _ in asked})
