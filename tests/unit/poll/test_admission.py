"""How many may be asked at once."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as some

from ccontrol.model.aspect import Depth
from ccontrol.poll.admission import Admission
from ccontrol.poll.watched import Watched
from tests.unit.poll.toy import controller

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
MOST = 8


def watched(name: str, bridge: str = "", *, suspect: bool = False) -> Watched:
    return Watched(controller(1, name, bridge=bridge or name), NOW, suspect=suspect)


def admit(admission: Admission, who: Watched, depth: Depth = Depth.GLANCE) -> bool:
    if not admission.has_room(who, depth, MOST):
        return False
    admission.enter(who, depth)
    return True


def test_no_more_than_the_configured_number_are_asked_at_once() -> None:
    admission = Admission()
    assert [admit(admission, watched(str(number))) for number in range(10)] == [True] * 8 + [
        False
    ] * 2


def test_a_depth_that_is_full_has_no_room_for_anybody_but_a_suspect() -> None:
    admission = Admission()
    newcomer, suspect = watched("new"), watched("suspect", suspect=True)
    met = set()
    for depth in [Depth.FULL, Depth.INVENTORY] + [Depth.GLANCE] * 6:
        full = admission.full(MOST)
        met.add(full)
        assert full == {each for each in Depth if not admission.has_room(newcomer, each, MOST)}
        assert admission.has_room(suspect, Depth.FULL, MOST)
        assert admit(admission, watched(f"{admission.in_hand}"), depth)
    assert met == {frozenset(), frozenset({Depth.INVENTORY, Depth.FULL})}
    assert admission.full(MOST) == frozenset(Depth)


def test_a_quarter_of_them_may_be_read_whole() -> None:
    admission = Admission()
    deep = [admit(admission, watched(str(number), ""), Depth.FULL) for number in range(4)]
    assert deep == [True, True, False, False]
    assert admit(admission, watched("light"))


def test_behind_one_bridge_one_is_read_whole_and_one_more_glanced_at() -> None:
    admission = Admission()
    assert admit(admission, watched("a", "gateway"), Depth.FULL)
    assert not admit(admission, watched("b", "gateway"), Depth.INVENTORY)
    assert admit(admission, watched("b", "gateway"))
    assert not admit(admission, watched("c", "gateway"))
    assert admit(admission, watched("d", "another"))


def test_suspects_are_asked_one_at_a_time_whatever_else_goes_on() -> None:
    admission = Admission()
    for number in range(MOST):
        admit(admission, watched(str(number)))
    assert admit(admission, watched("evil", suspect=True))
    assert not admit(admission, watched("mean", suspect=True))


def test_a_bridge_is_asked_through_one_process_at_a_time() -> None:
    admission = Admission()
    assert admit(admission, watched("a", "gateway"))
    assert not admit(admission, watched("b", "gateway", suspect=True))
    other = Admission()
    assert admit(other, watched("b", "gateway", suspect=True))
    assert not admit(other, watched("a", "gateway"))


@given(
    some.lists(some.tuples(some.sampled_from("abcd"), some.booleans(), some.sampled_from(Depth)))
)
def test_who_leaves_makes_room_again(asked: list[tuple[str, bool, Depth]]) -> None:
    admission = Admission()
    places = []
    for name, suspect, depth in asked:
        who = watched(name, suspect=suspect)
        if admission.has_room(who, depth, MOST):
            places.append(admission.enter(who, depth))
    for place in places:
        admission.leave(place)
    assert admission.in_hand == 0
    assert admission.has_room(watched("a", suspect=True), Depth.FULL, 1)
